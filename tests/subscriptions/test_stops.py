"""A day that the shop chose at Stripe for the end (`cancel_at`), which is not where a charge would be."""

from datetime import timedelta

import pytest
from flask import Flask

from portal.kit.db import db
from portal.subscriptions.models import Subscription
from tests.browser import words
from tests.conftest import Work
from tests.stripe import Stripe
from tests.subscriptions.builders import Box
from tests.subscriptions.conftest import Both
from tests.subscriptions.ends import deeds, there, totals

pytestmark = pytest.mark.slow
CHANGED = "Changed at the payment provider: the end"


def stop(stripe: Stripe, box: Box, work: Work, **by: float) -> None:
    """In so much time; never, if none is given."""
    moment = int((stripe.now() + timedelta(**by)).timestamp()) if by else ""
    stripe.v1.subscriptions.update(box.ref, {"cancel_at": moment})
    stripe.wait_for_webhooks()
    work()


def test_before_the_next_charge_nothing_more_comes_and_it_ends_on_that_day(app: Flask, alice: Box, stripe: Stripe, work: Work) -> None:
    stop(stripe, alice, work, days=10)
    shown = words(alice.browser.get(alice.page))
    assert "It ends on Thursday 3 December. Nothing more is sent or charged." in shown
    assert CHANGED in shown and "Keep it after all" in shown
    assert "Nothing more will come" in words(alice.browser.get("/"))
    stripe.later(days=10, minutes=1)
    work()
    with app.app_context():
        assert db.session.get_one(Subscription, alice.id).has_ended
    stripe.later(days=40)
    work()
    assert totals(app) == [1490]


def test_it_can_be_kept_after_all(app: Flask, alice: Box, both: Both, stripe: Stripe, work: Work) -> None:
    stop(stripe, alice, work, days=10)
    alice.browser.post(f"{alice.page}/keep")
    work()
    assert (there(stripe, alice).cancel_at, there(stripe, alice).cancel_at_period_end) == (None, False)
    assert both.is_confirmed(alice)
    stripe.later(days=31)
    work()
    assert totals(app) == [1490, 1490]


def test_where_the_next_charge_would_be_it_is_an_end_like_any_other(alice: Box, stripe: Stripe, work: Work) -> None:
    end = there(stripe, alice)["items"].data[0].current_period_end
    stripe.v1.subscriptions.update(alice.ref, {"cancel_at": end})
    stripe.wait_for_webhooks()
    work()
    assert "It ends on Wednesday 23 December. Nothing more is sent or charged." in words(alice.browser.get(alice.page))


def test_what_is_charged_before_that_day_comes_and_what_would_be_after_it_is_not_shown(
    app: Flask, alice: Box, both: Both, stripe: Stripe, work: Work
) -> None:
    stop(stripe, alice, work, days=70)
    page = alice.browser.get(alice.page)
    assert "The shop lets it end on Monday 1 February. Until then it comes as planned." in words(page)
    assert [words(row.select("b")[0]) for row in page.select("section[aria-labelledby=coming] li")] == [
        "Monday 28 December", "Monday 25 January",
    ]  # fmt: skip
    assert words(page).count(CHANGED) == 1
    before = [[words(cell) for cell in row.select("td")] for row in alice.browser.get(alice.skip(0)).select("tbody tr")]
    assert [row[0][:10] for row in before] == ["Mon 28 Dec", "Mon 25 Jan"]
    stripe.later(days=31)
    work()
    stripe.later(days=31)
    work()
    assert totals(app) == [1490, 1490, 1490]
    alice.sign_in()
    shown = words(alice.browser.get(alice.page))
    assert "It ends on Monday 1 February. Nothing more is sent or charged." in shown and "The shop lets" not in shown
    assert deeds(app, alice).count("changed at the provider") == 1, "that the last period has begun is no news"
    stripe.later(days=9)
    work()
    assert "It ended on Monday 1 February." in words(alice.browser.get(alice.page))
    assert totals(app) == [1490, 1490, 1490]


def test_taken_back_there_it_goes_on_as_before(alice: Box, stripe: Stripe, work: Work) -> None:
    before = len(alice.browser.get(alice.page).select("section[aria-labelledby=coming] li"))
    stop(stripe, alice, work, days=70)
    stop(stripe, alice, work)
    page = alice.browser.get(alice.page)
    assert "The shop lets it end" not in words(page)
    assert len(page.select("section[aria-labelledby=coming] li")) == before > 2
    assert words(page).count(CHANGED) == 2


def test_who_cancels_before_that_day_ends_it_where_the_next_charge_would_be(alice: Box, both: Both, stripe: Stripe, work: Work) -> None:
    stop(stripe, alice, work, days=70)
    alice.browser.post(f"{alice.page}/cancel", {"when": "end"})
    work()
    assert "It ends on Wednesday 23 December. Nothing more is sent or charged." in words(alice.browser.get(alice.page))
    assert there(stripe, alice).cancel_at == there(stripe, alice)["items"].data[0].current_period_end
    alice.browser.post(f"{alice.page}/keep")
    work()
    assert there(stripe, alice).cancel_at is None
    assert both.is_confirmed(alice)
    assert "The shop lets it end" not in words(alice.browser.get(alice.page))
