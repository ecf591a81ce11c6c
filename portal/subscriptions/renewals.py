"""What the provider's invoices mean: a delivery is charged, and becomes an order."""

from datetime import datetime, timedelta

from portal import timeline
from portal.catalog.queries import prices_by_ref
from portal.kit.db import db
from portal.orders.actions import record_order
from portal.orders.models import OrderedLine
from portal.payments import Payment, Renewal
from portal.subscriptions.models import Delivery, DeliveryStatus, Subscription

BECAME = {
    Payment.PENDING: DeliveryStatus.DUE,
    Payment.OWED: DeliveryStatus.UNPAID,
    Payment.PAID: DeliveryStatus.CHARGED,
    Payment.VOID: DeliveryStatus.SKIPPED,
}
TOLD = {Payment.OWED: "payment failed", Payment.PAID: "charged", Payment.VOID: "not charged"}
"""What of it stands in the history."""


def known_renewals(subscription: Subscription) -> dict[str, DeliveryStatus]:
    return {delivery.invoice_ref: delivery.status for delivery in subscription.deliveries if delivery.invoice_ref}


def is_news(renewal: Renewal, known: dict[str, DeliveryStatus]) -> bool:
    return known.get(renewal.ref) is not BECAME[renewal.payment]


def take_renewal(subscription: Subscription, renewal: Renewal, *, at: datetime) -> None:
    """An invoice for a delivery: about to be charged, charged, owed, or given up. What is paid becomes an order, once."""
    known = next((delivery for delivery in subscription.deliveries if delivery.invoice_ref == renewal.ref), None)
    delivery = known or _delivery_for(subscription, renewal.invoiced_at)
    if renewal.payment is Payment.PENDING:
        _note(delivery, renewal)
        return
    db.session.flush()
    facts = {"delivery": delivery.id, "amount": renewal.amount, "currency": renewal.currency}
    happened_at = at if delivery.status is DeliveryStatus.UNPAID else renewal.invoiced_at
    with timeline.deed(subscription, TOLD[renewal.payment], by=timeline.PROVIDER, at=happened_at, touching=[delivery], facts=facts):
        _note(delivery, renewal)
        if renewal.payment is Payment.PAID:
            delivery.order = record_order(
                subscription.customer,
                number=None,
                placed_at=renewal.invoiced_at,
                currency=renewal.currency,
                lines=_ordered(renewal),
                total=renewal.amount,
                source="subscription",
                source_ref=renewal.ref,
            )


def _delivery_for(subscription: Subscription, invoiced_at: datetime) -> Delivery:
    """The delivery that an invoice of this moment pays for.

    That is one planned for this very time (a skipped one as well: then the provider had not heard of it yet), else the next one,
    whose date was changed there. One of a time before us becomes known by this.
    """
    free = [delivery for delivery in subscription.planned if delivery.invoice_ref is None]
    near = [delivery for delivery in free if abs(delivery.charge_at - invoiced_at) <= timedelta(days=1)]
    nearest = min(near, key=lambda delivery: abs(delivery.charge_at - invoiced_at), default=None)
    return nearest or next(iter(subscription.scheduled), None) or subscription.plan(invoiced_at)


def _note(delivery: Delivery, renewal: Renewal) -> None:
    delivery.status, delivery.invoice_ref, delivery.charge_at = BECAME[renewal.payment], renewal.ref, renewal.invoiced_at


def _ordered(renewal: Renewal) -> list[OrderedLine]:
    prices = prices_by_ref([line.price_ref for line in renewal.lines if line.price_ref])
    lines = []
    for line in renewal.lines:
        price = prices.get(line.price_ref or "")
        lines.append(
            OrderedLine(
                title=f"{price.variant.product.name}, {price.variant.name}" if price else line.words,
                sku=price.variant.sku if price else "",
                quantity=line.quantity,
                unit_amount=line.amount // line.quantity,
                picture=price.variant.product.picture if price else "",
            )
        )
    return lines
