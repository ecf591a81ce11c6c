"""All figures of a stretch of days, from the rows themselves: a fixed number of questions, each by an index."""

from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from portal.billing.models import Invoice
from portal.kit.db import db
from portal.numbers.periods import Span
from portal.numbers.queries import customers, parcels, payments, refunds, sold, subscriptions
from portal.numbers.queries.counts import Counts, Days
from portal.orders.models import Order
from portal.subscriptions.models import Subscription

COUNTERS = subscriptions.count, sold.count, refunds.count, customers.count, payments.count, parcels.count


def count_days(span: Span, zone: ZoneInfo) -> Counts:
    """All but how many were paused: that is `paused_by_day`."""
    counts, days = Counts(), Days(span, zone)
    for add_to in COUNTERS:
        add_to(counts, days)
    return counts


def first_day(zone: ZoneInfo) -> date | None:
    """The day of the first thing that is counted; None if there was nothing yet."""
    firsts = select(
        select(func.min(Order.placed_at)).scalar_subquery(),
        select(func.min(Subscription.started_at)).scalar_subquery(),
        select(func.min(Invoice.written_at)).scalar_subquery(),
    )
    moments = [moment for moment in db.session.execute(firsts).one() if moment]
    return min(moments).astimezone(zone).date() if moments else None
