"""That the scenario of a day without Stripe runs, and what it shows."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask

from bench.outage import Outage
from portal.payments.once import OnceOnly
from tests.stripe import Stripe


@dataclass
class Here:
    app: Flask
    stripe: Stripe

    def move(self, by: timedelta) -> None:
        self.stripe.later(seconds=by.total_seconds())


@pytest.mark.slow
def test_no_money_moves_twice_across_a_day_without_stripe(app: Flask, stripe: Stripe) -> None:
    outcome = Outage(payers=3).run(Here(app, stripe), workers=1)
    assert outcome.is_clean and outcome.changes == 9, outcome


@pytest.mark.slow
def test_it_would_notice(app: Flask, stripe: Stripe, monkeypatch: pytest.MonkeyPatch) -> None:
    """If nobody looked for the effect once the keys are forgotten."""
    never: Callable[..., bool] = lambda *_, **__: False  # noqa: E731
    monkeypatch.setattr(OnceOnly, "is_forgotten_there", never)
    assert Outage(payers=3).run(Here(app, stripe), workers=1).twice
