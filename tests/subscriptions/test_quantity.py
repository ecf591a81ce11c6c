"""How many of one product come: seen before, done once, undone, and charged as it was said."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from tests.browser import Browser, words
from tests.conftest import Work
from tests.stripe import Stripe
from tests.subscriptions.boxes import fact, inside, items_there, rows, sent_items, sheet
from tests.subscriptions.builders import Box, subscribe
from tests.subscriptions.conftest import Both
from tests.subscriptions.ends import deeds, totals, undo_in, updates

BAD = ["0", "-1", "1000000000", "1e9", "two", "", "   ", "2.5", "2,5", "100", "²", "9" * 5000]


@pytest.fixture
def oats(app: Flask, pantry: Box) -> str:
    return sheet(app, pantry, "Rolled oats", "quantity")


def test_the_sheet_says_what_each_delivery_costs_then_and_from_when_on(pantry: Box, oats: str) -> None:
    page = pantry.browser.get(f"{oats}?quantity=3")
    assert words(page.select_one("h1") or page) == "Rolled oats: 3 instead of 2"
    assert rows(page) == [
        ["Mon 28 Dec 3 pieces, €18.20", "Mon 28 Dec 4 pieces, €22.40"],
        ["Mon 25 Jan 3 pieces, €18.20", "Mon 25 Jan 4 pieces, €22.40"],
        ["Thu 25 Feb 3 pieces, €18.20", "Thu 25 Feb 4 pieces, €22.40"],
    ]
    assert "Counts from the delivery on Monday 28 December." in words(page)
    assert fact(page, "Each delivery") == "€22.40 instead of €18.20"
    assert fact(page, "Undo") == "Until Mon 21 Dec, 10:00"


def test_one_more_and_one_less_are_buttons_that_need_no_script(pantry: Box, oats: str) -> None:
    page = pantry.browser.get(f"{oats}?from=2&step=1")
    assert "Take 3" in words(page)
    page = pantry.browser.get(f"{oats}?from=2&quantity=5&step=-1")
    assert "Take 4" in words(page)
    assert "Take 1 " in words(pantry.browser.get(f"{oats}?from=1&step=-1"))
    assert "Take 99 " in words(pantry.browser.get(f"{oats}?from=99&step=1"))
    assert not pantry.browser.get(f"{oats}?from=1&step=1").select("form[method=post]"), "it is two already"


def test_looking_changes_nothing(app: Flask, pantry: Box, oats: str, both: Both, work: Work) -> None:
    pantry.browser.get(f"{oats}?quantity=7")
    work()
    assert inside(app, pantry) == {"Highland tea": 1, "Rolled oats": 2}
    assert deeds(app, pantry) == ["charged"]


def test_it_is_one_update_with_the_item_that_is_there_and_nothing_is_charged_at_once(
    app: Flask, pantry: Box, oats: str, both: Both, stripe: Stripe, work: Work
) -> None:
    before = items_there(stripe, pantry)
    stripe.forget_requests()
    page = words(pantry.browser.post(oats, {"quantity": "3"}))
    assert "Rolled oats: 3. From Mon 28 Dec on." in page
    assert "Updating" in page
    work()
    (sent,) = updates(stripe, pantry)
    assert sent["proration_behavior"] == "none"
    assert "trial_end" not in sent
    assert [(item["id"], item["quantity"]) for item in sent_items(sent)] == [(before["Rolled oats"].ref, 3)]
    assert items_there(stripe, pantry)["Rolled oats"].quantity == 3
    assert both.is_confirmed(pantry)
    assert totals(app) == [1820]
    assert "Confirmed by the payment provider" in words(pantry.browser.get(pantry.page))


def test_what_was_promised_is_charged_to_the_cent(app: Flask, pantry: Box, oats: str, stripe: Stripe, work: Work) -> None:
    promised = rows(pantry.browser.get(f"{oats}?quantity=7"))[0][1]
    pantry.browser.post(oats, {"quantity": "7"})
    work()
    stripe.later(days=31)
    work()
    assert promised == "Mon 28 Dec 8 pieces, €39.20"
    assert totals(app) == [1820, 3920]


@pytest.mark.parametrize("typed", BAD)
def test_what_is_no_quantity_is_kept_with_a_sentence_beside_it(app: Flask, pantry: Box, oats: str, typed: str) -> None:
    page = pantry.browser.post(oats, {"quantity": typed}, expect=422)
    field = page.select_one("#quantity")
    assert field and field["value"] == typed
    assert field["aria-describedby"] == "quantity-error"
    assert "Choose a whole number from 1 to 99." in words(page.select_one("#quantity-error") or page)
    assert "Keep 2" in words(page)
    assert inside(app, pantry)["Rolled oats"] == 2


@pytest.mark.parametrize("typed", ["0", "-1", "two", "2.5"])
def test_it_is_said_before_it_is_sent_too(pantry: Box, oats: str, typed: str) -> None:
    page = pantry.browser.get(f"{oats}?quantity={typed}")
    assert "Choose a whole number from 1 to 99." in words(page)
    assert not page.select("form[method=post] button")


@pytest.mark.parametrize("typed", [" 3 ", "３", "03", "٣"])
def test_a_number_is_one_in_any_script_and_with_blanks(app: Flask, pantry: Box, oats: str, typed: str) -> None:
    pantry.browser.post(oats, {"quantity": typed})
    assert inside(app, pantry)["Rolled oats"] == 3


def test_below_the_minimum_it_stays_as_it_is(app: Flask, stripe: Stripe, shelf: dict[str, int]) -> None:
    box = subscribe(app, stripe, email="eve@example.com", contents={"Rolled oats": 2})
    to = sheet(app, box, "Rolled oats", "quantity")
    sentence = "A box costs at least €5.00, and this one would be €4.20. Add something first."
    assert sentence in words(box.browser.get(f"{to}?quantity=1"))
    page = box.browser.post(to, {"quantity": "1"}, expect=422)
    assert sentence in words(page)
    field = page.select_one("#quantity")
    assert field and field["value"] == "1"
    assert inside(app, box) == {"Rolled oats": 2}


def test_what_was_below_the_minimum_may_come_nearer(app: Flask, stripe: Stripe, shelf: dict[str, int]) -> None:
    box = subscribe(app, stripe, email="eve@example.com", contents={"Rolled oats": 1})
    box.browser.post(sheet(app, box, "Rolled oats", "quantity"), {"quantity": "2"})
    assert inside(app, box) == {"Rolled oats": 2}


def test_a_double_tap_is_one_change(app: Flask, pantry: Box, oats: str) -> None:
    pantry.browser.post(oats, {"quantity": "3"})
    assert "It is that many already." in words(pantry.browser.post(oats, {"quantity": "3"}))
    assert deeds(app, pantry).count("quantity") == 1


@pytest.mark.slow
def test_two_devices_at_once_make_one_change(app: Flask, pantry: Box, oats: str, stripe: Stripe, work: Work) -> None:
    devices = [Browser(app) for _ in range(4)]
    for device in devices:
        device.sign_in(pantry.customer_id)
        device.get(oats)
    with ThreadPoolExecutor(4) as threads:
        said = [words(page) for page in threads.map(lambda device: device.post(oats, {"quantity": "3"}), devices)]
    assert deeds(app, pantry).count("quantity") == 1
    assert sum("It is that many already." in page for page in said) == 3
    work()
    assert items_there(stripe, pantry)["Rolled oats"].quantity == 3


def test_undo_puts_it_back(app: Flask, pantry: Box, oats: str, stripe: Stripe, work: Work) -> None:
    undo = undo_in(pantry.browser.post(oats, {"quantity": "3"}))
    work()
    assert "Undone. What it changed is as it was before." in words(pantry.browser.post(undo))
    work()
    assert inside(app, pantry)["Rolled oats"] == items_there(stripe, pantry)["Rolled oats"].quantity == 2


def test_an_undo_names_what_was_changed_since(app: Flask, pantry: Box, oats: str) -> None:
    undo = undo_in(pantry.browser.post(oats, {"quantity": "3"}))
    pantry.browser.post(oats, {"quantity": "5"})
    assert "changed since: how many are in the box" in words(pantry.browser.post(undo))
    assert inside(app, pantry)["Rolled oats"] == 5


def test_once_the_delivery_has_locked_there_is_no_undo(app: Flask, pantry: Box, oats: str, stripe: Stripe, work: Work) -> None:
    undo = undo_in(pantry.browser.post(oats, {"quantity": "3"}))
    work()
    stripe.later(days=28, hours=1)
    assert "locked on" in words(pantry.browser.post(undo))
    assert inside(app, pantry)["Rolled oats"] == 3


@pytest.mark.slow
def test_what_has_locked_comes_as_it_is_and_the_sheet_says_so(app: Flask, pantry: Box, oats: str, stripe: Stripe, work: Work) -> None:
    stripe.later(days=29)
    work()
    pantry.sign_in()
    page = pantry.browser.get(f"{oats}?quantity=3")
    assert "The box on Monday 28 December is locked, and comes as it is. Counts from the delivery on Monday 25 January." in words(page)
    assert rows(page)[:2] == [
        ["Mon 28 Dec 3 pieces, €18.20", "Mon 28 Dec 3 pieces, €18.20"],
        ["Mon 25 Jan 3 pieces, €18.20", "Mon 25 Jan 4 pieces, €22.40"],
    ]
    assert "Rolled oats: 3. From Mon 25 Jan on." in words(pantry.browser.post(oats, {"quantity": "3"}))
    shown = words(pantry.browser.get(pantry.page))
    assert "In the box from Monday 25 January on" in shown
    assert "Before it, the box on Monday 28 December comes as it was when it locked, for €18.20." in shown
    again = rows(pantry.browser.get(f"{oats}?quantity=4"))
    assert again[0] == ["Mon 28 Dec 3 pieces, €18.20", "Mon 28 Dec 3 pieces, €18.20"]
    work()
    stripe.later(days=2)
    work()
    stripe.later(days=31)
    work()
    assert totals(app) == [1820, 1820, 2240]


def test_with_a_discount_the_sheet_promises_what_is_charged(app: Flask, pantry: Box, oats: str, stripe: Stripe, work: Work) -> None:
    coupon = stripe.v1.coupons.create({"percent_off": 15, "duration": "forever"}).id
    stripe.v1.subscriptions.update(pantry.ref, {"discounts": [{"coupon": coupon}]})
    work()
    page = pantry.browser.get(f"{oats}?quantity=3")
    assert rows(page)[0] == ["Mon 28 Dec 3 pieces, €15.47", "Mon 28 Dec 4 pieces, €19.04"]
    assert fact(page, "Discounts lost") == "None, you keep: 15% off each delivery"
    pantry.browser.post(oats, {"quantity": "3"})
    work()
    stripe.later(days=31)
    work()
    assert totals(app) == [1820, 1904]


def test_bob_cannot_change_doras_oats(app: Flask, pantry: Box, oats: str, bob: Box) -> None:
    bob.browser.get(oats, expect=404)
    bob.browser.post(oats, {"quantity": "3"}, expect=404)
    theirs = oats.replace(pantry.page, bob.page)
    bob.browser.get(theirs, expect=404)
    bob.browser.post(theirs, {"quantity": "3"}, expect=404)
    pantry.browser.get(f"{pantry.page}/products/99999/quantity", expect=404)
    assert inside(app, pantry)["Rolled oats"] == 2


def test_what_was_taken_out_is_not_put_back_by_an_old_page(app: Flask, pantry: Box, oats: str) -> None:
    pantry.browser.post(sheet(app, pantry, "Rolled oats", "remove"))
    sentence = "Rolled oats is not in the box any more. You can add it again."
    assert sentence in words(pantry.browser.post(oats, {"quantity": "3"}))
    assert sentence in words(pantry.browser.get(oats))
    assert inside(app, pantry) == {"Highland tea": 1}


def test_one_that_has_ended_says_so(app: Flask, pantry: Box, oats: str, stripe: Stripe, work: Work) -> None:
    stripe.v1.subscriptions.cancel(pantry.ref)
    stripe.wait_for_webhooks()
    work()
    assert "has ended" in words(pantry.browser.get(oats))
    assert "has ended" in words(pantry.browser.post(oats, {"quantity": "3"}))
    assert not pantry.browser.get(pantry.page).select(".stepper, .tiles")
