"""The orders export of Shopify: one row for each line item; what is the order's stands in its first row."""

from collections.abc import Sequence

from portal.kit import cells
from portal.kit.cells import Bad
from portal.orders.layouts.layout import Layout, Row
from portal.orders.layouts.places import PlaceColumns
from portal.orders.layouts.sums import Line, Settled, Sums, shared


def settle(lines: Sequence[Line], sums: Sums) -> Settled:
    """`Subtotal` is after all discounts of goods. Whether `Taxes` are in the prices is not told: it follows from the total.

    A code for free delivery counts as a discount too, and is taken off `Shipping`, which tells what it would have cost.
    """
    if sums.total is None or sums.subtotal is None:
        raise Bad("its first row tells no Subtotal or no Total")
    goods = sum(line.ordered.amount for line in lines)
    discount = goods - sums.subtotal
    if discount < 0:
        raise Bad(f"its lines make {sums.written(goods)}, less than its Subtotal of {sums.written(sums.subtotal)}")
    shipping, tax = sums.shipping or 0, sums.tax or 0
    free = max(0, min(shipping, (sums.discount or 0) - discount))
    for delivery in (shipping, shipping - free):
        paid = sums.subtotal + delivery
        if sums.total in (paid, paid + tax):
            included = tax > 0 and sums.total == paid
            return Settled(shared(lines, discount=discount, tax=tax), sums.total, delivery, 0, included)
    parts = sums.written(sums.subtotal, shipping, tax)
    raise Bad(f"its Subtotal, Shipping and Taxes ({parts}) do not make its Total of {sums.written(sums.total)}")


def no_order(row: Row) -> str:
    if row.get("cancelled_at"):
        return "cancelled"
    return "voided" if row.get("financial_status", "").lower() == "voided" else ""


SHOPIFY = Layout(
    name="shopify", number="name", placed_at="created_at", customer="email", sku="lineitem_sku", title="lineitem_name",
    quantity="lineitem_quantity", price="lineitem_price", currency="currency", full_name=("billing_name",), total="total",
    read_number=cells.order_number, read_customer=cells.email,
    sums={"subtotal": "subtotal", "shipping": "shipping", "tax": "taxes", "discount": "discount_amount"},
    needed_sums=("subtotal", "shipping", "tax"),
    discount="lineitem_discount", taxable="lineitem_taxable",
    place=PlaceColumns(
        name=("shipping_name",), line1="shipping_address1", line2="shipping_address2", postcode="shipping_zip", city="shipping_city",
        region="shipping_province", country="shipping_country", phone="shipping_phone",
    ),
    settle=settle, no_order=no_order, inherits=True,
)  # fmt: skip
