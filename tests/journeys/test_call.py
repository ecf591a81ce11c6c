"""A phone rings at the desk: from its number to the customer's page in two inputs, the number and Enter."""

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect

from portal.kit import clock
from portal.kit.db import transaction
from tests.accounts.builders import address, customer
from tests.journeys.phone import phone, sit_at_the_desk, url


@pytest.mark.parametrize("javascript", [True, False], ids=["with a script", "without"])
def test_from_a_ringing_phone_to_the_customers_page_in_two_inputs(browser: Browser, app: Flask, javascript: bool) -> None:
    with app.app_context(), transaction():
        mira = customer("mira@example.com", "Mira Okafor").id
        address(mira, phone="+49 151 2345688", at=clock.now())
    with phone(browser, str(app.config["PORTAL_BASE_URL"]), javascript=javascript) as page:
        sit_at_the_desk(page, app)
        page.goto("/desk")
        if not javascript:
            page.locator("#find").focus()
        page.keyboard.type("0151 2345688")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Mira Okafor")).to_be_visible()
        expect(page).to_have_url(url(page, f"/desk/customers/{mira}"))
        if javascript:
            page.keyboard.type("+")
            expect(page.locator("#find")).to_be_focused()
            page.locator("#find").fill("")
            page.locator("#find").press_sequentially("oka")
            expect(page.locator("#suggested a")).to_have_count(1)
            page.keyboard.press("ArrowDown")
            expect(page.locator("#suggested a")).to_be_focused()
            page.keyboard.press("Escape")
            expect(page.locator("#suggested a")).to_have_count(0)
