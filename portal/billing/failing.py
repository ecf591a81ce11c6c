"""Money that did not go where it should is news for the rooms above: they know what it was for, and another way."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from portal import outbox
from portal.billing.models import Refund, StoreCredit, Why
from portal.kit.clock import now
from portal.kit.db import db

Listener = Callable[[Refund | StoreCredit, datetime], None]
LISTENERS: list[Listener] = []
TELL = "tell of money that did not go"
TOLD_ABOVE = (Why.RETURN, Why.CLAIM, Why.BONUS)
"""The customer hears of these from the room above."""


def on_not_gone(listener: Listener) -> Listener:
    """Call it, in a transaction of its own, with a refund that failed or credit that was refused, and the time; perhaps more than once."""
    LISTENERS.append(listener)
    return listener


def tell_later(row: Refund | StoreCredit, *, at: datetime) -> None:
    """In a job of its own: whoever learns holds the account, and those who listen lock rows before it."""
    outbox.want_task(TELL, {"refund": row.id if isinstance(row, Refund) else None, "credit": row.id}, at=at)


@outbox.task(TELL)
def tell(payload: dict[str, Any], lease: outbox.Lease) -> None:
    at = now()
    with lease.finish(at=at):
        row = db.session.get_one(Refund, payload["refund"]) if payload["refund"] else db.session.get_one(StoreCredit, payload["credit"])
        for listener in LISTENERS:
            listener(row, at)
