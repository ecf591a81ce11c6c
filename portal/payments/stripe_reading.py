"""What Stripe shows of subscriptions, in our words."""

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import stripe
from stripe.params import SubscriptionItemListParams

from portal.payments.listing_port import Unsayable
from portal.payments.port import Charge, Contents, Discount, Item, Line, Pause, Payment, Renewal, Standing, Terms
from portal.payments.stripe_snags import UNSAYABLE, snags_of
from portal.payments.stripe_words import PAGE, metadata, moment, ref_of

RENEWAL_REASONS = ("subscription_cycle", "subscription_create")
"""Other invoices of a subscription, such as the one over nothing when a trial begins, are no delivery."""
NEVER_CHARGES = ("canceled", "incomplete_expired", "unpaid", "paused")
OWING = ("past_due", "unpaid", "incomplete")
HIDING = ("trialing", "canceled")
"""They don't say whether the newest invoice was refused."""
LinesOf = Callable[[stripe.Invoice], list[stripe.InvoiceLineItem]]
VERSION_KEY = "portal_version"
SHIP_TO_KEY = "ship_to"
CHANGED_BY_KEY = "changed_by"


def standing(
    subscription: stripe.Subscription,
    items: list[stripe.SubscriptionItem],
    invoices: Iterable[stripe.Invoice] = (),
    lines_of: LinesOf = lambda invoice: invoice.lines.data,
) -> Standing:
    """`items` are all of them, and `lines_of` answers all of an invoice: Stripe shows ten with the thing itself.

    Raises Unsayable, unless it has ended.
    """
    snags = tuple(snag for snag in dict.fromkeys(snags_of(subscription, items)) if snag in UNSAYABLE)
    if snags and not subscription.ended_at:
        raise Unsayable(subscription.id, snags)
    in_order = sorted(invoices, key=lambda invoice: invoice.created)
    known = tuple(_item(item) for item in items)
    discount = _discount(subscription)
    return Standing(
        ref=subscription.id,
        terms=_terms(subscription, items, discount),
        status=subscription.status,
        customer_ref=ref_of(subscription.customer) or "",
        ended_at=moment(subscription.ended_at) if subscription.ended_at else None,
        stops_at=moment(subscription.cancel_at) if subscription.cancel_at and not subscription.cancel_at_period_end else None,
        anchor_at=moment(subscription.billing_cycle_anchor),
        items=known,
        discount=discount,
        renewals=_renewals(in_order, subscription.status, lines_of),
        raw=json.loads(json.dumps(subscription.to_dict(), default=str)),  # the SDK makes decimals of some numbers
    )


def _terms(subscription: stripe.Subscription, items: list[stripe.SubscriptionItem], discount: Discount | None) -> Terms:
    told, pause = metadata(subscription), subscription.pause_collection
    recurring = items[0].price.recurring
    return Terms(
        version=int(told.get(VERSION_KEY, "0")),
        next_charge_at=None if subscription.status in NEVER_CHARGES else moment(items[0].current_period_end),
        every=(recurring.interval_count, recurring.interval) if recurring else (1, "month"),
        contents=contents(items),
        pause=Pause(moment(pause.resumes_at) if pause.resumes_at else None) if pause else None,
        is_ending=subscription.cancel_at_period_end
        or (subscription.cancel_at is not None and subscription.cancel_at <= items[0].current_period_end),
        code=discount.code if discount else None,
        ship_to=told.get(SHIP_TO_KEY, ""),
        changed_by=told.get(CHANGED_BY_KEY, ""),
    )


def contents(items: list[stripe.SubscriptionItem]) -> Contents:
    return tuple(sorted((item.price.id, item.quantity or 0) for item in items))


def _item(item: stripe.SubscriptionItem) -> Item:
    price, product = item.price, item.price.product
    return Item(
        ref=item.id,
        price_ref=price.id,
        quantity=item.quantity or 0,
        amount=price.unit_amount or 0,
        currency=price.currency.upper(),
        product_ref=ref_of(product) or "",
        words=product.name if isinstance(product, stripe.Product) else "",
    )


def _discount(subscription: stripe.Subscription) -> Discount | None:
    """The first one: the portal gives one at a time."""
    for found in subscription.discounts or []:
        if isinstance(found, str) or not isinstance(coupon := found.source.coupon, stripe.Coupon):
            raise TypeError(f"Stripe did not show the discount of {subscription.id}, which we asked it to.")
        code = found.promotion_code
        return coupon_as_discount(
            coupon, code.code if isinstance(code, stripe.PromotionCode) else None, moment(found.end) if found.end else None
        )
    return None


def coupon_as_discount(coupon: stripe.Coupon, code: str | None, ends_at: datetime | None) -> Discount:
    return Discount(
        code=code,
        percent=float(coupon.percent_off) if coupon.percent_off is not None else None,
        amount=coupon.amount_off,
        is_once=coupon.duration == "once",
        ends_at=ends_at,
    )


def charge(invoice: stripe.Invoice) -> Charge:
    """Of a preview as well."""
    taxes = invoice.total_taxes or []
    return Charge(
        currency=invoice.currency.upper(),
        subtotal=invoice.subtotal,
        discount=sum(taken.amount for taken in invoice.total_discount_amounts or []),
        tax=sum(tax.amount for tax in taxes if tax.tax_behavior == "exclusive"),
        tax_included=sum(tax.amount for tax in taxes if tax.tax_behavior == "inclusive"),
        balance=max(-invoice.starting_balance, 0),  # what the customer has is below zero there
        due=invoice.amount_due,
    )


def _is_renewal(invoice: stripe.Invoice, lines: list[stripe.InvoiceLineItem]) -> bool:
    return invoice.billing_reason in RENEWAL_REASONS and any(line.amount > 0 for line in lines)


def _renewals(in_order: list[stripe.Invoice], status: str, lines_of: LinesOf) -> tuple[Renewal, ...]:
    """The subscription's status tells of its newest invoice; an older one that is still open was tried and refused.

    So was an open one that was tried under a trial, because a date was moved while it was owed, or of a subscription that has
    ended: the status hides both.
    """
    with_lines = [(invoice, lines_of(invoice)) for invoice in in_order]
    found = [(invoice, lines) for invoice, lines in with_lines if _is_renewal(invoice, lines)]
    hidden = [invoice for invoice, _lines in found if invoice is not found[-1][0] or (status in HIDING and invoice.attempted)]
    return tuple(_renewal(invoice, lines, is_owing=status in OWING or invoice in hidden) for invoice, lines in found)


def _renewal(invoice: stripe.Invoice, lines: list[stripe.InvoiceLineItem], *, is_owing: bool) -> Renewal:
    return Renewal(
        ref=str(invoice.id),
        version=_version(invoice),
        invoiced_at=moment(invoice.created),
        charge=charge(invoice),
        amount=invoice.total,
        currency=invoice.currency.upper(),
        payment=_payment(invoice, is_owing=is_owing),
        lines=tuple(line(one) for one in lines if one.amount > 0),
    )


def _payment(invoice: stripe.Invoice, *, is_owing: bool) -> Payment:
    """An invoice stays a draft for about an hour, and a bank may take days: only the subscription says that a payment was refused.

    A draft that does not go on by itself, as of a pause that keeps drafts, is charged only if somebody at the shop wants it.

    Source: docs.stripe.com/billing/invoices/subscription, docs.stripe.com/billing/subscriptions/overview#subscription-statuses.
    """
    if invoice.status == "paid":
        return Payment.PAID
    if invoice.status in ("void", "uncollectible") or (invoice.status == "draft" and not invoice.auto_advance):
        return Payment.VOID
    return Payment.OWED if invoice.status == "open" and is_owing else Payment.PENDING


def line(found: stripe.InvoiceLineItem) -> Line:
    details = found.pricing.price_details if found.pricing else None
    return Line(
        price_ref=ref_of(details.price) if details else None,
        words=found.description or "",
        quantity=found.quantity or 1,
        amount=found.amount,
        is_once=found.parent is not None and found.parent.type == "invoice_item_details",
        discount=sum(taken.amount for taken in found.discount_amounts or []),
        tax=sum(tax.amount for tax in found.taxes or []),
        product_ref=details.product if details else None,
    )


def _version(invoice: stripe.Invoice) -> int:
    """The subscription's metadata as they were when the invoice was written.

    Source: docs.stripe.com/api/invoices/object#invoice_object-parent-subscription_details-metadata.
    """
    details = invoice.parent.subscription_details if invoice.parent else None
    told = details.metadata.to_dict() if details and details.metadata else {}
    return int(told.get(VERSION_KEY, "0"))


def all_items(client: stripe.StripeClient, subscription: stripe.Subscription) -> list[stripe.SubscriptionItem]:
    """With the subscription itself Stripe shows ten at the most."""
    if not subscription.items.has_more:
        return subscription.items.data
    params: SubscriptionItemListParams = {"subscription": subscription.id, "limit": PAGE, "expand": ["data.price.product"]}
    return list(client.v1.subscription_items.list(params).auto_paging_iter())


def subscription_of(known: dict[str, Any]) -> str | None:
    """Of a subscription, or of an invoice that belongs to one."""
    if known.get("object") == "subscription":
        return str(known["id"])
    details = (known.get("parent") or {}).get("subscription_details") or {}
    return ref_of(details.get("subscription"))


def refunded_charge_of(known: dict[str, Any]) -> str | None:
    """Of a charge, or of a refund."""
    return str(known["id"]) if known.get("object") == "charge" else ref_of(known.get("charge"))


def customer_of(known: dict[str, Any]) -> str | None:
    """Of a customer, or of whatever belongs to one."""
    return str(known["id"]) if known.get("object") == "customer" else ref_of(known.get("customer"))
