"""That the scenario of deeds for a customer runs, on both databases, and what it shows (REL I2)."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask

from bench.under_both_names import UnderBothNames
from portal import outbox
from portal.notifications.actions import NOBODY
from portal.outbox import asking
from portal.subscriptions.queries import confirmed
from tests.stripe import Stripe


@dataclass
class Here:
    app: Flask
    stripe: Stripe

    def move(self, by: timedelta) -> None:
        self.stripe.later(seconds=by.total_seconds())


def test_nothing_that_he_does_stands_under_her_name_alone(app: Flask, stripe: Stripe) -> None:
    outcome = UnderBothNames(count=25).run(Here(app, stripe), workers=1)
    assert outcome.is_clean and outcome.changes >= 25, outcome


def test_it_would_notice(app: Flask, stripe: Stripe, monkeypatch: pytest.MonkeyPatch) -> None:
    """If work kept whose it is, and not who of the staff asked for it."""
    monkeypatch.setattr(asking, "asker", lambda: outbox.Asker(customer_id=1))
    outcome = UnderBothNames(count=5).run(Here(app, stripe), workers=1)
    assert any("sync or task" in problem for problem in outcome.lost), outcome


def test_it_would_notice_a_mail_without_the_name(app: Flask, stripe: Stripe, monkeypatch: pytest.MonkeyPatch) -> None:
    """If what is confirmed to her did not say who had done it."""
    monkeypatch.setattr(confirmed, "helper", lambda *_: NOBODY)
    outcome = UnderBothNames(count=25).run(Here(app, stripe), workers=1)
    assert any(problem.startswith("mail: ") for problem in outcome.lost), outcome
