"""Both sides at once: the agent prepares a change, the customer's open page offers it, she approves it, the agent sees it land."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from portal.kit.db import transaction
from tests.accounts.builders import staff
from tests.browser import Browser as Client
from tests.journeys.phone import eventually, here, notice, open_skip, phone, still_here
from tests.mail import Mail, text
from tests.subscriptions.builders import Box
from tests.subscriptions.conftest import Both

pytestmark = pytest.mark.browser


@contextmanager
def agent(browser: Browser, app: Flask, portal: str) -> Iterator[Page]:
    """Jonas at the desk, signed in with both steps, on a phone of his own."""
    client = Client(app)
    with app.app_context(), transaction():
        jonas = staff("jonas@halfjar.example", "Jonas").id
    client.sign_in_staff(jonas)
    cookie = client.client.get_cookie("portal")
    assert cookie
    with phone(browser, portal) as page:
        page.context.add_cookies([{"name": "portal", "value": cookie.value, "url": portal}])
        yield page


def begin(page: Page, customer_id: int) -> None:
    """See her pages, and prepare changes there."""
    page.goto(f"/desk/customers/{customer_id}/view")
    page.get_by_label("In a sentence", exact=False).fill("She is on the phone and asks for it")
    page.get_by_role("button", name="Start looking").click()
    expect(page.locator(".watch")).to_contain_text("Look only")
    page.get_by_role("button", name="Prepare changes").click()
    expect(page.locator(".watch")).to_contain_text("You prepare; the customer decides.")


def test_the_agent_prepares_and_the_customer_approves_on_pages_that_stay_open(
    browser: Browser, app: Flask, portal: str, home: Page, alice: Box, both: Both, mail: Mail
) -> None:
    here(home)
    with agent(browser, app, portal) as desk:
        begin(desk, alice.customer_id)
        open_skip(desk)
        desk.get_by_role("button", name="Skip this delivery").click()
        expect(desk.get_by_role("heading", name="Skip Mon 28 Dec")).to_be_visible()
        expect(notice(desk)).to_contain_text("Nothing is changed until they approve it.")
        desk.get_by_role("link", name="Add a word").click()
        desk.get_by_label("Why you suggest it").fill("You said that you are away over Christmas")
        desk.get_by_role("button", name="Save").click()
        expect(desk.locator("#suggestions")).to_contain_text("away over Christmas")
        assert both.here(alice) == date(2026, 12, 23)
        here(desk)
        hers = desk.context.new_page()
        hers.goto(f"/desk/customers/{alice.customer_id}")
        expect(hers.locator("#their_suggestions")).to_contain_text("Waits until")
        here(hers)

        card = home.locator("#suggestions section")
        expect(card).to_contain_text("Jonas of Halfjar suggests")
        expect(card).to_contain_text("away over Christmas")
        assert still_here(home)
        card.get_by_role("button", name="Approve it").click()
        expect(notice(home)).to_contain_text("Skipped. Next is Mon 25 Jan.")
        expect(home.locator("#suggestions section")).to_have_count(0)
        assert both.here(alice) == date(2027, 1, 23)

        expect(desk.locator("#suggestions")).to_contain_text("Approved")
        assert still_here(desk)
        expect(hers.locator("#their_suggestions")).to_contain_text("Approved")
        expect(hers.locator("#their_suggestions")).not_to_have_attribute("hx-get", re.compile(""))
        assert still_here(hers)
        hers.get_by_role("link", name="See it as it is now").click()
        expect(hers.locator("#their_suggestions")).not_to_contain_text("There is an answer")
        eventually(lambda: both.there(alice) == date(2027, 1, 23))
        desk.get_by_role("button", name="Leave").click()
        expect(desk.locator("section[aria-labelledby=prepared]")).to_contain_text("Approved")
    assert not any("suggests" in letter["Subject"] for letter in mail.to("alice@example.com")), "she had answered before"
    home.goto(alice.page)
    expect(home.locator(".timeline").first).to_contain_text("You approved what Jonas had prepared")


def test_without_javascript_from_the_mail(
    browser: Browser, app: Flask, portal: str, plain_home: Page, alice: Box, both: Both, mail: Mail
) -> None:
    with agent(browser, app, portal) as desk:
        begin(desk, alice.customer_id)
        open_skip(desk)
        desk.get_by_role("button", name="Skip this delivery").click()
        expect(desk.get_by_role("heading", name="Skip Mon 28 Dec")).to_be_visible()
        desk.get_by_role("button", name="Leave").click()
    eventually(lambda: any("suggests" in letter["Subject"] for letter in mail.to("alice@example.com")))
    found = re.search(r"(/suggestions)\s", text(mail.newest("alice@example.com")))
    assert found
    plain_home.goto(found[1])
    plain_home.get_by_role("button", name="Approve it").dblclick()
    expect(plain_home.get_by_role("heading", level=1)).to_be_visible()
    eventually(lambda: both.here(alice) == date(2027, 1, 23))
    eventually(lambda: both.there(alice) == date(2027, 1, 23))
