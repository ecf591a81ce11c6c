"""What is in the box and how often it comes, on a phone: three taps from home, with JavaScript and without."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect

from tests.journeys.phone import Thumb, confirmed, eventually, here, notice, still_here
from tests.journeys.test_without_javascript import reloaded_until_confirmed
from tests.stripe import Stripe
from tests.subscriptions.boxes import inside, items_there
from tests.subscriptions.builders import SHELF, Box, stock, subscribe
from tests.subscriptions.conftest import Both

pytestmark = pytest.mark.browser
NEXT = date(2026, 12, 23)
BOX = {"Highland tea": 1, "Rolled oats": 2, "Honey": 1}


@pytest.fixture
def alice(app: Flask, stripe: Stripe) -> Box:
    """Tea, two oats and a honey each month."""
    stock(app, stripe, SHELF)
    return subscribe(app, stripe, contents=BOX)


def is_there(stripe: Stripe, box: Box, expected: dict[str, int]) -> bool:
    return {name: item.quantity for name, item in items_there(stripe, box).items()} == expected


Deed = tuple[str, str, str, dict[str, int]]
DEEDS: dict[str, Deed] = {
    "one more": ("One more Rolled oats", "Take 3", "Rolled oats: 3. From Mon 28 Dec on.", {**BOX, "Rolled oats": 3}),
    "one less": ("One less Rolled oats", "Take 1", "Rolled oats: 1. From Mon 28 Dec on.", {**BOX, "Rolled oats": 1}),
    "swap": ("Swap Highland tea", "Swap for Sencha", "Swapped for Sencha.", {"Sencha": 1, "Rolled oats": 2, "Honey": 1}),
    "add": ("Camomile €7.80", "Add it", "Camomile added.", {**BOX, "Camomile": 1}),
    "take out one": ("Take out Honey", "Take it out", "Honey is out.", {"Highland tea": 1, "Rolled oats": 2}),
    "take out two": ("Take out Rolled oats", "Take it out", "Rolled oats is out.", {"Highland tea": 1, "Honey": 1}),
    "how often": ("2 weeks", "Every 2 weeks", "Changed. It comes every 2 weeks, next on Mon 28 Dec.", BOX),
}
"""What is tapped on the page of the box, what in the sheet, what is said then, and what is in the box."""


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS)
def test_three_taps_from_home_confirmed_without_a_reload_and_undone(home: Page, alice: Box, both: Both, stripe: Stripe, deed: Deed) -> None:
    first, second, said, expected = deed
    thumb = Thumb(home)
    thumb.link("Change this delivery")
    thumb.link(first)
    sheet = home.locator("dialog:modal")
    expect(sheet.locator(".compare tbody tr")).to_have_count(3)
    expect(sheet.get_by_text("Until Mon 21 Dec, 10:00")).to_be_visible()
    thumb.button(second)
    assert thumb.taps == 3
    expect(notice(home)).to_contain_text(said)
    confirmed(home, both, alice, version=1, charge=NEXT)
    assert is_there(stripe, alice, expected)
    notice(home).get_by_role("button", name="Undo").click()
    expect(notice(home)).to_contain_text("Undone.")
    confirmed(home, both, alice, version=2, charge=NEXT)
    assert is_there(stripe, alice, BOX)


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS)
def test_three_taps_from_home_without_javascript(plain_home: Page, app: Flask, alice: Box, both: Both, stripe: Stripe, deed: Deed) -> None:
    first, second, said, expected = deed
    thumb = Thumb(plain_home)
    thumb.link("Change this delivery")
    thumb.link(first)
    expect(plain_home.locator(".compare tbody tr")).to_have_count(3)
    thumb.button(second)
    assert thumb.taps == 3
    expect(notice(plain_home)).to_contain_text(said)
    expect(notice(plain_home).get_by_role("button", name="Undo")).to_be_visible()
    reloaded_until_confirmed(plain_home, both, alice, version=1, charge=NEXT)
    assert is_there(stripe, alice, expected)


@pytest.fixture
def sheet(home: Page, alice: Box) -> Callable[[str], Locator]:
    def open_sheet(name: str) -> Locator:
        home.goto(alice.page)
        here(home)
        home.get_by_role("link", name=name, exact=True).first.click()
        dialog = home.locator("dialog:modal")
        expect(dialog).to_be_visible()
        return dialog

    return open_sheet


def test_the_table_follows_what_is_typed_and_tapped(sheet: Callable[[str], Locator], home: Page) -> None:
    dialog = sheet("One more Rolled oats")
    field = dialog.get_by_label("How many")
    expect(field).to_have_value("3")
    dialog.get_by_role("button", name="One more Rolled oats").click()
    expect(field).to_have_value("4")
    expect(dialog.locator(".compare tbody tr").first).to_contain_text("6 pieces, €35.50")
    dialog.get_by_role("button", name="One more Rolled oats").click()
    expect(dialog.get_by_role("button", name="Take 5")).to_be_visible()
    field.fill("8")
    dialog.get_by_role("button", name="One less Rolled oats").click()
    expect(dialog.get_by_role("button", name="Take 7")).to_be_visible()
    field.fill("12")
    field.press("Enter")
    expect(dialog.get_by_role("button", name="Take 12")).to_be_visible()
    expect(field).to_be_focused()
    field.fill("two")
    field.press("Enter")
    expect(dialog.locator("#quantity-error")).to_contain_text("Choose a whole number from 1 to 99.")
    expect(field).to_have_value("two")
    expect(dialog.get_by_role("button", name="Take 12")).to_have_count(0)
    assert still_here(home)


def test_another_of_the_group_is_chosen_by_a_tap(sheet: Callable[[str], Locator], app: Flask, home: Page, alice: Box) -> None:
    dialog = sheet("Swap Highland tea")
    dialog.get_by_text("Camomile").first.click()
    expect(dialog.locator(".compare tbody tr").first).to_contain_text("€25.10")
    dialog.get_by_role("button", name="Swap for Camomile").click()
    expect(notice(home)).to_contain_text("Swapped for Camomile.")
    assert inside(app, alice) == {"Camomile": 1, "Rolled oats": 2, "Honey": 1}


def test_a_rhythm_of_their_own_is_typed_and_seen_before(sheet: Callable[[str], Locator], home: Page, alice: Box, both: Both) -> None:
    dialog = sheet("My own")
    dialog.get_by_label("Every", exact=True).fill("soon")
    dialog.get_by_label("Unit").select_option("day")
    expect(dialog.locator("#count-error")).to_contain_text("Type a whole number, such as 6.")
    expect(dialog.get_by_label("Every", exact=True)).to_have_value("soon")
    dialog.get_by_label("Every", exact=True).fill("70")
    dialog.get_by_label("Every", exact=True).press("Enter")
    expect(dialog.get_by_role("button", name="Every 10 weeks")).to_be_visible()
    dialog.get_by_role("button", name="Every 10 weeks").click()
    expect(notice(home)).to_contain_text("Changed. It comes every 10 weeks, next on Mon 28 Dec.")
    confirmed(home, both, alice, version=1, charge=NEXT)
    expect(home.get_by_text("Every 10 weeks", exact=True)).to_be_visible()


def test_all_that_can_be_added_is_a_list_in_the_sheet(sheet: Callable[[str], Locator], app: Flask, home: Page, alice: Box) -> None:
    dialog = sheet("Sencha €11.80")
    dialog.get_by_role("link", name="Another product").click()
    dialog.get_by_role("link", name="Camomile one pack €7.80").click()
    dialog.get_by_role("button", name="One more Camomile").click()
    dialog.get_by_role("button", name="Add 2").click()
    expect(notice(home)).to_contain_text("Camomile added.")
    assert inside(app, alice)["Camomile"] == 2


def test_a_double_tap_does_one_thing(sheet: Callable[[str], Locator], home: Page, app: Flask, alice: Box, both: Both) -> None:
    sheet("Sencha €11.80").get_by_role("button", name="Add it").dblclick()
    expect(notice(home)).to_contain_text("Sencha added.")
    confirmed(home, both, alice, version=1, charge=NEXT)
    assert inside(app, alice)["Sencha"] == 1


def test_the_last_product_leads_elsewhere(sheet: Callable[[str], Locator], home: Page, app: Flask, alice: Box, stripe: Stripe) -> None:
    for name in ("Rolled oats", "Honey"):
        sheet(f"Take out {name}").get_by_role("button", name="Take it out").click()
        expect(notice(home)).to_contain_text(f"{name} is out.")
    dialog = sheet("Take out Highland tea")
    expect(dialog).to_contain_text("This is the last product of the box.")
    dialog.get_by_role("link", name="Swap it").click()
    expect(dialog.get_by_role("button", name="Swap for Sencha")).to_be_visible()
    eventually(lambda: is_there(stripe, alice, {"Highland tea": 1}))


def test_a_number_and_a_rhythm_are_typed_without_javascript(plain_home: Page, app: Flask, alice: Box, both: Both) -> None:
    page = plain_home
    page.goto(alice.page)
    page.get_by_role("link", name="One more Rolled oats").click()
    page.get_by_label("How many").fill("two")
    page.get_by_role("button", name="Show the new total").click()
    expect(page.locator("#quantity-error")).to_contain_text("Choose a whole number")
    expect(page.get_by_label("How many")).to_have_value("two")
    page.get_by_label("How many").fill("6")
    page.get_by_label("How many").press("Enter")
    page.get_by_role("button", name="One more Rolled oats").click()
    page.get_by_role("button", name="Take 7").click()
    expect(notice(page)).to_contain_text("Rolled oats: 7.")
    assert inside(app, alice)["Rolled oats"] == 7

    page.get_by_role("link", name="My own").click()
    page.get_by_role("button", name="Show the new dates").click()
    expect(page.locator("#count-error")).to_contain_text("Type a whole number")
    page.get_by_label("Every", exact=True).fill("10")
    page.get_by_label("Unit").select_option("week")
    page.get_by_role("button", name="Show the new dates").click()
    page.get_by_role("button", name="Every 10 weeks").click()
    expect(notice(page)).to_contain_text("Changed. It comes every 10 weeks")
    reloaded_until_confirmed(page, both, alice, version=2, charge=NEXT)
