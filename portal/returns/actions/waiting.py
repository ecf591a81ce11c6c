"""What happens by the clock to a return that nobody has sent: the customer is reminded twice, and then it is over."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select

from portal.kit.db import db
from portal.kit.shop import shop
from portal.returns.actions.sending import give_up_postage
from portal.returns.emails import returns as emails
from portal.returns.models import Exchange, ExchangeStatus, Payout, Return, ReturnStatus
from portal.returns.models.return_ import REMINDERS
from portal.returns.policy.ways import send_by as last_minute
from portal.tasks.actions import open_task
from portal.timeline import SCHEDULE, deed, note

BEFORE = timedelta(days=5), timedelta(days=1)
"""So long before its last day the customer is reminded, first and second; of a shorter time, the first when half of it is over."""
LEFT = timedelta(days=1, hours=12), timedelta(hours=12)
"""So long the customer has after a reminder that comes late: else the last day moves."""
PROMISED = ExchangeStatus.APPROVED, ExchangeStatus.FULFILLED


def waits(at: datetime) -> list[ColumnElement[bool]]:
    """Those of which somebody may have to be told something at this moment."""
    nothing_came = Return.sent_at.is_(None), Return.received_at.is_(None)
    return [Return.status == ReturnStatus.APPROVED, *nothing_came, Return.send_by <= at + max(BEFORE)]


def may_be_over() -> list[ColumnElement[bool]]:
    """Those that are decided, perhaps, and whose money may have arrived."""
    money_went = select(Payout.id).where(Payout.return_id == Return.id).exists()
    return [Return.status == ReturnStatus.APPROVED, Return.received_at.is_not(None) | money_went]


def is_not_paid(at: datetime) -> list[ColumnElement[bool]]:
    """Exchanges for which the time to pay is over."""
    return [Exchange.status == ExchangeStatus.AWAITING_PAYMENT, Exchange.pay_by <= at]


def watch(return_: Return, *, at: datetime) -> None:
    """Whatever is due now. Its orders and itself are locked."""
    if return_.status is not ReturnStatus.APPROVED or return_.is_under_way or return_.send_by is None:
        return
    if return_.reminded < REMINDERS:
        if at >= return_.send_by - _before(return_, return_.send_by):
            _remind(return_, return_.send_by, at=at)
    elif at >= return_.send_by:
        _expire(return_, at=at)


def _before(return_: Return, send_by: datetime) -> timedelta:
    whole = send_by - (return_.decided_at or return_.started_at)
    return min(BEFORE[return_.reminded], whole / 2)


def _remind(return_: Return, send_by: datetime, *, at: datetime) -> None:
    """Each of them once. A worker that was away for long reminds all the same, and nothing is over before both were sent."""
    if send_by < at + LEFT[return_.reminded]:
        return_.send_by = last_minute(at + LEFT[return_.reminded], shop(), 0)
    return_.reminded += 1
    note(return_, "remind of return", by=SCHEDULE, at=at, facts={"rma": return_.rma, "reminder": return_.reminded})
    emails.send_reminder(return_, return_.reminded, at=at)


def _expire(return_: Return, *, at: datetime) -> None:
    """What was given for it already can't be taken back by the clock: then it is for somebody at the shop to say."""
    items = [item.id for item in return_.items]
    promised = select(Exchange.id).where(Exchange.return_item_id.in_(items), Exchange.status.in_(PROMISED)).limit(1)
    if db.session.scalar(promised):
        facts = {"rma": return_.rma, "why": "never sent, and something went out for it"}
        due_at = shop().answer_by(at)
        open_task("return", return_, key=f"return unsent:{return_.id}", customer_id=return_.customer_id, due_at=due_at, at=at, facts=facts)
        return
    with deed(return_, "expire return", by=SCHEDULE, at=at, facts={"rma": return_.rma}):
        return_.expire(at=at)
    give_up_postage(return_, at=at)
    emails.send_expired(return_, at=at)
