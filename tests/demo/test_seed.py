"""The demo's past, made as it would be made in an account at Stripe: in the time of test clocks."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal import outbox
from portal.demo import seed
from portal.demo.commands import seed_demo
from portal.demo.people import PEOPLE
from portal.kit.db import db
from portal.orders.models import Order
from portal.subscriptions.models import Subscription
from tests.stripe import Stripe
from tests.subscriptions.builders import begin

pytestmark = pytest.mark.slow


def test_people_move_into_simulations_with_their_past(app: Flask, stripe: Stripe) -> None:
    stripe.send_webhooks_to("")
    with app.app_context():
        seed.seed(in_simulations=True)
        boxes = sum(len(person.boxes) for person in PEOPLE)
        assert db.session.scalar(select(func.count()).select_from(Subscription)) == boxes
        assert (db.session.scalar(select(func.count()).select_from(Order)) or 0) > boxes
        assert {one.account_ref for one in db.session.scalars(select(Subscription))} != {""}
    assert stripe.v1.customers.list({"limit": 100}).data == [], "all of them live in a simulation"
    assert {
        clock.frozen_time >= stripe.now().timestamp() - 600 for clock in stripe.v1.test_helpers.test_clocks.list({"limit": 100}).data
    } == {True}


def test_of_whom_nothing_was_heard_at_first_it_is_asked_again(app: Flask, stripe: Stripe) -> None:
    stripe.send_webhooks_to("")
    stripe.faults({"kind": "lost_before", "when": {"method": "GET", "path_prefix": "/v1/subscriptions/"}, "times": 1})
    begin(app, stripe)
    with app.app_context():
        assert outbox.never_synced(Subscription) == 1
        seed.learn()
        assert outbox.never_synced(Subscription) == 0


def test_a_demo_has_no_business_with_real_money(app: Flask) -> None:
    app.config["STRIPE_API_BASE"], app.config["STRIPE_SECRET_KEY"] = "https://api.stripe.com", "sk_live_x"
    result = app.test_cli_runner().invoke(seed_demo)
    assert result.exit_code == 1
    assert "no business with real money" in result.output
