"""From a customer's click to the shop's own machine, with the provider in between."""

import pytest
from flask import Flask

from portal.webhooks.vocabulary import VOCABULARY
from tests.conftest import Work
from tests.conftest import app as app
from tests.stripe import Stripe
from tests.subscriptions.builders import subscribe
from tests.webhooks.conftest import add
from tests.webhooks.receiver import Receiver

pytestmark = pytest.mark.slow


def test_a_skip_is_told_at_once_and_again_once_the_provider_has_it(app: Flask, stripe: Stripe, work: Work, shop: Receiver) -> None:
    secret = add(shop).secret
    alice = subscribe(app, stripe)
    work()
    assert shop.events.count("order.created") == 1, "the first box was charged"
    shop.received.clear()
    alice.browser.post(alice.skip(0))
    work()
    changed, confirmed = (one.told for one in shop.received)
    assert (changed["type"], changed["data"]["deed"], changed["data"]["confirmed"]) == ("subscription.changed", "skipped", False)
    assert f"delivery:{alice.deliveries[0]}" in changed["data"]["touched"]
    assert (confirmed["type"], confirmed["data"]["version"]) == ("subscription.confirmed", changed["data"]["version"])
    alice.browser.post(f"{alice.page}/cancel", {"when": "end"})
    work()
    assert shop.events[2:] == ["subscription.changed", "subscription.cancelled", "subscription.confirmed"]
    assert all(one.is_signed_by(secret) and one.told["type"] in VOCABULARY for one in shop.received)
