"""The provider that this portal uses."""

from flask import current_app

from portal.kit.db import changing, db
from portal.payments.billing_port import BillingProvider
from portal.payments.listing_port import ListingProvider
from portal.payments.money_port import MoneyProvider
from portal.payments.port import PaymentProvider


def provider() -> PaymentProvider:
    """Never inside a transaction, nor while one is open for reading: it may take ten seconds to answer."""
    _must_be_outside()
    ours: PaymentProvider = current_app.extensions["payments"]
    return ours


def billing_provider() -> BillingProvider:
    """The same, for cards, invoices and credit."""
    _must_be_outside()
    ours: BillingProvider = current_app.extensions["billing"]
    return ours


def listing_provider() -> ListingProvider:
    """The same, to read all that there is."""
    _must_be_outside()
    ours: ListingProvider = current_app.extensions["listing"]
    return ours


def money_provider() -> MoneyProvider:
    """The same, for what is asked for once only."""
    _must_be_outside()
    ours: MoneyProvider = current_app.extensions["money"]
    return ours


def page_origin() -> str:
    """Where the provider's pages stand, on which a card is given: a form of ours may lead there."""
    ours: BillingProvider = current_app.extensions["billing"]
    return ours.page_origin


def _must_be_outside() -> None:
    if changing() or db.session.in_transaction():
        raise RuntimeError("Never call the provider inside a transaction, nor while one is open for reading: ask for a sync.")
