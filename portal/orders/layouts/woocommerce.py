"""The default fields of the plugin “Advanced Order Export For WooCommerce”: one row for each item, the order's values on all of them."""

from collections.abc import Sequence
from dataclasses import replace

from portal.kit import cells
from portal.kit.cells import Bad
from portal.orders.layouts.layout import Layout, Row
from portal.orders.layouts.places import PlaceColumns
from portal.orders.layouts.sums import Line, Settled, Sums, shared

NEVER = {"cancelled": "cancelled", "failed": "failed", "pending payment": "never paid", "pending": "never paid", "draft": "a draft"}
"""States in which it never became an order."""


def settle(lines: Sequence[Line], sums: Sums) -> Settled:
    """All amounts but the total are without tax. `Item Cost` is rounded for one piece, so a line may be some cents off: the total counts.

    `Item Cost` is after discounts, `Item Cost Before Discount` (where it is exported) before them.
    """
    if sums.total is None:
        raise Bad("it tells no Order Total Amount")
    shipping, tax = sums.shipping or 0, sums.tax or 0
    paid = sums.total - shipping - tax
    if sums.subtotal is not None and abs(sums.subtotal - (sums.discount or 0) - paid) > 1:
        parts = sums.written(sums.subtotal, sums.discount or 0, shipping, tax)
        raise Bad(f"its subtotal, discount, shipping and tax ({parts}) do not make its total of {sums.written(sums.total)}")
    fitted = _fitted(lines, paid, sums)
    goods = sum(line.ordered.amount for line in fitted)
    off = (sums.discount or 0) + sum(line.ordered.quantity for line in fitted)
    if paid < 0 or goods - paid > off:
        raise Bad(f"its items make {sums.written(goods)}, but {sums.written(paid)} was paid for them")
    shipping_tax = min(tax, sums.shipping_tax or 0)
    return Settled(shared(fitted, discount=goods - paid, tax=tax - shipping_tax), sums.total, shipping, shipping_tax)


def _fitted(lines: Sequence[Line], paid: int, sums: Sums) -> list[Line]:
    """Rounded down, prices may make less than what was paid: the largest line's goes up by one, what is too much then is a discount."""
    goods = sum(line.ordered.amount for line in lines)
    fitted = list(lines)
    largest = max(range(len(lines)), key=lambda at: lines[at].ordered.quantity)
    if 0 < paid - goods <= lines[largest].ordered.quantity:
        ordered = lines[largest].ordered
        fitted[largest] = replace(lines[largest], ordered=replace(ordered, unit_amount=ordered.unit_amount + 1))
    elif goods < paid:
        raise Bad(f"its items make {sums.written(goods)}, but {sums.written(paid)} was paid for them")
    return fitted


def no_order(row: Row) -> str:
    return NEVER.get(row.get("order_status", "").lower().removeprefix("wc-"), "")


WOOCOMMERCE = Layout(
    name="woocommerce", number="order_number", placed_at="order_date", customer="email_(billing)", sku="sku", title="item_name",
    quantity="quantity", price="item_cost", currency="currency", full_name=("first_name_(billing)", "last_name_(billing)"),
    total="order_total_amount", read_number=cells.order_number, read_customer=cells.email,
    sums={
        "subtotal": "order_subtotal_amount", "discount": "cart_discount_amount", "shipping": "order_shipping_amount",
        "shipping_tax": "order_shipping_tax_amount", "tax": "order_total_tax_amount",
    },
    needed_sums=("shipping", "tax"), dearer="item_cost_before_discount",
    place=PlaceColumns(
        name=("first_name_(shipping)", "last_name_(shipping)"), line1="address_1&2_(shipping)", line2="", postcode="postcode_(shipping)",
        city="city_(shipping)", region="state_code_(shipping)", country="country_code_(shipping)",
    ),
    settle=settle, no_order=no_order,
)  # fmt: skip
