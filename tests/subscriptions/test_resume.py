"""Resume after a pause, on the first day that is possible or on another."""

from datetime import date

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from tests.browser import words
from tests.conftest import Work
from tests.stripe import Stripe
from tests.subscriptions.builders import Box
from tests.subscriptions.conftest import Both
from tests.subscriptions.ends import deeds, moment, there, totals, undo_in, updates

pytestmark = pytest.mark.slow


def page_of(box: Box) -> str:
    return f"/subscriptions/{box.id}/resume"


def pause(box: Box, until: str = "") -> None:
    box.browser.post(f"/subscriptions/{box.id}/pause", {"how": "own", "until": until} if until else {"how": "open"})


def pause_until_just_before_a_charge(box: Box, stripe: Stripe, work: Work) -> None:
    """Without an end, and the charge that it would void is half a day away."""
    pause(box)
    work()
    stripe.later(days=29, hours=12)
    work()
    box.sign_in()


def chosen(sheet: BeautifulSoup) -> str:
    field = sheet.select_one("input#to")
    assert field
    return str(field["value"])


def test_the_sheet_opens_with_the_first_possible_day_and_what_would_come_of_it(alice: Box, work: Work) -> None:
    pause(alice)
    work()
    sheet = alice.browser.get(page_of(alice))
    assert chosen(sheet) == "2026-11-28"
    first, second, *_ = [[words(cell) for cell in row.select("td")] for row in sheet.select("tbody tr")]
    assert first == ["Nothing until you resume it", "Sat 28 Nov 1 piece, €14.90"]
    assert second == ["", "Mon 28 Dec 1 piece, €14.90"]
    assert "Charged next on Thu 26 Nov €14.90" in words(sheet)
    assert "Resume on Sat 28 Nov" in words(sheet)


def test_it_goes_on_at_both_sides_and_is_charged_on_the_promised_day(
    app: Flask, alice: Box, both: Both, stripe: Stripe, work: Work
) -> None:
    pause(alice)
    work()
    stripe.later(days=40)
    work()
    alice.sign_in()
    stripe.forget_requests()
    assert "Resumed. Next is Mon 11 Jan." in words(alice.browser.post(page_of(alice), {"to": "2027-01-11"}))
    work()
    (sent,) = updates(stripe, alice)
    assert sent["pause_collection"] == ""
    assert moment(int(sent["trial_end"])).date() == date(2027, 1, 9)
    assert both.here(alice) == both.there(alice) == date(2027, 1, 9)
    assert "Change it until" in words(alice.browser.get(alice.page))
    stripe.later(days=6, hours=12)
    work()
    assert totals(app) == [1490]
    stripe.later(days=1)
    work()
    assert totals(app) == [1490, 1490]
    assert both.here(alice) == both.there(alice) == date(2027, 2, 9)


def test_one_with_an_end_comes_back_sooner_or_later(app: Flask, alice: Box, both: Both, stripe: Stripe, work: Work) -> None:
    pause(alice, "2027-03-01")
    work()
    alice.browser.post(page_of(alice), {"to": "2026-12-07"})
    work()
    assert both.here(alice) == both.there(alice) == date(2026, 12, 5)
    assert there(stripe, alice).pause_collection is None
    pause(alice, "2027-03-01")
    work()
    alice.browser.post(page_of(alice), {"to": "2027-05-03"})
    work()
    assert both.here(alice) == both.there(alice) == date(2027, 5, 1)
    stripe.later(days=150)
    work()
    assert totals(app) == [1490]


def test_just_before_a_charge_that_the_pause_would_have_voided_it_is_sent_at_once(
    app: Flask, alice: Box, both: Both, stripe: Stripe, work: Work
) -> None:
    pause_until_just_before_a_charge(alice, stripe, work)
    assert "locked" not in words(alice.browser.get(page_of(alice)))
    alice.browser.post(page_of(alice), {"to": "2027-01-04"})
    work()
    assert both.is_confirmed(alice)
    assert both.here(alice) == both.there(alice) == date(2027, 1, 2)
    stripe.later(days=5)
    work()
    assert totals(app) == [1490]
    stripe.later(days=6)
    work()
    assert totals(app) == [1490, 1490]


def test_what_had_locked_before_the_pause_stays_where_it_is(app: Flask, alice: Box, both: Both, stripe: Stripe, work: Work) -> None:
    stripe.later(days=29)
    work()
    alice.sign_in()
    pause(alice, "2027-03-01")
    work()
    sheet = alice.browser.get(page_of(alice))
    assert "The box on Monday 28 December is locked and still comes." in words(sheet)
    assert chosen(sheet) == "2026-12-29"
    refused = alice.browser.post(page_of(alice), {"to": "2026-12-28"}, expect=422)
    assert "A box that is locked comes before. The earliest is Tuesday 29 December." in words(refused)
    alice.browser.post(page_of(alice), {"to": "2027-01-11"})
    work()
    assert both.days(alice)[:2] == [date(2026, 12, 23), date(2027, 1, 9)]
    stripe.later(days=2)
    work()
    assert totals(app) == [1490, 1490]
    assert both.here(alice) == both.there(alice) == date(2027, 1, 9)
    stripe.later(days=17)
    work()
    assert totals(app) == [1490, 1490, 1490]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("2026-11-01", "too soon. The earliest is Saturday 28 November"),
        ("2026-11-24", "too soon"),
        ("2030-01-07", "more than two years away"),
        ("2026-12-06", "Nothing is delivered on Sunday 6 December"),
        ("soon", "Choose a day, such as 2026-11-28"),
        ("", "Choose a day"),
        ("<b>", "Choose a day"),
    ],
)
def test_a_day_that_cannot_be_is_said_beside_it_and_kept(app: Flask, alice: Box, typed: str, sentence: str) -> None:
    pause(alice)
    sheet = alice.browser.post(page_of(alice), {"to": typed}, expect=422)
    assert sentence in words(sheet)
    assert chosen(sheet) == typed
    assert "resumed" not in deeds(app, alice)


def test_what_runs_cannot_be_resumed_and_a_double_tap_resumes_once(app: Flask, alice: Box) -> None:
    assert "This subscription is not paused." in words(alice.browser.get(page_of(alice)))
    assert "This subscription is not paused." in words(alice.browser.post(page_of(alice), {"to": "2026-12-07"}))
    pause(alice)
    alice.browser.post(page_of(alice), {"to": "2026-12-07"})
    assert "This subscription is not paused." in words(alice.browser.post(page_of(alice), {"to": "2026-12-07"}))
    assert deeds(app, alice).count("resumed") == 1


def test_bob_cannot_resume_alices_box(app: Flask, alice: Box, bob: Box) -> None:
    pause(alice)
    bob.browser.get(page_of(alice), expect=404)
    bob.browser.post(page_of(alice), {"to": "2026-12-07"}, expect=404)
    assert "resumed" not in deeds(app, alice)


def test_undo_pauses_it_again(app: Flask, alice: Box, both: Both, stripe: Stripe, work: Work) -> None:
    pause(alice, "2027-03-01")
    work()
    undo = undo_in(alice.browser.post(page_of(alice), {"to": "2026-12-07"}))
    work()
    assert "Undone." in words(alice.browser.post(undo))
    work()
    assert both.here(alice) == both.there(alice) == date(2027, 2, 27)
    assert moment(there(stripe, alice).pause_collection.resumes_at).date() == date(2027, 2, 25)
    stripe.later(days=60)
    work()
    assert totals(app) == [1490]


def test_undo_of_one_without_an_end_works_too_just_before_a_charge_that_is_voided(
    app: Flask, alice: Box, both: Both, stripe: Stripe, work: Work
) -> None:
    pause_until_just_before_a_charge(alice, stripe, work)
    undo = undo_in(alice.browser.post(page_of(alice), {"to": "2027-01-04"}))
    work()
    assert "Undone." in words(alice.browser.post(undo))
    work()
    assert both.is_confirmed(alice)
    assert there(stripe, alice).pause_collection.behavior == "void"
    stripe.later(days=40)
    work()
    assert totals(app) == [1490]


def test_when_the_day_has_passed_undo_says_what_to_do_instead(alice: Box, stripe: Stripe, work: Work) -> None:
    pause_until_just_before_a_charge(alice, stripe, work)
    undo = undo_in(alice.browser.post(page_of(alice), {"to": "2027-01-11"}))
    work()
    stripe.later(days=2)
    assert "the day has passed. Pause it once more instead." in words(alice.browser.post(undo))


def test_an_undo_says_what_was_changed_since(alice: Box, both: Both, work: Work) -> None:
    pause(alice)
    undo = undo_in(alice.browser.post(page_of(alice), {"to": "2026-12-07"}))
    alice.browser.post(alice.move(0), {"to": "2026-12-09", "which": "one"})
    assert "changed since: the day of the delivery" in words(alice.browser.post(undo))
    assert both.here(alice) == date(2026, 12, 7)
