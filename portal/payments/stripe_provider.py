"""Stripe. The only module that knows it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import stripe
from stripe.params import EventListParams, InvoiceListParams, SubscriptionUpdateParams

from portal.payments.port import Declined, Event, Item, Line, Payment, Renewal, Standing, Terms, TryAgain

VERSION = "2026-08-26.dahlia"
TIMEOUT = (2, 10)
"""Seconds to connect and to read. No transaction is open meanwhile."""
RENEWAL_REASONS = ("subscription_cycle", "subscription_create")
"""Other invoices of a subscription, such as the one over nothing when a trial begins, are no delivery."""
NEVER_CHARGES = ("canceled", "incomplete_expired", "unpaid", "paused")
OWING = ("past_due", "unpaid", "incomplete")
PAGE = 100


class StripeProvider:
    def __init__(self, key: str, url: str, webhook_secrets: list[str]) -> None:
        self.webhook_secrets = webhook_secrets
        self.is_live = "_live_" in key
        self.client = stripe.StripeClient(
            key,
            base_addresses={"api": url},
            stripe_version=VERSION,
            max_network_retries=0,  # the outbox tries again, nobody else
            http_client=stripe.RequestsClient(timeout=TIMEOUT),
        )

    def look_up(self, ref: str, *, since: datetime | None) -> Standing:
        with _in_our_words():
            subscription = self.client.v1.subscriptions.retrieve(ref)
            params: InvoiceListParams = {"subscription": ref, "limit": PAGE}
            if since:
                params["created"] = {"gte": int(since.timestamp())}
            invoices = list(self.client.v1.invoices.list(params).auto_paging_iter())
        return _standing(subscription, invoices)

    def make_so(self, ref: str, *, wanted: Terms, found: Terms) -> Standing:
        params: SubscriptionUpdateParams = {"metadata": {"portal_version": str(wanted.version)}}
        if wanted.next_charge_at and wanted.next_charge_at != found.next_charge_at:
            params |= {"trial_end": int(wanted.next_charge_at.timestamp()), "proration_behavior": "none"}
        # A fresh key each time. A key made of the version would, when we repair what a late write of ours has undone, replay the
        # old answer and change nothing; to say the same twice does no harm here.
        with _in_our_words():
            return _standing(self.client.v1.subscriptions.update(ref, params, {"idempotency_key": f"sync-{uuid4()}"}), [])

    def read_event(self, payload: bytes, signature: str) -> Event | None:
        """Either of two secrets will do, while one replaces the other."""
        for secret in self.webhook_secrets:
            try:
                return self._event(stripe.Webhook.construct_event(payload, signature, secret))
            except (ValueError, stripe.SignatureVerificationError):
                continue
        return None

    def events_since(self, moment: datetime) -> list[Event]:
        params: EventListParams = {"created": {"gte": int(moment.timestamp())}, "limit": PAGE}
        with _in_our_words():
            newest_first = list(self.client.v1.events.list(params).auto_paging_iter())
        return [self._event(event) for event in reversed(newest_first)]

    def _event(self, event: stripe.Event) -> Event:
        ref = _subscription_of(event.data.object)
        return Event(event.id, event.type, _moment(event.created), ref, is_ours=event.livemode == self.is_live)


@contextmanager
def _in_our_words() -> Iterator[None]:
    """Say what went wrong in the port's words. What is neither final nor named is tried again."""
    try:
        yield
    except (stripe.InvalidRequestError, stripe.CardError) as error:
        if error.http_status == 409:
            raise TryAgain(str(error), _retry_after(error)) from error
        raise Declined(error.user_message or str(error)) from error
    except stripe.StripeError as error:
        raise TryAgain(f"{type(error).__name__}: {error.user_message or error}", _retry_after(error)) from error


def _retry_after(error: stripe.StripeError) -> timedelta | None:
    headers = {name.lower(): value for name, value in dict(error.headers or {}).items()}
    try:
        return timedelta(seconds=float(headers["retry-after"]))
    except (KeyError, ValueError):
        return None


def _standing(subscription: stripe.Subscription, invoices: list[stripe.Invoice]) -> Standing:
    items = subscription.items.data
    pause = subscription.pause_collection
    in_order = sorted(invoices, key=lambda invoice: invoice.created)
    return Standing(
        terms=Terms(version=int(_metadata(subscription).get("portal_version", "0")), next_charge_at=_next_charge_at(subscription)),
        status=subscription.status,
        is_paused=pause is not None,
        resumes_at=_moment(pause.resumes_at) if pause and pause.resumes_at else None,
        ends_at_period_end=subscription.cancel_at_period_end,
        ended_at=_moment(subscription.ended_at) if subscription.ended_at else None,
        anchor_at=_moment(subscription.billing_cycle_anchor),
        items=tuple(Item(item.id, item.price.id, item.quantity or 0) for item in items),
        renewals=_renewals(in_order, subscription.status),
        raw=json.loads(json.dumps(subscription.to_dict(), default=str)),  # the SDK makes decimals of some numbers
    )


def _next_charge_at(subscription: stripe.Subscription) -> datetime | None:
    if subscription.status in NEVER_CHARGES or subscription.cancel_at_period_end:
        return None
    return _moment(subscription.items.data[0].current_period_end)


def _is_renewal(invoice: stripe.Invoice) -> bool:
    return invoice.billing_reason in RENEWAL_REASONS and any(line.amount > 0 for line in invoice.lines.data)


def _renewals(in_order: list[stripe.Invoice], status: str) -> tuple[Renewal, ...]:
    """The subscription's status tells of its newest invoice; an older one that is still open was tried and refused.

    So was an open one that was tried under a trial: a date was moved while it was owed, which hides it from the status.
    """
    found = [invoice for invoice in in_order if _is_renewal(invoice)]
    hidden = [invoice for invoice in found if invoice is not found[-1] or (status == "trialing" and invoice.attempted)]
    return tuple(_renewal(invoice, is_owing=status in OWING or invoice in hidden) for invoice in found)


def _renewal(invoice: stripe.Invoice, *, is_owing: bool) -> Renewal:
    return Renewal(
        ref=str(invoice.id),
        invoiced_at=_moment(invoice.created),
        amount=invoice.total,
        currency=invoice.currency.upper(),
        payment=_payment(invoice, is_owing=is_owing),
        lines=tuple(_line(line) for line in invoice.lines.data if line.amount > 0),
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


def _line(line: stripe.InvoiceLineItem) -> Line:
    details = line.pricing.price_details if line.pricing else None
    price = details.price if details else None
    return Line(price if isinstance(price, str) else price.id if price else None, line.description or "", line.quantity or 1, line.amount)


def _subscription_of(thing: Any) -> str | None:
    """Of a subscription, or of an invoice that belongs to one."""
    known = thing.to_dict()
    if known.get("object") == "subscription":
        return str(known["id"])
    details = (known.get("parent") or {}).get("subscription_details") or {}
    ref = details.get("subscription")
    return ref if isinstance(ref, str) or ref is None else str(ref["id"])


def _metadata(subscription: stripe.Subscription) -> dict[str, str]:
    return dict(subscription.metadata.to_dict())


def _moment(timestamp: int) -> datetime:
    return datetime.fromtimestamp(timestamp, UTC)
