import re
from datetime import date

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from tests.browser import words
from tests.conftest import Work
from tests.stripe import Stripe
from tests.subscriptions.builders import Box, subscribe
from tests.subscriptions.conftest import Both

pytestmark = pytest.mark.slow


def undo_in(page: BeautifulSoup) -> str:
    """Where the Undo of the notice posts to."""
    form = page.select_one("#notice form")
    assert form
    return str(form["action"])


def test_a_skip_is_undone_from_the_notice(alice: Box, both: Both, work: Work) -> None:
    undo = undo_in(alice.browser.post(alice.skip(0)))
    work()
    page = alice.browser.post(undo)
    assert "Undone. What it changed is as it was before." in words(page)
    work()
    assert both.here(alice) == both.there(alice) == date(2026, 12, 23)
    history = words(alice.browser.get(alice.page))
    assert re.search("Undone: .* skipped", history)


def test_a_second_tap_on_undo_undoes_nothing_more(alice: Box, both: Both) -> None:
    undo = undo_in(alice.browser.post(alice.skip(0)))
    alice.browser.post(undo)
    assert "undone already" in words(alice.browser.post(undo))
    assert both.here(alice) == date(2026, 12, 23)


def test_moving_all_is_undone_with_all_later_ones(alice: Box, both: Both, work: Work) -> None:
    before = both.days(alice)
    undo = undo_in(alice.browser.post(alice.move(0), {"to": "2027-01-05", "which": "later"}))
    work()
    assert both.days(alice) != before
    alice.browser.post(undo)
    work()
    assert both.days(alice)[: len(before)] == before
    assert both.there(alice) == before[0]


def test_what_was_planned_since_follows_the_rhythm_that_is_put_back(alice: Box, both: Both) -> None:
    undo = undo_in(alice.browser.post(alice.move(0), {"to": "2027-01-05", "which": "later"}))
    alice.browser.post(alice.skip(1))
    alice.browser.post(undo)
    assert both.days(alice)[-1] == date(2027, 6, 23)


def test_what_was_planned_since_and_given_a_day_of_its_own_keeps_it(alice: Box, both: Both) -> None:
    undo = undo_in(alice.browser.post(alice.move(0), {"to": "2027-01-05", "which": "later"}))
    alice.browser.post(alice.skip(1))
    planned_since = alice.deliveries[-1] + 1
    alice.browser.post(f"/deliveries/{planned_since}/move", {"to": "2027-07-20", "which": "one"})
    alice.browser.post(undo)
    assert both.days(alice)[-1] == date(2027, 7, 18)


def test_what_was_changed_since_is_named(alice: Box, both: Both) -> None:
    undo = undo_in(alice.browser.post(alice.move(0), {"to": "2027-01-05", "which": "one"}))
    alice.browser.post(alice.move(0), {"to": "2027-01-07", "which": "one"})
    assert "changed since: the day of the delivery" in words(alice.browser.post(undo))
    assert both.here(alice) == date(2027, 1, 5)


def test_two_deliveries_never_come_on_one_day_by_an_undo(alice: Box, both: Both) -> None:
    undo = undo_in(alice.browser.post(alice.move(0), {"to": "2027-01-05", "which": "one"}))
    alice.browser.post(alice.move(1), {"to": "2026-12-28", "which": "one"})
    assert "Another delivery already comes" in words(alice.browser.post(undo))


def test_nothing_is_undone_once_it_locked(alice: Box, both: Both, stripe: Stripe, work: Work) -> None:
    undo = undo_in(alice.browser.post(alice.skip(0)))
    work()
    stripe.later(days=28, hours=1)
    assert "locked on" in words(alice.browser.post(undo))
    assert both.here(alice) == date(2027, 1, 23)


def test_bob_cannot_undo_what_alice_did(alice: Box, bob: Box, both: Both) -> None:
    undo = undo_in(alice.browser.post(alice.skip(0)))
    bob.browser.post(undo, expect=404)
    bob.browser.post("/changes/99999/undo", expect=404)
    assert both.here(alice) == date(2027, 1, 23)


def test_what_the_provider_did_cannot_be_undone(alice: Box) -> None:
    """The first entry of each history is that the first box was charged."""
    assert "can’t be undone" in words(alice.browser.post("/changes/1/undo"))


def test_until_it_locks_the_history_has_an_undo(alice: Box, both: Both, stripe: Stripe, work: Work) -> None:
    alice.browser.post(alice.skip(0))
    work()
    form = alice.browser.get(alice.page).select_one(".timeline form")
    assert form and "Undo" in words(form)
    stripe.later(days=28, hours=1)
    assert not alice.browser.get(alice.page).select(".timeline form")
    assert "locked on" in words(alice.browser.post(str(form["action"])))


def test_an_undo_from_the_history_puts_it_back(alice: Box, both: Both, work: Work) -> None:
    alice.browser.post(alice.skip(0))
    work()
    form = alice.browser.get(alice.page).select_one(".timeline form")
    assert form
    assert "Undone." in words(alice.browser.post(str(form["action"])))
    assert not alice.browser.get(alice.page).select(".timeline form")
    work()
    assert both.here(alice) == both.there(alice) == date(2026, 12, 23)


def test_what_the_move_left_where_it_was_is_left_there_by_its_undo(app: Flask, stripe: Stripe, work: Work) -> None:
    """The third of each week's boxes is moved to where the rhythm of the second, moved later, has it too."""
    box, both = subscribe(app, stripe, email="carol@example.com", every=(1, "week")), Both(app, stripe)
    box.browser.post(box.move(3), {"to": "2026-12-22", "which": "later"})
    before = both.days(box)
    undo = undo_in(box.browser.post(box.move(1), {"to": "2026-12-08", "which": "later"}))
    box.browser.post(undo)
    assert both.days(box) == before
