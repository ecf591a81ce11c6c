import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect

from portal.kit.clock import now
from portal.kit.db import transaction
from tests.accounts.builders import address
from tests.journeys.phone import UPDATING, Thumb, eventually, notice, still_here
from tests.journeys.phone import here as stay_here
from tests.stripe import Stripe
from tests.subscriptions.builders import Box

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def book(app: Flask, alice: Box) -> None:
    """Alice's own address, for all deliveries, and Ada's."""
    with app.app_context(), transaction():
        address(alice.customer_id, at=now())
        address(alice.customer_id, name="Ada Okafor", line1="Rosenweg 3", postcode="99423", city="Weimar", at=now())


def row(page: Page) -> Locator:
    return page.get_by_role("link", name="Delivery address")


def sent_to(stripe: Stripe, box: Box) -> str:
    return str(stripe.v1.subscriptions.retrieve(box.ref).metadata.to_dict().get("ship_to", ""))


def test_one_subscription_goes_elsewhere_in_three_taps(home: Page, alice: Box, stripe: Stripe) -> None:
    tap = Thumb(home)
    tap(home.get_by_role("link", name="Change this delivery"))
    tap(row(home))
    sheet = home.locator("dialog:modal")
    expect(sheet).to_contain_text("A new address counts from the delivery on Monday 28 December on.")
    tap(sheet.get_by_role("button", name="Ada Okafor Rosenweg 3"))
    assert tap.taps == 3
    expect(notice(home)).to_contain_text("New delivery address. From Mon 28 Dec on.")
    expect(row(home)).to_contain_text("Rosenweg 3, 99423 Weimar, Germany. Only for this subscription")
    eventually(lambda: sent_to(stripe, alice) == "Ada Okafor, Rosenweg 3, 99423 Weimar, DE")
    expect(home.get_by_text(UPDATING)).to_have_count(0)
    notice(home).get_by_role("button", name="Undo").click()
    expect(notice(home)).to_contain_text("Undone.")
    expect(row(home)).to_contain_text("Lindenallee 12")
    eventually(lambda: sent_to(stripe, alice) == "")


def test_a_new_address_in_the_sheet_is_asked_for_as_its_country_wants_it(home: Page, alice: Box, stripe: Stripe) -> None:
    home.goto(alice.page)
    stay_here(home)
    row(home).click()
    sheet = home.locator("dialog:modal")
    sheet.get_by_role("link", name="Another address").click()
    sheet.get_by_label("Street and number").fill("SW Taylor St 1414")
    sheet.get_by_label("Name").fill("Ada Okafor")
    sheet.get_by_label("City or town").fill("Portland")
    sheet.get_by_label("Postcode").fill("97205")
    sheet.get_by_label("Country").select_option("US")
    expect(sheet.get_by_label("State")).to_be_visible()
    expect(sheet.get_by_label("Street and number")).to_have_value("SW Taylor St 1414")
    expect(sheet.get_by_label("City or town")).to_have_value("Portland")
    expect(sheet.get_by_label("ZIP code")).to_have_value("97205")
    sheet.get_by_role("button", name="Send it there").click()
    expect(sheet.locator("#region-error")).to_contain_text("Choose one of the list.")
    expect(sheet.get_by_label("Street and number")).to_have_value("SW Taylor St 1414")
    assert still_here(home)
    sheet.get_by_label("State").select_option("OR")
    sheet.get_by_role("button", name="Send it there").click()
    expect(notice(home)).to_contain_text("New delivery address.")
    expect(row(home)).to_contain_text("Portland, OR 97205, United States")
    eventually(lambda: sent_to(stripe, alice) == "Ada Okafor, SW Taylor St 1414, Portland, OR 97205, US")


def test_the_same_without_javascript(plain_home: Page, alice: Box, stripe: Stripe) -> None:
    page, tap = plain_home, Thumb(plain_home)
    tap(page.get_by_role("link", name="Change this delivery"))
    tap(row(page))
    expect(page.get_by_role("heading", name="Where does Pantry box go?")).to_be_visible()
    tap(page.get_by_role("button", name="Ada Okafor Rosenweg 3"))
    assert tap.taps == 3
    expect(notice(page)).to_contain_text("New delivery address.")
    eventually(lambda: sent_to(stripe, alice) == "Ada Okafor, Rosenweg 3, 99423 Weimar, DE")

    row(page).click()
    page.get_by_role("link", name="Another address").click()
    page.get_by_label("Country").select_option("US")
    page.get_by_label("Name").fill("Ada Okafor")
    page.get_by_label("Street and number").fill("SW Taylor St 1414")
    page.get_by_label("City or town").fill("Portland")
    page.get_by_label("Postcode").fill("97205")
    page.get_by_role("button", name="Send it there").click()
    expect(page.locator("#region-error")).to_contain_text("Choose one of the list.")
    expect(page.get_by_label("ZIP code")).to_have_value("97205")
    page.get_by_label("State").select_option("OR")
    page.get_by_role("button", name="Send it there").click()
    expect(row(page)).to_contain_text("Portland, OR 97205, United States")


def test_the_book_is_kept_in_order_on_the_phone(home: Page) -> None:
    home.get_by_role("link", name="You", exact=True).click()
    home.get_by_role("link", name="Addresses").click()
    stay_here(home)
    home.get_by_role("button", name="Use for all Rosenweg 3").click()
    expect(notice(home)).to_contain_text("Chosen. All deliveries go to Ada Okafor, Rosenweg 3, 99423 Weimar.")
    expect(home.locator("main .card").first).to_contain_text("For all deliveries")
    expect(home.locator("main .card").first).to_contain_text("Rosenweg 3")
    home.get_by_role("button", name="Remove Lindenallee 12").click()
    expect(home.locator("main .card")).to_have_count(1)
    notice(home).get_by_role("button", name="Undo").click()
    expect(home.locator("main .card")).to_have_count(2)
    assert still_here(home)

    home.get_by_role("link", name="Change Rosenweg 3").click()
    home.get_by_label("Postcode").fill("9942")
    home.get_by_role("button", name="Save").click()
    expect(home.locator("#postcode-error")).to_contain_text("A postcode in Germany looks like 26133.")
    home.context.set_offline(True)
    home.get_by_label("Postcode").fill("99425")
    home.get_by_role("button", name="Save").click()
    expect(notice(home)).to_contain_text("Not sent: no connection. Your input is kept.")
    expect(home.get_by_label("Postcode")).to_have_value("99425")
    home.context.set_offline(False)
    home.get_by_role("button", name="Save").click()
    expect(notice(home)).to_contain_text("Changed. All deliveries go to Ada Okafor, Rosenweg 3, 99425 Weimar.")
