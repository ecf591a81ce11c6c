"""The plain layout, which is ours; and that of the data set “Online Retail”."""

from portal.kit import cells
from portal.orders.layouts.layout import Layout
from portal.orders.layouts.places import PlaceColumns

PLAIN = Layout(
    name="plain", number="order_number", placed_at="placed_at", customer="email", sku="sku", title="title", quantity="quantity",
    price="unit_price", currency="currency", full_name=("name",), total="order_total",
    read_number=cells.order_number, read_customer=cells.email,
    discount="discount", tax="tax", sums={"shipping": "shipping", "shipping_tax": "shipping_tax"}, tax_included="tax_included",
    place=PlaceColumns(
        name=("ship_name",), line1="ship_line1", line2="ship_line2", postcode="ship_postcode", city="ship_city", region="ship_region",
        country="ship_country", phone="ship_phone",
    ),
)  # fmt: skip
ONLINE_RETAIL = Layout(
    name="online-retail", number="invoiceno", placed_at="invoicedate", customer="customerid", sku="stockcode", title="description",
    quantity="quantity", price="unitprice", currency="", full_name=(), total="",
    read_number=cells.invoice_number, read_customer=cells.demo_email,
)  # fmt: skip
