"""A customer who was deleted at the provider: said once, asked for no more, and nobody's page breaks."""

from flask import Flask
from sqlalchemy import select

from portal import outbox
from portal.billing.models import BillingAccount, CardSetup, Outcome
from portal.kit.alarms import Alarm
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.outbox.models import Sync
from portal.payments import ACCOUNT_GONE
from portal.subscriptions.models import Subscription
from tests.billing.builders import Payer
from tests.browser import words
from tests.conftest import Work

CLOSED = "This account at the payment provider was closed."


def failing(app: Flask) -> int:
    with app.app_context():
        return len(db.session.scalars(select(Sync).where(Sync.error.is_not(None))).all())


def test_it_is_said_and_nothing_of_it_is_tried_again(alice: Payer, work: Work) -> None:
    alice.stripe.v1.customers.delete(alice.ref)
    work()
    with alice.app.app_context():
        account = db.session.get_one(BillingAccount, alice.account_id)
        assert account.gone_at is not None and account.usable == [] and account.is_confirmed
        alarm = db.session.scalars(select(Alarm).where(Alarm.name == ACCOUNT_GONE, Alarm.ended_at.is_(None))).one()
        assert alice.ref in alarm.sentence and "alice@" not in alarm.sentence
        assert db.session.get_one(Subscription, alice.box.id).has_ended
    work()
    assert failing(alice.app) == 0


def test_the_pages_stay_usable_and_say_what_holds(alice: Payer, work: Work) -> None:
    alice.stripe.v1.customers.delete(alice.ref)
    work()
    page = alice.browser.get("/account/payment")
    assert CLOSED in words(page) and "Account closed by the payment provider" in words(page)
    assert "Add a card" not in words(page)
    assert CLOSED in words(alice.browser.get(alice.add))
    assert "€14.90" in words(alice.browser.get("/account/billing")), "what was paid stays"
    assert "This account at the payment provider was closed" in words(alice.browser.post(alice.add))
    for path in ("/", "/subscriptions", f"/subscriptions/{alice.box.id}", "/account"):
        alice.browser.get(path)


def test_a_change_that_waits_is_not_tried_for_ever(alice: Payer, work: Work) -> None:
    alice.give()
    work()
    alice.stripe.v1.customers.delete(alice.ref)
    alice.browser.post(f"/account/cards/{alice.card('4242')}/default")
    work()
    work()
    assert failing(alice.app) == 0
    assert CLOSED in words(alice.browser.get("/account/payment"))


def test_a_page_for_a_card_that_is_open_then_is_over(alice: Payer, work: Work) -> None:
    alice.start()
    alice.stripe.v1.customers.delete(alice.ref)
    work()
    with alice.app.app_context():
        setup = db.session.scalars(select(CardSetup)).one()
        assert setup.outcome is Outcome.EXPIRED and not setup.is_open
    assert failing(alice.app) == 0


def test_one_that_is_there_again_is_as_it_was(alice: Payer, work: Work) -> None:
    """The key was of another account for a while: there, Stripe knows nobody of ours."""
    with alice.app.app_context(), transaction():
        account = db.session.get_one(BillingAccount, alice.account_id)
        account.provider_ref, real = "cus_nobody_has", account.provider_ref
        outbox.want_sync(account, at=now())
    work()
    assert CLOSED in words(alice.browser.get("/account/payment"))
    with alice.app.app_context(), transaction():
        account = db.session.get_one(BillingAccount, alice.account_id)
        account.provider_ref = real
        outbox.want_sync(account, at=now(), check=True)
    work()
    assert CLOSED not in words(alice.browser.get("/account/payment"))
    assert (alice.cards(), alice.default()) == (["4242"], "4242")
