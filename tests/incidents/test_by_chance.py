"""Whom an incident concerns, in shops of chance: as a loop over all rows finds them; and they, and nobody else, are then told."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from random import Random
from secrets import token_urlsafe

import pytest
from flask import Flask

from portal.accounts.models import Address, Customer
from portal.carriers import ParcelStatus
from portal.catalog.models import Price, Product, Variant
from portal.incidents import actions, queries
from portal.incidents.models import When, Whom
from portal.kit.db import db, transaction
from portal.kit.shop import shop
from portal.orders.models import Order, OrderedLine, Shipment
from portal.subscriptions.models import Delivery, DeliveryStatus, OneTimeItem, Subscription, SubscriptionItem
from portal.timeline import Actor
from tests import ground
from tests.accounts.builders import address, customer, staff
from tests.numbers import world
from tests.numbers.world import NOW
from tests.orders.builders import order, parcel_that_is

app = ground.app
SKUS, CARRIERS, COUNTRIES = ["HON", "OIL", "TEA"], ["dhl", "gls"], ["DE", "TR"]
AT_THE_END = ParcelStatus.DELIVERED, ParcelStatus.RETURN_TO_SENDER, ParcelStatus.CANCELLED, ParcelStatus.FAILURE


@pytest.mark.parametrize("seed", range(4))
def test_exactly_those_are_previewed_and_told_who_have_all_that_is_named(app: Flask, seed: int) -> None:
    random = Random(seed)
    with app.app_context():
        with transaction():
            by = Actor(staff_id=staff().id)
            prices = {sku: _price(sku) for sku in SKUS}
            people = [_person(random, prices) for _ in range(20)]
        sizes = set()
        for _ in range(30):
            whom = _somebody(random)
            expected = {person.id for person in people if _is_meant(person, whom)}
            with transaction():
                preview = queries.preview(whom)
                told = {"en": "Late"}
                incident = actions.publish(whom, told, told, draft=token_urlsafe(24), begins_at=None, ends_at=None, by=by, at=NOW)
                actions.grow(at=NOW)
            seen = {person.id for person in people if incident.id in [one.id for one in queries.told_to(person, at=NOW)]}
            assert (preview.count, {one.id for one in preview.first}, seen) == (len(expected), expected, expected), whom
            sizes.add(len(expected))
            with transaction():
                actions.end(incident, by=by, at=NOW + timedelta(seconds=1))
        assert len(sizes) > 5, "of chance came next to nothing"


def _somebody(random: Random) -> Whom:
    """Some of all that can be named."""
    sku, carrier, country = (random.choice(["", "", *some]) for some in (SKUS, CARRIERS * 2, COUNTRIES))
    when = random.choice([None, *When])
    first = NOW.date() + timedelta(days=random.randint(-20, 10)) if when else None
    last = first + timedelta(days=random.randint(0, 12)) if first else None
    found = Whom(sku, carrier, random.random() < 0.2, when, first, last, country)
    return found if found != Whom() else Whom(sku="HON")


def _price(sku: str) -> Price:
    variant = Variant(sku=sku, name="one")
    variant.prices = [price := Price(every_count=1, every_unit="month", amount=890, currency="EUR")]
    db.session.add(Product(name=sku, picture="products/coffee.svg", variants=[variant]))
    db.session.flush()
    return price


def _person(random: Random, prices: dict[str, Price]) -> Customer:
    found = customer()
    home = address(found.id, country=random.choice(COUNTRIES), at=NOW).id
    for _ in range(random.randint(0, 2)):
        _order(random, found, home, NOW - timedelta(hours=random.randint(0, 20 * 24)))
    for _ in range(random.randint(0, 2)):
        ended_at = NOW if random.random() < 0.2 else None
        box = world.subscription(found, NOW - timedelta(days=90), ended_at)
        box.address_id = home
        box.items = [SubscriptionItem(price=prices[random.choice(SKUS)], quantity=1)]
        for _ in range(random.randint(0, 3)):
            charge_at = NOW + timedelta(hours=random.randint(-20 * 24, 10 * 24))
            made = Delivery(slot_at=charge_at, charge_at=charge_at, status=random.choice([*DeliveryStatus]))
            made.order = _order(random, found, home, charge_at) if random.random() < 0.6 else None
            box.deliveries.append(made)
        if random.random() < 0.3:
            once = OneTimeItem(price=prices[random.choice(SKUS)], quantity=1, amount=890, body={}, asked_at=NOW)
            once.removed_at = NOW if random.random() < 0.3 else None
            box.one_time_items.append(once)
            db.session.flush()
            once.delivery_id = random.choice([None, *(one.id for one in box.deliveries)])
    db.session.flush()
    return found


def _order(random: Random, person: Customer, home: int, placed_at: datetime) -> Order:
    lines = [OrderedLine(sku, sku, 1, 890) for sku in random.sample(SKUS, random.randint(1, 2))]
    made = order(person, placed_at, *lines)
    made.address_id = home if random.random() < 0.8 else None
    for _ in range(random.randint(0, 2)):
        expected_on = placed_at.date() + timedelta(days=random.randint(1, 20)) if random.random() < 0.6 else None
        parcel_that_is(random.choice([*ParcelStatus]), made, {}, carrier=random.choice(CARRIERS), expected_on=expected_on)
    return made


def _is_meant(person: Customer, whom: Whom) -> bool:
    orders = [one for one in db.session.query(Order).filter_by(customer_id=person.id) if _has(one, whom)]
    boxes = [one for one in db.session.query(Subscription).filter_by(customer_id=person.id) if _receives(one, whom)]
    by_orders = whom.names_parcels or whom.when is When.ORDERED
    by_boxes = whom.when in (When.CHARGED, When.ARRIVES)
    if by_orders or by_boxes:
        return (bool(orders) or not by_orders) and (bool(boxes) or not by_boxes)
    return bool(orders or boxes)


def _has(one: Order, whom: Whom) -> bool:
    parcels = [
        parcel
        for parcel in _parcels(one)
        if (not whom.carrier or parcel.carrier == whom.carrier) and not (whom.is_under_way and parcel.status in AT_THE_END)
    ]
    return (
        (not whom.sku or whom.sku in [line.sku for line in one.lines])
        and (bool(parcels) or not whom.names_parcels)
        and (whom.when is not When.ORDERED or _is_between(one.placed_at.astimezone(shop().zone).date(), whom))
        and _is_sent_to(one.address_id, whom.country)
    )


def _receives(box: Subscription, whom: Whom) -> bool:
    inside = [*(one.price for one in box.items), *(one.price for one in box.one_time_items if _is_to_come(one, whom))]
    goes_on = box.ended_at is None and _is_sent_to(box.address_id, whom.country)
    comes = whom.when in (None, When.ORDERED) or any(_is_within(one, whom) for one in box.deliveries)
    return goes_on and comes and (not whom.sku or whom.sku in [price.variant.sku for price in inside])


def _is_to_come(once: OneTimeItem, whom: Whom) -> bool:
    """What went already is in an order, unless that is the delivery which is meant."""
    went = db.session.get(Delivery, once.delivery_id) if once.delivery_id else None
    is_gone = (
        went is not None
        and went.status is DeliveryStatus.CHARGED
        and not (whom.when in (When.CHARGED, When.ARRIVES) and _is_within(went, whom))
    )
    return once.removed_at is None and not is_gone


def _is_within(one: Delivery, whom: Whom) -> bool:
    is_off = one.status in (DeliveryStatus.SKIPPED, DeliveryStatus.DROPPED)
    return not is_off and any(_is_between(day, whom) for day in _days(one, whom.when))


def _is_between(day: date, whom: Whom) -> bool:
    assert whom.first
    assert whom.last
    return whom.first <= day <= whom.last


def _days(one: Delivery, when: When | None) -> Iterable[date]:
    if when is When.CHARGED:
        return [one.charge_at.astimezone(shop().zone).date()]
    told = [parcel.expected_on for parcel in _parcels(one.order) if parcel.expected_on] if one.order else []
    return told or [shop().arrival_after(one.charge_at)]


def _parcels(one: Order) -> Iterable[Shipment]:
    return db.session.query(Shipment).filter_by(order_id=one.id)


def _is_sent_to(address_id: int | None, country: str) -> bool:
    return not country or (address_id is not None and db.session.get_one(Address, address_id).country == country)
