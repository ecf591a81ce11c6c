"""Customers beyond those of the demo: one with a single subscription, one with very many, one with few orders and one with very many."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select

from portal.accounts.models import Customer
from portal.catalog.models import Price
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.orders.models import Order, OrderedLine, OrderLine, rows_of
from portal.subscriptions.models import Delivery, DeliveryStatus, Subscription, SubscriptionItem

MANY_SUBSCRIPTIONS, FEW_ORDERS, FULL_PAGE, MANY_ORDERS = 100, 10, 20, 10_000
ITEMS = 4


@dataclass(frozen=True)
class Crowd:
    """Their ids; and of the one with a single subscription, its page and its next delivery."""

    one: int
    many: int
    few_orders: int
    full_page: int
    many_orders: int
    subscription: int
    delivery: int


def fill() -> Crowd:
    """Straight into the tables: how they would have got there is not what is measured."""
    at = now()
    with transaction():
        names = "one", "many", "few", "full", "most"
        one, many, few, full, most = people = [Customer(email=f"{name}@bench.example", name=name) for name in names]
        db.session.add_all(people)
        prices = list(db.session.scalars(select(Price).where(Price.every_count == 4, Price.every_unit == "week").limit(ITEMS)))
        single = _subscription(one, prices, 0, at)
        db.session.add_all([single, *(_subscription(many, prices, number, at) for number in range(1, MANY_SUBSCRIPTIONS + 1))])
        db.session.flush()
        for customer, count in (one, 3), (many, 3), (few, FEW_ORDERS), (full, FULL_PAGE), (most, MANY_ORDERS):
            _order(customer, count, at)
        return Crowd(one.id, many.id, few.id, full.id, most.id, single.id, single.scheduled[0].id)


def _subscription(customer: Customer, prices: list[Price], number: int, at: datetime) -> Subscription:
    """Charged nine days ago, and planned ahead; each begins at an hour of its own."""
    began = (at - timedelta(days=9)).replace(microsecond=0) + timedelta(minutes=number)
    made = Subscription(
        customer=customer, provider_ref=f"sub_bench{number}", name=f"Box {number}", currency="EUR", every_count=4, every_unit="week",
        started_at=began, anchor_at=began, status="active", known_next_charge_at=began + timedelta(weeks=4),
        items=[SubscriptionItem(price=price, quantity=1) for place, price in enumerate(prices)],
    )  # fmt: skip
    charged = Delivery(slot_at=began, charge_at=began, status=DeliveryStatus.CHARGED, invoice_ref=f"in_bench{number}")
    made.deliveries.append(charged)
    made.plan.go_on()
    return made


def _order(customer: Customer, count: int, at: datetime) -> None:
    lines = [OrderedLine(f"Product {place}", f"SKU-{place}", 1, 490, "products/coffee.svg") for place in range(ITEMS)]
    placed = ((f"B{customer.id}-{number}", at - timedelta(hours=number)) for number in range(count))
    for some in _in_parts(
        [
            {"number": name, "placed_at": moment, "currency": "EUR", "total": 4 * 490, "source": "import", "customer_id": customer.id}
            for name, moment in placed
        ]
    ):
        ids = db.session.scalars(insert(Order).returning(Order.id), some)
        db.session.execute(insert(OrderLine), [row for order_id in ids for row in rows_of(order_id, lines)])


def _in_parts(rows: list[dict[str, object]], size: int = 1000) -> Iterator[list[dict[str, object]]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))
