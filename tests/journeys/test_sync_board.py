"""The provider goes away and comes back, and somebody changes a box behind our back: Nora sees each on her phone, with its reason and age,
and puts it right. PRODUCT H7, P4."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Locator, Page, expect

from portal.kit import clock
from portal.kit.db import transaction
from portal.timeline import Actor
from portal.webhooks.actions import add_endpoint, send_test
from portal.webhooks.vocabulary import CHOSEN
from tests.journeys.phone import PATIENCE, eventually, notice, phone, sit_at_the_desk
from tests.stripe import Stripe
from tests.subscriptions.builders import Box
from tests.webhooks.receiver import listening

pytestmark = pytest.mark.browser
COMPARED = "What was found when all was compared"


@pytest.fixture
def nora(app: Flask, browser: Browser, portal: str) -> Iterator[Page]:
    """A lead."""
    with phone(browser, portal) as page:
        sit_at_the_desk(page, app, "lead")
        eventually(lambda: all_was_compared(page))  # as each night: the worker begins with it
        expect(page.get_by_role("heading", name="Nothing fails")).to_be_visible()
        yield page
        assert page.evaluate("document.documentElement.scrollWidth") == 360, "nothing is wider than the phone"


def part(page: Page, title: str) -> Locator:
    return page.get_by_role("region", name=title, exact=True)


def shown(page: Page, title: str, *words: str) -> None:
    """In this part of the board, once a worker has been there."""

    def so() -> bool:
        page.goto("/desk/sync")
        told = part(page, title).inner_text()
        return all(one in told for one in words)

    eventually(so)


def all_was_compared(page: Page) -> bool:
    page.goto("/desk/sync")
    told = part(page, COMPARED).inner_text()
    return "No difference was found" in told and "still to be looked at" not in told


def press(page: Page, name: str, answer: str) -> None:
    page.get_by_role("button", name=name).click()
    expect(notice(page)).to_contain_text(answer)


def test_what_the_provider_does_not_take_stands_there_until_it_is_tried_again(nora: Page, stripe: Stripe, alice: Box) -> None:
    stripe.faults({"kind": "500", "when": {"method": "POST", "path_prefix": "/v1/subscriptions"}})
    alice.browser.post(alice.skip(0))
    shown(nora, "What fails", f"Subscription {alice.id}", "An unknown error occurred.", "Fails for", f"Customer {alice.customer_id}")
    expect(part(nora, "Fails")).to_contain_text("1")
    expect(part(nora, "The oldest has waited")).not_to_contain_text("–")
    press(nora, f"Try again : Subscription {alice.id}", "It is tried again now.")
    shown(nora, "What fails", "An unknown error occurred.", "1 try")
    stripe.no_faults()
    press(nora, "Try all again", "1 is tried again now.")
    field = nora.get_by_label("E-mail, number, or Stripe’s name")
    field.fill("alice@")
    expect(part(nora, "What fails")).to_contain_text("Nothing fails", timeout=PATIENCE * 1000)
    expect(field).to_have_value("alice@")  # the page was not opened anew


def test_a_machine_of_the_shops_own_that_was_away_gets_what_it_has_missed(app: Flask, nora: Page) -> None:
    with listening() as shop:
        shop.answers(503, "We are being mended.")
        with app.app_context(), transaction():
            endpoint, _secret = add_endpoint(shop.url, CHOSEN, by=Actor(system="command line"), at=clock.now())
            send_test(endpoint, at=clock.now())
        shown(nora, "What fails", "Webhooks 127.0.0.1", "1 message has not arrived", "503: We are being mended.", "Fails for")
        shop.answers(204)
        press(nora, "Try again : Webhooks 127.0.0.1", "It is tried again now.")
        shown(nora, "What fails", "Nothing fails")
        assert len(set(shop.refs)) == 1


def test_a_difference_that_nobody_told_of_is_found_and_repaired_and_one_that_is_not_ours_to_repair_stays(
    nora: Page, stripe: Stripe, alice: Box
) -> None:
    stripe.send_webhooks_to("")
    stripe.v1.subscriptions.update(alice.ref, {"cancel_at_period_end": True})
    press(nora, "Compare all now", "All of it is compared now.")
    shown(nora, COMPARED, "1 difference was found, 1 of them repaired.", "Whether it ends", "Taken over")
    expect(part(nora, COMPARED)).to_contain_text("Was open for")

    stripe.v1.subscriptions.update(alice.ref, {"metadata": {"portal_version": "7"}})
    press(nora, "Compare all now", "All of it is compared now.")
    shown(nora, COMPARED, "Version", "At the payment provider: 7", "Open for")
    expect(part(nora, "Open differences")).to_contain_text("1")
    shown(nora, "What fails", f"Subscription {alice.id}", "ProviderIsAhead")
    expect(nora.locator("main .notice").filter(has_text="Alarm since")).to_contain_text(
        "The payment provider shows a version that was never here"
    )

    stripe.v1.subscriptions.update(alice.ref, {"metadata": {"portal_version": "0"}})
    press(nora, f"Try again : Subscription {alice.id}", "It is tried again now.")
    shown(nora, COMPARED, "Was open for")
    expect(part(nora, "Open differences")).to_contain_text("0")


def test_news_that_never_came_is_fetched_and_one_customer_is_looked_up(nora: Page, stripe: Stripe, alice: Box) -> None:
    stripe.send_webhooks_to("")
    stripe.v1.subscriptions.update(alice.ref, {"cancel_at_period_end": True})
    nora.get_by_label("The provider’s name of the event").fill("evt_typo")
    nora.get_by_role("button", name="Do it once more").click()
    field = nora.get_by_label("The provider’s name of the event")
    expect(field).to_be_focused()
    expect(field).to_have_value("evt_typo")
    field.fill(stripe.v1.events.list({"limit": 1}).data[0].id)
    press(nora, "Do it once more", "Done once more")
    nora.get_by_label("E-mail, number, or Stripe’s name").fill(alice.customer_ref)
    press(nora, "Look up now", "things are looked up now.")
    shown(nora, "Done last", f"Customer {alice.customer_id}")
