"""Pause until a day or without an end: nothing is charged meanwhile, and it goes on by itself or by hand."""

from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from tests.browser import words
from tests.conftest import Work
from tests.stripe import Stripe
from tests.subscriptions.builders import Box
from tests.subscriptions.conftest import Both
from tests.subscriptions.ends import deeds, moment, refuse_the_card, there, totals, undo_in, updates

pytestmark = pytest.mark.slow


def page_of(box: Box) -> str:
    return f"/subscriptions/{box.id}/pause"


def resume(box: Box) -> str:
    return f"/subscriptions/{box.id}/resume"


def until(day: str) -> dict[str, str | list[str]]:
    return {"how": "own", "until": day}


def rows(sheet: BeautifulSoup) -> list[list[str]]:
    return [[words(cell) for cell in row.select("td")] for row in sheet.select("tbody tr")]


def test_the_sheet_opens_with_a_month_and_what_would_come_of_it(alice: Box) -> None:
    sheet = alice.browser.get(page_of(alice))
    assert rows(sheet)[0] == ["Mon 28 Dec 1 piece, €14.90", "Mon 25 Jan 1 piece, €14.90"]
    assert [words(gone) for gone in sheet.select("tbody s")] == ["Mon 28 Dec"]
    assert "Not charged until Saturday 23 January" in words(sheet)
    assert "Undo Until Mon 21 Dec, 10:00" in words(sheet)
    assert "Pause until Mon 25 Jan" in words(sheet)


def test_each_length_says_its_day_and_one_without_an_end_that_nothing_comes(alice: Box) -> None:
    days = {"1": "Mon 25 Jan", "2": "Thu 25 Feb", "3": "Thu 25 Mar"}
    for months, day in days.items():
        assert f"Pause until {day}" in words(alice.browser.get(f"{page_of(alice)}?how={months}"))
    sheet = alice.browser.get(f"{page_of(alice)}?how=open")
    assert rows(sheet)[0] == ["Mon 28 Dec 1 piece, €14.90", "Nothing until you resume it"]
    assert len(sheet.select("tbody s")) == 3
    assert "Not charged until you resume it" in words(sheet)


def test_looking_changes_nothing(app: Flask, alice: Box, both: Both, work: Work) -> None:
    before = both.days(alice)
    alice.browser.get(f"{page_of(alice)}?how=3")
    work()
    assert both.days(alice) == before
    assert deeds(app, alice) == ["charged"]


def test_a_pause_until_a_day_is_one_update_and_ends_by_itself_with_the_charge_of_that_day(
    app: Flask, alice: Box, both: Both, stripe: Stripe, work: Work
) -> None:
    stripe.forget_requests()
    page = words(alice.browser.post(page_of(alice), until("2027-03-01")))
    assert "Paused. Back on Mon 1 Mar." in page
    assert "Updating your next payment date" in page
    work()
    (sent,) = updates(stripe, alice)
    assert sent["pause_collection"]["behavior"] == "void"
    assert moment(int(sent["trial_end"])).date() == date(2027, 2, 27)
    assert moment(int(sent["trial_end"])) - moment(int(sent["pause_collection"]["resumes_at"])) == timedelta(hours=48)
    assert sent["proration_behavior"] == "none"
    assert both.here(alice) == both.there(alice) == date(2027, 2, 27)
    shown = words(alice.browser.get(alice.page))
    assert "In the box on Monday 1 March Paused" in shown
    assert "Nothing is charged before Sat 27 Feb" in shown
    assert "Updating" not in shown

    stripe.later(days=93, hours=23)  # an hour before it locks
    work()
    assert there(stripe, alice).pause_collection is not None
    stripe.later(hours=2)
    work()
    assert there(stripe, alice).pause_collection is None
    alice.sign_in()
    assert "Active" in words(alice.browser.get(alice.page))
    assert totals(app) == [1490]
    stripe.later(days=2)
    work()
    assert totals(app) == [1490, 1490]
    assert both.here(alice) == both.there(alice) == date(2027, 3, 27)
    stripe.later(days=28)
    work()
    assert totals(app) == [1490, 1490, 1490]


def test_a_pause_without_an_end_lasts(app: Flask, alice: Box, both: Both, stripe: Stripe, work: Work) -> None:
    page = words(alice.browser.post(page_of(alice), {"how": "open"}))
    assert "Paused. Nothing is charged until you resume it." in page
    work()
    assert there(stripe, alice).pause_collection.to_dict() == {"behavior": "void", "resumes_at": None}
    for _month in range(3):
        stripe.later(days=31)
        work()
    assert totals(app) == [1490]
    assert both.is_confirmed(alice)
    alice.sign_in()
    assert "Nothing is sent or charged until you resume it." in words(alice.browser.get(alice.page))


def test_the_first_screen_says_when_it_comes_back(alice: Box, work: Work) -> None:
    alice.browser.post(page_of(alice), until("2027-03-01"))
    work()
    home = words(alice.browser.get("/"))
    assert "Paused, then Pantry box €14.90 Monday 1 March" in home
    assert "Nothing is charged before Sat 27 Feb" in home
    assert "Come back sooner, or later" in home


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"how": "own", "until": "2026-11-01"}, "nothing would come anyway. Choose Tuesday 29 December or later"),
        ({"how": "own", "until": "2026-12-10"}, "nothing would come anyway"),
        ({"how": "own", "until": "2026-12-28"}, "nothing would come anyway"),
        ({"how": "own", "until": "2030-01-07"}, "more than two years away"),
        ({"how": "own", "until": "9999-12-31"}, "more than two years away"),
        ({"how": "own", "until": "2027-01-10"}, "Nothing is delivered on Sunday 10 January"),
        ({"how": "own", "until": "soon"}, "Choose a day, such as 2027-01-25"),
        ({"how": "own", "until": "2027-13-01"}, "Choose a day"),
        ({"how": "own", "until": "\u0662\u0660\u0662\u0667-01-25"}, "Choose a day"),
        ({"how": "own", "until": "😴"}, "Choose a day"),
        ({"how": "12"}, "Choose how long"),
    ],
)
def test_a_day_that_cannot_be_is_said_beside_it_and_kept(alice: Box, both: Both, sent: dict[str, str | list[str]], sentence: str) -> None:
    before = both.days(alice)
    sheet = alice.browser.post(page_of(alice), sent, expect=422)
    assert sentence in words(sheet)
    field = sheet.select_one("input#until")
    assert field and field["value"] == sent.get("until", "2027-01-25")
    assert both.days(alice) == before


def test_pausing_twice_pauses_once(app: Flask, alice: Box) -> None:
    alice.browser.post(page_of(alice), until("2027-03-01"))
    page = words(alice.browser.post(page_of(alice), until("2027-04-01")))
    assert "This subscription is paused already. Resume it on the day that you want." in page
    assert deeds(app, alice).count("paused") == 1
    assert "paused already" in words(alice.browser.get(page_of(alice)))


def test_bob_cannot_pause_alices_box(alice: Box, bob: Box, both: Both) -> None:
    bob.browser.get(page_of(alice), expect=404)
    bob.browser.post(page_of(alice), {"how": "open"}, expect=404)
    assert both.here(alice) == date(2026, 12, 23)


def test_undo_puts_the_days_back(app: Flask, alice: Box, both: Both, stripe: Stripe, work: Work) -> None:
    before = both.days(alice)
    undo = undo_in(alice.browser.post(page_of(alice), until("2027-03-01")))
    work()
    assert "Undone. What it changed is as it was before." in words(alice.browser.post(undo))
    work()
    assert both.days(alice) == before
    assert both.there(alice) == before[0]
    assert there(stripe, alice).pause_collection is None
    stripe.later(days=31)
    work()
    assert totals(app) == [1490, 1490]


def test_an_undo_says_what_was_changed_since(alice: Box, both: Both, work: Work) -> None:
    undo = undo_in(alice.browser.post(page_of(alice), until("2027-03-01")))
    work()
    alice.browser.post(resume(alice), {"to": "2027-01-11"})
    assert "This subscription is not paused." in words(alice.browser.post(undo))
    alice.browser.post(page_of(alice), until("2027-04-01"))
    refused = words(alice.browser.post(undo))
    assert "changed since: the day of the delivery, the rhythm, whether it is paused" in refused
    assert both.here(alice) == date(2027, 3, 30)


def test_once_the_day_would_have_locked_there_is_no_undo(alice: Box, stripe: Stripe, work: Work) -> None:
    undo = undo_in(alice.browser.post(page_of(alice), {"how": "open"}))
    work()
    stripe.later(days=28, hours=1)
    assert "locked on" in words(alice.browser.post(undo))


def test_what_has_locked_still_comes_and_the_sheet_says_so(app: Flask, alice: Box, both: Both, stripe: Stripe, work: Work) -> None:
    stripe.later(days=29)
    work()
    alice.sign_in()
    sheet = alice.browser.get(f"{page_of(alice)}?how=own&until=2027-03-01")
    assert "The box on Monday 28 December is locked and still comes." in words(sheet)
    assert rows(sheet)[0] == ["Mon 28 Dec 1 piece, €14.90", "Mon 28 Dec 1 piece, €14.90"]
    assert rows(sheet)[1][1] == "Mon 1 Mar 1 piece, €14.90"
    page = words(alice.browser.post(page_of(alice), until("2027-03-01")))
    assert "Paused. Back on Mon 1 Mar. The box on Mon 28 Dec is locked and still comes." in page
    shown = words(alice.browser.get(alice.page))
    assert "The box on Monday 28 December is locked and still comes." in shown
    work()
    stripe.later(days=2)
    work()
    assert totals(app) == [1490, 1490]
    assert there(stripe, alice).pause_collection is not None
    assert both.here(alice) == both.there(alice) == date(2027, 2, 27)
    alice.sign_in()
    assert "still comes" not in words(alice.browser.get(alice.page))


def test_without_an_end_too_what_has_locked_comes_and_nothing_after_it(app: Flask, alice: Box, stripe: Stripe, work: Work) -> None:
    stripe.later(days=29)
    work()
    alice.sign_in()
    assert rows(alice.browser.get(f"{page_of(alice)}?how=open"))[:2] == [
        ["Mon 28 Dec 1 piece, €14.90", "Mon 28 Dec 1 piece, €14.90"],
        ["Mon 25 Jan 1 piece, €14.90", "Nothing until you resume it"],
    ]
    alice.browser.post(page_of(alice), {"how": "open"})
    work()
    for _month in range(3):
        stripe.later(days=31)
        work()
    assert totals(app) == [1490, 1490]


def test_while_a_payment_is_open_it_cannot_be_paused(alice: Box, stripe: Stripe, work: Work) -> None:
    refuse_the_card(stripe, alice)
    stripe.later(days=31)
    work()
    alice.sign_in()
    assert "Pause" not in [words(row.b) for row in alice.browser.get(alice.page).select("a.go") if row.b]
    assert "Once it is paid" in words(alice.browser.get(page_of(alice)))
    assert "Once it is paid" in words(alice.browser.post(page_of(alice), {"how": "open"}))


def test_a_pause_at_stripes_side_is_one_here_with_the_day_it_ends(app: Flask, alice: Box, stripe: Stripe, work: Work) -> None:
    ends = int((stripe.now() + timedelta(days=70)).timestamp())
    stripe.v1.subscriptions.update(alice.ref, {"pause_collection": {"behavior": "void", "resumes_at": ends}})
    work()
    shown = words(alice.browser.get(alice.page))
    assert "Paused" in shown
    assert "Nothing is charged before Tue 23 Feb" in shown
    stripe.later(days=71)
    work()
    assert totals(app) == [1490]
    stripe.later(days=22)
    work()
    assert totals(app) == [1490, 1490]


def test_a_lost_answer_pauses_it_once(alice: Box, both: Both, stripe: Stripe, work: Work) -> None:
    stripe.faults({"kind": "lost_after", "when": {"method": "POST", "path_prefix": "/v1/subscriptions/"}, "times": 1})
    alice.browser.post(page_of(alice), until("2027-03-01"))
    work()
    stripe.later(minutes=5)
    work()
    assert both.is_confirmed(alice)
    assert both.here(alice) == both.there(alice) == date(2027, 2, 27)
