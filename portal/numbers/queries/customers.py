"""Whether customers come again, and what they paid in all."""

from datetime import date, datetime, timedelta

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import aliased

from portal.billing.models import BillingAccount, Invoice, Refund
from portal.billing.models.refunds import NOT_BACK
from portal.kit.db import db
from portal.numbers.models import Figure, Repeat
from portal.numbers.queries.counts import Counts, Days
from portal.numbers.queries.sold import INSTEAD
from portal.orders.models import Order

AGAIN_WITHIN = 90
"""Days, after the day of the first order, in which the second one counts."""


def count(counts: Counts, days: Days) -> None:
    _count_repeats(counts, days)
    _count_money(counts, days)


def _count_repeats(counts: Counts, days: Days) -> None:
    """Orders that nobody has claimed yet belong to nobody of whom this could be told."""
    other = aliased(Order)
    same = other.customer_id == Order.customer_id, other.source.not_in(INSTEAD), other.id != Order.id
    is_earlier = or_(other.placed_at < Order.placed_at, (other.placed_at == Order.placed_at) & (other.id < Order.id))
    second = select(func.min(other.placed_at)).where(*same, other.placed_at >= Order.placed_at).scalar_subquery()
    firsts = select(Order.placed_at, second).where(
        days.earlier(AGAIN_WITHIN).holds(Order.placed_at), Order.customer_id.is_not(None), Order.source.not_in(INSTEAD),
        ~exists().where(*same, is_earlier),
    )  # fmt: skip
    for first_at, second_at in db.session.execute(firsts):
        due_on = days.of(first_at) + timedelta(days=AGAIN_WITHIN)
        counts.add(1, due_on, Figure.REPEAT, Repeat.AGAIN if _is_by(second_at, due_on, days) else Repeat.ONCE)


def _is_by(moment: datetime | None, day: date, days: Days) -> bool:
    return moment is not None and days.of(moment) <= day


def _count_money(counts: Counts, days: Days) -> None:
    """What was charged to cards, and what went back to them. Credit is no money until it is spent, and then less is charged."""
    owner, earlier, its_owner = aliased(BillingAccount), aliased(Invoice), aliased(BillingAccount)
    before = exists().where(
        its_owner.customer_id == owner.customer_id, earlier.account_id == its_owner.id,
        earlier.currency == Invoice.currency, earlier.paid > 0,
        or_(earlier.written_at < Invoice.written_at, (earlier.written_at == Invoice.written_at) & (earlier.id < Invoice.id)),
    )  # fmt: skip
    paid = select(Invoice.written_at, Invoice.currency, Invoice.paid, before).join(owner, owner.id == Invoice.account_id)
    for written_at, currency, amount, is_known in db.session.execute(paid.where(days.holds(Invoice.written_at), Invoice.paid > 0)):
        counts.add(amount, days.of(written_at), Figure.PAID, currency)
        if not is_known:
            counts.add(1, days.of(written_at), Figure.PAYERS, currency)
    refunds = select(Refund.asked_at, Refund.currency, Refund.amount).where(days.holds(Refund.asked_at))
    for asked_at, currency, amount in db.session.execute(refunds.where(Refund.refusal == "", Refund.status.not_in(NOT_BACK))):
        counts.add(amount, days.of(asked_at), Figure.REFUNDED, currency)
