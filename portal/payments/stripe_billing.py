"""Customers' cards, invoices and credit at Stripe, and the pages on which a card is given."""

from collections import defaultdict
from contextlib import suppress
from datetime import datetime
from typing import Literal, cast, get_args
from urllib.parse import urlsplit
from uuid import uuid4

import stripe
from stripe.params import ChargeListParams, CustomerUpdateParams, InvoiceListParams, SubscriptionListParams
from stripe.params.checkout import SessionCreateParams, SessionCreateParamsLineItemPriceDataProductData, SessionListParams

from portal.payments.billing_port import (
    AccountGone,
    AccountStanding,
    Bill,
    ChargeRefused,
    HostedPage,
    PageStanding,
    PageState,
    PaymentStanding,
    ShipTo,
    WantedPage,
    WantedPayment,
)
from portal.payments.port import Declined
from portal.payments.stripe_bills import KEY_KEY, bill, card, names_of, payments_of, reason_in, reason_of, shipping, where_to
from portal.payments.stripe_words import PAGE, all_lines, client, in_our_words, metadata, ref_of
from portal.payments.stripe_writing import notes_of

VERSION_KEY = "portal_version"
CHANGED_BY_KEY = "address_changed_by"
WITH_PAYMENTS = ["payments"]
"""What an invoice has to show besides: how it was to be paid."""
Language = Literal["auto", "bg", "cs", "da", "de", "el", "en", "en-GB", "es", "fr", "hu", "it", "nl", "pl", "pt", "ro", "sv", "tr"]
"""Of those that Stripe's page speaks; `auto` is the browser's."""


class StripeBilling:
    def __init__(self, key: str, url: str) -> None:
        self.client = client(key, url)
        self.page_origin = "https://checkout.stripe.com" if urlsplit(url).hostname == "api.stripe.com" else url

    def look_up(self, ref: str, *, since: datetime | None) -> AccountStanding:
        with in_our_words():
            customer = self._customer(ref)
            cards = self.client.v1.customers.payment_methods.list(ref, {"limit": PAGE}).auto_paging_iter()
            settings = customer.invoice_settings
            invoices, charges = self._billed(ref, since)
            return AccountStanding(
                version=int(metadata(customer).get(VERSION_KEY, "0")),
                currency=customer.currency.upper() if customer.currency else None,
                balance=-(customer.balance or 0),
                default_ref=ref_of(settings.default_payment_method) if settings else None,
                cards=tuple(sorted((card(one) for one in cards), key=lambda one: (one.added_at, one.ref))),
                ship_to=where_to(customer.shipping) if customer.shipping else None,
                bills=self._bills(invoices, charges),
                names=names_of(invoices, charges),
            )

    def _customer(self, ref: str) -> stripe.Customer:
        """Of one that was deleted, Stripe shows that and no more. Source: docs.stripe.com/api/customers/delete."""
        try:
            customer = self.client.v1.customers.retrieve(ref)
        except stripe.InvalidRequestError as error:
            if error.code == "resource_missing":
                raise AccountGone(str(error)) from error
            raise
        if getattr(customer, "deleted", False):
            raise AccountGone(f"{ref} was deleted.")
        return customer

    def look_at_bill(self, ref: str) -> Bill:
        with in_our_words():
            return self._with_charges(self.client.v1.invoices.retrieve(ref, {"expand": WITH_PAYMENTS}))

    def make_so(self, ref: str, *, version: int, default_ref: str | None, everywhere: bool) -> None:
        with in_our_words():
            if everywhere and default_ref:
                self._use_in_subscriptions(ref, default_ref)
            # Last, for the version says that all of it is there. A fresh key each time: see StripeProvider.make_so.
            params: CustomerUpdateParams = {"metadata": {VERSION_KEY: str(version)}}
            if default_ref:
                params["invoice_settings"] = {"default_payment_method": default_ref}
            self.client.v1.customers.update(ref, params, {"idempotency_key": f"sync-{uuid4()}"})

    def ship_to(self, ref: str, address: ShipTo, *, changed_by: str = "") -> None:
        notes = {CHANGED_BY_KEY: changed_by}  # what is empty is taken out there
        with in_our_words():
            params: CustomerUpdateParams = {"shipping": shipping(address), "metadata": notes}
            self.client.v1.customers.update(ref, params, {"idempotency_key": f"sync-{uuid4()}"})

    def remove_card(self, card_ref: str) -> None:
        with in_our_words():
            if self.client.v1.payment_methods.retrieve(card_ref).customer:  # else it is gone already: the answer was lost
                self.client.v1.payment_methods.detach(card_ref)

    def open_page(self, wanted: WantedPage) -> HostedPage:
        params: SessionCreateParams = {
            "mode": "setup",
            "customer": wanted.customer_ref,
            "currency": wanted.currency.lower(),
            "success_url": wanted.return_url,
            "cancel_url": wanted.cancel_url,
            "expires_at": int(wanted.expires_at.timestamp()),
            "locale": _language(wanted.locale),
            "metadata": {KEY_KEY: wanted.key},
            "setup_intent_data": {"metadata": {KEY_KEY: wanted.key}},
        }
        with in_our_words():
            return _page(self.client.v1.checkout.sessions.create(params, {"idempotency_key": wanted.key}))

    def look_at_page(self, page_ref: str) -> PageStanding:
        with in_our_words():
            session = self.client.v1.checkout.sessions.retrieve(page_ref, {"expand": ["setup_intent"]})
        intent = session.setup_intent
        if not isinstance(intent, stripe.SetupIntent):
            raise TypeError(f"Stripe did not show the setup intent of {page_ref}, which we asked it to.")
        error = intent.last_setup_error
        states = {"open": PageState.OPEN, "complete": PageState.DONE}
        return PageStanding(
            state=states.get(session.status or "", PageState.OVER),
            card_ref=ref_of(intent.payment_method) if session.status == "complete" else None,
            problem=reason_in(error) if error else "",
        )

    def open_payment(self, wanted: WantedPayment, *, under: str) -> HostedPage:
        """The invoice that Stripe writes after it makes the payment one like any other here: shown, printed, refunded."""
        product: SessionCreateParamsLineItemPriceDataProductData = {"name": wanted.words}
        notes = notes_of(wanted.key, wanted.asked_by)
        params: SessionCreateParams = {
            "mode": "payment",
            "customer": wanted.customer_ref,
            "line_items": [
                {
                    "price_data": {"currency": wanted.currency.lower(), "unit_amount": wanted.amount, "product_data": product},
                    "quantity": 1,
                }
            ],
            "success_url": wanted.return_url,
            "cancel_url": wanted.cancel_url,
            "expires_at": int(wanted.expires_at.timestamp()),
            "locale": _language(wanted.locale),
            "metadata": notes,
            "payment_intent_data": {"metadata": notes, "description": wanted.words},
            "invoice_creation": {"enabled": True, "invoice_data": {"metadata": notes, "description": wanted.words}},
        }
        with in_our_words():
            return _page(self.client.v1.checkout.sessions.create(params, {"idempotency_key": under}))

    def look_at_payment(self, page_ref: str) -> PaymentStanding:
        with in_our_words():
            session = self.client.v1.checkout.sessions.retrieve(page_ref, {"expand": ["payment_intent", "invoice", "invoice.payments"]})
            intent, invoice = session.payment_intent, session.invoice
            error = intent.last_payment_error if isinstance(intent, stripe.PaymentIntent) else None
            problem = reason_in(error) if error else ""
            if session.status != "complete":
                return PaymentStanding(PageState.OPEN if session.status == "open" else PageState.OVER, None, problem)
            if session.payment_status != "paid" or not isinstance(intent, stripe.PaymentIntent) or not isinstance(invoice, stripe.Invoice):
                return PaymentStanding(PageState.OPEN, None, problem)
            charges = list(self.client.v1.charges.list({"payment_intent": intent.id, "limit": PAGE}).auto_paging_iter())
            return PaymentStanding(PageState.DONE, bill(invoice, all_lines(self.client, invoice), charges), "")

    def find_page(self, customer_ref: str, key: str) -> HostedPage | None:
        params: SessionListParams = {"customer": customer_ref, "limit": PAGE}
        with in_our_words():
            for session in self.client.v1.checkout.sessions.list(params).auto_paging_iter():
                if metadata(session).get(KEY_KEY) == key:
                    return _page(session)
        return None

    def close_page(self, page_ref: str) -> None:
        with in_our_words():
            self.client.v1.checkout.sessions.expire(page_ref)

    def give_up(self, bill_ref: str) -> Bill:
        there = self.look_at_bill(bill_ref)
        if there.status != "open":
            return there
        with suppress(Declined), in_our_words():  # it may be paid in this very moment
            self.client.v1.invoices.void_invoice(bill_ref, {}, {"idempotency_key": f"void-{uuid4()}"})
        return self.look_at_bill(bill_ref)

    def pay(self, bill_ref: str, *, card_ref: str, key: str) -> Bill:
        try:
            with in_our_words():
                self.client.v1.invoices.pay(bill_ref, {"payment_method": card_ref}, {"idempotency_key": key})
        except Declined as error:
            cause = error.__cause__
            if isinstance(cause, stripe.CardError):
                raise ChargeRefused(reason_of(cause), str(error)) from error
            there = self.look_at_bill(bill_ref)
            if there.status == "open":
                raise
            return there  # paid or given up meanwhile
        return self.look_at_bill(bill_ref)

    def _billed(self, ref: str, since: datetime | None) -> tuple[list[stripe.Invoice], list[stripe.Charge]]:
        """Invoices, the oldest first, and charges."""
        params: InvoiceListParams = {"customer": ref, "limit": PAGE, "expand": ["data.payments"]}
        charged: ChargeListParams = {"customer": ref, "limit": PAGE}
        if since:
            params["created"] = charged["created"] = {"gte": int(since.timestamp())}
        invoices = sorted(self.client.v1.invoices.list(params).auto_paging_iter(), key=lambda invoice: invoice.created)
        return invoices, list(self.client.v1.charges.list(charged).auto_paging_iter())

    def _bills(self, invoices: list[stripe.Invoice], charges: list[stripe.Charge]) -> tuple[Bill, ...]:
        of: dict[str, list[stripe.Charge]] = defaultdict(list)
        for charge in charges:
            of[ref_of(charge.payment_intent) or charge.id].append(charge)
        return tuple(
            bill(invoice, all_lines(self.client, invoice), [charge for name in payments_of(invoice) for charge in of[name]])
            for invoice in invoices
        )

    def _with_charges(self, invoice: stripe.Invoice) -> Bill:
        charges: list[stripe.Charge] = []
        for name in payments_of(invoice):
            if name.startswith("pi_"):
                charges += self.client.v1.charges.list({"payment_intent": name, "limit": PAGE}).auto_paging_iter()
            else:
                charges.append(self.client.v1.charges.retrieve(name))
        return bill(invoice, all_lines(self.client, invoice), charges)

    def _use_in_subscriptions(self, ref: str, card_ref: str) -> None:
        """Those that name no card of their own follow the customer's."""
        params: SubscriptionListParams = {"customer": ref, "limit": PAGE}
        for subscription in self.client.v1.subscriptions.list(params).auto_paging_iter():
            if ref_of(subscription.default_payment_method) not in (None, card_ref):
                key = f"sync-{uuid4()}"
                self.client.v1.subscriptions.update(subscription.id, {"default_payment_method": card_ref}, {"idempotency_key": key})


def _page(session: stripe.checkout.Session) -> HostedPage:
    return HostedPage(session.id, session.url or "")


def _language(locale: str) -> Language:
    return cast(Language, locale) if locale in get_args(Language) else "auto"
