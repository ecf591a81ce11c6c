"""What the page of one order shows."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from portal.billing.models import Attempt, Invoice
from portal.kit.db import db
from portal.orders.models import Order, OrderLine


@dataclass(frozen=True)
class ShownLine:
    title: str
    sku: str
    quantity: int
    unit_amount: int
    amount: int
    picture: str


@dataclass(frozen=True)
class ShownOrder:
    number: str
    placed_at: datetime
    currency: str
    total: int
    due: int | None
    """What of the total a card paid, after the customer's credit; None where no invoice of it is known."""
    refunded: int
    """What of it went back to the card."""
    lines: tuple[ShownLine, ...]

    @property
    def goods(self) -> int:
        return sum(line.amount for line in self.lines)

    @property
    def credit(self) -> int:
        """What the customer's credit paid of it; below zero what was owed from before, and paid with it."""
        return 0 if self.due is None else self.total - self.due


def order(customer_id: int, number: str) -> ShownOrder | None:
    refunded = select(func.sum(Attempt.refunded)).where(Attempt.invoice_id == Invoice.id).correlate(Invoice).scalar_subquery()
    mine = select(Order.id, Order.number, Order.placed_at, Order.currency, Order.total, Invoice.due, refunded.label("refunded"))
    mine = mine.outerjoin(Invoice, Invoice.provider_ref == Order.source_ref)
    found = db.session.execute(mine.where(Order.customer_id == customer_id, Order.number == number)).one_or_none()
    if found is None:
        return None
    columns = OrderLine.title, OrderLine.sku, OrderLine.quantity, OrderLine.unit_amount, OrderLine.amount, OrderLine.picture
    lines = db.session.execute(select(*columns).where(OrderLine.order_id == found.id).order_by(OrderLine.position))
    return ShownOrder(
        found.number,
        found.placed_at,
        found.currency,
        found.total,
        found.due,
        int(found.refunded or 0),
        tuple(ShownLine(*line) for line in lines),
    )
