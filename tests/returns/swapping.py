"""What a shop sells, and a return of which something is exchanged."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from portal.accounts.models import Customer
from portal.catalog.models import Price, Product, Stock, SwapGroup, Variant
from portal.kit.clock import now
from portal.kit.db import db
from portal.orders.models import Order, OrderedLine
from portal.returns.actions import exchanging
from portal.returns.models import Exchange, Return, ReturnItem, ReturnStatus, free_units, take_units
from portal.returns.queries.instead import offer
from portal.timeline import Actor
from tests.orders.builders import order

SHIRT = OrderedLine("Shirt", "SHIRT-M", 3, 3333, "products/soap.svg", discount=1000, tax=1710)
OILS = OrderedLine("Olive oil", "OIL-750", 1, 4950, "products/oil.svg", discount=495, tax=846)
BY = Actor(system="test")


def catalogue() -> None:
    """A shirt in three sizes, two oils that stand in for each other, and a dear coat. Inside an open transaction."""
    oils = SwapGroup(name="oils")
    for name, picture, variants in [
        ("Shirt", "products/soap.svg", [("SHIRT-M", "M", 3333), ("SHIRT-L", "L", 3500), ("SHIRT-S", "S", 3100)]),
        ("Olive oil", "products/oil.svg", [("OIL-750", "750 ml", 4950)]),
        ("Mild oil", "products/oil.svg", [("MILD-750", "750 ml", 2380)]),
        ("Coat", "products/box.svg", [("COAT", "", 7128)]),
    ]:
        made = [_variant(sku, variant, amount) for sku, variant, amount in variants]
        if "oil" in name.lower():
            for one in made:
                one.swap_group = oils
        db.session.add(Product(name=name, picture=picture, variants=made))
    db.session.flush()


def _variant(sku: str, name: str, amount: int) -> Variant:
    prices = [
        Price(every_count=1, every_unit="month", amount=amount + 100, currency="EUR"),
        Price(every_count=2, every_unit="week", amount=amount, currency="EUR"),
        Price(every_count=3, every_unit="week", amount=amount - 50, currency="EUR", is_offered=False),
    ]
    return Variant(sku=sku, name=name, prices=prices)


def stock(sku: str, quantity: int, *, as_of: datetime | None = None) -> None:
    variant_id = db.session.scalars(select(Variant.id).where(Variant.sku == sku)).one()
    db.session.add(Stock(variant_id=variant_id, quantity=quantity, as_of=as_of or now()))
    db.session.flush()


def bought(person: Customer, *lines: OrderedLine, number: str = "A") -> Order:
    """The order A of the worked examples, or these lines. Inside an open transaction."""
    made = order(person, now(), *(lines or (SHIRT, OILS)), number=number)
    made.total = sum(line.amount - line.discount + line.tax for line in made.lines)
    db.session.flush()
    return made


def returned(
    of: Order, position: int = 0, quantity: int = 1, *, status: ReturnStatus = ReturnStatus.APPROVED, **told: object
) -> ReturnItem:
    """So many of one line come back."""
    line = of.lines[position]
    units = take_units(line.id, quantity, free_units(of)[line.id])
    item = ReturnItem(line=line, quantity=quantity, units=units)
    number = db.session.query(Return).count()
    made = Return(
        rma=f"R-{number}",
        draft=f"draft {number}",
        currency=of.currency,
        started_at=now(),
        submitted_at=now(),
        customer_id=of.customer_id,
        status=status,
        items=[item],
    )
    db.session.add(made)
    db.session.flush()
    for name, value in told.items():
        setattr(item, name, value)
    return item


def exchanged(item: ReturnItem, sku: str) -> Exchange:
    instead = offer(item.line, sku, exchanging.unit_numbers(item))
    assert instead
    return exchanging.choose(item, instead, at=now())


def approve_all(items: Sequence[ReturnItem]) -> None:
    for item in items:
        exchanging.go_on(item.return_, by=BY, at=now())
