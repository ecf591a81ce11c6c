"""Put another product into the box: seen before with its price, added once, undone."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from tests.browser import Browser, words
from tests.conftest import Work
from tests.stripe import Stripe
from tests.subscriptions.boxes import fact, inside, item_id, items_there, rows, sent_items, sheet
from tests.subscriptions.builders import Box, Goods, stock, subscribe
from tests.subscriptions.ends import deeds, totals, undo_in, updates


@pytest.fixture
def add(pantry: Box) -> str:
    return f"{pantry.page}/add"


def offers(page: BeautifulSoup) -> list[str]:
    return [words(row) for row in page.select(".offers .go")]


def honey(shelf: dict[str, int], quantity: str = "1") -> dict[str, str | list[str]]:
    return {"variant": str(shelf["Honey"]), "quantity": quantity}


def test_all_that_is_offered_that_often_and_not_in_the_box_is_listed(pantry: Box, add: str) -> None:
    page = pantry.browser.get(add)
    assert offers(page) == ["Sencha one pack €11.80", "Camomile one pack €7.80", "Honey one pack €8.90"]
    assert "Price of one, every month" in words(page)
    assert all(row.select_one("img") for row in page.select(".offers .go"))


def test_the_page_of_the_box_shows_some_of_them_one_of_each_group_first(pantry: Box) -> None:
    assert [words(tile) for tile in pantry.browser.get(pantry.page).select(".tile")] == ["Sencha €11.80", "Honey €8.90", "Camomile €7.80"]


def test_when_all_is_in_the_box_that_is_said(app: Flask, stripe: Stripe) -> None:
    stock(app, stripe, [Goods("Only one", {(1, "month"): 900})])
    box = subscribe(app, stripe, contents={"Only one": 1})
    assert "All that comes that often is in the box already." in words(box.browser.get(f"{box.page}/add"))
    assert not box.browser.get(box.page).select(".tiles")


def test_the_sheet_says_what_each_delivery_costs_then(pantry: Box, add: str, shelf: dict[str, int]) -> None:
    page = pantry.browser.get(f"{add}?variant={shelf['Honey']}&quantity=2")
    assert rows(page)[0] == ["Mon 28 Dec 3 pieces, €18.20", "Mon 28 Dec 5 pieces, €36.00"]
    assert fact(page, "Each delivery") == "€36.00 instead of €18.20"
    assert "Counts from the delivery on Monday 28 December." in words(page)
    assert "Add 2" in words(page)
    assert "Add it" in words(pantry.browser.get(f"{add}?variant={shelf['Honey']}&from=2&step=-1"))


def test_it_is_a_new_item_at_stripe_and_is_charged_from_the_next_delivery_on(
    app: Flask, pantry: Box, add: str, shelf: dict[str, int], stripe: Stripe, work: Work
) -> None:
    promised = rows(pantry.browser.get(f"{add}?variant={shelf['Honey']}&quantity=2"))[0][1]
    before = items_there(stripe, pantry)
    stripe.forget_requests()
    assert "Honey added. From Mon 28 Dec on." in words(pantry.browser.post(add, honey(shelf, "2")))
    work()
    (sent,) = updates(stripe, pantry)
    (item,) = sent_items(sent)
    assert "id" not in item and item["quantity"] == 2
    assert sent["proration_behavior"] == "none"
    after = items_there(stripe, pantry)
    assert after["Honey"].quantity == 2
    assert {name: after[name] for name in before} == before
    assert totals(app) == [1820]
    stripe.later(days=31)
    work()
    assert promised.endswith("€36.00")
    assert totals(app) == [1820, 3600]


@pytest.mark.parametrize("typed", ["0", "-1", "1e9", "1000000000", "two", "", "2.5"])
def test_what_is_no_quantity_is_kept_with_a_sentence_beside_it(
    app: Flask, pantry: Box, add: str, shelf: dict[str, int], typed: str
) -> None:
    page = pantry.browser.post(add, honey(shelf, typed), expect=422)
    field = page.select_one("#quantity")
    assert field and field["value"] == typed
    assert "Choose a whole number from 1 to 99." in words(page.select_one("#quantity-error") or page)
    assert words(page.select_one("h1") or page) == "Add Honey"
    assert inside(app, pantry) == {"Highland tea": 1, "Rolled oats": 2}


@pytest.mark.parametrize("name", ["Matcha", "Earl Grey"])
def test_what_is_not_offered_or_in_another_currency_is_refused(app: Flask, pantry: Box, add: str, shelf: dict[str, int], name: str) -> None:
    sentence = f"{name} does not come that often. Choose another product."
    assert sentence in words(pantry.browser.get(f"{add}?variant={shelf[name]}"))
    page = pantry.browser.post(add, {"variant": str(shelf[name]), "quantity": "1"}, expect=422)
    assert sentence in words(page)
    assert inside(app, pantry) == {"Highland tea": 1, "Rolled oats": 2}


@pytest.mark.parametrize("typed", ["", "x", "-1", "0", "99999", "9" * 30])
def test_what_is_none_of_the_catalogue_is_not_found(pantry: Box, add: str, typed: str) -> None:
    pantry.browser.get(f"{add}?variant={typed}", expect=404)
    pantry.browser.post(add, {"variant": typed, "quantity": "1"}, expect=404)


def test_a_double_tap_adds_it_once(app: Flask, pantry: Box, add: str, shelf: dict[str, int]) -> None:
    pantry.browser.post(add, honey(shelf))
    assert "It is in the box already." in words(pantry.browser.post(add, honey(shelf)))
    assert deeds(app, pantry).count("added") == 1
    assert inside(app, pantry)["Honey"] == 1


def test_another_number_of_what_is_in_the_box_is_no_addition(app: Flask, pantry: Box, add: str, shelf: dict[str, int]) -> None:
    pantry.browser.post(add, honey(shelf))
    sentence = "Honey is in the box already. Change how many there are instead."
    assert sentence in words(pantry.browser.post(add, honey(shelf, "3"), expect=422))
    assert sentence in words(pantry.browser.get(f"{add}?variant={shelf['Honey']}"))
    assert inside(app, pantry)["Honey"] == 1


@pytest.mark.slow
def test_two_devices_at_once_add_it_once(app: Flask, pantry: Box, add: str, shelf: dict[str, int], stripe: Stripe, work: Work) -> None:
    devices = [Browser(app) for _ in range(4)]
    for device in devices:
        device.sign_in(pantry.customer_id)
        device.get(add)
    with ThreadPoolExecutor(4) as threads:
        said = [words(page) for page in threads.map(lambda device: device.post(add, honey(shelf)), devices)]
    assert sum("It is in the box already." in page for page in said) == 3
    work()
    assert inside(app, pantry)["Honey"] == items_there(stripe, pantry)["Honey"].quantity == 1


def test_undo_takes_it_out_and_adding_it_again_is_the_same_item(
    app: Flask, pantry: Box, add: str, shelf: dict[str, int], stripe: Stripe, work: Work
) -> None:
    undo = undo_in(pantry.browser.post(add, honey(shelf)))
    first = item_id(app, pantry, "Honey")
    work()
    assert "Undone." in words(pantry.browser.post(undo))
    work()
    assert inside(app, pantry) == {"Highland tea": 1, "Rolled oats": 2}
    assert "Honey" not in items_there(stripe, pantry)
    pantry.browser.post(add, honey(shelf, "2"))
    work()
    assert item_id(app, pantry, "Honey") == first
    assert items_there(stripe, pantry)["Honey"].quantity == 2


def test_an_undo_names_what_was_changed_since(app: Flask, pantry: Box, add: str, shelf: dict[str, int]) -> None:
    undo = undo_in(pantry.browser.post(add, honey(shelf)))
    pantry.browser.post(sheet(app, pantry, "Honey", "quantity"), {"quantity": "3"})
    assert "changed since: how many are in the box" in words(pantry.browser.post(undo))


@pytest.mark.slow
def test_a_box_holds_twenty_products_and_no_more(app: Flask, stripe: Stripe) -> None:
    names = [f"Spice {number}" for number in range(21)]
    variants = stock(app, stripe, [Goods(name, {(1, "month"): 100 + number}) for number, name in enumerate(names)])
    box = subscribe(app, stripe, contents=dict.fromkeys(names[:20], 1))
    page = box.browser.post(f"{box.page}/add", {"variant": str(variants["Spice 20"]), "quantity": "1"}, expect=422)
    assert "A box holds at most 20 different products. Take one out first." in words(page)
    assert len(inside(app, box)) == 20


def test_bob_cannot_add_to_doras_box(app: Flask, pantry: Box, add: str, shelf: dict[str, int], bob: Box) -> None:
    bob.browser.get(add, expect=404)
    bob.browser.post(add, honey(shelf), expect=404)
    assert inside(app, pantry) == {"Highland tea": 1, "Rolled oats": 2}


def test_in_a_pause_it_counts_from_the_first_delivery_after_it(
    app: Flask, pantry: Box, add: str, shelf: dict[str, int], stripe: Stripe, work: Work
) -> None:
    pantry.browser.post(f"{pantry.page}/pause", {"how": "open"})
    work()
    page = pantry.browser.get(f"{add}?variant={shelf['Honey']}")
    assert "Counts from the first delivery after the pause." in words(page)
    assert fact(page, "Each delivery") == "€27.10 instead of €18.20"
    assert "Honey added. From the first delivery after the pause on." in words(pantry.browser.post(add, honey(shelf)))
    work()
    assert items_there(stripe, pantry)["Honey"].quantity == 1
    assert totals(app) == [1820]
