"""How often it comes: the effect on the price is said first, the next delivery keeps its day, and nothing is charged at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select

from portal.catalog.models import Price
from portal.kit.db import db
from portal.subscriptions.models import Subscription
from tests.browser import Browser, words
from tests.conftest import Work
from tests.stripe import Stripe
from tests.subscriptions.boxes import fact, inside, items_there, rows, sent_items, sheet
from tests.subscriptions.builders import Box, subscribe
from tests.subscriptions.conftest import Both
from tests.subscriptions.ends import deeds, moment, totals, undo_in, updates

Sent = dict[str, str | list[str]]


@pytest.fixture
def often(pantry: Box) -> str:
    return f"{pantry.page}/frequency"


def own(count: str, unit: str = "week") -> Sent:
    return {"every": "own", "count": count, "unit": unit}


def query(sent: Sent) -> str:
    return "?" + "&".join(f"{name}={value}" for name, value in sent.items())


def every(app: Flask, box: Box) -> tuple[int, str]:
    with app.app_context():
        row = db.session.get_one(Subscription, box.id)
        return row.every_count, row.every_unit


def presets(page: BeautifulSoup) -> list[str]:
    return [words(choice) for choice in page.select(".choice")]


def test_each_rhythm_says_what_a_delivery_costs_then_and_how_that_is_to_now(pantry: Box, often: str) -> None:
    """Tea and two oats."""
    page = pantry.browser.get(often)
    assert presets(page) == [
        "Every 2 weeks 7% less each than now €17.00",
        "Every month As it is now €18.20",
        "Every 3 months 2% more each than now €18.60",
        "My own",
    ]
    assert not page.select("form[method=post]")


def test_only_rhythms_in_which_all_of_the_box_is_offered_are_shown(app: Flask, stripe: Stripe, shelf: dict[str, int]) -> None:
    box = subscribe(app, stripe, email="eve@example.com", contents={"Highland tea": 1, "Honey": 1})
    assert [words(choice.b or choice) for choice in box.browser.get(f"{box.page}/frequency").select(".choice")] == [
        "Every 2 weeks", "Every month", "My own",
    ]  # fmt: skip
    assert [words(pill) for pill in box.browser.get(box.page).select(".pill")] == ["2 weeks", "1 month", "My own"]


def test_the_sheet_shows_the_days_and_what_each_costs(pantry: Box, often: str) -> None:
    page = pantry.browser.get(f"{often}?every=2-week")
    assert rows(page) == [
        ["Mon 28 Dec 3 pieces, €18.20", "Mon 28 Dec 3 pieces, €17.00"],
        ["Mon 25 Jan 3 pieces, €18.20", "Fri 8 Jan 3 pieces, €17.00"],
        ["Thu 25 Feb 3 pieces, €18.20", "Fri 22 Jan 3 pieces, €17.00"],
    ]
    assert fact(page, "Each delivery") == "€17.00 instead of €18.20"
    assert fact(page, "In 4 weeks, about") == "€34.00 instead of €16.74"
    assert fact(page, "Undo") == "Until Mon 21 Dec, 10:00"
    assert "The delivery on Monday 28 December keeps its day, at the new price; the later ones follow. Nothing is charged now." in words(
        page
    )


def test_it_is_one_update_that_charges_nothing_and_keeps_the_items(
    app: Flask, pantry: Box, often: str, both: Both, stripe: Stripe, work: Work
) -> None:
    refs = {item.ref for item in items_there(stripe, pantry).values()}
    before = stripe.v1.subscriptions.retrieve(pantry.ref)["items"].data[0].current_period_end
    stripe.forget_requests()
    said = words(pantry.browser.post(often, {"every": "2-week"}))
    assert "Changed. It comes every 2 weeks, next on Mon 28 Dec." in said
    work()
    (sent,) = updates(stripe, pantry)
    assert int(sent["trial_end"]) == before
    assert moment(before).date() == date(2026, 12, 23)
    assert sent["proration_behavior"] == "none"
    assert {item["id"] for item in sent_items(sent)} == refs
    assert {name: (item.amount, item.quantity) for name, item in items_there(stripe, pantry).items()} == {
        "Highland tea": (920, 1), "Rolled oats": (390, 2),
    }  # fmt: skip
    assert totals(app) == [1820]
    assert both.is_confirmed(pantry)
    assert both.here(pantry) == both.there(pantry) == date(2026, 12, 23)


@pytest.mark.slow
def test_it_is_charged_in_the_new_rhythm_at_the_price_that_was_promised(
    app: Flask, pantry: Box, often: str, both: Both, stripe: Stripe, work: Work
) -> None:
    promised = [row[1] for row in rows(pantry.browser.get(f"{often}?every=2-week"))]
    pantry.browser.post(often, {"every": "2-week"})
    work()
    for _charge in range(3):
        stripe.later(days=31 if not _charge else 14)
        work()
    assert [cell.rpartition(" ")[2] for cell in promised] == ["€17.00"] * 3
    assert totals(app) == [1820, 1700, 1700, 1700]
    assert both.here(pantry) == both.there(pantry) == date(2027, 2, 3)


@pytest.mark.parametrize(
    ("typed", "becomes"),
    [
        (own("10"), (10, "week")), (own("14", "day"), (2, "week")), (own("12", "month"), (1, "year")), (own(" 3 "), (3, "week")),
        (own("６"), (6, "week")), (own("7", "day"), (1, "week")), (own("365", "day"), (365, "day")),
    ],
)  # fmt: skip
def test_a_number_and_a_unit_of_their_own(
    app: Flask, pantry: Box, often: str, typed: Sent, becomes: tuple[int, str], both: Both, stripe: Stripe, work: Work
) -> None:
    assert "Nothing is charged now." in words(pantry.browser.get(often + query(typed)))
    pantry.browser.post(often, typed)
    assert every(app, pantry) == becomes
    work()
    recurring = stripe.v1.subscriptions.retrieve(pantry.ref)["items"].data[0].price.recurring
    assert (recurring.interval_count, recurring.interval) == becomes
    assert both.is_confirmed(pantry)
    assert totals(app) == [1820]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (own("0"), "Choose something between every 7 and every 365 days."),
        (own("6", "day"), "Choose something between every 7 and every 365 days."),
        (own("400", "day"), "Choose something between every 7 and every 365 days."),
        (own("13", "month"), "Choose something between every 7 and every 365 days."),
        (own("999999999", "month"), "Choose something between every 7 and every 365 days."),
        (own("-1"), "Type a whole number, such as 6."),
        (own("1e9"), "Type a whole number, such as 6."),
        (own("soon"), "Type a whole number, such as 6."),
        (own(""), "Type a whole number, such as 6."),
        (own("2.5"), "Type a whole number, such as 6."),
        (own("9" * 5000), "Type a whole number, such as 6."),
        (own("3", "year"), "Choose days, weeks or months."),
        (own("3", ""), "Choose days, weeks or months."),
        ({"every": "5-week"}, "Choose how often it comes."),
        ({"every": ""}, "Choose how often it comes."),
        ({}, "Choose how often it comes."),
    ],
)
def test_what_can_not_be_is_kept_with_a_sentence_beside_it(app: Flask, pantry: Box, often: str, typed: Sent, sentence: str) -> None:
    page = pantry.browser.post(often, typed, expect=422)
    assert sentence in words(page.select_one("#count-error") or page.select_one("h1") or page)
    field = page.select_one("#count")
    assert field and field["value"] == typed.get("count", "")
    assert every(app, pantry) == (1, "month")
    if len(str(typed.get("count", ""))) < 20:
        again = pantry.browser.get(often + query({**typed, "show": "1"}))
        assert sentence in words(again) or not typed


def test_nothing_is_wrong_before_a_number_was_typed(pantry: Box, often: str) -> None:
    page = pantry.browser.get(f"{often}?every=own&count=&unit=week")
    assert not page.select(".error")


def test_below_the_minimum_it_stays(app: Flask, stripe: Stripe, shelf: dict[str, int]) -> None:
    """A cheaper price for coming more often makes this box too small."""
    box = subscribe(app, stripe, email="eve@example.com", every=(1, "month"), contents={"Rolled oats": 2})
    box.browser.post(sheet(app, box, "Rolled oats", "quantity"), {"quantity": "2"})
    page = box.browser.post(f"{box.page}/frequency", {"every": "2-week"})
    assert "Changed." in words(page), "7.80 is enough"
    small = subscribe(app, stripe, email="finn@example.com", contents={"Rolled oats": 1})
    refused = small.browser.post(f"{small.page}/frequency", {"every": "2-week"}, expect=422)
    assert "A box costs at least €5.00, and this one would be €3.90. Add something first." in words(refused)
    assert every(app, small) == (1, "month")


def test_a_double_tap_is_one_change(app: Flask, pantry: Box, often: str) -> None:
    pantry.browser.post(often, {"every": "2-week"})
    assert "It comes that often already." in words(pantry.browser.post(often, {"every": "2-week"}))
    assert "It comes that often already." in words(pantry.browser.post(often, own("14", "day")))
    assert deeds(app, pantry).count("frequency") == 1


@pytest.mark.slow
def test_two_boxes_that_take_a_new_rhythm_at_once_share_its_prices(app: Flask, stripe: Stripe, shelf: dict[str, int], work: Work) -> None:
    """Neither waits for the other for ever, and neither fails: what one of them made, both take."""
    first = {"Highland tea": 1, "Rolled oats": 2, "Honey": 1}
    boxes = [
        subscribe(app, stripe, email=f"{number}@example.com", contents=first if number % 2 else dict(reversed(first.items())))
        for number in range(4)
    ]
    for box in boxes:
        box.browser.get(f"{box.page}/frequency")
    with ThreadPoolExecutor(4) as threads:
        said = list(threads.map(lambda box: words(box.browser.post(f"{box.page}/frequency", own("5"))), boxes))
    assert all("Changed. It comes every 5 weeks" in page for page in said)
    with app.app_context():
        made = db.session.scalars(select(Price.variant_id).where(Price.every_count == 5)).all()
    assert len(made) == len(set(made)) == 3
    work()
    for box in boxes:
        assert {item.amount for item in items_there(stripe, box).values()} == {980, 420, 890}


@pytest.mark.slow
def test_two_devices_at_once_make_one_change(app: Flask, pantry: Box, often: str) -> None:
    devices = [Browser(app) for _ in range(4)]
    for device in devices:
        device.sign_in(pantry.customer_id)
        device.get(often)
    with ThreadPoolExecutor(4) as threads:
        said = [words(page) for page in threads.map(lambda device: device.post(often, {"every": "2-week"}), devices)]
    assert deeds(app, pantry).count("frequency") == 1
    assert sum("It comes that often already." in page for page in said) == 3


def test_undo_puts_days_and_prices_back(app: Flask, pantry: Box, often: str, both: Both, stripe: Stripe, work: Work) -> None:
    before = both.days(pantry)
    undo = undo_in(pantry.browser.post(often, {"every": "2-week"}))
    work()
    assert both.days(pantry) != before
    assert "Undone. What it changed is as it was before." in words(pantry.browser.post(undo))
    work()
    assert both.days(pantry) == before
    assert both.there(pantry) == before[0]
    assert {name: item.amount for name, item in items_there(stripe, pantry).items()} == {"Highland tea": 980, "Rolled oats": 420}
    stripe.later(days=31)
    work()
    assert totals(app) == [1820, 1820]


def test_an_undo_names_what_was_changed_since(app: Flask, pantry: Box, often: str) -> None:
    undo = undo_in(pantry.browser.post(often, {"every": "2-week"}))
    pantry.browser.post(often, {"every": "3-month"})
    assert "changed since: how often it comes" in words(pantry.browser.post(undo))
    assert every(app, pantry) == (3, "month")


def test_what_was_added_since_at_another_price_keeps_it_from_being_undone(
    app: Flask, pantry: Box, often: str, shelf: dict[str, int]
) -> None:
    undo = undo_in(pantry.browser.post(often, {"every": "2-week"}))
    pantry.browser.post(f"{pantry.page}/add", {"variant": str(shelf["Honey"]), "quantity": "1"})
    assert "This can’t be undone, because how often Honey comes was changed since." in words(pantry.browser.post(undo))
    assert every(app, pantry) == (2, "week")


@pytest.mark.slow
def test_what_has_locked_comes_as_it_is_and_the_next_begins_the_rhythm(
    app: Flask, pantry: Box, often: str, both: Both, stripe: Stripe, work: Work
) -> None:
    stripe.later(days=29)
    work()
    pantry.sign_in()
    page = pantry.browser.get(f"{often}?every=2-week")
    assert rows(page) == [
        ["Mon 28 Dec 3 pieces, €18.20", "Mon 28 Dec 3 pieces, €18.20"],
        ["Mon 25 Jan 3 pieces, €18.20", "Mon 25 Jan 3 pieces, €17.00"],
        ["Thu 25 Feb 3 pieces, €18.20", "Mon 8 Feb 3 pieces, €17.00"],
    ]
    assert "The box on Monday 28 December is locked, and comes as it is." in words(page)
    pantry.browser.post(often, {"every": "2-week"})
    work()
    stripe.later(days=2)
    work()
    stripe.later(days=31)
    work()
    stripe.later(days=14)
    work()
    assert totals(app) == [1820, 1820, 1700, 1700]
    assert both.is_confirmed(pantry)


def test_in_a_rhythm_of_their_own_products_can_still_be_swapped_and_added(
    app: Flask, pantry: Box, often: str, shelf: dict[str, int], stripe: Stripe, work: Work
) -> None:
    """The shop has no prices for every ten weeks: each costs as in the nearest rhythm that it has."""
    pantry.browser.post(often, own("10"))
    work()
    page = pantry.browser.get(f"{pantry.page}/add")
    assert [words(row) for row in page.select(".offers .go")] == [
        "Sencha one pack €12.00", "Camomile one pack €7.80", "Honey one pack €8.90",
    ]  # fmt: skip
    promised = rows(pantry.browser.get(f"{pantry.page}/add?variant={shelf['Camomile']}"))[0][1]
    pantry.browser.post(f"{pantry.page}/add", {"variant": str(shelf["Camomile"]), "quantity": "1"})
    pantry.browser.post(sheet(app, pantry, "Highland tea", "swap"), {"to": str(shelf["Sencha"])})
    work()
    assert inside(app, pantry) == {"Sencha": 1, "Rolled oats": 2, "Camomile": 1}
    assert {name: item.amount for name, item in items_there(stripe, pantry).items()} == {
        "Sencha": 1200, "Rolled oats": 430, "Camomile": 780,
    }  # fmt: skip
    stripe.later(days=31)
    work()
    assert promised == "Mon 28 Dec 4 pieces, €26.40"
    assert totals(app) == [1820, 2840]


def test_what_the_shop_offers_no_more_must_be_taken_out_first(app: Flask, stripe: Stripe, shelf: dict[str, int]) -> None:
    box = subscribe(app, stripe, email="eve@example.com", contents={"Highland tea": 1, "Matcha": 1})
    sentence = "Matcha comes only as often as now. Take it out first, or write to us."
    assert sentence in words(box.browser.post(f"{box.page}/frequency", own("5"), expect=422))
    box.browser.post(sheet(app, box, "Matcha", "remove"))
    assert "Changed." in words(box.browser.post(f"{box.page}/frequency", own("5")))


def test_a_refusal_puts_it_back(app: Flask, pantry: Box, often: str, both: Both, stripe: Stripe, work: Work) -> None:
    before = both.days(pantry)
    stripe.faults({"kind": "refuse", "when": {"method": "POST", "path_prefix": "/v1/subscriptions/"}, "times": 1, "message": "Not today."})
    pantry.browser.post(often, {"every": "2-week"})
    work()
    page = words(pantry.browser.get(pantry.page))
    assert "How often it comes was not changed. The payment provider refused it. Try again later" in page
    assert (every(app, pantry), both.days(pantry)) == ((1, "month"), before)
    assert both.there(pantry) == before[0]


def test_bob_cannot_change_how_often_doras_box_comes(app: Flask, pantry: Box, often: str, bob: Box) -> None:
    bob.browser.get(often, expect=404)
    bob.browser.post(often, {"every": "2-week"}, expect=404)
    assert every(app, pantry) == (1, "month")


def test_while_it_is_paused_it_can_not_be_changed_and_says_so(pantry: Box, often: str, work: Work) -> None:
    pantry.browser.post(f"{pantry.page}/pause", {"how": "open"})
    work()
    assert not pantry.browser.get(pantry.page).select(".pill")
    assert "Resume it first." in words(pantry.browser.get(often))
    assert "Resume it first." in words(pantry.browser.post(often, {"every": "2-week"}))
