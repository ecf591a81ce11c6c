"""Whom an incident concerns, what is told to whom, and what the desk shows of it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, not_, or_, select

from portal.accounts.models import Address, Customer, Staff
from portal.carriers import ParcelStatus
from portal.catalog.models import Price, Variant
from portal.incidents.models import Concerned, Incident, When, Whom, readable
from portal.kit.db import db
from portal.kit.shop import shop
from portal.orders.models import Order, OrderLine, Shipment
from portal.subscriptions.models import Delivery, DeliveryStatus, OneTimeItem, Subscription, SubscriptionItem
from portal.timeline import Entry

PREVIEWED = 20
LONGEST_WAY = timedelta(days=30)
"""From a charge to the door, over all holidays."""
LONGEST_DELAY = timedelta(days=90)
"""From a charge to the latest day that a carrier says of its parcel."""
ONE_DAY = timedelta(days=1)
AT_THE_END = ParcelStatus.DELIVERED, ParcelStatus.RETURN_TO_SENDER, ParcelStatus.CANCELLED, ParcelStatus.FAILURE
NO_DELIVERY = DeliveryStatus.SKIPPED, DeliveryStatus.DROPPED
MOST_LISTED = 100


@dataclass(frozen=True)
class Told:
    """What stands above a customer's pages."""

    id: int
    titles: dict[str, str]
    bodies: dict[str, str]


@dataclass(frozen=True)
class Meant:
    id: int
    name: str
    email: str


@dataclass(frozen=True)
class Preview:
    count: int
    first: list[Meant]
    is_known: bool
    """Whether a product with this SKU was ever sold or ordered."""


@dataclass(frozen=True)
class Line:
    """An incident in the desk's list."""

    id: int
    title: str
    begins_at: datetime
    ends_at: datetime | None
    is_over: bool
    concerned: int
    dismissed: int


@dataclass(frozen=True)
class Deed:
    name: str
    who: str
    at: datetime


@dataclass(frozen=True)
class Whole:
    incident: Incident
    line: Line
    whom: Whom
    deeds: list[Deed]
    """The newest first."""


def told_to(customer: Customer, *, at: datetime) -> list[Told]:
    """In one question; in none for whom no incident concerns."""
    if customer.noticed_at is None:
        return []
    mine = select(Incident.id, Incident.titles, Incident.bodies).join(Concerned, Concerned.incident_id == Incident.id)
    mine = mine.where(Concerned.customer_id == customer.id, not_(Concerned.is_put_away()), Incident.is_told(at))
    return [Told(*row) for row in db.session.execute(mine.order_by(Incident.id.desc()))]


def concerned_by(whom: Whom) -> Select[Any]:
    """The ids of these customers."""
    meant: list[ColumnElement[bool]] = []
    of_orders, of_subscriptions = Customer.id.in_(_with_order(whom)), Customer.id.in_(_with_subscription(whom))
    if whom.names_orders:
        meant.append(of_orders)
    if whom.names_deliveries:
        meant.append(of_subscriptions)
    return select(Customer.id).where(*meant or [or_(of_orders, of_subscriptions)])


def preview(whom: Whom) -> Preview:
    """How many it would concern now, and who the first of them are."""
    ids = concerned_by(whom)
    count = db.session.scalar(select(func.count()).select_from(ids.subquery())) or 0
    first = select(Customer.id, Customer.name, Customer.email).where(Customer.id.in_(ids)).order_by(Customer.id).limit(PREVIEWED)
    return Preview(count, [Meant(*row) for row in db.session.execute(first)], count > 0 or _is_known(whom.sku))


def listed(*, at: datetime) -> list[Line]:
    return [_line(incident, counts, at) for incident, counts in _counted(Incident.newest().limit(MOST_LISTED))]


def whole(incident_id: int, *, at: datetime) -> Whole | None:
    found = _counted(select(Incident).where(Incident.id == incident_id))
    if not found:
        return None
    ((incident, counts),) = found
    columns = select(Entry.deed, Staff.name, Entry.at).outerjoin(Staff, Staff.id == Entry.staff_id)
    rows = columns.where(Entry.subject == f"{Incident.__tablename__}:{incident_id}").order_by(Entry.id.desc())
    deeds = [Deed(deed, name or "", moment) for deed, name, moment in db.session.execute(rows)]
    return Whole(incident, _line(incident, counts, at), Whom.from_json(incident.whom), deeds)


def _is_known(sku: str) -> bool:
    sold, ordered = select(Variant.id).where(Variant.sku == sku), select(OrderLine.id).where(OrderLine.sku == sku)
    return not sku or bool(db.session.scalar(select(or_(sold.exists(), ordered.exists()))))


def _counted(incidents: Select[Incident]) -> list[tuple[Incident, tuple[int, int]]]:
    found = list(db.session.scalars(incidents))
    put_away = func.count(case((Concerned.is_put_away(), 1)))
    counts = select(Concerned.incident_id, func.count(), put_away).join(Incident, Incident.id == Concerned.incident_id)
    counts = counts.group_by(Concerned.incident_id)
    rows = db.session.execute(counts.where(Concerned.incident_id.in_([one.id for one in found])))
    each = {incident_id: (all_of_them, dismissed) for incident_id, all_of_them, dismissed in rows}
    return [(one, each.get(one.id, (0, 0))) for one in found]


def _line(incident: Incident, counts: tuple[int, int], at: datetime) -> Line:
    title, ends_at = readable(incident.titles, shop().locale), incident.ended_at or incident.ends_at
    return Line(incident.id, title, incident.begins_at, ends_at, incident.is_over(at=at), *counts)


def _with_order(whom: Whom) -> Select[Any]:
    found = select(Order.customer_id).where(Order.customer_id.is_not(None))
    if whom.sku:
        found = found.where(Order.id.in_(select(OrderLine.order_id).where(OrderLine.sku == whom.sku)))
    if whom.names_parcels:
        parcels = select(Shipment.order_id)
        if whom.carrier:
            parcels = parcels.where(Shipment.carrier == whom.carrier)
        if whom.is_under_way:
            parcels = parcels.where(Shipment.status.not_in(AT_THE_END))
        found = found.where(Order.id.in_(parcels))
    if whom.when is When.ORDERED and whom.first and whom.last:
        found = found.where(Order.placed_at >= midnight(whom.first), Order.placed_at < midnight(whom.last + ONE_DAY))
    if whom.country:
        found = found.join(Address, Address.id == Order.address_id).where(Address.country == whom.country)
    return found


def _with_subscription(whom: Whom) -> Select[Any]:
    found = select(Subscription.customer_id).where(Subscription.ended_at.is_(None))
    on_days = _on_days(whom.when, whom.first, whom.last) if whom.names_deliveries and whom.when and whom.first and whom.last else None
    if whom.sku:
        prices = select(Price.id).join(Variant, Variant.id == Price.variant_id).where(Variant.sku == whom.sku)
        always = select(SubscriptionItem.subscription_id).where(SubscriptionItem.price_id.in_(prices))
        is_to_come = or_(Delivery.id.is_(None), Delivery.status != DeliveryStatus.CHARGED, on_days if on_days is not None else false())
        once = select(OneTimeItem.subscription_id).outerjoin(Delivery, Delivery.id == OneTimeItem.delivery_id)
        once = once.where(OneTimeItem.price_id.in_(prices), OneTimeItem.removed_at.is_(None), is_to_come)
        found = found.where(or_(Subscription.id.in_(always), Subscription.id.in_(once)))
    if whom.country:
        found = found.join(Address, Address.id == Subscription.address_id).where(Address.country == whom.country)
    if on_days is not None:
        deliveries = select(Delivery.subscription_id).where(on_days, Delivery.status.not_in(NO_DELIVERY))
        found = found.where(Subscription.id.in_(deliveries))
    return found


def _on_days(when: When, first: date, last: date) -> ColumnElement[bool]:
    """Of deliveries. Where the carrier says a day of arrival, that one counts, else the one that follows from the charge."""
    begin, end = charges_of(when, first, last)
    by_charge = and_(Delivery.charge_at >= begin, Delivery.charge_at < end)
    if when is When.CHARGED:
        return by_charge
    told = select(Shipment.id).where(Shipment.order_id == Delivery.order_id, Shipment.expected_on.is_not(None))
    expected = and_(
        Delivery.charge_at >= midnight(first - LONGEST_DELAY), Delivery.charge_at < midnight(last + ONE_DAY),
        told.where(Shipment.expected_on.between(first, last)).exists(),
    )  # fmt: skip
    return or_(expected, and_(by_charge, ~told.exists()))


def charges_of(when: When, first: date, last: date) -> tuple[datetime, datetime]:
    """Between which moments is charged what is charged, or arrives, on these days: the first of them, and the first that is not."""
    if when is When.CHARGED:
        return midnight(first), midnight(last + ONE_DAY)
    days = [first - LONGEST_WAY + timedelta(days=number) for number in range((last - first + LONGEST_WAY).days + 1)]
    arriving = [day for day in days if first <= shop().arrival_after(midnight(day)) <= last]
    return (midnight(arriving[0]), midnight(arriving[-1] + ONE_DAY)) if arriving else (midnight(first), midnight(first))


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), shop().zone).astimezone(UTC)
