"""Take a product out of the box: what each delivery costs then, and what to do where it can't be."""

import pytest
from flask import Flask

from tests.browser import words
from tests.conftest import Work
from tests.stripe import Stripe
from tests.subscriptions.boxes import fact, inside, items_there, rows, sent_items, sheet
from tests.subscriptions.builders import Box, subscribe
from tests.subscriptions.ends import deeds, totals, undo_in, updates


@pytest.fixture
def remove(app: Flask, pantry: Box) -> str:
    return sheet(app, pantry, "Rolled oats", "remove")


def test_the_sheet_says_what_each_delivery_costs_without_it(pantry: Box, remove: str) -> None:
    page = pantry.browser.get(remove)
    assert rows(page)[0] == ["Mon 28 Dec 3 pieces, €18.20", "Mon 28 Dec 1 piece, €9.80"]
    assert fact(page, "Each delivery") == "€9.80 instead of €18.20"
    assert "Counts from the delivery on Monday 28 December." in words(page)


def test_its_item_is_deleted_at_stripe_and_less_is_charged(app: Flask, pantry: Box, remove: str, stripe: Stripe, work: Work) -> None:
    before = items_there(stripe, pantry)
    stripe.forget_requests()
    assert "Rolled oats is out. From Mon 28 Dec on." in words(pantry.browser.post(remove))
    work()
    (sent,) = updates(stripe, pantry)
    assert [(item["id"], item["deleted"]) for item in sent_items(sent)] == [(before["Rolled oats"].ref, True)]
    assert sent["proration_behavior"] == "none"
    assert items_there(stripe, pantry) == {"Highland tea": before["Highland tea"]}
    stripe.later(days=31)
    work()
    assert totals(app) == [1820, 980]


def test_the_last_one_stays_and_what_can_be_done_instead_is_there(app: Flask, stripe: Stripe, shelf: dict[str, int]) -> None:
    box = subscribe(app, stripe, email="eve@example.com", contents={"Highland tea": 1})
    to = sheet(app, box, "Highland tea", "remove")
    sentence = "This is the last product of the box. Swap it, skip the delivery, or cancel the subscription instead."
    for page in box.browser.get(to), box.browser.post(to, expect=422):
        assert sentence in words(page)
        assert not page.select("form[method=post]")
        links = {words(link): str(link["href"]) for link in page.select(".btns a")}
        assert list(links) == ["Swap it", "Add something", "Skip Mon 28 Dec", "Cancel subscription", "Keep it"]
    for path in links.values():
        box.browser.get(path)
    assert inside(app, box) == {"Highland tea": 1}


def test_below_the_minimum_it_stays(app: Flask, stripe: Stripe, shelf: dict[str, int]) -> None:
    box = subscribe(app, stripe, email="eve@example.com", contents={"Highland tea": 1, "Rolled oats": 1})
    to = sheet(app, box, "Highland tea", "remove")
    sentence = "A box costs at least €5.00, and this one would be €4.20. Add something first."
    assert sentence in words(box.browser.get(to))
    assert sentence in words(box.browser.post(to, expect=422))
    assert inside(app, box) == {"Highland tea": 1, "Rolled oats": 1}


def test_a_double_tap_is_one_change(app: Flask, pantry: Box, remove: str) -> None:
    pantry.browser.post(remove)
    assert "It is out already." in words(pantry.browser.post(remove))
    assert deeds(app, pantry).count("removed") == 1


def test_undo_puts_it_back_as_it_was(app: Flask, pantry: Box, remove: str, stripe: Stripe, work: Work) -> None:
    undo = undo_in(pantry.browser.post(remove))
    work()
    assert "Undone." in words(pantry.browser.post(undo))
    work()
    assert inside(app, pantry) == {"Highland tea": 1, "Rolled oats": 2}
    assert items_there(stripe, pantry)["Rolled oats"].quantity == 2


def test_an_undo_names_what_was_changed_since(app: Flask, pantry: Box, remove: str, shelf: dict[str, int]) -> None:
    undo = undo_in(pantry.browser.post(remove))
    pantry.browser.post(f"{pantry.page}/add", {"variant": str(shelf["Rolled oats"]), "quantity": "5"})
    assert "changed since: how many are in the box" in words(pantry.browser.post(undo))
    assert inside(app, pantry) == {"Highland tea": 1, "Rolled oats": 5}


def test_what_is_put_back_comes_at_the_price_of_how_often_it_comes_now(
    app: Flask, stripe: Stripe, shelf: dict[str, int], work: Work
) -> None:
    """Camomile has a price for each month only; every three months it costs the same."""
    box = subscribe(app, stripe, email="eve@example.com", contents={"Highland tea": 1, "Camomile": 1})
    undo = undo_in(box.browser.post(sheet(app, box, "Camomile", "remove")))
    box.browser.post(f"{box.page}/frequency", {"every": "3-month"})
    assert "Undone." in words(box.browser.post(undo))
    work()
    assert {name: item.amount for name, item in items_there(stripe, box).items()} == {"Highland tea": 1000, "Camomile": 780}


def test_what_the_shop_offers_no_more_can_not_come_back_in_another_rhythm(app: Flask, stripe: Stripe, shelf: dict[str, int]) -> None:
    box = subscribe(app, stripe, email="eve@example.com", contents={"Highland tea": 1, "Matcha": 1})
    undo = undo_in(box.browser.post(sheet(app, box, "Matcha", "remove")))
    box.browser.post(f"{box.page}/frequency", {"every": "3-month"})
    assert "This can’t be undone, because how often Matcha comes was changed since." in words(box.browser.post(undo))
    assert inside(app, box) == {"Highland tea": 1}


def test_bob_cannot_take_doras_oats_out(app: Flask, pantry: Box, remove: str, bob: Box) -> None:
    bob.browser.get(remove, expect=404)
    bob.browser.post(remove, expect=404)
    assert inside(app, pantry) == {"Highland tea": 1, "Rolled oats": 2}
