"""What the provider's invoices mean: a delivery is charged, and becomes an order."""

from dataclasses import asdict, replace
from datetime import datetime, timedelta

from portal import outbox, timeline
from portal.accounts.queries import default_address
from portal.billing.models import Why
from portal.catalog.models import Price
from portal.catalog.queries import prices_by_ref
from portal.kit.db import db
from portal.orders.actions import record_order
from portal.orders.models import OrderedLine
from portal.payments import Discount, Payment, Renewal
from portal.subscriptions.models import Delivery, DeliveryStatus, Overcharge, Subscription
from portal.subscriptions.overcharges import overcharge_by

BECAME = {
    Payment.PENDING: DeliveryStatus.DUE,
    Payment.OWED: DeliveryStatus.UNPAID,
    Payment.PAID: DeliveryStatus.CHARGED,
    Payment.VOID: DeliveryStatus.SKIPPED,
}
TOLD = {Payment.OWED: "payment failed", Payment.PAID: "charged", Payment.VOID: "not charged"}
"""What of it stands in the history."""


def known_renewals(subscription: Subscription) -> dict[str, DeliveryStatus]:
    known = {overcharge.invoice_ref: BECAME[overcharge.payment] for overcharge in subscription.overcharges}
    return known | {delivery.invoice_ref: delivery.status for delivery in subscription.deliveries if delivery.invoice_ref}


def is_news(renewal: Renewal, known: dict[str, DeliveryStatus]) -> bool:
    return known.get(renewal.ref) is not BECAME[renewal.payment]


def take_renewal(subscription: Subscription, renewal: Renewal, *, discount: Discount | None, at: datetime) -> None:
    """An invoice for a delivery: about to be charged, charged, owed, or given up. What is paid becomes an order, once.

    `discount` is the one that counted before it. What is too much of it goes back; one for which nothing was to come is no delivery.
    """
    overcharge = overcharge_by(subscription, renewal, discount=discount)
    if overcharge:
        _take_overcharge(overcharge, renewal, at=at)
        if overcharge.is_for_nothing:
            return
    known = next((delivery for delivery in subscription.deliveries if delivery.invoice_ref == renewal.ref), None)
    delivery = known or _delivery_for(subscription, renewal)
    if renewal.payment is Payment.PENDING:
        _note(delivery, renewal, overcharge)
        return
    db.session.flush()
    facts = {"delivery": delivery.id, "amount": renewal.amount, "currency": renewal.currency}
    happened_at = at if delivery.status is DeliveryStatus.UNPAID else renewal.invoiced_at
    with timeline.deed(subscription, TOLD[renewal.payment], by=timeline.PROVIDER, at=happened_at, touching=[delivery], facts=facts):
        _note(delivery, renewal, overcharge)
        if renewal.payment is Payment.PAID:
            delivery.order = record_order(
                subscription.customer,
                number=None,
                placed_at=renewal.invoiced_at,
                currency=renewal.currency,
                lines=_ordered(renewal, delivery if overcharge else None),
                total=renewal.amount - (overcharge.amount if overcharge else 0),
                source="subscription",
                source_ref=renewal.ref,
                address_id=_goal(subscription),
                tax_included=renewal.charge.tax_included > 0,
            )


def _delivery_for(subscription: Subscription, renewal: Renewal) -> Delivery:
    """The delivery that an invoice pays for.

    That is one planned for this very time (a skipped one as well: then the provider had not heard of it yet), else the next one,
    whose date was changed there. One of a time before us becomes known by this; so does one that nobody pays, of a pause.
    """
    invoiced_at = renewal.invoiced_at
    free = [delivery for delivery in subscription.planned if delivery.invoice_ref is None]
    near = [delivery for delivery in free if abs(delivery.charge_at - invoiced_at) <= timedelta(days=1)]
    nearest = min(near, key=lambda delivery: abs(delivery.charge_at - invoiced_at), default=None)
    next_one = next(iter(subscription.scheduled), None) if renewal.payment is not Payment.VOID else None
    return nearest or next_one or subscription.plan.add(invoiced_at)


def _take_overcharge(overcharge: Overcharge, renewal: Renewal, *, at: datetime) -> None:
    """Once it is paid, what is too much goes back; what is owed for nothing is given up. After a cancellation, the period that the provider
    has begun ends at once."""
    db.session.flush()
    overcharge.payment, subscription = renewal.payment, overcharge.subscription
    if overcharge.why is Why.CANCELLED and not subscription.has_ended:
        subscription.is_ending, subscription.ends_now_at = True, subscription.ends_now_at or at
    if overcharge.is_to_be_given_up:
        outbox.want_sync(overcharge, at=at)
    if renewal.payment is Payment.PAID and overcharge.settled_at is None:
        facts = {"amount": overcharge.amount, "currency": overcharge.currency, "why": overcharge.why}
        timeline.note(subscription, "overcharged", by=timeline.PROVIDER, at=renewal.invoiced_at, facts=facts)
        outbox.want_sync(overcharge, at=at)


def _note(delivery: Delivery, renewal: Renewal, overcharge: Overcharge | None) -> None:
    """What is changed from here on is for a later one: this one is as its invoice says, or as it was agreed if that was less."""
    delivery.status, delivery.invoice_ref, delivery.charge_at = BECAME[renewal.payment], renewal.ref, renewal.invoiced_at
    delivery.invoiced = asdict(renewal.charge)
    if overcharge:
        return
    contents = [line for line in renewal.lines if not line.is_once]
    prices = prices_by_ref([line.price_ref for line in contents if line.price_ref])
    if all(line.price_ref in prices for line in contents):
        lines = [[prices[line.price_ref].id, line.quantity] for line in contents if line.price_ref]
        delivery.agreed = {"lines": lines, "discount": None}


def _ordered(renewal: Renewal, delivery: Delivery | None = None) -> list[OrderedLine]:
    """As the invoice says; the contents as they were agreed for a `delivery`, if it is given."""
    known = prices_by_ref([line.price_ref for line in renewal.lines if line.price_ref])
    agreed = delivery.agreed["lines"] if delivery and delivery.agreed else []
    lines = [_line(price := db.session.get_one(Price, price_id), quantity, price.amount, "") for price_id, quantity in agreed]
    for told in renewal.lines:
        if delivery is None or told.is_once:
            each = told.amount // told.quantity
            line = _line(known.get(told.price_ref or ""), told.quantity, each, told.words)
            lines.append(replace(line, discount=told.discount, tax=told.tax))
    return lines


def _goal(subscription: Subscription) -> int | None:
    """Where it goes, as things are when it is paid: the rows of addresses never change."""
    for_all = default_address(subscription.customer_id)
    return subscription.address_id or (for_all.id if for_all else None)


def _line(price: Price | None, quantity: int, amount: int, words: str) -> OrderedLine:
    """`words` are the provider's for what we don't know."""
    product = price.variant.product if price else None
    return OrderedLine(
        title=", ".join(filter(None, (product.name, price.variant.name))) if price and product else words,
        sku=price.variant.sku if price else "",
        quantity=quantity,
        unit_amount=amount,
        picture=product.picture if product else "",
        category=product.category if product else "",
    )
