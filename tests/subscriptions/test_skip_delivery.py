from datetime import date

from flask import Flask

from tests.browser import words
from tests.conftest import Work
from tests.stripe import Stripe
from tests.subscriptions.builders import Box
from tests.subscriptions.conftest import Both


def test_skipping_moves_the_next_charge_here_at_once_and_there_soon(alice: Box, both: Both, work: Work) -> None:
    page = alice.browser.post(alice.skip(0))
    assert "Skipped. Next is Mon 25 Jan." in words(page)
    assert both.here(alice) == date(2027, 1, 23)
    assert both.there(alice) == date(2026, 12, 23)
    assert "Updating your next payment date" in words(page)
    work()
    assert both.there(alice) == date(2027, 1, 23)
    assert "Confirmed by the payment provider" in words(alice.browser.get(alice.page))


def test_before_it_is_confirmed_the_new_dates_are_shown(alice: Box) -> None:
    page = alice.browser.get(alice.skip(0))
    before_after = [[words(cell) for cell in row.select("td")] for row in page.select("tbody tr")]
    assert before_after[0][0].startswith("Mon 28 Dec") and before_after[0][1].startswith("Mon 25 Jan")
    assert page.select_one("tbody s")


def test_looking_at_what_would_come_of_it_changes_nothing(alice: Box, both: Both, work: Work) -> None:
    alice.browser.get(alice.skip(0))
    work()
    assert both.here(alice) == both.there(alice) == date(2026, 12, 23)


def test_a_double_tap_skips_one_delivery(alice: Box, both: Both) -> None:
    alice.browser.post(alice.skip(0))
    page = alice.browser.post(alice.skip(0))
    assert "already skipped" in words(page)
    assert both.here(alice) == date(2027, 1, 23)


def test_bob_cannot_skip_alices_delivery(alice: Box, bob: Box, both: Both) -> None:
    bob.browser.get(alice.skip(0), expect=404)
    bob.browser.post(alice.skip(0), expect=404)
    bob.browser.get(alice.page, expect=404)
    assert both.here(alice) == date(2026, 12, 23)


def test_a_delivery_that_locks_while_the_page_is_open_stays(alice: Box, both: Both, stripe: Stripe) -> None:
    alice.browser.get(alice.page)
    stripe.later(days=28, hours=1)
    page = alice.browser.post(alice.skip(0))
    assert "locked on Mon 21 December" in words(page)
    assert both.here(alice) == date(2026, 12, 23)


def test_all_of_many_can_be_skipped_and_more_are_planned(app: Flask, alice: Box, both: Both, work: Work) -> None:
    for number in range(6):
        alice.browser.post(alice.skip(number))
    work()
    assert both.here(alice) == both.there(alice) == date(2027, 6, 23)
    assert len(both.days(alice)) == 6
