"""When a return is over: each unit decided, and all that is owed has arrived. The return is locked (`locks.py`)."""

from datetime import datetime

from sqlalchemy import ColumnElement, select

from portal.billing.models import Refund, StoreCredit
from portal.kit.db import db
from portal.returns.models import Acceptance, Exchange, ExchangeStatus, Outcome, Payout, Return, ReturnItem, ReturnStatus
from portal.returns.not_now import NotSettled
from portal.timeline import Actor, deed

IN_KIND = Outcome.EXCHANGE, Outcome.REPLACEMENT
"""The customer gets goods for it."""
SENT = ExchangeStatus.APPROVED, ExchangeStatus.FULFILLED


def close(return_: Return, *, by: Actor, at: datetime) -> None:
    """Raises NotNow, NotSettled."""
    return_.must_be(ReturnStatus.APPROVED)
    if not is_settled(return_):
        raise NotSettled
    with deed(return_, "close return", by=by, at=at, facts={"rma": return_.rma}):
        return_.close(at=at)


def close_if_settled(return_: Return, *, by: Actor, at: datetime) -> bool:
    """Whether it is closed now."""
    if return_.status is not ReturnStatus.APPROVED or not is_settled(return_):
        return False
    close(return_, by=by, at=at)
    return True


def is_settled(return_: Return) -> bool:
    return return_.is_decided and all(_has_what_is_owed(item) for item in return_.items) and have_arrived(Payout.return_id == return_.id)


def have_arrived(which: ColumnElement[bool]) -> bool:
    """Whether the money of these payouts is where it should be. One that failed counts no more once another stands in its place."""
    payouts = db.session.scalars(select(Payout).where(which)).all()
    replaced = {payout.instead_of_id for payout in payouts}
    return all(_has_arrived(payout) for payout in payouts if payout.id not in replaced)


def _has_arrived(payout: Payout) -> bool:
    if payout.by_hand and payout.by_hand_done_at is None:
        return False
    name = f"{payout.because},"
    refunds = db.session.scalars(select(Refund.status).where(Refund.because.startswith(name, autoescape=True)))
    credits = db.session.execute(
        select(StoreCredit.done_at, StoreCredit.refusal).where(StoreCredit.because.startswith(name, autoescape=True))
    )
    return all(status == "succeeded" for status in refunds) and all(done_at and not refusal for done_at, refusal in credits)


def _has_what_is_owed(item: ReturnItem) -> bool:
    if item.acceptance is not Acceptance.ACCEPTED or item.paid >= item.accepted:
        return True
    went_out = select(Exchange.id).where(Exchange.return_item_id == item.id, Exchange.status.in_(SENT))
    return item.outcome in IN_KIND and db.session.scalar(went_out) is not None
