"""By what an order was paid, as far as it is known here."""

from sqlalchemy import select

from portal.billing.models import BillingAccount, Invoice
from portal.kit.db import db
from portal.orders.models import Order


def paid_invoice(order: Order) -> Invoice | None:
    """By which it was paid here, if it was: by its own customer, and in its currency."""
    if order.source_ref is None:
        return None
    theirs = select(Invoice).join(BillingAccount, BillingAccount.id == Invoice.account_id)
    theirs = theirs.where(BillingAccount.customer_id == order.customer_id, Invoice.currency == order.currency)
    return db.session.scalars(theirs.where(Invoice.provider_ref == order.source_ref, Invoice.status == "paid")).one_or_none()


def left_of(invoice: Invoice) -> int:
    """How much of it can go back without anybody's help: to cards, and as the credit that had paid it."""
    return sum(attempt.left for attempt in invoice.attempts) + invoice.credit_left


def delivery_of(order: Order) -> int:
    """What it cost to send, tax included."""
    return order.shipping + (0 if order.tax_included else order.shipping_tax)


def standard_delivery_of(order: Order) -> int:
    """… without what a dearer way of sending cost on top. All of it where the cheapest standard of that day is not known.
    Source: Directive 2011/83/EU, Article 13(2)."""
    cost = delivery_of(order)
    return cost if order.standard_shipping is None else min(cost, order.standard_shipping)


def adds_up(order: Order) -> bool:
    """Whether what was paid for each line is known: with the delivery they come to the total."""
    lines = sum(line.amount - line.discount + (0 if order.tax_included else line.tax) for line in order.lines)
    return lines + delivery_of(order) == order.total
