"""What is offered instead of cancelling is remembered: for which reason, what was opened, what was made of it, and by whom."""

import pytest
from flask import Flask
from sqlalchemy import select

from portal.kit.db import db
from portal.subscriptions.models import Offered
from portal.timeline import Entry
from tests.browser import words
from tests.stripe import Stripe
from tests.subscriptions.builders import Box
from tests.subscriptions.ends import undo_in

pytestmark = pytest.mark.slow


def opens(box: Box, offer: str) -> str:
    return words(box.browser.post(f"{box.page}/instead", {"offer": offer}))


def offered(app: Flask) -> list[Offered]:
    with app.app_context():
        return list(db.session.scalars(select(Offered).order_by(Offered.id)))


def made_of(app: Flask, one: Offered) -> Entry:
    with app.app_context():
        entry = db.session.get(Entry, one.entry_id)
        assert entry
        return entry


def test_an_offer_leads_to_its_page_and_counts_as_taken_once_it_is_done(app: Flask, alice: Box) -> None:
    assert "Skip" in opens(alice, "too much:skip")
    (one,) = offered(app)
    assert (one.reason, one.kinds, one.opened, one.entry_id) == ("too much", ["skip", "pause", "less often"], "skip", None)
    assert (one.customer_id, one.staff_id) == (alice.customer_id, None)
    page = alice.browser.post(alice.skip(0))
    (one,) = offered(app)
    assert made_of(app, one).deed == "skipped"
    alice.browser.post(undo_in(page))
    assert made_of(app, one).undone_at, "and that it was undone is known of it"


def test_who_comes_back_and_takes_another_was_offered_it_once(app: Flask, alice: Box) -> None:
    opens(alice, "too much:skip")
    assert "Pause" in opens(alice, "too much:pause")
    alice.browser.post(f"{alice.page}/pause", {"how": "open"})
    (one,) = offered(app)
    assert (one.opened, made_of(app, one).deed) == ("pause", "paused")


def test_who_cancels_all_the_same_has_passed_what_stood_beside_the_first_reason(app: Flask, alice: Box) -> None:
    alice.browser.post(f"{alice.page}/cancel", {"when": "now", "why": ["other", "too expensive", "too much"]})
    (one,) = offered(app)
    assert (one.reason, one.kinds, one.opened, one.entry_id) == ("too expensive", ["less often", "swap", "code"], None, None)


@pytest.mark.parametrize("why", [[], ["other"], ["too much", "bereavement or illness"]])
def test_where_nothing_was_offered_nothing_is_remembered(app: Flask, alice: Box, why: list[str]) -> None:
    alice.browser.post(f"{alice.page}/cancel", {"when": "now", "why": why})
    assert offered(app) == []


def test_what_is_changed_without_an_offer_or_long_after_it_or_otherwise_was_not_made_of_it(app: Flask, stripe: Stripe, alice: Box) -> None:
    alice.browser.post(alice.skip(0))
    opens(alice, "too much:pause")
    alice.browser.post(alice.skip(1))
    stripe.later(minutes=61)
    alice.browser.post(f"{alice.page}/pause", {"how": "open"})
    assert [one.entry_id for one in offered(app)] == [None]


@pytest.mark.parametrize("offer", ["", "too much", "too much:gold", "other:pause", "not what I like:skip"])
def test_what_nobody_offers_is_refused(app: Flask, alice: Box, offer: str) -> None:
    alice.browser.post(f"{alice.page}/instead", {"offer": offer}, expect=400)
    assert offered(app) == []


def test_bob_opens_no_offer_of_alices(app: Flask, alice: Box, bob: Box) -> None:
    bob.browser.post(f"{alice.page}/instead", {"offer": "too much:skip"}, expect=404)
    assert offered(app) == []
