"""Cards and payments on a phone: through the provider's page and back, with JavaScript and without."""

from dataclasses import dataclass

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.journeys.phone import eventually, here, notice, still_here
from tests.stripe import Stripe
from tests.subscriptions.builders import Box

pytestmark = pytest.mark.browser
CONTINUE = "Continue to the payment provider"
PAYS, ASKS, REFUSES, NO_MONEY = "5555 5555 5555 4444", "4000 0025 0000 3155", "4000 0000 0000 0341", "4000 0000 0000 9995"


@dataclass(frozen=True)
class Phone:
    page: Page
    scripts: bool

    def cards(self) -> None:
        self.page.goto("/account")
        self.page.get_by_role("link", name="Payment methods").click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Payment methods")

    def to_the_provider(self) -> None:
        self.cards()
        self.page.get_by_role("link", name="Add a card").click()
        self.page.get_by_role("button", name=CONTINUE).click()
        expect(self.page.get_by_role("heading", name="Save a card")).to_be_visible()

    def give(self, card: str) -> None:
        self.to_the_provider()
        self.page.get_by_role("button", name=card).click()

    def reads(self, words: str) -> None:
        """The page says so by itself; without JavaScript, once somebody looks again."""
        said = self.page.locator("main").get_by_text(words).first
        if self.scripts:
            expect(said).to_be_visible()
            return

        def is_so() -> bool:
            again = self.page.get_by_role("link", name="Look again")
            if not said.is_visible() and again.is_visible():
                again.click()
            return said.is_visible()

        eventually(is_so)


@pytest.fixture(params=["javascript", "plain"])
def alices(request: pytest.FixtureRequest) -> Phone:
    """Alice at home, with JavaScript and without."""
    scripts = request.param == "javascript"
    return Phone(request.getfixturevalue("home" if scripts else "plain_home"), scripts)


@pytest.fixture
def behind(app: Flask, alice: Box, stripe: Stripe) -> None:
    """Before anybody signs in, the last payment has failed."""
    card = stripe.v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": alice.customer_ref}).id
    stripe.v1.customers.update(alice.customer_ref, {"invoice_settings": {"default_payment_method": card}})
    stripe.later(days=31)
    stripe.later(hours=2)


def cards_there(stripe: Stripe, alice: Box) -> set[str]:
    return {card.card.last4 for card in stripe.v1.customers.payment_methods.list(alice.customer_ref).data}


def default_there(stripe: Stripe, alice: Box) -> str:
    ref = stripe.v1.customers.retrieve(alice.customer_ref).invoice_settings.default_payment_method
    return str(stripe.v1.payment_methods.retrieve(ref).card.last4)


def test_a_card_is_added_on_the_providers_page(alices: Phone, alice: Box, stripe: Stripe) -> None:
    alices.give(PAYS)
    alices.reads("Your card is saved")
    alices.reads("It pays your deliveries from now on.")
    alices.page.get_by_role("link", name="See your cards").click()
    expect(alices.page.locator(".rows b").filter(has_text="Mastercard ending 4444")).to_be_visible()
    eventually(lambda: default_there(stripe, alice) == "4444")


def test_it_is_shown_without_a_reload(home: Page, alice: Box, stripe: Stripe) -> None:
    """Nobody looks again: the answer of the provider comes while the page is open."""
    stripe.faults({"kind": "500", "when": {"method": "GET", "path_prefix": "/v1/checkout"}})
    Phone(home, True).give(PAYS)
    expect(home.get_by_role("heading", level=1)).to_have_text("Checking your card…")
    here(home)
    stripe.no_faults()
    expect(home.get_by_role("heading", level=1)).to_have_text("Your card is saved")
    assert still_here(home)


def test_the_bank_asks_first(alices: Phone, alice: Box, stripe: Stripe) -> None:
    alices.give(ASKS)
    expect(alices.page.get_by_role("heading", name="Is this you?")).to_be_visible()
    alices.page.get_by_role("button", name="Complete authentication").click()
    alices.reads("Visa ending 3155")
    eventually(lambda: default_there(stripe, alice) == "3155")


def test_a_declined_card_and_the_way_back(alices: Phone, alice: Box, stripe: Stripe) -> None:
    alices.give(NO_MONEY)
    expect(alices.page.get_by_role("alert")).to_contain_text("insufficient funds")
    alices.page.get_by_role("link", name="Back to the shop").click()
    alices.page.get_by_role("button", name="Close that page").click()
    alices.reads("The last card you tried was not taken. There is not enough money on the card, or its limit is reached.")
    alices.page.get_by_role("link", name="Try again").click()
    expect(alices.page.get_by_role("button", name=CONTINUE)).to_be_visible()
    assert cards_there(stripe, alice) == {"4242"}


def test_who_changes_their_mind_comes_back_to_what_was(alices: Phone, alice: Box, stripe: Stripe) -> None:
    alices.to_the_provider()
    alices.page.get_by_role("link", name="Back to the shop").click()
    expect(alices.page.get_by_role("link", name="Go back to it")).to_be_visible()
    alices.page.get_by_role("button", name="Close that page").click()
    alices.reads("You came back without one. Nothing has changed, and nothing was charged.")
    alices.page.get_by_role("link", name="See your cards").click()
    expect(alices.page.locator(".rows b").filter(has_text="Visa ending 4242")).to_be_visible()
    assert cards_there(stripe, alice) == {"4242"}


def test_a_double_tap_is_one_page(home: Page, alice: Box, stripe: Stripe) -> None:
    Phone(home, True).cards()
    home.get_by_role("link", name="Add a card").click()
    home.get_by_role("button", name=CONTINUE).dblclick()
    expect(home.get_by_role("heading", name="Save a card")).to_be_visible()
    assert len(stripe.v1.checkout.sessions.list({"customer": alice.customer_ref}).data) == 1


def test_what_is_owed_is_paid_at_once_with_the_new_card(behind: None, alices: Phone, alice: Box, stripe: Stripe) -> None:
    alices.cards()
    expect(alices.page.get_by_role("heading", name="€14.90 is not paid")).to_be_visible()
    alices.page.get_by_role("link", name="Use another card").first.click()
    expect(alices.page.get_by_text("Paid with it at once")).to_be_visible()
    alices.page.get_by_role("button", name=CONTINUE).click()
    alices.page.get_by_role("button", name=PAYS).click()
    alices.reads("€14.90 is paid.")
    assert stripe.v1.subscriptions.retrieve(alice.ref).status == "active"
    alices.cards()
    expect(alices.page.get_by_role("heading", name="€14.90 is not paid")).to_have_count(0)


def test_paying_now_in_two_taps(behind: None, alices: Phone, alice: Box, stripe: Stripe) -> None:
    alices.cards()
    alices.page.get_by_role("link", name="Pay now").click()
    alices.page.get_by_role("radio", name="Visa ending 4242").check()
    alices.page.get_by_role("button", name="Pay €14.90").click()
    alices.reads("€14.90 is paid.")
    expect(alices.page.get_by_role("listitem").filter(has_text="Visa ending 0341 was refused")).to_be_visible()
    assert stripe.v1.subscriptions.retrieve(alice.ref).status == "active"


def test_a_second_refusal_says_what_helps(behind: None, alices: Phone) -> None:
    alices.give(REFUSES)
    alices.reads("€14.90 could not be paid.")
    expect(alices.page.get_by_role("link", name="Use another card")).to_be_visible()


def test_another_default_and_undo(alices: Phone, alice: Box, stripe: Stripe) -> None:
    alices.give(PAYS)
    alices.reads("Your card is saved")
    alices.page.get_by_role("link", name="See your cards").click()
    alices.page.get_by_role("button", name="Make default Visa ending 4242").click()
    expect(notice(alices.page)).to_contain_text("Visa ending 4242 is the default now.")
    notice(alices.page).get_by_role("button", name="Undo").click()
    expect(notice(alices.page)).to_contain_text("Undone.")
    expect(alices.page.get_by_role("button", name="Make default Visa ending 4242")).to_be_visible()
    eventually(lambda: default_there(stripe, alice) == "4444")


def test_a_card_is_removed_and_the_last_one_stays(alices: Phone, alice: Box, stripe: Stripe) -> None:
    alices.give(PAYS)
    alices.reads("Your card is saved")
    alices.page.get_by_role("link", name="See your cards").click()
    alices.page.get_by_role("link", name="Remove Visa ending 4242").click()
    expect(alices.page.get_by_text("This can’t be undone.")).to_be_visible()
    alices.page.get_by_role("button", name="Remove the card").click()
    expect(notice(alices.page)).to_contain_text("Visa ending 4242 is removed.")
    eventually(lambda: cards_there(stripe, alice) == {"4444"})
    alices.page.get_by_role("link", name="Remove Mastercard ending 4444").click()
    expect(alices.page.get_by_text("Add another card first.")).to_be_visible()
    expect(alices.page.get_by_role("button", name="Remove the card")).to_have_count(0)
