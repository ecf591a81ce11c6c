"""What Stripe shows of cards, invoices and charges, in our words."""

import stripe
from stripe.params import CustomerUpdateParamsShipping

from portal.payments.billing_port import Bill, CardThere, Result, Sale, ShipTo, TryThere
from portal.payments.stripe_reading import charge, line
from portal.payments.stripe_words import moment, ref_of

RESULTS = {"succeeded": Result.PAID, "failed": Result.REFUSED, "pending": Result.PENDING}
ASKS_ITS_HOLDER = "authentication_required"
NEEDS_ACTION = ("invoice_payment_intent_requires_action", "subscription_payment_intent_requires_action")
"""Other words of Stripe's for the same. Source: docs.stripe.com/error-codes."""
BY_HAND = "manual"
"""The reason of an invoice that was written by the API, in the dashboard, or by a payment page, and not by a subscription."""
KEY_KEY = "portal_key"
"""By which what we made ourselves is found again."""
LONGEST = 3
"""So many lines of an invoice are named; the rest is a number."""


def card(method: stripe.PaymentMethod) -> CardThere:
    added_at = moment(method.created)
    if found := method.card:
        return CardThere(method.id, found.brand, found.last4, (found.exp_month, found.exp_year), added_at)
    details = method.to_dict().get(method.type) or {}
    return CardThere(method.id, method.type, str(details.get("last4") or ""), None, added_at)


def where_to(found: stripe.Customer.Shipping | stripe.Invoice.ShippingDetails) -> ShipTo:
    line1, line2, postcode, city, region, country = (
        str(getattr(found.address, name, None) or "") for name in ("line1", "line2", "postal_code", "city", "state", "country")
    )
    return ShipTo(found.name or "", line1, line2, postcode, city, region, country, found.phone or "")


def shipping(address: ShipTo) -> CustomerUpdateParamsShipping:
    return {
        "name": address.name,
        "phone": address.phone,
        "address": {
            "line1": address.line1,
            "line2": address.line2,
            "postal_code": address.postcode,
            "city": address.city,
            "state": address.region,
            "country": address.country,
        },
    }


def bill(invoice: stripe.Invoice, lines: list[stripe.InvoiceLineItem], charges: list[stripe.Charge]) -> Bill:
    """`lines` are all of it."""
    return Bill(
        ref=str(invoice.id),
        number=invoice.number,
        written_at=moment(invoice.created),
        words=_words(invoice, lines),
        total=invoice.total,
        due=invoice.amount_due,
        paid=invoice.amount_paid,
        currency=invoice.currency.upper(),
        status=invoice.status or "draft",
        was_tried=invoice.attempted,
        is_collected=bool(invoice.auto_advance),
        next_try_at=moment(invoice.next_payment_attempt) if invoice.next_payment_attempt and invoice.status == "open" else None,
        subscription_ref=_subscription_of(invoice),
        page_url=invoice.hosted_invoice_url,
        tries=tuple(_try(charge) for charge in sorted(charges, key=lambda charge: (charge.created, charge.id))),
        sale=_sale(invoice, lines) if _is_sale(invoice) else None,
    )


def payments_of(invoice: stripe.Invoice) -> list[str]:
    """The payment intents by which it was to be paid, or the charges, where there was none."""
    found = [payment.payment for payment in invoice.payments.data] if invoice.payments else []
    named = [ref_of(payment.payment_intent or payment.charge) for payment in found]
    return [name for name in named if name]


def names_of(invoices: list[stripe.Invoice], charges: list[stripe.Charge]) -> dict[str, str | None]:
    """What payments are called by whoever copies it from Stripe's pages, each with its invoice, whose charges are known by themselves."""
    asked = {name: str(invoice.id) for invoice in invoices for name in payments_of(invoice)}
    loose = [charge for charge in charges if (ref_of(charge.payment_intent) or charge.id) not in asked]
    return {name: None for charge in loose for name in (charge.id, ref_of(charge.payment_intent)) if name} | asked


def reason_of(error: stripe.CardError) -> str:
    reason = (reason_in(error.error) if error.error else "") or error.code or "generic_decline"
    return ASKS_ITS_HOLDER if reason in NEEDS_ACTION else str(reason)


def reason_in(told: stripe.StripeObject) -> str:
    """Only what a bank refused has a `decline_code`; a failed authentication has a `code` alone."""
    known = told.to_dict()
    return str(known.get("decline_code") or known.get("code") or "")


def _is_sale(invoice: stripe.Invoice) -> bool:
    """Of the shop's: what we wrote ourselves bears our key, and is for something that we know of."""
    return invoice.billing_reason == BY_HAND and not _subscription_of(invoice) and KEY_KEY not in (invoice.metadata or {})


def _sale(invoice: stripe.Invoice, lines: list[stripe.InvoiceLineItem]) -> Sale:
    cost, goal = invoice.shipping_cost, invoice.shipping_details
    return Sale(
        lines=tuple(line(one) for one in lines if one.amount > 0),
        shipping=cost.amount_subtotal if cost else 0,
        shipping_tax=cost.amount_tax if cost else 0,
        tax_included=charge(invoice).tax_included > 0,
        ship_to=where_to(goal) if goal else None,
    )


def _try(charge: stripe.Charge) -> TryThere:
    details = charge.payment_method_details
    found = details.card if details else None
    refused = charge.status == "failed"
    reason = (charge.outcome and charge.outcome.reason) or charge.failure_code or "generic_decline"
    return TryThere(
        ref=charge.id,
        tried_at=moment(charge.created),
        amount=charge.amount,
        result=RESULTS[charge.status],
        reason=str(reason) if refused else "",
        brand=(found and found.brand) or (details.type if details else ""),
        last4=(found and found.last4) or "",
        receipt_url=charge.receipt_url,
        refunded=charge.amount_refunded,
    )


def _words(invoice: stripe.Invoice, lines: list[stripe.InvoiceLineItem]) -> str:
    named = [line.description for line in lines if line.description and line.amount]
    more = f" +{len(named) - LONGEST}" if len(named) > LONGEST else ""
    return (", ".join(named[:LONGEST]) or invoice.description or "") + more


def _subscription_of(invoice: stripe.Invoice) -> str | None:
    details = invoice.parent.subscription_details if invoice.parent else None
    return ref_of(details.subscription) if details else None
