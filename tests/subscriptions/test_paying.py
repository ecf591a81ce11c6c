"""The account through which a subscription is paid is known as soon as the provider was looked up, and its last card stays."""

import pytest
from flask import Flask
from sqlalchemy import select

from portal.billing.models import BillingAccount
from portal.billing.use import is_used
from portal.kit.db import db
from tests.conftest import Work
from tests.stripe import Stripe
from tests.subscriptions.builders import Box

pytestmark = pytest.mark.slow


def account(box: Box) -> BillingAccount:
    return db.session.scalars(select(BillingAccount).where(BillingAccount.provider_ref == box.customer_ref)).one()


def test_a_subscription_makes_its_account_known_with_its_cards(app: Flask, alice: Box) -> None:
    with app.app_context():
        assert account(alice).customer_id == alice.customer_id
        assert [card.last4 for card in account(alice).usable] == ["4242"]


def test_it_is_used_until_nothing_can_be_charged_any_more(app: Flask, alice: Box, bob: Box, stripe: Stripe, work: Work) -> None:
    with app.app_context():
        assert is_used(account(alice))
    stripe.v1.subscriptions.cancel(alice.ref)
    stripe.wait_for_webhooks()
    work()
    with app.app_context():
        assert not is_used(account(alice))
        assert is_used(account(bob))
