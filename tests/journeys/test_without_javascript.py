from datetime import date

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.phone import UPDATING, eventually, next_day, notice
from tests.stripe import Stripe
from tests.subscriptions.builders import Box
from tests.subscriptions.conftest import Both

pytestmark = pytest.mark.browser


def reloaded_until_confirmed(page: Page, both: Both, box: Box, *, version: int, charge: date) -> None:
    expect(page.get_by_text(UPDATING).first).to_be_visible()

    def is_confirmed() -> bool:
        page.goto(box.page)
        return page.get_by_text(UPDATING).count() == 0

    eventually(is_confirmed)
    expect(page.locator(".timeline > li").filter(has_text="You,").first).to_contain_text("Confirmed by the payment provider")
    assert (both.there(box), both.version_there(box)) == (charge, version)
    assert both.here(box) == charge


def test_skip_undo_move_and_move_all(plain_home: Page, both: Both, alice: Box) -> None:
    page = plain_home
    page.get_by_role("link", name="Skip", exact=True).click()
    expect(page.get_by_role("heading", name="Skip Monday 28 December?")).to_be_visible()
    page.get_by_role("button", name="Skip this delivery").click()
    expect(notice(page)).to_contain_text("Skipped. Next is Mon 25 Jan.")
    undo = notice(page).get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    undo.click()
    expect(notice(page)).to_contain_text("Undone. What it changed is as it was before.")
    reloaded_until_confirmed(page, both, alice, version=2, charge=date(2026, 12, 23))

    page.get_by_role("link", name="Move", exact=True).click()
    page.get_by_label("New day").fill("2027-01-10")
    page.get_by_role("button", name="Show the new dates").click()
    expect(page.locator("#to-error")).to_contain_text(
        "Nothing is delivered on Sunday 10 January. The next day after it is Monday 11 January."
    )
    expect(page.get_by_label("New day")).to_have_value("2027-01-10")
    page.get_by_label("New day").fill("2027-01-11")
    page.get_by_role("button", name="Show the new dates").click()
    expect(page.locator(".compare")).to_contain_text("Mon 11 Jan")
    page.get_by_role("button", name="Move to Mon 11 Jan").click()
    expect(notice(page)).to_contain_text("Moved. It arrives Mon 11 Jan.")
    reloaded_until_confirmed(page, both, alice, version=3, charge=date(2027, 1, 9))

    page.get_by_role("link", name="Move", exact=True).click()
    page.get_by_label("This and all later").check()
    page.get_by_label("New day").fill("2027-01-14")
    page.get_by_role("button", name="Show the new dates").click()
    page.get_by_role("button", name="Move all").click()
    expect(notice(page)).to_contain_text("Moved. It arrives Thu 14 Jan, and the later ones move along.")
    reloaded_until_confirmed(page, both, alice, version=4, charge=date(2027, 1, 12))
    page.goto("/")
    expect(next_day(page)).to_contain_text("Thursday 14 January")


def test_a_refusal_is_told(plain_home: Page, both: Both, alice: Box, stripe: Stripe) -> None:
    stripe.faults({"kind": "refuse", "when": {"method": "POST", "path_prefix": "/v1/subscriptions/"}, "times": 1})
    plain_home.get_by_role("link", name="Skip", exact=True).click()
    plain_home.get_by_role("button", name="Skip this delivery").click()

    def is_told() -> bool:
        plain_home.goto("/")
        return plain_home.get_by_role("alert").count() == 1

    eventually(is_told)
    expect(plain_home.get_by_role("alert")).to_contain_text("Mon 28 Dec was not skipped.")
    expect(next_day(plain_home)).to_contain_text("Monday 28 December")


def test_sign_out_and_back(plain_home: Page) -> None:
    plain_home.goto("/account")
    plain_home.get_by_role("button", name="Sign out").click()
    expect(plain_home.get_by_label("E-mail")).to_be_visible()
    plain_home.go_back()
    expect(plain_home.get_by_label("E-mail")).to_be_visible()
