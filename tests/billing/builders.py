"""Somebody who pays: an account on both sides, the provider's page as a person uses it, and a payment that fails."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests
from flask import Flask
from sqlalchemy import select

from portal import outbox
from portal.accounts.models import Customer
from portal.billing.actions import know_account
from portal.billing.models import BillingAccount, Card, CardSetup, Invoice
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.outbox.models import Sync
from tests.browser import Browser, attribute
from tests.harness.kept import once
from tests.stripe import Stripe
from tests.subscriptions.builders import Begun, Box, begin, signed_in

REFUSING = "pm_card_chargeCustomerFail"
"""It can be saved; charges to it are declined."""


@dataclass(frozen=True)
class Payer:
    """A customer with a subscription and its account, as a test knows them."""

    app: Flask
    stripe: Stripe
    box: Box
    account_id: int

    @property
    def browser(self) -> Browser:
        return self.box.browser

    @property
    def ref(self) -> str:
        return self.box.customer_ref

    @property
    def add(self) -> str:
        return f"/account/payment/{self.account_id}/add"

    def start(self, form: dict[str, str] | None = None, browser: Browser | None = None) -> str:
        """Press the button that leads to the provider's page. Where it led."""
        browser = browser or self.browser
        page = browser.get(self.add)
        token = attribute(page, "main [name=csrf_token]")
        with self.app.app_context():
            answer = browser.client.post(self.add, data={"csrf_token": token, **(form or {})}, headers=browser.agent)
        assert answer.status_code == 303
        return str(answer.location)

    def give(self, last4: str = "4444", *, everything: bool = True, **form: str) -> str:
        """Give a card on the provider's page. The path of ours to which it leads back."""
        return give(self.start({"everything": "yes", **form} if everything else form), last4)

    def leave(self) -> str:
        """Come back from the provider's page without a card, and close it there. The path of ours that says what became of it."""
        back = f"/account/cards/return/{self.setup().id}"
        self.browser.get(f"{back}?left=1")
        self.browser.post(f"{back}/leave")
        return back

    def cards(self) -> list[str]:
        """The last digits of the cards that can be charged, newest first."""
        with self.app.app_context():
            return [card.last4 for card in db.session.get_one(BillingAccount, self.account_id).usable]

    def card(self, last4: str) -> int:
        with self.app.app_context():
            usable = select(Card.id).where(Card.account_id == self.account_id, Card.last4 == last4, Card.removed_at.is_(None))
            return db.session.scalars(usable.order_by(Card.id.desc())).first() or 0

    def default(self) -> str | None:
        with self.app.app_context():
            default = db.session.get_one(BillingAccount, self.account_id).default
            return default.last4 if default else None

    def is_confirmed(self) -> bool:
        with self.app.app_context():
            return db.session.get_one(BillingAccount, self.account_id).is_confirmed

    def default_there(self) -> str | None:
        """The last digits of the provider's default."""
        ref = self.stripe.v1.customers.retrieve(self.ref).invoice_settings.default_payment_method
        return str(self.stripe.v1.payment_methods.retrieve(ref).card.last4) if ref else None

    def cards_there(self) -> list[str]:
        return [card.card.last4 for card in self.stripe.v1.customers.payment_methods.list(self.ref).data]

    def invoices(self) -> list[Invoice]:
        """Newest first; those over nothing left out."""
        with self.app.app_context():
            mine = select(Invoice).where(Invoice.account_id == self.account_id, Invoice.total > 0)
            return list(db.session.scalars(mine.order_by(Invoice.written_at.desc())))

    def setup(self) -> CardSetup:
        """The newest."""
        with self.app.app_context():
            return db.session.scalars(select(CardSetup).order_by(CardSetup.id.desc()).limit(1)).one()

    def fall_behind(self, card: str = REFUSING) -> None:
        """The card at the provider is one that refuses, and a month passes: the renewal is not paid."""
        attached = self.stripe.v1.payment_methods.attach(card, {"customer": self.ref})
        self.stripe.v1.customers.update(self.ref, {"invoice_settings": {"default_payment_method": attached.id}})
        self.stripe.later(days=31)
        self.stripe.later(hours=2)
        self.box.sign_in()


def payer(app: Flask, stripe: Stripe, email: str = "alice@example.com") -> Payer:
    begun, account_id = once(("payer", email), app, stripe, lambda: _begin(app, stripe, email))
    return Payer(app, stripe, signed_in(app, begun), account_id)


def _begin(app: Flask, stripe: Stripe, email: str) -> tuple[Begun, int]:
    begun = begin(app, stripe, email=email)
    with app.app_context(), transaction():
        account_id = know_account(db.session.get_one(Customer, begun.customer_id), begun.customer_ref, at=now()).id
    with app.app_context():
        outbox.work_until_idle()
    return begun, account_id


def give(url: str, last4: str) -> str:
    """On the provider's page, pick one of its test cards. The path of ours to which it leads back."""
    answer = requests.post(url, {"card": last4}, timeout=30, allow_redirects=False)
    assert answer.status_code == 303, answer.text
    return back(answer.headers["Location"])


def back(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def times_asked(kind: str, subject_id: int) -> int:
    """How often a sync was asked for."""
    return db.session.scalars(select(Sync.wanted).where(Sync.kind == kind, Sync.subject_id == subject_id)).one()


def behind(payer: Payer, work: Callable[[], None], card: str = REFUSING) -> None:
    """A payment has failed, and the portal knows."""
    payer.fall_behind(card)
    work()
    work()


def account(payer: Payer, ref: str, *, cards: int = 0, balance: int = 0, currency: str = "EUR") -> int:
    """One more account of the same person, as if it had been looked at. Nobody syncs it."""
    with payer.app.app_context(), transaction():
        made = BillingAccount(customer_id=payer.box.customer_id, provider_ref=ref, currency=currency, balance=balance, learned_at=now())
        made.cards = [
            Card(provider_ref=f"pm_{ref}_{number}", brand="visa", last4=f"{1000 + number}", exp_month=12, exp_year=2034, added_at=now())
            for number in range(cards)
        ]
        db.session.add(made)
        db.session.flush()
        return made.id


def in_context(app: Flask, do: Callable[[], None]) -> None:
    with app.app_context():
        do()
