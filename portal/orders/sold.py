"""What was bought once at the payment provider, by an invoice of no subscription, is an order. docs/decisions/one-off-invoices.md"""

from portal.accounts.queries import default_address
from portal.billing import on_sale
from portal.billing.models import BillingAccount
from portal.catalog.queries import Sold, sold_by_ref
from portal.kit.shop import shop
from portal.orders.actions import record_order
from portal.orders.landing import address_ids
from portal.orders.layouts.places import Place
from portal.orders.models import OrderedLine
from portal.payments import Bill, Line, Sale, ShipTo

SOURCE = "stripe"


@on_sale
def order_what_was_sold(account: BillingAccount, bill: Bill, sale: Sale) -> None:
    """Once, if something of the catalogue is on it. An order that names the invoice already is that order."""
    known = sold_by_ref(line.product_ref for line in sale.lines if line.product_ref)
    if not known or not shop().orders_from_invoices:
        return
    record_order(
        account.customer,
        number=None,
        placed_at=bill.written_at,
        currency=bill.currency,
        lines=[_line(line, known.get(line.product_ref or "")) for line in sale.lines],
        total=bill.total,
        source=SOURCE,
        source_ref=bill.ref,
        address_id=_goal(account.customer_id, sale.ship_to),
        shipping=sale.shipping,
        shipping_tax=sale.shipping_tax,
        tax_included=sale.tax_included,
    )


def _line(told: Line, product: Sold | None) -> OrderedLine:
    return OrderedLine(
        title=product.title if product else told.words,
        sku=product.sku if product else "",
        quantity=told.quantity,
        unit_amount=told.amount // told.quantity,
        picture=product.picture if product else "",
        discount=told.discount,
        tax=told.tax,
    )


def _goal(customer_id: int, told: ShipTo | None) -> int | None:
    """Where the invoice says, if that is a place; else where all goes."""
    if told and told.line1 and told.city and told.country:
        place = Place(**vars(told))
        return address_ids([(customer_id, place)])[customer_id, place]
    for_all = default_address(customer_id)
    return for_all.id if for_all else None
