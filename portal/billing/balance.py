"""Another balance is news for the rooms above: they reckoned with the one before."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from portal import outbox
from portal.billing.models import BillingAccount
from portal.kit.clock import now
from portal.kit.db import db

Listener = Callable[[BillingAccount, datetime], None]
LISTENERS: list[Listener] = []
TELL = "tell of another balance"


def on_another_balance(listener: Listener) -> Listener:
    """Call it, in a transaction of its own, with an account whose balance at the provider has changed, and the time."""
    LISTENERS.append(listener)
    return listener


def tell_later(account: BillingAccount, *, at: datetime) -> None:
    """In a job of its own: whoever learns holds the account, and those who listen lock rows that news of the provider locks after it."""
    outbox.want_task(TELL, {"account": account.id}, at=at)


@outbox.task(TELL)
def tell(payload: dict[str, Any], lease: outbox.Lease) -> None:
    at = now()
    with lease.finish(at=at):
        account = db.session.get_one(BillingAccount, payload["account"])
        for listener in LISTENERS:
            listener(account, at)
