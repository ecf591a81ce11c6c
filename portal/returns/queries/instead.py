"""What can go out instead of what comes back, and what is to pay for it. docs/decisions/exchanges.md"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, ScalarSelect, Select, case, func, or_, select

from portal.billing.models import BillingAccount
from portal.catalog.models import Price, Product, Stock, Variant
from portal.kit.db import db
from portal.kit.shares import part
from portal.orders.models import Order, OrderLine
from portal.returns.models import Exchange

MOST = 40
"""So many are shown: first the product's other variants, then what may stand in for it, then the rest of the catalogue."""


@dataclass(frozen=True)
class Instead:
    """Something that may go out, as often as something else comes back. Amounts in minor units of the order's currency."""

    sku: str
    title: str
    variant: str
    picture: str
    unit_amount: int
    """What one of it costs, tax included."""
    is_same_product: bool
    """Then its price is that of what comes back, whatever it costs today."""
    quantity: int
    credit: int
    """What was paid for what comes back."""

    @property
    def difference(self) -> int:
        """What is still to pay for all of it; below zero, what goes back."""
        return 0 if self.is_same_product else self.unit_amount * self.quantity - self.credit


def paid_for(line: OrderLine, numbers: Sequence[int], *, tax_included: bool) -> int:
    """What was paid for these units of a line, its discount taken off, tax included."""
    return sum(_paid_for_one(line, number, tax_included=tax_included) for number in numbers)


def tax_in(line: OrderLine, numbers: Sequence[int]) -> int:
    """How much of that is tax."""
    return sum(part(line.tax, line.quantity, number, 1) for number in numbers)


def instead_of(line: OrderLine, numbers: Sequence[int], *, can_pay: bool | None = None) -> list[Instead]:
    """All that may go out for these units, in the order in which it is shown. What is dearer, only to somebody who can pay for it.

    What was bought itself is not among it: that would be a replacement.
    """
    order, quantity = line.order, len(numbers)
    credit = paid_for(line, numbers, tax_included=order.tax_included)
    pays = has_account(order) if can_pay is None else can_pay
    bought = db.session.execute(select(Variant.product_id, Variant.swap_group_id).where(Variant.sku == line.sku)).one_or_none()
    product_id, group_id = (bought.product_id, bought.swap_group_id) if bought else (None, None)
    query = _offered(order.currency).where(Variant.sku != line.sku, _is_there(quantity))
    is_first = case((Variant.product_id == product_id, 0), (Variant.swap_group_id == group_id, 1), else_=2)
    found = [
        Instead(row.sku, row.title, row.variant, row.picture, row.amount, row.product_id == product_id, quantity, credit)
        for row in db.session.execute(query.order_by(is_first, Product.name, Product.id, Variant.id).limit(MOST))
    ]
    return [one for one in found if one.difference <= 0 or pays]


def instead_for(exchange: Exchange) -> list[Instead]:
    """What may go out in place of what was chosen, and of which there is none left."""
    item = exchange.item
    if item is None:
        return []
    numbers = [unit.number for unit in item.units][: exchange.quantity]
    return [one for one in instead_of(item.line, numbers) if one.sku != exchange.sku]


def offer(line: OrderLine, sku: str, numbers: Sequence[int]) -> Instead | None:
    """That one of them, however many there are of others. None if it can't go out."""
    order, quantity = line.order, len(numbers)
    row = db.session.execute(_offered(order.currency).where(Variant.sku == sku, Variant.sku != line.sku, _is_there(quantity))).one_or_none()
    if row is None:
        return None
    product_id = db.session.scalar(select(Variant.product_id).where(Variant.sku == line.sku))
    credit = paid_for(line, numbers, tax_included=order.tax_included)
    found = Instead(row.sku, row.title, row.variant, row.picture, row.amount, row.product_id == product_id, quantity, credit)
    return found if found.difference <= 0 or has_account(order) else None


def has_account(order: Order) -> bool:
    """Whether its customer can pay a difference: the provider knows them, in this currency."""
    return db.session.scalar(_account(order).with_only_columns(BillingAccount.id)) is not None


def account_of(order: Order) -> BillingAccount | None:
    """With which its customer pays a difference."""
    return db.session.scalars(_account(order)).one_or_none()


def left_of(sku: str) -> int | None:
    """How many can still be promised; None where nobody counts them."""
    return db.session.scalar(select(_left()).join(Variant, Variant.id == Stock.variant_id).where(Variant.sku == sku))


def _account(order: Order) -> Select[BillingAccount]:
    theirs = select(BillingAccount).where(BillingAccount.customer_id == order.customer_id, BillingAccount.currency == order.currency)
    return theirs.where(BillingAccount.gone_at.is_(None)).order_by(BillingAccount.id).limit(1)


def _paid_for_one(line: OrderLine, number: int, *, tax_included: bool) -> int:
    goods = part(line.amount - line.discount, line.quantity, number, 1)
    return goods if tax_included else goods + part(line.tax, line.quantity, number, 1)


def _offered(currency: str) -> Select[str, str, str, str, int, int]:
    """What the shop sells, at the lowest of its prices: how often it would come is no matter here."""
    columns = Variant.sku, Product.name.label("title"), Variant.name.label("variant"), Product.picture, Product.id.label("product_id")
    return (
        select(*columns[:4], func.min(Price.amount).label("amount"), columns[4])
        .join(Product, Product.id == Variant.product_id)
        .join(Price, Price.variant_id == Variant.id)
        .outerjoin(Stock, Stock.variant_id == Variant.id)
        .where(Price.currency == currency, Price.is_offered)
        .group_by(Variant.id, Product.id, Stock.id)
    )


def _is_there(quantity: int) -> ColumnElement[bool]:
    return or_(Stock.id.is_(None), _left() >= quantity)


def _left() -> ColumnElement[int]:
    """What was counted, less what was promised since and may not be taken off yet."""
    return Stock.quantity - _promised()


def _promised() -> ScalarSelect[int]:
    since = (
        select(func.coalesce(func.sum(Exchange.quantity), 0))
        .join(Order, Order.id == Exchange.order_id)
        .where(Exchange.sku == Variant.sku, Order.placed_at > Stock.as_of)
    )
    return since.correlate(Variant, Stock).scalar_subquery()
