"""What the provider refuses, or hears of too late: only that is put back, it is told, and nothing else waits for it."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.orders.models import Order
from portal.subscriptions import actions
from portal.subscriptions.models import Cancellation, Subscription
from portal.subscriptions.policy import CHANGE_OF
from portal.timeline import Actor, Entry, note
from tests.browser import words
from tests.conftest import Work
from tests.mail import Mail, text
from tests.stripe import Stripe
from tests.subscriptions.builders import Box
from tests.subscriptions.conftest import Both
from tests.subscriptions.ends import undo_in
from tests.subscriptions.test_code import codes_there, give_out, page_of, totals

pytestmark = pytest.mark.slow


def by(box: Box) -> Actor:
    return Actor(customer_id=box.customer_id)


@pytest.mark.parametrize("deed", [*CHANGE_OF, "undone"])
def test_a_refusal_of_any_deed_is_told_on_every_page(app: Flask, alice: Box, deed: str) -> None:
    with app.app_context(), transaction():
        facts = {"reference": "C-1", "code": "X", "every": [1, "month"], "undone": "skipped", "day": "2026-12-28", "entry": 0}
        entry = note(db.session.get_one(Subscription, alice.id), deed, by=by(alice), at=now(), facts=facts)
        entry.refused_at = now()
    for page in "/", alice.page:
        assert "The payment provider refused it" in words(alice.browser.get(page))


def test_a_code_that_is_used_up_meanwhile_is_put_back_and_later_changes_go_out(
    app: Flask, alice: Box, bob: Box, both: Both, stripe: Stripe, work: Work, mail: Mail
) -> None:
    give_out(stripe, max_redemptions=1)
    for box in bob, alice:
        box.browser.post(page_of(box), {"code": "WINTER10"})
    work()
    loser = next(box for box in (alice, bob) if not codes_there(stripe, box))
    with app.app_context():
        subscription = db.session.get_one(Subscription, loser.id)
        assert (subscription.code, subscription.discount) == (None, None)
    loser.browser.post(loser.skip(0))
    work()
    assert both.is_confirmed(loser)
    assert both.here(loser) == both.there(loser)


def test_an_end_that_is_taken_back_leaves_what_had_locked_as_it_was(app: Flask, alice: Box, both: Both, stripe: Stripe, work: Work) -> None:
    stripe.later(days=29)
    work()
    for deed in (
        lambda one: actions.set_quantity(one.contents.items[0], 3, by=by(alice), at=now()),
        lambda one: actions.cancel(one, at_once=False, by=by(alice), at=now()),
    ):
        with app.app_context(), transaction():
            deed(db.session.get_one(Subscription, alice.id))
        work()
    assert stripe.v1.subscriptions.retrieve(alice.ref).cancel_at_period_end
    with app.app_context(), transaction():
        actions.keep(db.session.get_one(Subscription, alice.id), by=by(alice), at=now())
    work()
    stripe.later(days=2)
    work()
    assert totals(app) == [1490, 1490]
    stripe.later(days=31)
    work()
    assert totals(app) == [1490, 1490, 4470]
    assert both.is_confirmed(alice)


def test_who_takes_an_end_back_too_late_is_told_and_has_the_receipt_again(
    app: Flask, alice: Box, stripe: Stripe, work: Work, mail: Mail
) -> None:
    with app.app_context(), transaction():
        actions.cancel(db.session.get_one(Subscription, alice.id), at_once=False, by=by(alice), at=now())
    work()
    stripe.later(days=29, hours=23)
    work()
    with app.app_context(), transaction():
        actions.keep(db.session.get_one(Subscription, alice.id), by=by(alice), at=now())
    stripe.later(hours=2)
    work()
    with app.app_context():
        assert db.session.get_one(Subscription, alice.id).has_ended
        assert db.session.scalars(select(Cancellation)).one().taken_back_at is None
        assert db.session.scalars(select(Entry.refused_at).where(Entry.deed == "kept")).one()
    assert "had ended already. Nothing more is sent or charged." in " ".join(text(mail.newest("alice@example.com")).split())
    alice.sign_in()
    assert "Came too late" in words(alice.browser.get(alice.page))
    assert len(totals(app)) == 1


def test_one_moved_before_another_and_a_pause_leave_none_behind(app: Flask, alice: Box, both: Both, stripe: Stripe, work: Work) -> None:
    with app.app_context():
        day = db.session.get_one(Subscription, alice.id).scheduled[0].arrives_on - timedelta(days=12)
    alice.browser.post(alice.move(1), {"to": day.isoformat(), "which": "one"})
    until = day + timedelta(days=77)
    with app.app_context(), transaction():
        actions.pause(db.session.get_one(Subscription, alice.id), until, by=by(alice), at=now())
    work()
    assert both.here(alice) == both.there(alice)
    assert both.here(alice) == until - timedelta(days=2)
    with app.app_context():
        assert db.session.scalars(select(Order.id)).all()


def test_what_no_page_can_show_is_answered_all_the_same(alice: Box) -> None:
    for page in f"{alice.page}/history?before=-{'9' * 25}", f"/account/billing?before=-{'9' * 25}":
        alice.browser.get(page)
    alice.browser.get(f"{alice.page}/pause?how=own&until=0001-01-01")
    alice.browser.post(f"{alice.page}/pause", {"how": "own", "until": "0001-01-01"}, expect=422)


def test_the_providers_own_words_are_kept_for_staff_and_shown_to_nobody_else(
    app: Flask, alice: Box, stripe: Stripe, work: Work, mail: Mail
) -> None:
    raw = "You cannot do that with key sk_test_123."
    stripe.faults({"kind": "refuse", "when": {"method": "POST", "path_prefix": "/v1/subscriptions/"}, "times": 1, "message": raw})
    alice.browser.post(alice.skip(0))
    work()
    sentence = "The payment provider refused it. Try again later, or write to us if it stays so. What it changed is as it was before."
    for page in "/", alice.page, f"{alice.page}/history":
        shown = alice.browser.get(page).get_text()
        assert sentence in shown and raw not in shown
    letter = text(mail.newest("alice@example.com"))
    assert sentence in letter and raw not in letter
    with app.app_context():
        (entry,) = db.session.scalars(select(Entry).where(Entry.refused_at.is_not(None)))
        assert entry.personal == {"problem": "other", "said": raw}


def test_an_undo_that_is_refused_leaves_what_it_was_to_undo(alice: Box, stripe: Stripe, work: Work) -> None:
    page = alice.browser.post(alice.skip(0))
    work()
    stripe.faults({"kind": "refuse", "when": {"method": "POST", "path_prefix": "/v1/subscriptions/"}, "times": 1})
    alice.browser.post(undo_in(page))
    work()
    shown = words(alice.browser.get(alice.page))
    assert "It was not undone. The payment provider refused it." in shown
    assert "What you wanted to undo still counts." in shown
