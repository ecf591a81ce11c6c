"""REL F16: that the scenario of four at once runs, in its short form."""

import pytest
from flask import Flask

from bench.four_at_once import FourAtOnce
from tests.bench.test_outage import Here
from tests.stripe import Stripe


@pytest.mark.slow
def test_four_at_once_get_the_money_back_once(app: Flask, stripe: Stripe) -> None:
    outcome = FourAtOnce(rounds=3).run(Here(app, stripe), workers=1)
    assert outcome.is_clean and outcome.changes == 12, outcome
