"""How many questions the page of a subscription asks the database: few, and as many for a full box with a long history as for a new one."""

import pytest
from flask import Flask

from tests.browser import words
from tests.conftest import Work
from tests.questions import questions
from tests.stripe import Stripe
from tests.subscriptions.boxes import sheet
from tests.subscriptions.builders import Box, subscribe

pytestmark = pytest.mark.slow
MOST = 10
FOR_WHAT_CAN_BE_UNDONE = 2
"""Whether the terms, or what is in the box, were changed again since."""
FOR_A_LOCKED_DELIVERY = 3
"""What is in it, and which change waits for its charge."""


@pytest.fixture
def locked(alice: Box, stripe: Stripe, work: Work) -> Box:
    stripe.later(days=29)
    work()
    alice.sign_in()
    return alice


def test_at_most_ten_and_as_many_for_much_as_for_little(app: Flask, alice: Box, stripe: Stripe, shelf: dict[str, int], work: Work) -> None:
    full = subscribe(app, stripe, email="dora@example.com", contents={"Highland tea": 1, "Rolled oats": 2, "Honey": 1, "Sencha": 4})
    for number in range(4):
        full.browser.post(full.skip(number))
        full.browser.post(full.unskip(number))
    full.browser.post(full.skip(1))
    work()
    little, much = questions(app, alice.browser, alice.page), questions(app, full.browser, full.page)
    assert little == much <= MOST


def test_no_more_while_a_skip_waits(app: Flask, alice: Box) -> None:
    before = questions(app, alice.browser, alice.page)
    assert "Updating" in words(alice.browser.post(alice.skip(0)))
    assert questions(app, alice.browser, alice.page) == before


def test_two_more_at_most_while_other_changes_wait(app: Flask, pantry: Box, shelf: dict[str, int]) -> None:
    before = questions(app, pantry.browser, pantry.page)
    pantry.browser.post(pantry.skip(2))
    pantry.browser.post(sheet(app, pantry, "Rolled oats", "quantity"), {"quantity": "3"})
    pantry.browser.post(f"{pantry.page}/frequency", {"every": "2-week"})
    assert "Updating" in words(pantry.browser.get(pantry.page))
    assert questions(app, pantry.browser, pantry.page) <= before + FOR_WHAT_CAN_BE_UNDONE


def test_three_more_at_most_while_one_waits_for_the_charge_of_a_locked_delivery(app: Flask, locked: Box) -> None:
    locked.browser.post(sheet(app, locked, "Sidamo coffee beans", "quantity"), {"quantity": "3"})
    assert "Your change is kept" in words(locked.browser.get(locked.page))
    assert questions(app, locked.browser, locked.page) <= MOST + FOR_A_LOCKED_DELIVERY


def test_one_that_has_ended_asks_for_its_receipt_and_not_for_what_could_be_in_it(app: Flask, alice: Box, work: Work) -> None:
    alice.browser.post(f"{alice.page}/cancel", {"when": "end"})
    work()
    assert questions(app, alice.browser, alice.page) <= MOST
