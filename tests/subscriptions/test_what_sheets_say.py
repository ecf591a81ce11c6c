"""What a careful reader of the sheets stumbled over, each said as it is now."""

from datetime import UTC, date, datetime

import pytest
from flask import Flask

from portal.kit.db import db
from portal.subscriptions.models import Subscription
from tests.browser import words
from tests.conftest import Work
from tests.stripe import Stripe
from tests.subscriptions.boxes import fact, inside, sheet
from tests.subscriptions.builders import BIWEEKLY, MONTHLY, Box, Goods, stock, subscribe
from tests.subscriptions.conftest import Both
from tests.subscriptions.ends import undo_in

pytestmark = pytest.mark.slow
COFFEE = "Sidamo coffee beans"


def test_a_day_too_far_away_for_a_pause_is_not_answered_with_a_pause(alice: Box) -> None:
    page = words(alice.browser.get(f"{alice.page}/pause?how=own&until=2030-01-07"))
    assert "That is more than two years away. Choose an earlier day, or pause until you resume it." in page
    alice.browser.post(f"{alice.page}/pause", {"how": "open"})
    page = words(alice.browser.get(f"{alice.page}/resume?to=2030-01-07"))
    assert "That is more than two years away. Choose an earlier day, or leave it paused." in page


def test_a_frequency_at_the_same_price_has_no_new_one(app: Flask, stripe: Stripe) -> None:
    stock(app, stripe, [Goods("Salt", {MONTHLY: 900, BIWEEKLY: 900})])
    box = subscribe(app, stripe, email="eve@example.com", contents={"Salt": 1})
    page = words(box.browser.get(f"{box.page}/frequency?every=2-week"))
    assert "The delivery on Monday 28 December keeps its day; the later ones follow." in page
    assert "at the new price" not in page


def test_in_a_pause_without_an_end_nothing_is_compared_and_that_is_said(app: Flask, alice: Box) -> None:
    alice.browser.post(f"{alice.page}/pause", {"how": "open"})
    page = alice.browser.get(f"{sheet(app, alice, COFFEE, 'quantity')}?quantity=2")
    assert "No delivery is planned as things stand, so there is none to compare." in words(page)
    assert not page.select(".compare")
    assert fact(page, "Each delivery") == "€29.80 instead of €14.90"


def test_the_first_swap_that_the_box_can_hold_is_chosen(app: Flask, stripe: Stripe) -> None:
    """A box costs at least five euros."""
    group = [Goods(name, {MONTHLY: amount}, "tea") for name, amount in (("Mint", 300), ("Sage", 600), ("Oolong", 900))]
    stock(app, stripe, group)
    box = subscribe(app, stripe, email="eve@example.com", contents={"Oolong": 1})
    page = box.browser.get(sheet(app, box, "Oolong", "swap"))
    assert "Swap for Sage" in words(page)
    assert not page.select(".error")
    chosen = page.select_one("input[name=to][checked]")
    assert chosen and "Sage" in words(chosen.parent or chosen)
    mint = chosen.find_previous("input", {"name": "to"})
    assert mint
    page = box.browser.get(f"{sheet(app, box, 'Oolong', 'swap')}?to={mint['value']}")
    assert "A box costs at least €5.00" in words(page)


def test_where_no_swap_can_be_none_is_chosen(app: Flask, stripe: Stripe) -> None:
    stock(app, stripe, [Goods("Mint", {MONTHLY: 300}, "tea"), Goods("Oolong", {MONTHLY: 900}, "tea")])
    box = subscribe(app, stripe, email="eve@example.com", contents={"Oolong": 1})
    page = box.browser.get(sheet(app, box, "Oolong", "swap"))
    assert not page.select("input[name=to][checked], .error, form[method=post]")


def test_a_pause_until_no_day_says_what_to_type(alice: Box) -> None:
    for sent in {"how": "own", "until": ""}, {"how": "own"}:
        page = alice.browser.post(f"{alice.page}/pause", {**sent}, expect=422)
        assert "Choose a day, such as 2027-01-25." in words(page)
        assert not page.select(".compare")
    assert "Choose a day" not in words(alice.browser.get(f"{alice.page}/pause?how=own"))


def test_a_move_says_until_when_it_can_be_changed_and_undone(alice: Box, stripe: Stripe) -> None:
    page = alice.browser.get(f"{alice.move(0)}?to=2027-01-05&which=one")
    assert (fact(page, "Can be changed"), fact(page, "Undo")) == ("Until Fri 1 Jan, 10:00", "Until Mon 21 Dec, 10:00")
    page = alice.browser.get(f"{alice.move(0)}?to=2026-12-15&which=later")
    assert (fact(page, "Can be changed"), fact(page, "Undo")) == ("Until Fri 11 Dec, 10:00", "Until Fri 11 Dec, 10:00")
    undo = undo_in(alice.browser.post(alice.move(0), {"to": "2027-01-05", "which": "one"}))
    stripe.later(days=27, hours=23, minutes=59)
    assert "Undone." in words(alice.browser.post(undo))


def test_a_resumption_says_until_when_too(alice: Box, stripe: Stripe, work: Work) -> None:
    alice.browser.post(f"{alice.page}/pause", {"how": "open"})
    work()
    page = alice.browser.get(f"{alice.page}/resume?to=2027-01-05")
    assert (fact(page, "Can be changed"), fact(page, "Undo")) == ("Until Fri 1 Jan, 10:00", "Until Wed 23 Dec, 10:00")
    stripe.later(days=31)
    alice.sign_in()
    page = alice.browser.get(f"{alice.page}/resume?to=2027-01-15")
    assert fact(page, "Undo") == "Not possible: pause it again instead"


def test_a_box_after_the_next_that_has_locked_is_not_said_to_be_planned(app: Flask, stripe: Stripe, work: Work) -> None:
    box = subscribe(app, stripe, email="eve@example.com")
    subscribe(app, stripe, email="eve@example.com", name="Coffee club")
    stripe.later(days=29)
    work()
    box.sign_in()
    assert "Locked" in words(box.browser.get("/").select(".strip > li")[0])


@pytest.mark.parametrize("deed", ["skip", "move"])
def test_what_is_refused_on_a_sheet_of_its_own_leads_to_the_subscription(alice: Box, stripe: Stripe, deed: str) -> None:
    path = getattr(alice, deed)(0)
    alice.browser.get(path)
    stripe.later(days=28, hours=1)
    page = alice.browser.post(path, {"to": "2027-01-05"})
    assert alice.browser.answer.request.path == alice.page
    assert "This delivery locked on Mon 21 December, 10:00" in words(page)
    alice.browser.at = path
    assert "This delivery locked on" in words(alice.browser.get(path))
    assert alice.browser.answer.request.path == alice.page


def test_nobody_is_led_to_what_is_not_theirs(alice: Box, bob: Box, stripe: Stripe) -> None:
    stripe.later(days=28, hours=1)
    bob.browser.at = alice.skip(0)
    bob.browser.get(alice.skip(0), expect=404)
    bob.browser.post(alice.skip(0), expect=404)


def test_an_undo_names_the_next_day(alice: Box, both: Both) -> None:
    undo = undo_in(alice.browser.post(alice.skip(0)))
    alice.browser.post(f"{alice.page}/frequency", {"every": "own", "count": "6", "unit": "week"})
    assert "Undone. What it changed is as it was before. Next is Mon 28 Dec." in words(alice.browser.post(undo))
    assert both.here(alice) == date(2026, 12, 23)


def test_what_the_provider_has_not_said_is_about_that(alice: Box, work: Work) -> None:
    note = "Totals are about right: the payment provider says them exactly once it is told."
    assert note in words(alice.browser.get(alice.skip(0)))
    page = alice.browser.get(alice.page)
    coming = [words(row) for row in page.select("[aria-labelledby=coming] li")]
    assert [("about" in row) for row in coming] == [False, True, True, True, True, True]
    assert "about €14.90" in words(alice.browser.get("/").select(".strip > li")[0])


def test_what_was_put_back_beside_what_was_taken_out_is_found_once(app: Flask, pantry: Box, shelf: dict[str, int]) -> None:
    """A swap is undone after its product had been added anew and taken out: it has two rows, and only one is inside."""
    swapped = undo_in(pantry.browser.post(sheet(app, pantry, "Highland tea", "swap"), {"to": str(shelf["Sencha"])}))
    pantry.browser.post(f"{pantry.page}/add", {"variant": str(shelf["Highland tea"]), "quantity": "4"})
    with app.app_context():
        items = db.session.get_one(Subscription, pantry.id).contents.items
        added = next(item.id for item in items if item.price.variant.product.name == "Highland tea")
    pantry.browser.post(f"{pantry.page}/products/{added}/remove")
    pantry.browser.post(swapped)
    assert inside(app, pantry) == {"Highland tea": 1, "Rolled oats": 2}
    with app.app_context():
        names = [item.price.variant.product.name for item in db.session.get_one(Subscription, pantry.id).items]
    assert names.count("Highland tea") == 2
    refused = pantry.browser.post(f"{pantry.page}/add", {"variant": str(shelf["Highland tea"]), "quantity": "2"}, expect=422)
    assert "Highland tea is in the box already." in words(refused)


@pytest.mark.parametrize(("year", "lock"), [(2027, "Sun 21 Mar, 10:00"), (2028, "")])
def test_what_is_changed_in_a_pause_that_began_at_the_provider_counts_after_it(
    app: Flask, alice: Box, stripe: Stripe, work: Work, year: int, lock: str
) -> None:
    """Such a pause moves no delivery. One that ends farther away than is planned has none yet from which it could count."""
    until = int(datetime(year, 3, 1, tzinfo=UTC).timestamp())
    stripe.v1.subscriptions.update(alice.ref, {"pause_collection": {"behavior": "void", "resumes_at": until}})
    work()
    path = sheet(app, alice, COFFEE, "quantity")
    shown = alice.browser.get(f"{path}?quantity=2")
    assert "Counts from the first delivery after the pause." in words(shown)
    assert fact(shown, "Undo").startswith("Until")
    assert lock in fact(shown, "Undo")
    undo = undo_in(alice.browser.post(path, {"quantity": "2"}))
    stripe.later(days=20)
    alice.sign_in()
    assert "Undone." in words(alice.browser.post(undo))
    assert inside(app, alice) == {COFFEE: 1}
