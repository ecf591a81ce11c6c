"""What the page of one order shows: in as many questions for ten thousand lines as for one."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select

from portal.billing.models import Attempt, Invoice
from portal.catalog.models import Product, Variant
from portal.catalog.queries import HAS_GUIDE
from portal.kit.db import db
from portal.orders.models import Order, OrderLine
from portal.orders.queries.parcels import left_to_pack, parcels_of
from portal.orders.shown import Pieces, ShownLine, ShownOrder, Sums

LINES = 50
"""So many are on a page."""
REFUNDED = select(func.sum(Attempt.refunded)).where(Attempt.invoice_id == Invoice.id).correlate(Invoice).scalar_subquery().label("refunded")


def order(customer_id: int, number: str, first_line: int = 0, *, at: datetime) -> ShownOrder | None:
    """Of this customer, with its lines from this one on. None if there is none, or no such line."""
    return _shown(and_(Order.customer_id == customer_id, Order.number == number), first_line, at=at)


def anybodys_order(number: str, first_line: int = 0, *, at: datetime) -> ShownOrder | None:
    """The same, whoever's it is, also nobody's yet: for the shop's people."""
    return _shown(Order.number == number, first_line, at=at)


def _shown(which: ColumnElement[bool], first_line: int, *, at: datetime) -> ShownOrder | None:
    asked = select(
        Order.id, Order.number, Order.placed_at, Order.currency, Order.total, Order.packed_at, Order.shipping, Order.shipping_tax,
        Order.tax_included, Invoice.due, REFUNDED,
    ).outerjoin(Invoice, Invoice.provider_ref == Order.source_ref)  # fmt: skip
    found = db.session.execute(asked.where(which)).one_or_none()
    if found is None:
        return None
    theirs = OrderLine.order_id == found.id
    summed = select(func.count(), func.sum(OrderLine.amount), func.sum(OrderLine.discount), func.sum(OrderLine.tax)).where(theirs)
    how_many, goods, discount, tax = (int(value or 0) for value in db.session.execute(summed).one())
    if first_line and first_line >= how_many:
        return None
    columns = OrderLine.title, OrderLine.sku, OrderLine.quantity, OrderLine.unit_amount, OrderLine.amount, OrderLine.picture
    guided = select(Variant.sku, Product.id.label("product_id")).join(Product, Product.id == Variant.product_id).where(HAS_GUIDE).subquery()
    page = select(*columns, guided.c.product_id).outerjoin(guided, guided.c.sku == OrderLine.sku)
    page = page.where(theirs, OrderLine.position >= first_line).order_by(OrderLine.position).limit(LINES)
    parcels = parcels_of(found.id, at=at)
    return ShownOrder(
        id=found.id,
        number=found.number,
        placed_at=found.placed_at,
        currency=found.currency,
        packed_at=found.packed_at,
        sums=Sums(
            goods=goods,
            discount=discount,
            shipping=found.shipping,
            tax=tax + found.shipping_tax,
            tax_included=found.tax_included,
            total=found.total,
            due=found.due,
            refunded=int(found.refunded or 0),
        ),
        lines=tuple(ShownLine(*line) for line in db.session.execute(page)),
        first_line=first_line,
        how_many=how_many,
        parcels=parcels,
        left=left_to_pack(found.id) if parcels else Pieces(),
    )
