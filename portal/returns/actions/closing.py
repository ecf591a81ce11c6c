"""When a return is over: each unit decided, and all that is owed has arrived. The return is locked (`locks.py`)."""

from datetime import datetime

from sqlalchemy import select

from portal.kit.db import db
from portal.returns.models import Acceptance, Exchange, ExchangeStatus, Outcome, Return, ReturnItem
from portal.returns.not_now import NotSettled
from portal.timeline import Actor, deed

IN_KIND = Outcome.EXCHANGE, Outcome.REPLACEMENT
"""The customer gets goods for it."""


def close(return_: Return, *, by: Actor, at: datetime) -> None:
    """Raises NotNow, NotSettled."""
    with deed(return_, "close return", by=by, at=at, facts={"rma": return_.rma}):
        return_.close(at=at)
        if not all(_has_what_is_owed(item) for item in return_.items):
            raise NotSettled


def _has_what_is_owed(item: ReturnItem) -> bool:
    if item.acceptance is not Acceptance.ACCEPTED or item.paid >= item.accepted:
        return True
    went_out = select(Exchange.id).where(Exchange.return_item_id == item.id, Exchange.status == ExchangeStatus.FULFILLED)
    return item.outcome in IN_KIND and db.session.scalar(went_out) is not None
