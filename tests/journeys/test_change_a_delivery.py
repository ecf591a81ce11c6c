from datetime import date

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.phone import CONFIRMED, UPDATING, confirmed, here, next_day, notice, open_move, open_skip, skip, still_here
from tests.stripe import Stripe
from tests.subscriptions.builders import Box
from tests.subscriptions.conftest import Both

pytestmark = pytest.mark.browser


def test_skip_undo_skip_move_and_move_all_each_confirmed_without_a_reload(home: Page, both: Both, alice: Box) -> None:
    expect(next_day(home)).to_contain_text("Monday 28 December")
    open_skip(home)
    expect(home.get_by_role("heading", name="Skip Monday 28 December?")).to_be_visible()
    as_it_is, after_skipping = home.locator("dialog .compare tbody tr").first.locator("td").all()
    expect(as_it_is.locator("s")).to_have_text("Mon 28 Dec")
    expect(after_skipping).to_have_text("Mon 25 Jan1 piece, €14.90")
    home.get_by_role("button", name="Skip this delivery").click()
    expect(notice(home)).to_contain_text("Skipped. Next is Mon 25 Jan.")
    expect(next_day(home)).to_contain_text("Monday 25 January")
    confirmed(home, both, alice, version=1, charge=date(2027, 1, 23))

    notice(home).get_by_role("button", name="Undo").click()
    expect(notice(home)).to_contain_text("Undone. What it changed is as it was before.")
    expect(next_day(home)).to_contain_text("Monday 28 December")
    confirmed(home, both, alice, version=2, charge=date(2026, 12, 23))

    skip(home)
    expect(notice(home)).to_contain_text("Skipped.")
    confirmed(home, both, alice, version=3, charge=date(2027, 1, 23))

    home.get_by_role("link", name="Change this delivery").click()
    open_move(home, date(2027, 2, 2))
    home.get_by_role("button", name="Move to Tue 2 Feb").click()
    expect(notice(home)).to_contain_text("Moved. It arrives Tue 2 Feb.")
    confirmed(home, both, alice, version=4, charge=date(2027, 1, 31))
    assert both.days(alice)[1] == date(2027, 2, 23)

    open_move(home, date(2027, 2, 6), later=True)
    home.get_by_role("button", name="Move all").click()
    expect(notice(home)).to_contain_text("Moved. It arrives Sat 6 Feb, and the later ones move along.")
    confirmed(home, both, alice, version=5, charge=date(2027, 2, 4))
    assert both.days(alice)[1:3] == [date(2027, 3, 4), date(2027, 4, 4)]

    history = home.locator(".timeline > li").filter(has_text="You,")
    expect(history).to_have_count(5)
    expect(history.filter(has_text="Confirmed by the payment provider")).to_have_count(5)


def test_skip_one_after_the_next_and_send_it_after_all(home: Page, both: Both, alice: Box) -> None:
    strip = home.locator(".strip > li")
    strip.filter(has_text="Monday 25 January").get_by_role("link", name="Skip").click()
    home.get_by_role("button", name="Skip this delivery").click()
    expect(notice(home)).to_contain_text("Skipped. Next is Mon 28 Dec.")
    expect(strip.filter(has_text="Monday 25 January")).to_have_count(0)
    confirmed(home, both, alice, version=1, charge=date(2026, 12, 23))
    assert date(2027, 1, 23) not in both.days(alice)

    home.get_by_role("link", name="Change this delivery").click()
    home.get_by_role("link", name="Monday 25 January Skipped").click()
    home.get_by_role("button", name="Send it after all").click()
    expect(notice(home)).to_contain_text("It comes after all.")
    confirmed(home, both, alice, version=2, charge=date(2026, 12, 23))
    assert date(2027, 1, 23) in both.days(alice)


def test_a_refusal_of_the_provider_is_told_and_put_back_without_a_reload(home: Page, both: Both, alice: Box, stripe: Stripe) -> None:
    stripe.faults({"kind": "refuse", "when": {"method": "POST", "path_prefix": "/v1/subscriptions/"}, "times": 1})
    skip(home)
    expect(notice(home)).to_contain_text("Skipped. Next is Mon 25 Jan.")
    here(home)
    expect(home.get_by_role("alert")).to_contain_text("Mon 28 Dec was not skipped.")
    expect(next_day(home)).to_contain_text("Monday 28 December")
    expect(notice(home)).to_have_count(0)
    expect(home.get_by_text(UPDATING)).to_have_count(0)
    expect(home.get_by_text(CONFIRMED)).to_have_count(0)
    assert still_here(home)
    assert both.there(alice) == both.here(alice) == date(2026, 12, 23)


def test_a_double_tap_does_one_thing(home: Page, both: Both, alice: Box) -> None:
    open_skip(home)
    home.get_by_role("button", name="Skip this delivery").dblclick()
    expect(notice(home)).to_contain_text("Skipped. Next is Mon 25 Jan.")
    confirmed(home, both, alice, version=1, charge=date(2027, 1, 23))
    home.goto(alice.page)
    expect(home.locator(".timeline > li").filter(has_text="skipped")).to_have_count(1)


def test_a_lost_connection_keeps_what_was_typed_and_says_so(home: Page, both: Both, alice: Box) -> None:
    home.goto(alice.page)
    open_move(home, date(2027, 1, 5))
    home.context.set_offline(True)
    home.get_by_role("button", name="Move to Tue 5 Jan").click()
    expect(notice(home)).to_contain_text("Not sent: no connection. Your input is kept.")
    expect(home.get_by_label("New day")).to_have_value("2027-01-05")
    assert both.here(alice) == date(2026, 12, 23)
    home.context.set_offline(False)
    home.get_by_role("button", name="Move to Tue 5 Jan").click()
    expect(notice(home)).to_contain_text("Moved. It arrives Tue 5 Jan.")
    confirmed(home, both, alice, version=1, charge=date(2027, 1, 3))


def test_a_tap_without_a_connection_says_so(home: Page) -> None:
    home.context.set_offline(True)
    home.get_by_role("link", name="Skip", exact=True).first.click()
    expect(notice(home)).to_contain_text("no connection")
    expect(next_day(home)).to_contain_text("Monday 28 December")


def test_a_day_that_cannot_be_is_said_beside_it(home: Page, alice: Box) -> None:
    home.goto(alice.page)
    open_move(home, date(2027, 1, 5))
    field = home.get_by_label("New day")
    field.fill("2026-11-24")
    expect(home.locator("#to-error")).to_contain_text("That is too soon. The earliest is Saturday 28 November.")
    expect(field).to_have_value("2026-11-24")
    expect(home.get_by_role("button", name="Move to Tue 5 Jan")).to_have_count(0)


def test_the_keyboard_alone_opens_and_closes_the_sheet(home: Page) -> None:
    link = home.get_by_role("link", name="Skip", exact=True).first
    for _ in range(20):
        home.keyboard.press("Tab")
        if link.evaluate("link => link === document.activeElement"):
            break
    home.keyboard.press("Enter")
    sheet = home.locator("dialog:modal")
    expect(sheet).to_be_visible()
    assert sheet.evaluate("sheet => sheet.contains(document.activeElement)")
    home.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    expect(link).to_be_focused()


def test_what_was_said_before_stays_out_of_the_next_sheet_and_is_there_after_it(home: Page, alice: Box) -> None:
    skip(home)
    expect(notice(home)).to_contain_text("Skipped.")
    open_skip(home)
    expect(notice(home)).to_have_count(0)
    home.get_by_role("link", name="Keep it").click()
    expect(home.locator("dialog:modal")).to_have_count(0)
    expect(notice(home)).to_contain_text("Skipped.")
    notice(home).get_by_role("button", name="Undo").click()
    expect(notice(home)).to_contain_text("Undone. What it changed is as it was before. Next is Mon 28 Dec.")
