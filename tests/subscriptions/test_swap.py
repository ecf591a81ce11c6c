"""Another of its group takes the place of a product, at a price that is stated before."""

from datetime import date

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from tests.browser import words
from tests.conftest import Work
from tests.mail import Mail, text
from tests.stripe import Stripe
from tests.subscriptions.boxes import fact, inside, items_there, rows, sent_items, sheet
from tests.subscriptions.builders import MONTHLY, OATS, TEA, Box, Goods, stock, subscribe
from tests.subscriptions.conftest import Both
from tests.subscriptions.ends import deeds, totals, undo_in, updates


@pytest.fixture
def swap(app: Flask, pantry: Box) -> str:
    return sheet(app, pantry, "Highland tea", "swap")


def choices(page: BeautifulSoup) -> list[str]:
    return [words(choice) for choice in page.select(".choice")]


def test_only_what_the_shop_offers_of_the_group_is_shown_with_its_price_and_the_difference(pantry: Box, swap: str) -> None:
    page = pantry.browser.get(swap)
    assert choices(page) == ["Sencha €11.80, one pack +€2.00", "Camomile €7.80, one pack −€2.00"]
    assert rows(page)[0] == ["Mon 28 Dec 3 pieces, €18.20", "Mon 28 Dec 3 pieces, €20.20"]
    assert fact(page, "Each delivery") == "€20.20 instead of €18.20"
    assert "Swap for Sencha" in words(page)


def test_the_table_follows_what_is_chosen(pantry: Box, swap: str, shelf: dict[str, int]) -> None:
    page = pantry.browser.get(f"{swap}?to={shelf['Camomile']}", target="div#sheet")
    assert rows(page)[0][1] == "Mon 28 Dec 3 pieces, €16.20"
    assert "Swap for Camomile" in words(page)


def test_of_several_pieces_the_difference_is_that_of_all(app: Flask, stripe: Stripe, shelf: dict[str, int]) -> None:
    box = subscribe(app, stripe, email="eve@example.com", contents={"Highland tea": 3, "Sencha": 1})
    page = box.browser.get(sheet(app, box, "Highland tea", "swap"))
    assert choices(page) == [
        "Camomile €7.80 each, one pack −€6.00",
        "Sencha €11.80 each, one pack. Already in the box: then 4 +€6.00",
    ]


def test_in_a_rhythm_of_fewer_products_there_are_fewer(app: Flask, stripe: Stripe, shelf: dict[str, int]) -> None:
    box = subscribe(app, stripe, email="eve@example.com", every=(2, "week"), contents={"Highland tea": 1})
    assert choices(box.browser.get(sheet(app, box, "Highland tea", "swap"))) == ["Sencha €10.90, one pack +€1.70"]


def test_what_has_no_other_of_its_group_has_no_swap(app: Flask, pantry: Box) -> None:
    assert [words(link) for link in pantry.browser.get(pantry.page).select(".line .plain")] == ["Swap Highland tea"]
    page = pantry.browser.get(sheet(app, pantry, "Rolled oats", "swap"))
    assert "Nothing else of its kind comes that often." in words(page)
    assert not page.select("form[method=post]")


def test_it_keeps_its_item_at_stripe_and_nothing_is_charged_at_once(
    app: Flask, pantry: Box, swap: str, shelf: dict[str, int], both: Both, stripe: Stripe, work: Work
) -> None:
    before = items_there(stripe, pantry)
    stripe.forget_requests()
    assert "Swapped for Sencha. From Mon 28 Dec on." in words(pantry.browser.post(swap, {"to": str(shelf["Sencha"])}))
    work()
    (sent,) = updates(stripe, pantry)
    (item,) = sent_items(sent)
    assert (item["id"], item["quantity"]) == (before["Highland tea"].ref, 1)
    assert sent["proration_behavior"] == "none"
    after = items_there(stripe, pantry)
    assert after["Sencha"].ref == before["Highland tea"].ref
    assert after["Rolled oats"] == before["Rolled oats"]
    assert both.is_confirmed(pantry)
    assert totals(app) == [1820]


def test_what_was_promised_is_what_comes_to_the_cent(
    app: Flask, pantry: Box, swap: str, shelf: dict[str, int], stripe: Stripe, work: Work
) -> None:
    promised = rows(pantry.browser.get(swap))[0][1]
    pantry.browser.post(swap, {"to": str(shelf["Sencha"])})
    work()
    stripe.later(days=31)
    work()
    assert promised == "Mon 28 Dec 3 pieces, €20.20"
    assert totals(app) == [1820, 2020]
    pantry.sign_in()
    pantry.browser.get("/orders")
    newest = pantry.browser.get("/orders").select_one("main .go")
    assert newest
    order = words(pantry.browser.get(str(newest["href"])))
    assert "Sencha" in order and "Highland" not in order


def test_what_is_in_the_box_already_becomes_more(app: Flask, stripe: Stripe, shelf: dict[str, int], work: Work) -> None:
    box = subscribe(app, stripe, email="eve@example.com", contents={"Highland tea": 1, "Sencha": 2})
    to = sheet(app, box, "Highland tea", "swap")
    undo = undo_in(box.browser.post(to, {"to": str(shelf["Sencha"])}))
    work()
    assert inside(app, box) == {"Sencha": 3}
    assert {name: item.quantity for name, item in items_there(stripe, box).items()} == {"Sencha": 3}
    box.browser.post(undo)
    work()
    assert inside(app, box) == {"Highland tea": 1, "Sencha": 2}
    assert {name: item.quantity for name, item in items_there(stripe, box).items()} == {"Highland tea": 1, "Sencha": 2}


@pytest.mark.parametrize("name", ["Rolled oats", "Honey"])
def test_what_is_not_of_the_group_can_not_take_its_place(app: Flask, pantry: Box, swap: str, shelf: dict[str, int], name: str) -> None:
    page = pantry.browser.post(swap, {"to": str(shelf[name])}, expect=422)
    assert "This can’t take the place of Highland tea. Choose one of those that are shown." in words(page)
    assert inside(app, pantry) == {"Highland tea": 1, "Rolled oats": 2}


@pytest.mark.parametrize("name", ["Matcha", "Earl Grey"])
def test_what_is_not_offered_or_in_another_currency_is_refused(
    app: Flask, pantry: Box, swap: str, shelf: dict[str, int], name: str
) -> None:
    page = pantry.browser.post(swap, {"to": str(shelf[name])}, expect=422)
    assert f"{name} does not come that often. Choose another product." in words(page)
    assert "Choose one of these." in words(pantry.browser.get(f"{swap}?to={shelf[name]}"))
    assert inside(app, pantry) == {"Highland tea": 1, "Rolled oats": 2}


@pytest.mark.parametrize("typed", ["", "x", "-1", "0", "99999", "9" * 30, "²"])
def test_what_is_none_of_the_catalogue_is_not_found(pantry: Box, swap: str, typed: str) -> None:
    pantry.browser.post(swap, {"to": typed}, expect=404)
    assert "Choose one of these." in words(pantry.browser.get(f"{swap}?to={typed}"))


def test_a_double_tap_is_one_change(app: Flask, pantry: Box, swap: str, shelf: dict[str, int]) -> None:
    pantry.browser.post(swap, {"to": str(shelf["Sencha"])})
    assert "It is in that place already." in words(pantry.browser.post(swap, {"to": str(shelf["Sencha"])}))
    assert deeds(app, pantry).count("swapped") == 1


def test_undo_and_what_was_changed_since(app: Flask, pantry: Box, swap: str, shelf: dict[str, int], stripe: Stripe, work: Work) -> None:
    undo = undo_in(pantry.browser.post(swap, {"to": str(shelf["Sencha"])}))
    work()
    again = undo_in(pantry.browser.post(swap, {"to": str(shelf["Camomile"])}))
    assert "changed since: which products are in the box" in words(pantry.browser.post(undo))
    assert "Undone." in words(pantry.browser.post(again))
    assert "Undone." in words(pantry.browser.post(undo))
    work()
    assert inside(app, pantry) == {"Highland tea": 1, "Rolled oats": 2}
    assert set(items_there(stripe, pantry)) == {"Highland tea", "Rolled oats"}


@pytest.mark.slow
def test_a_swap_that_is_refused_does_not_cost_the_skip_made_with_it(app: Flask, stripe: Stripe, work: Work, mail: Mail) -> None:
    """The shop has taken the price out at Stripe, and we have not heard of it."""
    shelf = stock(app, stripe, [TEA, OATS, Goods("Pu-erh", {MONTHLY: 1500}, "tea", is_active=False)])
    box, both = subscribe(app, stripe, email="eve@example.com", contents={"Highland tea": 1, "Rolled oats": 2}), Both(app, stripe)
    box.browser.post(sheet(app, box, "Highland tea", "swap"), {"to": str(shelf["Pu-erh"])})
    box.browser.post(box.skip(0))
    assert inside(app, box) == {"Pu-erh": 1, "Rolled oats": 2}
    work()
    assert inside(app, box) == {"Highland tea": 1, "Rolled oats": 2}
    assert set(items_there(stripe, box)) == {"Highland tea", "Rolled oats"}
    assert both.here(box) == both.there(box) == date(2027, 1, 23)
    assert both.is_confirmed(box)
    history = words(box.browser.get(f"{box.page}/history"))
    assert "Highland tea swapped for Pu-erh You, Mon 23 Nov, 10:00 Refused by the payment provider, put back" in history
    assert "Mon 28 Dec skipped You, Mon 23 Nov, 10:00 Confirmed by the payment provider" in history
    refused, kept = mail.to("eve@example.com")
    assert refused["Subject"] == "Your change to Pantry box could not be made"
    sentence = "The payment provider does not sell one of the products like this any more. Choose another one, or write to us."
    assert f"- Highland tea swapped for Pu-erh {sentence} What it changed is as it was before." in " ".join(text(refused).split())
    assert "specified is inactive" not in text(refused) + history
    assert "Mon 28\xa0Dec skipped" in text(kept) and "Pu-erh" not in text(kept)


def test_a_refusal_is_told_on_the_page(app: Flask, pantry: Box, swap: str, shelf: dict[str, int], stripe: Stripe, work: Work) -> None:
    stripe.faults({"kind": "refuse", "when": {"method": "POST", "path_prefix": "/v1/subscriptions/"}, "times": 1, "message": "Not today."})
    pantry.browser.post(swap, {"to": str(shelf["Sencha"])})
    work()
    page = words(pantry.browser.get(pantry.page))
    assert "The swap was not made. The payment provider refused it. Try again later, or write to us if it stays so." in page
    assert "What it changed is as it was before." in page
    assert inside(app, pantry) == {"Highland tea": 1, "Rolled oats": 2}


def test_bob_cannot_swap_doras_tea(app: Flask, pantry: Box, swap: str, shelf: dict[str, int], bob: Box) -> None:
    bob.browser.get(swap, expect=404)
    bob.browser.post(swap, {"to": str(shelf["Sencha"])}, expect=404)
    assert inside(app, pantry) == {"Highland tea": 1, "Rolled oats": 2}
