"""The orders export of BigCommerce (its default template): one row for each order, all its products in one value."""

import re
from collections.abc import Sequence

from portal.kit import cells
from portal.kit.cells import Bad
from portal.orders.layouts.layout import Layout, Row
from portal.orders.layouts.places import PlaceColumns
from portal.orders.layouts.sums import Line, Settled, Sums, shared

PRODUCT = re.compile(
    r"Product ID: *(?P<id>[^,|]*), *Product Qty: *(?P<quantity>[^,|]*), *Product SKU: *(?P<sku>.*?), *Product Name: *(?P<title>.*?)"
    r", *Product Weight: *[^,|]*, *Product Variation Details: *(?P<variant>.*?)"
    r", *Product Unit Price: *(?P<price>[^,|]*), *Product Total Price: *(?P<all>[^,|]*)",
    re.DOTALL,
)
"""Names and variants may hold commas: what ends them is the name of the next field."""
NEVER = {"incomplete": "never paid", "cancelled": "cancelled", "declined": "declined"}


def parts(row: Row) -> list[Row]:
    told = row["product_details"]
    lines: list[Row] = []
    end = 0
    for product in PRODUCT.finditer(told):
        if told[end : product.start()].strip(" |\n"):
            break
        end = product.end()
        title = f"{product['title'].strip()}, {product['variant'].strip()}" if product["variant"].strip() else product["title"].strip()
        made = {"sku": product["sku"].strip(), "title": title, "quantity": product["quantity"].strip(), "price": product["price"].strip()}
        lines.append({**row, **{f"product_{name}": value for name, value in made.items()}})
    if not lines or told[end:].strip(" |\n"):
        raise Bad("its Product Details can't be told apart")
    return lines


def settle(lines: Sequence[Line], sums: Sums) -> Settled:
    """Whether prices hold the tax follows from which of both subtotals the lines make. A discount is what is missing in the total then."""
    with_tax = sums.subtotal, sums.shipping, sums.handling, sums.total
    without = sums.net_subtotal, sums.net_shipping, sums.net_handling, sums.net_total
    (subtotal, shipping, handling, total), (net_subtotal, net_shipping, net_handling, net_total) = (
        [amount or 0 for amount in amounts] for amounts in (with_tax, without)
    )
    goods = sum(line.ordered.amount for line in lines)
    if goods not in (subtotal, net_subtotal):
        both = f"{sums.written(subtotal)} with tax or {sums.written(net_subtotal)} without"
        raise Bad(f"its products make {sums.written(goods)}, but its subtotal is {both}")
    delivery_tax = shipping + handling - net_shipping - net_handling
    tax = total - net_total - delivery_tax
    included = goods != net_subtotal
    delivery = shipping + handling if included else net_shipping + net_handling
    discount = goods + delivery - (total if included else net_total)
    if min(discount, tax, delivery_tax) < 0 or discount > goods:
        raise Bad(f"its subtotal and shipping do not make its total of {sums.written(total)}")
    return Settled(shared(lines, discount=discount, tax=tax), total, delivery, delivery_tax, included)


def no_order(row: Row) -> str:
    return NEVER.get(row.get("order_status", "").lower(), "")


BIGCOMMERCE = Layout(
    name="bigcommerce", number="order_id", placed_at="order_date", customer="customer_email", sku="product_sku", title="product_title",
    quantity="product_quantity", price="product_price", currency="order_currency_code", full_name=("customer_name",),
    total="order_total_(inc_tax)", read_number=cells.order_number, read_customer=cells.email,
    sums={
        "subtotal": "subtotal_(inc_tax)", "net_subtotal": "subtotal_(ex_tax)", "shipping": "shipping_cost_(inc_tax)",
        "net_shipping": "shipping_cost_(ex_tax)", "handling": "handling_cost_(inc_tax)", "net_handling": "handling_cost_(ex_tax)",
        "net_total": "order_total_(ex_tax)",
    },
    needed_sums=("subtotal", "net_subtotal", "shipping", "net_shipping", "net_total"),
    place=PlaceColumns(
        name=("shipping_first_name", "shipping_last_name"), line1="shipping_street_1", line2="shipping_street_2", postcode="shipping_zip",
        city="shipping_suburb", region="shipping_state", country="shipping_country", phone="shipping_phone",
    ),
    settle=settle, no_order=no_order, parts=parts, packed="product_details",
    made=("product_sku", "product_title", "product_quantity", "product_price"), day_first=True,
)  # fmt: skip
