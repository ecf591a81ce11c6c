"""Subscriptions and events at Stripe."""

import hmac
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal, cast
from uuid import uuid4

import stripe
from stripe.params import (
    EventListParams,
    InvoiceListParams,
    PriceCreateParams,
    PromotionCodeListParams,
)

from portal.payments.port import Charge, Discount, Endpoint, Event, NewPrice, Standing, Terms, UnusableCode, Why
from portal.payments.stripe_reading import all_items, charge, coupon_as_discount, customer_of, refunded_charge_of, standing, subscription_of
from portal.payments.stripe_words import PAGE, QUICK, all_lines, client, in_our_words, metadata, moment, months_later
from portal.payments.stripe_writing import KEY_KEY, beginning, details, difference

SHOWN_WITH = ["items.data.price.product", "discounts.promotion_code", "discounts.source.coupon"]
"""What a look at a subscription has to show besides."""
NOTHING_TO_COME = ("invoice_upcoming_none",)
"""Stripe's word where no further charge will be. Source: docs.stripe.com/error-codes."""
Unit = Literal["day", "month", "week", "year"]


class StripeProvider:
    def __init__(self, key: str, url: str, webhook_secrets: list[str]) -> None:
        self.webhook_secrets = webhook_secrets
        self.is_live = "_live_" in key
        self.client = client(key, url)
        self.quick_client = client(key, url, QUICK)

    def look_up(self, ref: str, *, since: datetime | None) -> Standing:
        with in_our_words():
            subscription = self.client.v1.subscriptions.retrieve(ref, {"expand": SHOWN_WITH})
            params: InvoiceListParams = {"subscription": ref, "limit": PAGE}
            if since:
                params["created"] = {"gte": int(since.timestamp())}
            invoices = list(self.client.v1.invoices.list(params).auto_paging_iter())
            return standing(subscription, all_items(self.client, subscription), invoices, self._lines)

    def make_so(self, wanted: Terms, *, found: Standing) -> Standing:
        # A fresh key each time. A key made of the version would, when we repair what a late write of ours has undone, replay the
        # old answer and change nothing; to say the same twice does no harm here.
        with in_our_words():
            params = difference(wanted, found)
            if wanted.code != found.terms.code:
                params["discounts"] = [{"promotion_code": _promotion_code(self.client, wanted.code).id}] if wanted.code else ""
            params["expand"] = SHOWN_WITH
            subscription = self.client.v1.subscriptions.update(found.ref, params, {"idempotency_key": f"sync-{uuid4()}"})
            return standing(subscription, all_items(self.client, subscription))

    def end_now(self, ref: str) -> None:
        with in_our_words():
            try:
                self.client.v1.subscriptions.cancel(ref)
            except stripe.InvalidRequestError as error:
                if error.http_status != 404:  # it has ended already: so it was cancelled, and the answer was lost
                    raise

    def tell_why(self, ref: str, why: Why) -> None:
        with in_our_words():
            self.client.v1.subscriptions.update(ref, {"cancellation_details": details(why)}, {"idempotency_key": f"why-{uuid4()}"})

    def begin_again(self, wanted: Terms, *, old_ref: str, customer_ref: str, key: str) -> Standing:
        with in_our_words():
            theirs = self.client.v1.subscriptions.list({"customer": customer_ref, "status": "all", "limit": PAGE})
            for known in theirs.auto_paging_iter():
                if metadata(known).get(KEY_KEY) == key:
                    return self.look_up(known.id, since=None)
            old = self.client.v1.subscriptions.retrieve(old_ref, {"expand": ["default_payment_method"]})
            params = beginning(wanted, customer_ref, key, like=old)
            params["expand"] = SHOWN_WITH
            made = self.client.v1.subscriptions.create(params, {"idempotency_key": key})
            return standing(made, all_items(self.client, made))

    def next_charge(self, ref: str) -> Charge | None:
        with in_our_words():
            try:
                invoice = self.client.v1.invoices.create_preview({"subscription": ref})
            except stripe.InvalidRequestError as error:
                if error.code in NOTHING_TO_COME:
                    return None
                raise
            return charge(invoice)

    def price_ref(self, price: NewPrice) -> str:
        count, unit = price.every
        with in_our_words():
            for known in self.client.v1.prices.list({"lookup_keys": [price.key], "limit": 1}).data:
                return known.id
            params: PriceCreateParams = {
                "product": price.product_ref,
                "currency": price.currency.lower(),
                "unit_amount": price.amount,
                "recurring": {"interval": cast(Unit, unit), "interval_count": count},
                "lookup_key": price.key,
            }
            return self.client.v1.prices.create(params, {"idempotency_key": f"price-{price.key}-{price.amount}"}).id

    def find_code(self, code: str, *, customer_ref: str, currency: str, at: datetime) -> Discount:
        with in_our_words():
            found = _promotion_code(self.quick_client, code)
        coupon, moment_there = found.promotion.coupon, int(at.timestamp())
        if not isinstance(coupon, stripe.Coupon):
            raise TypeError(f"Stripe did not show the coupon of {found.id}, which we asked it to.")
        if found.customer not in (None, customer_ref):
            raise UnusableCode("not yours")
        if (found.expires_at or coupon.redeem_by or moment_there + 1) <= moment_there:
            raise UnusableCode("expired")
        if any(one.max_redemptions is not None and one.times_redeemed >= one.max_redemptions for one in (found, coupon)):
            raise UnusableCode("used up")
        if not (found.active and coupon.valid) or (coupon.currency or currency).upper() != currency:
            raise UnusableCode("not valid")
        ends_at = months_later(at, coupon.duration_in_months) if coupon.duration_in_months else None
        return coupon_as_discount(coupon, found.code, ends_at)

    def endpoints(self) -> list[Endpoint]:
        with in_our_words():
            known = self.client.v1.webhook_endpoints.list({"limit": PAGE}).auto_paging_iter()
            return [Endpoint(one.url, one.api_version, one.status == "enabled", tuple(one.enabled_events)) for one in known]

    def moment_there(self) -> datetime:
        with in_our_words():
            told = self.client.v1.events.list({"limit": 1}).last_response
        return parsedate_to_datetime(told.headers["Date"]) if told else datetime.now(UTC)

    def undelivered(self, since: datetime) -> int:
        params: EventListParams = {"created": {"gte": int(since.timestamp())}, "delivery_success": False, "limit": PAGE}
        with in_our_words():
            return len(self.client.v1.events.list(params).data)

    def proof(self, payload: bytes, *, at: datetime) -> list[str]:
        """Source: docs.stripe.com/webhooks/signature."""
        signed = f"{int(at.timestamp())}.".encode() + payload
        return [f"t={int(at.timestamp())},v1={hmac.new(secret.encode(), signed, 'sha256').hexdigest()}" for secret in self.webhook_secrets]

    def read_event(self, payload: bytes, signature: str) -> Event | None:
        """Either of two secrets will do, while one replaces the other."""
        for secret in self.webhook_secrets:
            try:
                told = stripe.Webhook.construct_event(payload, signature, secret)
            except (AttributeError, TypeError, ValueError, stripe.SignatureVerificationError):  # the first two: signed, but no object
                continue
            return self._event(told) if _is_event(told.to_dict()) else None
        return None

    def event(self, event_id: str) -> Event:
        with in_our_words():
            return self._event(self.client.v1.events.retrieve(event_id))

    def events_since(self, since: datetime) -> list[Event]:
        params: EventListParams = {"created": {"gte": int(since.timestamp())}, "limit": PAGE}
        with in_our_words():
            newest_first = list(self.client.v1.events.list(params).auto_paging_iter())
        return [self._event(event) for event in reversed(newest_first)]

    def _lines(self, invoice: stripe.Invoice) -> list[stripe.InvoiceLineItem]:
        return all_lines(self.client, invoice)

    def _event(self, event: stripe.Event) -> Event:
        known = event.data.object.to_dict()
        # An event of somebody else's account, such as one that is connected to ours, names it. Source: docs.stripe.com/connect/webhooks.
        is_ours = event.livemode == self.is_live and event.to_dict().get("account") is None
        ref, customer_ref, key = subscription_of(known), customer_of(known), (known.get("metadata") or {}).get(KEY_KEY)
        if key is None and "refund" in event.type:  # somebody at the shop gave it back
            key = refunded_charge_of(known)
        return Event(event.id, event.type, moment(event.created), ref, customer_ref, key, is_ours, known.get("id"))


def _is_event(told: dict[str, Any]) -> bool:
    """Another provider's is none, also if it was signed with our secret."""
    return told.get("object") == "event" and isinstance(told.get("data"), dict) and isinstance(told["data"].get("object"), dict)


def _promotion_code(client: stripe.StripeClient, code: str) -> stripe.PromotionCode:
    """The one that can be used, if there is one; Stripe lets several have the same name as long as one is active."""
    params: PromotionCodeListParams = {"code": code, "limit": PAGE, "expand": ["data.promotion.coupon"]}
    known = client.v1.promotion_codes.list(params).data
    if not known:
        raise UnusableCode("unknown")
    return next((one for one in known if one.active), known[0])
