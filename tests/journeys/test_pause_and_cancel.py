"""Pause, resume, cancel, undo, prove it, and start again: on a phone, with and without JavaScript."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.journeys.phone import UPDATING, Thumb, eventually, here, notice, phone, still_here
from tests.mail import Mail, text
from tests.stripe import Stripe
from tests.subscriptions.builders import Box
from tests.subscriptions.conftest import Both

pytestmark = pytest.mark.browser
REFERENCE = re.compile("C-[2-9A-Z]{4}-[2-9A-Z]{4}")


def sheet(page: Page) -> Locator:
    return page.locator("dialog:modal")


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("link", name=name)


def status(stripe: Stripe, box: Box) -> str:
    return str(stripe.v1.subscriptions.retrieve(box.ref).status)


def is_ending(stripe: Stripe, box: Box) -> bool:
    return bool(stripe.v1.subscriptions.retrieve(box.ref).cancel_at_period_end)


def receipt_link(mail: Mail) -> str:
    """The path of the receipt in the newest mail that has one."""
    eventually(lambda: any("/receipts/" in text(letter) for letter in mail.to("alice@example.com")))
    found = [re.search(r"(/receipts/\S+)", text(letter)) for letter in mail.to("alice@example.com")]
    return next(one[1] for one in reversed(found) if one)


def test_pause_for_two_months_in_three_taps_and_come_back_sooner(home: Page, both: Both, alice: Box, stripe: Stripe) -> None:
    tap = Thumb(home)
    home.goto(alice.page)
    tap(row(home, "Pause"))
    expect(sheet(home).get_by_role("button", name="Pause until Mon 25 Jan")).to_be_visible()
    tap(sheet(home).get_by_text("2 months"))
    expect(sheet(home).locator(".compare tbody tr").first).to_contain_text("Thu 25 Feb")
    expect(sheet(home).locator(".compare s")).to_have_text(["Mon 28 Dec", "Mon 25 Jan"])
    expect(sheet(home).get_by_label("First delivery after the pause")).to_be_hidden()
    tap(sheet(home).get_by_role("button", name="Pause until Thu 25 Feb"))
    assert tap.taps == 3
    expect(notice(home)).to_contain_text("Paused. Back on Thu 25 Feb.")
    expect(home.get_by_text(UPDATING)).to_be_visible()
    here(home)
    expect(home.get_by_text(UPDATING)).to_have_count(0)
    expect(home.get_by_text("Nothing is charged before Tue 23 Feb")).to_be_visible()
    assert still_here(home)
    assert both.there(alice) == both.here(alice) == date(2027, 2, 23)
    assert stripe.v1.subscriptions.retrieve(alice.ref).pause_collection.behavior == "void"

    home.goto("/")
    expect(home.get_by_role("heading", level=1)).to_contain_text("Thursday 25 February")
    home.get_by_role("link", name="Come back sooner, or later").click()
    expect(sheet(home).get_by_label("First delivery")).to_have_value("2026-11-28")
    sheet(home).get_by_label("First delivery").fill("2026-12-06")
    expect(sheet(home).locator("#to-error")).to_contain_text("Nothing is delivered on Sunday 6 December.")
    sheet(home).get_by_label("First delivery").fill("2026-12-07")
    sheet(home).get_by_role("button", name="Resume on Mon 7 Dec").click()
    expect(notice(home)).to_contain_text("Resumed. Next is Mon 7 Dec.")
    expect(home.get_by_role("heading", level=1)).to_contain_text("Monday 7 December")
    expect(home.get_by_text("Confirmed by the payment provider.").first).to_be_visible()
    assert both.there(alice) == both.here(alice) == date(2026, 12, 5)
    notice(home).get_by_role("button", name="Undo").click()
    expect(home.get_by_role("heading", level=1)).to_contain_text("Thursday 25 February")


def test_pause_until_a_day_of_ones_own_or_with_no_end(home: Page, alice: Box, stripe: Stripe) -> None:
    home.goto(alice.page)
    row(home, "Pause").click()
    sheet(home).get_by_text("Own day").click()
    field = sheet(home).get_by_label("First delivery after the pause")
    expect(field).to_be_visible()
    field.fill("2027-01-10")
    expect(sheet(home).locator("#until-error")).to_contain_text("Nothing is delivered on Sunday 10 January.")
    expect(field).to_have_value("2027-01-10")
    field.fill("2027-03-01")
    expect(sheet(home).get_by_role("button", name="Pause until Mon 1 Mar")).to_be_visible()
    sheet(home).get_by_text("Until I resume it").click()
    expect(sheet(home).locator(".compare")).to_contain_text("Nothing until you resume it")
    sheet(home).get_by_role("button", name="Pause", exact=True).click()
    expect(notice(home)).to_contain_text("Paused. Nothing is charged until you resume it.")
    expect(home.get_by_text(UPDATING)).to_have_count(0)
    assert stripe.v1.subscriptions.retrieve(alice.ref).pause_collection.resumes_at is None
    notice(home).get_by_role("button", name="Undo").click()
    expect(notice(home)).to_contain_text("Undone.")
    eventually(lambda: stripe.v1.subscriptions.retrieve(alice.ref).pause_collection is None)


def test_cancel_in_two_taps_undo_it_and_cancel_for_good(
    home: Page, browser: Browser, portal: str, alice: Box, both: Both, stripe: Stripe, mail: Mail
) -> None:
    home.goto(alice.page)
    tap = Thumb(home)
    tap(row(home, "Cancel subscription"))
    button = home.get_by_role("button", name="Cancel now")
    before = button.bounding_box()
    too_much = home.get_by_text("Too much left")
    offer = home.get_by_role("button", name="Skip Mon 28 Dec")
    expect(offer).to_be_hidden()
    too_much.click()
    expect(offer).to_be_visible()
    home.get_by_text("Illness or a death").click()
    expect(offer).to_be_hidden()
    home.get_by_text("Illness or a death").click()
    too_much.click()
    assert button.bounding_box() == before
    here(home)
    tap(button)
    assert tap.taps == 2
    expect(home.get_by_role("heading", name="Cancelled. No further charges.")).to_be_visible()
    expect(notice(home)).to_contain_text("Cancelled. You can undo it until 10:1")
    reference = REFERENCE.search(home.inner_text("main"))
    assert reference
    here(home)
    expect(home.get_by_text("Confirmed by the payment provider").first).to_be_visible()
    expect(home.get_by_text("guarantee")).to_have_count(0)
    assert still_here(home)
    assert is_ending(stripe, alice)

    with phone(browser, portal) as stranger:
        stranger.goto(receipt_link(mail))
        expect(stranger.get_by_role("heading", name="Pantry box is cancelled. No further charges.")).to_be_visible()
        expect(stranger.locator("main")).to_contain_text(reference[0])
        expect(stranger.locator("main")).to_contain_text("a***@example.com")
        expect(stranger.locator("main")).not_to_contain_text("Sidamo")

        home.get_by_role("button", name="Undo until").click()
        expect(notice(home)).to_contain_text("Undone.")
        expect(home.get_by_role("heading", name="This cancellation does not count any more")).to_be_visible()
        eventually(lambda: not is_ending(stripe, alice))
        stranger.get_by_role("link", name="Check again").click()
        expect(stranger.get_by_text("taken back").first).to_be_visible()

    home.goto(alice.page)
    row(home, "Cancel subscription").click()
    home.get_by_role("button", name="Cancel now").dblclick()
    expect(home.get_by_role("heading", name="Cancelled. No further charges.")).to_be_visible()
    home.get_by_text("Moving away").click()
    home.get_by_label("In your own words").fill("x" * 1001)
    home.get_by_role("button", name="Tell us why").click()
    expect(home.locator("#comment-error")).to_contain_text("That is 1001 characters, and there is room for 1000.")
    expect(home.get_by_label("In your own words")).to_have_value("x" * 1001)
    home.get_by_label("In your own words").fill("To the sea 🌊")
    home.get_by_role("button", name="Tell us why").click()
    expect(home.get_by_text("You told us why")).to_be_visible()
    expect(home.locator("main")).to_contain_text("To the sea 🌊")

    eventually(lambda: is_ending(stripe, alice))
    stripe.later(minutes=11)
    eventually(lambda: status(stripe, alice) == "canceled")
    home.goto("/")
    eventually(lambda: _says(home, "Nothing more will come"))
    eventually(lambda: _says(home, "Start again as it was"))
    home.get_by_role("link", name="Start again as it was").click()
    expect(sheet(home)).to_contain_text("This can’t be undone, but you can cancel at any time.")
    sheet(home).get_by_role("button", name="Start again").dblclick()
    expect(notice(home)).to_contain_text("It starts again. The first box arrives Sat 28 Nov.")
    here(home)
    expect(home.get_by_text("Active", exact=True)).to_be_visible()
    assert still_here(home)
    assert len(stripe.v1.subscriptions.list({"customer": alice.customer_ref, "status": "all"}).data) == 2
    assert both.here(alice) - date(2026, 11, 26) == timedelta(0)


def test_all_of_it_without_javascript(plain_home: Page, browser: Browser, portal: str, alice: Box, stripe: Stripe, mail: Mail) -> None:
    page, tap = plain_home, Thumb(plain_home)
    page.goto(alice.page)
    row(page, "Pause").click()
    page.get_by_label("Own day").check()
    page.get_by_label("First delivery after the pause").fill("2027-01-10")
    page.get_by_role("button", name="Show other dates").click()
    expect(page.locator("#until-error")).to_contain_text("Nothing is delivered on Sunday 10 January.")
    page.get_by_label("First delivery after the pause").fill("2027-03-01")
    page.get_by_role("button", name="Show the new dates").click()
    page.get_by_role("button", name="Pause until Mon 1 Mar").click()
    expect(notice(page)).to_contain_text("Paused. Back on Mon 1 Mar.")
    eventually(lambda: stripe.v1.subscriptions.retrieve(alice.ref).pause_collection is not None)
    eventually(lambda: _says(page, "Nothing is charged before Sat 27 Feb"))
    page.get_by_role("link", name="Come back sooner, or later").click()
    page.get_by_role("button", name="Resume on Sat 28 Nov").click()
    expect(notice(page)).to_contain_text("Resumed. Next is Sat 28 Nov.")
    notice(page).get_by_role("button", name="Undo").click()
    expect(notice(page)).to_contain_text("Undone.")
    page.get_by_role("link", name="Come back sooner, or later").click()
    page.get_by_label("First delivery").fill("2026-12-28")
    page.get_by_role("button", name="Show other dates").click()
    page.get_by_role("button", name="Resume on Mon 28 Dec").click()

    tap(row(page, "Cancel subscription"))
    page.get_by_label("Too expensive").check()
    expect(page.get_by_role("button", name="Less often")).to_be_visible()
    tap(page.get_by_role("button", name="Cancel on "))
    assert tap.taps == 2
    expect(page.get_by_role("heading", name="Cancelled. No further charges.")).to_be_visible()
    expect(page.get_by_text("You told us why")).to_be_visible()
    page.get_by_role("link", name="Keep it after all").click()
    expect(page.locator(".compare")).to_contain_text("Mon 28 Dec")
    page.get_by_role("button", name="Keep it after all").click()
    expect(notice(page)).to_contain_text("It goes on. Next is Mon 28 Dec.")

    row(page, "Cancel subscription").click()
    page.get_by_role("button", name="Cancel now").click()
    notice(page).get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="This cancellation does not count any more")).to_be_visible()
    page.goto(alice.page)
    row(page, "Cancel subscription").click()
    page.get_by_role("button", name="Cancel now").click()
    page.get_by_label("In your own words").fill("Because.")
    page.get_by_role("button", name="Tell us why").click()
    expect(page.get_by_text("You told us why")).to_be_visible()
    eventually(lambda: is_ending(stripe, alice))
    with phone(browser, portal, javascript=False) as stranger:
        stranger.goto(receipt_link(mail))
        expect(stranger.get_by_role("heading", name="Pantry box is cancelled. No further charges.")).to_be_visible()
    stripe.later(minutes=11)
    eventually(lambda: status(stripe, alice) == "canceled")
    page.goto(alice.page)
    eventually(lambda: _says(page, "Start again as it was"))
    page.get_by_role("link", name="Start again as it was").click()
    page.get_by_role("button", name="Start again").click()
    expect(notice(page)).to_contain_text("It starts again. The first box arrives Sat 28 Nov.")
    eventually(lambda: _says(page, "Active"))


def _says(page: Page, words: str) -> bool:
    """After a reload."""
    page.reload()
    return words in " ".join(page.inner_text("main").split())
