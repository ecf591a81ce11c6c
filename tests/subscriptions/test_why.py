"""Why somebody cancelled: Stripe is told, as far as it has a word for it and it is anybody's business."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.kit.db import db
from portal.subscriptions.models import Cancellation
from portal.timeline import Entry
from tests.conftest import Work
from tests.stripe import Stripe
from tests.subscriptions.builders import Box
from tests.subscriptions.ends import is_ending_there, reference_in, there, updates

pytestmark = pytest.mark.slow


def cancel(box: Box, when: str = "end", **why: str | list[str]) -> str:
    """The page on which reasons are told afterwards."""
    page = box.browser.post(f"{box.page}/cancel", {"when": when, **why})
    return f"{box.page}/cancelled/{reference_in(page)}/reasons"


def told(stripe: Stripe, box: Box) -> tuple[Any, Any]:
    details = there(stripe, box).cancellation_details
    return details.feedback, details.comment


def tellings(stripe: Stripe, box: Box) -> int:
    return len([sent for sent in updates(stripe, box) if "cancellation_details" in sent])


def test_what_was_chosen_is_told_once_beside_the_end(alice: Box, stripe: Stripe, work: Work) -> None:
    cancel(alice, why=["trying out", "too expensive"])
    for _ in range(3):
        work()
        stripe.wait_for_webhooks()
    assert is_ending_there(stripe, alice)
    assert told(stripe, alice) == ("too_expensive", None)
    assert tellings(stripe, alice) == 1


def test_what_is_told_afterwards_reaches_one_that_is_over_and_the_last_answer_counts(alice: Box, stripe: Stripe, work: Work) -> None:
    page = cancel(alice, "now")
    work()
    stripe.later(minutes=11)
    work()
    assert there(stripe, alice).status == "canceled"
    alice.browser.post(page, {"why": ["too much", "other"], "comment": "Too much coffee"})
    work()
    assert told(stripe, alice) == ("unused", "Too much coffee")
    alice.browser.post(page, {"why": ["moving away"]})
    work()
    assert told(stripe, alice) == ("other", None)


def test_an_illness_or_a_death_is_told_to_nobody_outside(alice: Box, stripe: Stripe, work: Work) -> None:
    page = cancel(alice, why=["too expensive", "bereavement or illness"])
    work()
    assert told(stripe, alice) == (None, None)
    alice.browser.post(page, {"why": ["too much"], "comment": "Too much coffee"})
    work()
    alice.browser.post(page, {"why": ["bereavement or illness"], "comment": "My mother died"})
    work()
    assert told(stripe, alice) == (None, None), "what was told before is taken back too"
    assert "My mother died" not in str(stripe.requests())


def test_a_refusal_of_it_changes_nothing_of_the_end(app: Flask, alice: Box, stripe: Stripe, work: Work) -> None:
    page = cancel(alice)
    work()
    stripe.faults({"kind": "refuse", "message": "No.", "when": {"method": "POST", "path_prefix": "/v1/subscriptions"}})
    alice.browser.post(page, {"why": ["too much"]})
    work()
    stripe.no_faults()
    assert is_ending_there(stripe, alice)
    with app.app_context():
        assert db.session.scalars(select(Cancellation)).one().told_at
        assert db.session.scalars(select(Entry).where(Entry.refused_at.is_not(None))).all() == []
