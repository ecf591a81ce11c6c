"""Jonas, on a phone of his own, sees Alice's pages, skips a delivery for her, and leaves; her own page tells her (REL I7)."""

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from pyotp import TOTP

from portal.kit import clock
from portal.kit.db import transaction
from tests.accounts.builders import authenticator_app, staff
from tests.journeys.phone import UPDATING, link_for, notice, open_skip, phone
from tests.mail import Mail
from tests.subscriptions.builders import Box

pytestmark = pytest.mark.browser
JONAS = "jonas@halfjar.example"


@pytest.fixture
def secret(app: Flask) -> str:
    """Of Jonas' app."""
    with app.app_context(), transaction():
        return authenticator_app(staff(JONAS, "Jonas").id, at=clock.now())


def comes_in(page: Page, mail: Mail, secret: str) -> None:
    page.goto(link_for(page, mail, JONAS, "/desk/sign-in"))
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("The six digits in your app").fill(TOTP(secret).at(clock.wall()))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("searchbox")).to_be_visible()


def begins(page: Page, alice: Box) -> None:
    page.goto(f"/desk/customers/{alice.customer_id}")
    page.get_by_role("link", name="View as customer").click()
    page.get_by_label("In a sentence").fill("She asks to skip the next box")
    page.get_by_role("button", name="Start looking").click()


def banner(page: Page, words: str) -> None:
    watch = page.locator("body > .watch")
    expect(watch).to_contain_text(words)
    expect(watch.locator("time")).to_contain_text(":")
    box = watch.bounding_box()
    assert box and box["y"] == 0, "it stands at the top, whatever is scrolled"


def seconds_left(page: Page) -> int:
    minutes, seconds = (page.locator("body > .watch time").text_content() or "").split(":")
    return int(minutes) * 60 + int(seconds)


def test_jonas_looks_acts_and_leaves(app: Flask, browser: Browser, portal: str, home: Page, alice: Box, mail: Mail, secret: str) -> None:
    with phone(browser, portal) as desk:
        comes_in(desk, mail, secret)
        begins(desk, alice)
        banner(desk, "You are Jonas, looking as alice@example.com. Look only.")

        began = seconds_left(desk)
        open_skip(desk)
        banner(desk, "Look only.")
        under = desk.evaluate("getComputedStyle(document.querySelector('dialog'), '::backdrop').insetBlockStart")
        assert under == f"{desk.evaluate('document.querySelector(`.watch`).offsetHeight')}px", "no sheet lies over it"
        expect(desk.get_by_role("button", name="Skip this delivery")).to_be_disabled()
        desk.keyboard.press("Escape")

        desk.get_by_role("link", name="Act for them").click()
        desk.locator("dialog").get_by_role("button", name="Act for them").click()
        banner(desk, "You act for them.")
        open_skip(desk)
        desk.get_by_role("button", name="Skip this delivery").click()
        expect(notice(desk)).to_contain_text("Skipped.")
        banner(desk, "You act for them.")
        expect(desk.get_by_text(UPDATING)).to_have_count(0)
        assert 0 < began - seconds_left(desk) < 30 * 60, "it counts on, whatever was swapped and whichever mode was chosen"
        desk.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        banner(desk, "You act for them.")

        desk.get_by_role("button", name="Leave").click()
        expect(desk.get_by_text("You are back at the desk.")).to_be_visible()
        expect(desk.locator(".watch")).to_have_count(0)
        desk.go_back()
        expect(desk.get_by_text("No view goes on.")).to_be_visible()
        expect(desk).to_have_url(f"{portal}/desk")
    home.goto("/account/visits")
    expect(home.get_by_text("She asks to skip the next box")).to_be_visible()
    expect(home.get_by_text("Changed for you:")).to_be_visible()
    home.goto(f"/subscriptions/{alice.id}")
    expect(home.get_by_text("Jonas from support, for you").first).to_be_visible()


def test_what_is_being_typed_when_the_time_is_over_stays(browser: Browser, portal: str, alice: Box, mail: Mail, secret: str) -> None:
    with phone(browser, portal) as desk:
        comes_in(desk, mail, secret)
        begins(desk, alice)
        desk.get_by_role("link", name="Act for them").click()
        desk.locator("dialog").get_by_role("button", name="Act for them").click()
        banner(desk, "You act for them.")
        desk.clock.install()
        desk.goto("/account/addresses/new")
        desk.get_by_label("Street and number").fill("Lindenallee 12")
        desk.clock.run_for("31:00")
        expect(desk.get_by_role("alert")).to_contain_text("The time is over. Send what you typed")
        expect(desk.get_by_label("Street and number")).to_have_value("Lindenallee 12")


def test_without_javascript_it_is_the_same(browser: Browser, portal: str, alice: Box, mail: Mail, secret: str) -> None:
    """The banner says until when, and a sheet is a page."""
    with phone(browser, portal, javascript=False) as desk:
        comes_in(desk, mail, secret)
        begins(desk, alice)
        watch = desk.locator("body > .watch")
        expect(watch).to_contain_text("Look only. Ends at ")
        desk.goto(alice.skip(0))
        expect(desk.get_by_role("button", name="Skip this delivery")).to_be_disabled()
        expect(desk.get_by_text("Look only. Choose “Act for them” first")).to_be_visible()
        watch.get_by_role("link", name="Act for them").click()
        desk.locator("main").get_by_role("button", name="Act for them").click()
        expect(watch).to_contain_text("You act for them. Ends at ")
        desk.goto(alice.skip(0))
        desk.get_by_role("button", name="Skip this delivery").click()
        expect(notice(desk)).to_contain_text("Skipped.")
        watch.get_by_role("button", name="Leave").click()
        expect(desk.get_by_text("You are back at the desk.")).to_be_visible()
