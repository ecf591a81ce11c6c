"""What the pages promise of the next delivery, and what then comes and is charged: Alice with her phone, and the time."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bs4 import BeautifulSoup, Tag
from flask import Flask
from playwright.sync_api import Page, expect

from portal.kit.db import db
from portal.subscriptions.models import Subscription
from tests.browser import words
from tests.journeys.phone import Thumb, eventually, notice, sign_in
from tests.mail import Mail
from tests.stripe import Stripe
from tests.subscriptions.builders import Box
from tests.subscriptions.conftest import Both

Line = tuple[str, int, str]
"""A product with its variant, how many, and what they cost together."""


@dataclass(frozen=True)
class Promise:
    """Of the next delivery, in the words of the page."""

    lines: list[Line]
    arrives: str
    charged: str
    total: str
    credit: int
    """What the customer has with the shop, in cents, and is not charged."""

    @property
    def due(self) -> int:
        return cents(self.total)


@dataclass
class Alice:
    """Alice with her phone, and both sides of her box."""

    page: Page
    scripts: bool
    app: Flask
    box: Box
    both: Both
    stripe: Stripe
    mail: Mail

    @property
    def ref(self) -> str:
        with self.app.app_context():
            return str(db.session.get_one(Subscription, self.box.id).provider_ref)

    def does(self, deed: Callable[[Thumb], None], says: str) -> None:
        """From home, and until the provider has confirmed it."""
        self.page.goto("/")
        thumb = Thumb(self.page)
        deed(thumb)
        assert 0 < thumb.taps <= 3
        expect(notice(self.page)).to_contain_text(says)
        eventually(lambda: self.both.is_confirmed(self.box))

    def types(self, label: str, what: str) -> None:
        """Into a field. Without JavaScript it has to be sent."""
        field = self.page.get_by_label(label, exact=True)
        field.fill(what)
        if not self.scripts:
            field.press("Enter")

    def promised(self) -> Promise:
        """On the page of the subscription, and no other at home."""
        shown = self._exact(self.box.page)
        inside = self._part(shown, '[aria-labelledby="inside"]')
        facts = {words(row.dt): words(row.dd) for row in inside.select(".facts > div") if row.dt and row.dd}
        charged = next(name for name in facts if name.startswith("Charged "))
        heading = words(self._part(inside, "#inside"))
        credit = -cents(facts.get("Your credit", "€0.00"))
        promise = Promise(lines(inside), heading.removeprefix("In the box on "), charged.removeprefix("Charged "), facts[charged], credit)
        at_home = words(self._part(self._exact("/"), "h1"))
        assert at_home.endswith(f"{promise.total} {promise.arrives}"), at_home
        return promise

    def let_time_pass(self) -> None:
        """Until two hours after the next charge: then its invoice is no draft any more."""
        due = self.stripe.v1.subscriptions.retrieve(self.ref)["items"].data[0].current_period_end
        self.stripe.later(seconds=due - self.stripe.now().timestamp() + 7200)
        self.page.goto("about:blank")  # what the open page asks for meanwhile must not bring the old cookie back
        self.page.context.clear_cookies()
        sign_in(self.page, self.mail)

    def finds(self, promise: Promise) -> None:
        """What was promised, once: the order that came of it, and the invoice at the provider."""
        order = self.page.get_by_role("link", name=f"Order of {promise.charged}")

        def is_there() -> bool:
            self.page.goto("/")
            return order.count() == 1

        eventually(is_there)
        order.click()
        expect(self.page.locator("#inside")).to_contain_text("product")
        shown = BeautifulSoup(self.page.content(), "html.parser")
        assert lines(shown) == promise.lines
        assert cents(words(self._part(shown, ".facts .sum dd"))) == promise.due + promise.credit
        assert self.paid()[0] == promise.due
        bought = [(line.quantity, line.amount) for line in self.invoices()[0].lines.data]
        assert sorted(bought) == sorted((pieces, cents(amount)) for _, pieces, amount in promise.lines)

    def paid(self) -> list[int]:
        """In cents, by the invoices at the provider, newest first."""
        return [invoice.amount_paid for invoice in self.invoices()]

    def invoices(self) -> list[Any]:
        """Those over nothing left out: a trial begins with one."""
        found = self.stripe.v1.invoices.list({"customer": self.box.customer_ref}).data
        return [invoice for invoice in found if invoice.total]

    def default_there(self) -> str:
        ref = self.stripe.v1.customers.retrieve(self.box.customer_ref).invoice_settings.default_payment_method
        return str(self.stripe.v1.payment_methods.retrieve(ref).card.last4)

    def waits_for(self, says: str) -> None:
        """At home."""
        eventually(lambda: says in words(self.get("/")))

    def get(self, path: str) -> BeautifulSoup:
        self.page.goto(path)
        return BeautifulSoup(self.page.content(), "html.parser")

    def _exact(self, path: str) -> BeautifulSoup:
        """Once the page does not say "about" of the next delivery any more."""
        found: list[BeautifulSoup] = []

        def is_exact() -> bool:
            found[:] = [self.get(path)]
            return not any("about €" in words(card) for card in found[0].select('[aria-labelledby="inside"], [aria-labelledby="next"]'))

        eventually(is_exact)
        return found[0]

    @staticmethod
    def _part(shown: BeautifulSoup | Tag, selector: str) -> Tag:
        (part,) = shown.select(selector)
        return part


def cents(shown: str) -> int:
    return int(shown.replace("€", "").replace(".", "").replace("−", "-").replace(",", ""))


def lines(shown: BeautifulSoup | Tag) -> list[Line]:
    """As they stand on the page of the box, and on that of an order."""
    found = []
    for line in shown.select("article.line"):
        title, pieces, amount = line.h3, line.select_one(".pic b"), line.select_one(":scope > .money")
        assert title and amount
        what = words(title) if ", " in words(title) else f"{words(title)}, one pack"
        found.append((what, int(words(pieces)) if pieces else 1, words(amount)))
    return sorted(found)
