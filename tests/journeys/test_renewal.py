from datetime import date

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.phone import confirmed, next_day, notice, sign_in, skip
from tests.mail import Mail
from tests.stripe import Stripe
from tests.subscriptions.builders import Box
from tests.subscriptions.conftest import Both

pytestmark = pytest.mark.browser


def test_what_was_skipped_is_not_charged_and_the_next_one_is_on_its_day(
    home: Page, both: Both, alice: Box, stripe: Stripe, mail: Mail
) -> None:
    orders = home.locator('main .go[href^="/orders/"]')
    skip(home)
    expect(notice(home)).to_contain_text("Skipped.")
    confirmed(home, both, alice, version=1, charge=date(2027, 1, 23))

    stripe.later(days=31)
    sign_in(home, mail)
    expect(next_day(home)).to_contain_text("Monday 25 January")
    home.goto("/orders")
    expect(orders).to_have_count(1)

    stripe.later(days=30, hours=2)  # an hour after the charge of 23 January: its invoice is no longer a draft
    sign_in(home, mail)
    expect(next_day(home)).to_contain_text("Thursday 25 February")
    row = home.get_by_role("link", name="Order of Sat 23 Jan")
    expect(row).to_contain_text("€14.90")
    row.click()
    expect(home.get_by_role("heading", name="Sidamo coffee beans, 500 g")).to_be_visible()
    expect(home.locator(".facts")).to_contain_text("€14.90")
    home.goto("/orders")
    expect(orders).to_have_count(2)
    expect(home.get_by_text("€0.00")).to_have_count(0)
    charged = sorted(invoice.total for invoice in stripe.v1.invoices.list({"subscription": alice.ref}).data)
    assert charged == [0, 1490, 1490], "the nought is the trial that a skip begins, and no order"
    assert both.there(alice) == both.here(alice) == date(2027, 2, 23)
