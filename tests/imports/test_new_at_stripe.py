"""A subscription that was made at Stripe after the import comes by itself, to whoever it belongs to."""

from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from portal.accounts.models import Customer
from portal.billing.models import BillingAccount
from portal.imports.sync import TAKE_IN
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.outbox.models import Task
from portal.subscriptions.models import OutsideSubscription, Subscription
from tests.accounts.builders import customer
from tests.browser import Browser, words
from tests.conftest import Work
from tests.imports.conftest import Past
from tests.payments.test_webhook import event, send
from tests.stripe import Stripe
from tests.subscriptions.builders import subscribe

Time = Callable[[timedelta], None]


def proved(app: Flask, email: str) -> Browser:
    """Somebody who has signed in, and has nothing yet."""
    with app.app_context(), transaction():
        (new := customer(email=email)).email_verified_at = now()
        who = new.id
    browser = Browser(app)
    browser.sign_in(who)
    return browser


def refs(app: Flask) -> set[str]:
    with app.app_context():
        return set(db.session.scalars(select(Subscription.provider_ref))) | set(
            db.session.scalars(select(OutsideSubscription.provider_ref))
        )


def soon(work: Work, time: Time) -> None:
    work()
    time(timedelta(seconds=11))
    work()


def test_one_more_of_a_customer_whom_we_know(app: Flask, stripe: Stripe, past: Past, work: Work, time: Time) -> None:
    box = subscribe(app, stripe)
    new = past.subscribe(box.customer_ref, past.price(past.product("Highland tea"), 980))
    work()
    assert new.id not in refs(app), "it might be one that we are just beginning"
    soon(work, time)
    assert new.id in refs(app)
    assert "Highland tea" in words(box.browser.get("/subscriptions"))


def test_the_first_of_somebody_who_has_proved_the_address(app: Flask, stripe: Stripe, past: Past, work: Work, time: Time) -> None:
    browser = proved(app, "alice@example.com")
    assert "What you subscribe to in the shop, under this e-mail address, appears here" in words(browser.get("/"))
    there = past.customer("Alice@example.com")
    past.subscribe(there, past.price(past.product("Highland tea"), 980))
    soon(work, time)
    assert "Highland tea" in words(browser.get("/"))
    with app.app_context():
        assert [account.provider_ref for account in db.session.scalars(select(BillingAccount))] == [there]
    assert "Visa ending 4242" in words(browser.get("/account/payment"))


def test_what_the_terms_have_no_words_for_is_shown_and_left_alone(app: Flask, stripe: Stripe, past: Past, work: Work, time: Time) -> None:
    browser = proved(app, "alice@example.com")
    price = past.price(past.product("Highland tea"), 980)
    odd = past.subscribe(past.customer("alice@example.com"), price)
    past.make(odd.id, collection_method="send_invoice", days_until_due=14)
    soon(work, time)
    with app.app_context():
        assert [one.provider_ref for one in db.session.scalars(select(OutsideSubscription))] == [odd.id]
    assert "Highland tea" in words(browser.get("/subscriptions"))


def test_an_address_that_nobody_has_proved_makes_nobody_an_owner(app: Flask, stripe: Stripe, past: Past, work: Work, time: Time) -> None:
    with app.app_context(), transaction():
        db.session.add(Customer(email="alice@example.com", name="Alice", email_verified_at=None))
    price = past.price(past.product("Highland tea"), 980)
    for email in "alice@example.com", "stranger@example.com", None:
        past.subscribe(past.customer(email), price)
    soon(work, time)
    with app.app_context():
        assert refs(app) == set() and db.session.scalars(select(BillingAccount)).all() == []
        assert db.session.scalars(select(Task).where(Task.kind == TAKE_IN, Task.done_at.is_(None))).all() == []


def test_one_that_we_made_ourselves_is_left_to_its_own_sync(app: Flask, stripe: Stripe, past: Past, work: Work, time: Time) -> None:
    """A worker may have been killed between the beginning there and the note of it here."""
    box = subscribe(app, stripe)
    ours = past.subscribe(box.customer_ref, past.price(past.product("Highland tea"), 980), metadata={"portal_version": "3"})
    soon(work, time)
    assert ours.id not in refs(app)


def test_what_is_gone_by_then_is_looked_for_once(app: Flask, stripe: Stripe, work: Work, time: Time) -> None:
    for number in range(3):
        assert send(app, event("sub_of_another_shop", f"evt_{number}")) == 204
    soon(work, time)
    with app.app_context():
        (task,) = db.session.scalars(select(Task).where(Task.kind == TAKE_IN)).all()
        assert task.done_at is not None and task.error is None
