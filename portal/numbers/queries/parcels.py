"""Whether parcels came on the day that was told."""

from sqlalchemy import func, select

from portal.kit.db import db
from portal.numbers.models import Figure, OnTime
from portal.numbers.queries.counts import Counts, Days
from portal.orders.models import ExpectedDate, Shipment


def count(counts: Counts, days: Days) -> None:
    """The first day that was told counts, however often it was put off."""
    first = select(ExpectedDate.expected_on).where(ExpectedDate.shipment_id == Shipment.id).order_by(ExpectedDate.id).limit(1)
    told = func.coalesce(first.scalar_subquery(), Shipment.expected_on, type_=Shipment.expected_on.type)
    came = select(Shipment.delivered_at, Shipment.carrier, told).where(days.holds(Shipment.delivered_at))
    for delivered_at, carrier, expected_on in db.session.execute(came):
        if delivered_at and expected_on is not None:
            is_late = days.of(delivered_at) > expected_on
            counts.add(1, days.of(delivered_at), Figure.PARCEL, carrier, OnTime.LATE if is_late else OnTime.YES)
