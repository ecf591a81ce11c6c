from datetime import date

import pytest
from flask import Flask

from tests.browser import words
from tests.conftest import Work
from tests.stripe import Stripe
from tests.subscriptions.builders import Box, subscribe
from tests.subscriptions.conftest import Both

pytestmark = pytest.mark.slow


def test_moving_one_leaves_the_others_where_they_are(alice: Box, both: Both, work: Work) -> None:
    before = both.days(alice)
    page = alice.browser.post(alice.move(0), {"to": "2027-01-05", "which": "one"})
    assert "Moved. It arrives Tue 5 Jan." in words(page)
    work()
    assert both.there(alice) == date(2027, 1, 3)
    assert both.days(alice) == [date(2027, 1, 3), *before[1:]]


def test_one_that_was_moved_alone_goes_back_to_the_rhythm_after_its_renewal(alice: Box, both: Both, stripe: Stripe, work: Work) -> None:
    alice.browser.post(alice.move(0), {"to": "2027-01-05", "which": "one"})
    work()
    stripe.later(days=41, hours=12)
    work()
    assert both.here(alice) == both.there(alice) == date(2027, 1, 23)


def test_moving_all_later_shifts_the_rhythm(alice: Box, both: Both, stripe: Stripe, work: Work) -> None:
    page = alice.browser.post(alice.move(0), {"to": "2027-01-05", "which": "later"})
    assert "the later ones move along" in words(page)
    work()
    assert both.days(alice)[:3] == [date(2027, 1, 3), date(2027, 2, 3), date(2027, 3, 3)]
    stripe.later(days=42)
    work()
    assert both.here(alice) == both.there(alice) == date(2027, 2, 3)


def test_what_would_come_of_it_is_shown_before(alice: Box) -> None:
    page = alice.browser.get(f"{alice.move(0)}?to=2027-01-05&which=later")
    rows = [[words(cell) for cell in row.select("td")] for row in page.select("tbody tr")]
    assert [row[0].split(" 1 piece")[0] for row in rows] == ["Mon 28 Dec", "Mon 25 Jan", "Thu 25 Feb"]
    assert [row[1].split(" 1 piece")[0] for row in rows] == ["Tue 5 Jan", "Fri 5 Feb", "Fri 5 Mar"]


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("2026-11-01", "The earliest is Saturday 28 November"),
        ("2026-11-24", "The earliest is"),
        ("2029-03-01", "more than two years away"),
        ("2027-01-10", "The next day after it is Monday 11 January"),
        ("2027-01-25", "Another delivery already comes on Monday 25 January"),
        ("2026-12-28", "It already arrives on Monday 28 December"),
        ("tomorrow", "Choose a day, such as 2026-11-28"),
        ("", "Choose a day, such as"),
        ("2027-02-30", "Choose a day, such as"),
    ],
)
def test_a_day_that_cannot_be_has_a_sentence_and_stays_typed(alice: Box, both: Both, day: str, sentence: str) -> None:
    page = alice.browser.post(alice.move(0), {"to": day, "which": "one"}, expect=422)
    error = page.select_one("#to-error")
    assert error and sentence in words(error)
    typed = page.select_one("input[name=to]")
    assert typed and typed["value"] == (day or "2026-12-28")
    assert both.here(alice) == date(2026, 12, 23)


def test_two_tabs_with_different_days_the_later_one_counts_and_the_history_has_both(alice: Box, both: Both, work: Work) -> None:
    alice.browser.get(alice.move(0))
    alice.browser.post(alice.move(0), {"to": "2027-01-05", "which": "one"})
    alice.browser.post(alice.move(0), {"to": "2027-01-07", "which": "one"})
    work()
    assert both.here(alice) == both.there(alice) == date(2027, 1, 5)
    history = words(alice.browser.get(alice.page))
    assert "Mon 28 Dec moved to Tue 5 Jan" in history and "Tue 5 Jan moved to Thu 7 Jan" in history


def test_one_that_was_moved_before_another_is_moved_on_with_it(alice: Box, both: Both) -> None:
    """What comes before it is what is charged before it, whatever the order in which they were planned."""
    alice.browser.post(alice.move(1), {"to": "2026-12-14", "which": "one"})
    assert "Moved." in words(alice.browser.post(alice.move(1), {"to": "2026-12-15", "which": "later"}))
    assert both.days(alice)[:3] == [date(2026, 12, 13), date(2027, 1, 13), date(2027, 2, 13)]


def test_bob_cannot_move_alices_delivery(alice: Box, bob: Box, both: Both) -> None:
    bob.browser.post(alice.move(0), {"to": "2027-01-05"}, expect=404)
    bob.browser.get(alice.move(0), expect=404)
    assert both.here(alice) == date(2026, 12, 23)


def test_a_skipped_one_is_sent_after_all_before_it_is_moved(alice: Box) -> None:
    alice.browser.post(alice.skip(0))
    page = alice.browser.post(alice.move(0), {"to": "2027-01-05"}, expect=422)
    assert "Send it after all" in words(page)


def test_a_box_of_each_week_moves_too(app: Flask, stripe: Stripe, both: Both, work: Work) -> None:
    box = subscribe(app, stripe, email="carol@example.com", every=(1, "week"))
    box.browser.post(box.move(0), {"to": "2026-12-03", "which": "later"})
    work()
    assert both.there(box) == date(2026, 12, 1)
    assert both.days(box)[:2] == [date(2026, 12, 1), date(2026, 12, 8)]
