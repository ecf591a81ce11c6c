"""A discount code on a phone: what it takes off is shown before, and it is charged to the cent."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.phone import confirmed, notice
from tests.journeys.test_contents import NEXT
from tests.journeys.test_without_javascript import reloaded_until_confirmed
from tests.stripe import Stripe
from tests.subscriptions.builders import Box
from tests.subscriptions.conftest import Both
from tests.subscriptions.test_code import codes_there, give_out

pytestmark = pytest.mark.browser


def look_up(page: Page, code: str) -> None:
    page.get_by_role("link", name="Change this delivery").click()
    page.get_by_role("link", name="Discount code").click()
    page.get_by_role("textbox", name="Code").fill(code)
    page.get_by_role("button", name="Show what it takes off").click()


def test_a_code_is_shown_used_and_confirmed_without_a_reload(home: Page, alice: Box, both: Both, stripe: Stripe) -> None:
    give_out(stripe)
    look_up(home, " winter 10")
    sheet = home.locator("dialog:modal")
    expect(sheet.get_by_text("10% off each delivery")).to_be_visible()
    expect(sheet.get_by_text("€13.41")).to_have_count(3)
    sheet.get_by_role("button", name="Use WINTER10").click()
    expect(notice(home)).to_contain_text("Code used.")
    confirmed(home, both, alice, version=1, charge=NEXT)
    expect(home.get_by_text("−€1.49")).to_be_visible()
    assert codes_there(stripe, alice) == ["WINTER10"]


def test_one_that_is_none_says_so_and_keeps_what_was_typed(home: Page) -> None:
    look_up(home, "wintre10")
    sheet = home.locator("dialog:modal")
    expect(sheet.get_by_text("There is no such code.")).to_be_visible()
    expect(sheet.get_by_role("textbox", name="Code")).to_have_value("wintre10")


def test_without_javascript_it_is_two_pages(plain_home: Page, alice: Box, both: Both, stripe: Stripe) -> None:
    give_out(stripe)
    look_up(plain_home, "WINTER10")
    expect(plain_home.get_by_text("€13.41")).to_have_count(3)
    plain_home.get_by_role("button", name="Use WINTER10").click()
    expect(plain_home.get_by_text("Code used.")).to_be_visible()
    reloaded_until_confirmed(plain_home, both, alice, version=1, charge=NEXT)
    assert codes_there(stripe, alice) == ["WINTER10"]
