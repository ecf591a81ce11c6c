"""Whatever is done to a subscription, in whatever order: nothing illegal comes of it here, and at rest both sides are equal.

`python -m bench.any_order` plays longer, and differently each time.
"""

import pytest
from flask import Flask

from tests.stripe import Stripe
from tests.subscriptions.chance.play import play
from tests.subscriptions.chance.sides import Sides

pytestmark = pytest.mark.slow


def test_whatever_is_done_nothing_illegal_comes_of_it_and_both_sides_are_equal_at_rest(app: Flask, stripe: Stripe) -> None:
    stripe.send_webhooks_to("")  # when the portal hears of something is part of the play
    played = play(sides := Sides(app, stripe), steps=300, number=1)
    assert (played.illegal, played.unequal) == (0, 0), "\n".join(played.stories)
    assert sides.counts["at rest"] and sides.counts["promises kept"]
