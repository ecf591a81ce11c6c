"""`portal import stripe`: what is taken over, whose it is, what is left alone, and what a second run does."""

import pytest
from flask import Flask
from sqlalchemy import inspect, select

from portal.accounts.models import Customer
from portal.billing.models import BillingAccount
from portal.catalog.models import Price, Product
from portal.imports.models import Reading
from portal.kit.db import Model, db
from portal.outbox.models import Sync, Task
from portal.subscriptions.models import DeliveryStatus, OutsideSubscription, Subscription
from tests.browser import Browser, words
from tests.imports.conftest import Import, Past
from tests.stripe import Stripe

pytestmark = pytest.mark.slow

BOOKS = {Sync.__tablename__, Task.__tablename__, Reading.__tablename__}
"""What is kept about the work itself."""


def everything(app: Flask) -> dict[str, list[str]]:
    """All that is known, without the books about how it came to be known."""
    with app.app_context():
        names = [name for name in inspect(db.engine).get_table_names() if name in Model.metadata.tables and name not in BOOKS]
        return {name: sorted(map(repr, db.session.execute(select(Model.metadata.tables[name])))) for name in names}


def customer_id(app: Flask, email: str) -> int:
    with app.app_context():
        return db.session.scalars(select(Customer.id).where(Customer.email == email)).one()


def test_a_shop_moves_in(app: Flask, stripe: Stripe, past: Past, bring_in: Import) -> None:
    tea, oats = past.product("Highland tea"), past.product("Rolled oats")
    monthly, weekly, old = past.price(tea, 980), past.price(tea, 300, "week"), past.price(tea, 900, active=False)
    oats_monthly = past.price(oats, 420)
    alice, bob = past.customer("Alice@Example.com", "Alice"), past.customer("bob@example.com", "Bob")
    box = past.subscribe(alice, monthly, oats_monthly)
    over = past.subscribe(bob, weekly)
    stripe.v1.subscriptions.cancel(over.id)
    stripe.later(days=40)
    stripe.forget_requests()

    result = bring_in()
    assert result.exit_code == 0, result.output
    assert "test mode" in result.stdout
    assert "products: 2 new, 0 known" in result.stdout
    assert "prices: 4 new, 0 known" in result.stdout
    assert "customers: 2 new, 0 known" in result.stdout
    assert "subscriptions: 2 new, 0 known" in result.stdout
    assert "Here now: 2 subscriptions, 2 cards, 3 invoices, 3 orders." in result.stdout
    assert {asked["method"] for asked in stripe.requests() if "create_preview" not in asked["path"]} == {"GET"}, "it only reads"
    with app.app_context():
        mine = db.session.scalars(select(Subscription).where(Subscription.provider_ref == box.id)).one()
        assert (mine.name, mine.status, mine.customer.email, mine.is_confirmed) == (
            "Highland tea, Rolled oats",
            "active",
            "alice@example.com",
            True,
        )
        assert sorted((item.price.provider_ref, item.quantity) for item in mine.contents.items) == sorted([(monthly, 1), (oats_monthly, 1)])
        assert [delivery.status for delivery in mine.deliveries][:2] == [DeliveryStatus.CHARGED, DeliveryStatus.CHARGED]
        assert mine.scheduled
        ended = db.session.scalars(select(Subscription).where(Subscription.provider_ref == over.id)).one()
        assert ended.has_ended
        assert ended.contents.items
        assert {price.provider_ref: price.is_offered for price in db.session.scalars(select(Price))} == dict.fromkeys(
            (monthly, weekly, old, oats_monthly), False
        )
        variants = {variant.sku: len(variant.prices) for product in db.session.scalars(select(Product)) for variant in product.variants}
        assert sorted(variants.values()) == [1, 1, 2], "two rhythms of one thing; what is not sold any more stands for itself"
        assert db.session.scalars(select(Customer.email_verified_at)).all() == [None, None]


def test_a_second_run_changes_nothing_and_a_later_one_brings_what_is_new(app: Flask, stripe: Stripe, past: Past, bring_in: Import) -> None:
    price = past.price(past.product("Tea"), 980)
    past.subscribe(past.customer("alice@example.com"), price)
    past.make(past.subscribe(past.customer("bob@example.com"), price).id, schedule="sub_sched_1")
    assert bring_in("--offer").exit_code == 0
    before = everything(app)
    stripe.forget_requests()
    again = bring_in("--offer")
    assert again.exit_code == 0
    assert everything(app) == before
    assert "subscriptions: 0 new, 2 known" in again.stdout
    assert len(stripe.requests()) == 4, "one page of each list, and no look at anything"
    past.subscribe(past.customer("carol@example.com"), price)
    assert "subscriptions: 1 new, 2 known" in bring_in("--offer").stdout
    with app.app_context():
        assert len(db.session.scalars(select(Subscription)).all()) == 2


def test_what_is_somebodys_is_seen_once_the_address_was_proved(app: Flask, stripe: Stripe, past: Past, bring_in: Import) -> None:
    price = past.price(past.product("Tea"), 980)
    for email in ("alice@example.com", "ALICE@example.com "):
        past.subscribe(past.customer(email), price)
    past.subscribe(past.customer("alice@example.com.evil.example"), price)
    bring_in()
    with app.app_context():
        alice = db.session.scalars(select(Customer).where(Customer.email == "alice@example.com")).one()
        assert alice.email_verified_at is None
        assert len(db.session.scalars(BillingAccount.of(alice)).all()) == 2, "one person may be several there"
    stranger = Browser(app)
    stranger.get("/subscriptions")
    assert stranger.at.startswith("/sign-in")
    browser = Browser(app)
    browser.sign_in(customer_id(app, "alice@example.com"))
    page = browser.get("/subscriptions")
    assert len(page.select("section.card")) == 2
    assert "Tea" in words(page)


def test_who_has_no_address_and_what_is_nobodys_is_left_out_and_said(app: Flask, stripe: Stripe, past: Past, bring_in: Import) -> None:
    price = past.price(past.product("Tea"), 980)
    nameless, wrong = past.customer(None), past.customer("not an address")
    theirs = past.subscribe(nameless, price)
    gone = past.customer("gone@example.com")
    of_gone = past.subscribe(gone, price)
    stripe.v1.customers.delete(gone)
    never = past.subscribe(past.customer("ned@example.com"), price)
    past.make(never.id, status="incomplete_expired", ended_at=never.created)
    result = bring_in()
    assert result.exit_code == 0
    assert f"Left out: {nameless}, because there is no e-mail address." in result.stdout
    assert f"Left out: {wrong}, because 'not an address' is no e-mail address." in result.stdout
    assert f"Left out: {theirs.id}, because its customer {nameless} is not here." in result.stdout
    assert f"Left out: {of_gone.id}, because its customer {gone} is not here." in result.stdout
    assert f"Left out: {never.id}, because it was never paid, and so never began." in result.stdout
    assert "customers: 1 new, 0 known, 2 left out" in result.stdout
    with app.app_context():
        assert not db.session.scalars(select(Subscription)).all()


def test_what_an_earlier_portal_changed_there_is_no_news(app: Flask, stripe: Stripe, past: Past, bring_in: Import) -> None:
    customer = past.customer("alice@example.com")
    stripe.v1.customers.update(customer, {"metadata": {"portal_version": "3"}})
    past.subscribe(customer, past.price(past.product("Tea"), 980), metadata={"portal_version": "7"})
    assert bring_in().exit_code == 0
    with app.app_context():
        (mine,) = db.session.scalars(select(Subscription))
        (account,) = db.session.scalars(select(BillingAccount))
        assert (mine.version, mine.confirmed_version) == (7, 7)
        assert (account.version, account.confirmed_version) == (3, 3)


def test_with_offer_customers_may_choose_what_is_sold_now(app: Flask, stripe: Stripe, past: Past, bring_in: Import) -> None:
    tea = past.product("Tea")
    old, weekly, monthly = past.price(tea, 900, active=False), past.price(tea, 300, "week"), past.price(tea, 980)
    dearer = past.price(tea, 1080)

    def offered() -> set[str | None]:
        with app.app_context():
            return set(db.session.scalars(select(Price.provider_ref).where(Price.is_offered)))

    bring_in()
    assert offered() == set()
    bring_in("--offer")
    assert offered() == {weekly, dearer}, "of two in one rhythm, the newer one"
    past.make(weekly, active=False)
    bring_in()
    assert offered() == {dearer}, "what is not sold any more is not offered any more"
    assert old and monthly


def test_products_that_are_known_stay_as_the_shop_has_them(app: Flask, stripe: Stripe, past: Past, bring_in: Import) -> None:
    tea = past.product("Tea")
    bring_in()
    with app.app_context():
        db.session.scalars(select(Product)).one().name = "Tea, as we call it"
        db.session.commit()
    past.make(tea, name="Tea, as they do")
    bring_in()
    with app.app_context():
        assert db.session.scalars(select(Product.name)).one() == "Tea, as we call it"
        assert not db.session.scalars(select(OutsideSubscription)).all()
