"""What somebody at the shop may do in the provider's dashboard, and what becomes of changes that wait meanwhile."""

from datetime import date
from itertools import pairwise

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.orders.models import Order
from portal.subscriptions import actions
from portal.subscriptions.models import Subscription
from portal.timeline import Actor, Entry
from tests.browser import words
from tests.conftest import Work
from tests.mail import Mail, text
from tests.stripe import Stripe
from tests.subscriptions.boxes import inside
from tests.subscriptions.builders import Box, price, subscribe
from tests.subscriptions.conftest import Both

pytestmark = pytest.mark.slow


def renew(stripe: Stripe, work: Work, **later: float) -> None:
    """Let time pass beyond the next charge, and the hour that its invoice stays a draft."""
    stripe.later(**later)
    work()
    stripe.later(hours=2)
    work()


def test_a_skip_outlives_an_end_that_is_taken_back(alice: Box, both: Both, stripe: Stripe, work: Work) -> None:
    alice.browser.post(alice.skip(0))
    stripe.v1.subscriptions.update(alice.ref, {"cancel_at_period_end": True})
    work()
    assert "about to end" in words(alice.browser.post(alice.skip(1)))
    stripe.v1.subscriptions.update(alice.ref, {"cancel_at_period_end": False})
    work()
    work()
    assert both.here(alice) == both.there(alice) == date(2027, 1, 23)
    assert both.is_confirmed(alice)


def test_drafts_of_a_pause_are_no_charge_that_is_under_way(alice: Box, both: Both, stripe: Stripe, work: Work) -> None:
    stripe.v1.subscriptions.update(alice.ref, {"pause_collection": {"behavior": "keep_as_draft"}})
    work()
    renew(stripe, work, days=31)
    stripe.v1.subscriptions.update(alice.ref, {"pause_collection": ""})
    work()
    alice.sign_in()
    assert "Skipped." in words(alice.browser.post(f"/deliveries/{_next(both, alice)}/skip"))


def test_another_frequency_there_is_another_rhythm_here(app: Flask, alice: Box, both: Both, stripe: Stripe, work: Work) -> None:
    with app.app_context(), transaction():
        weekly = price(stripe, name="Weekly coffee", every=(1, "week")).provider_ref
    item = stripe.v1.subscriptions.retrieve(alice.ref)["items"].data[0].id
    stripe.v1.subscriptions.update(alice.ref, {"items": [{"id": item, "price": weekly}], "proration_behavior": "none"})
    work()
    assert both.here(alice) == both.there(alice)
    assert {(later - earlier).days for earlier, later in pairwise(both.days(alice))} == {7}
    assert "every week" in words(alice.browser.get(alice.page)).lower()
    renew(stripe, work, days=7)
    assert both.here(alice) == both.there(alice)
    assert both.is_confirmed(alice)


def test_one_moved_alone_and_then_paused_comes_to_rest(alice: Box, both: Both, stripe: Stripe, work: Work) -> None:
    """After the moved charge our plan is another than theirs, and while it is paused no date is taken."""
    alice.browser.post(alice.move(0), {"to": "2026-12-30", "which": "one"})
    work()
    stripe.v1.subscriptions.update(alice.ref, {"pause_collection": {"behavior": "void"}})
    work()
    renew(stripe, work, days=36)
    assert both.is_confirmed(alice)


def test_two_charges_of_one_moment_come_to_rest(alice: Box, both: Both, stripe: Stripe, work: Work) -> None:
    """The sixth was moved to where the seventh, not planned yet, will be."""
    alice.browser.post(alice.move(5), {"to": "2027-06-25", "which": "one"})
    work()
    for _ in range(7):
        renew(stripe, work, days=31)
    assert both.is_confirmed(alice)
    assert both.here(alice) == both.there(alice)


def test_undoing_a_move_of_all_takes_along_what_was_planned_since(app: Flask, alice: Box, both: Both, work: Work) -> None:
    alice.browser.post(alice.move(1), {"to": "2027-01-20", "which": "later"})
    with app.app_context():
        moved = db.session.scalar(select(func.max(Entry.id)))
    alice.browser.post(alice.skip(4))
    alice.browser.post(f"/changes/{moved}/undo")
    work()
    assert all((later - earlier).days >= 28 for earlier, later in pairwise(both.days(alice)))


def test_what_was_skipped_and_is_past_is_history(alice: Box, both: Both, stripe: Stripe, work: Work) -> None:
    alice.browser.post(alice.skip(0))
    work()
    renew(stripe, work, days=62)
    alice.sign_in()
    coming, _, _ = words(alice.browser.get(alice.page)).partition("History")
    assert "28 December" not in coming


def test_a_skip_that_a_debt_holds_up_is_put_back_and_told(app: Flask, stripe: Stripe, work: Work, mail: Mail) -> None:
    """It was accepted, and not sent yet, when the charge before it was declined: so it can't be kept, and that is said."""
    box, both = subscribe(app, stripe, every=(1, "week")), Both(app, stripe)
    bad = stripe.v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": box.customer_ref})
    stripe.v1.customers.update(box.customer_ref, {"invoice_settings": {"default_payment_method": bad.id}})
    box.browser.post(box.skip(1))
    renew(stripe, work, days=7, hours=2)
    work()
    assert stripe.v1.subscriptions.retrieve(box.ref).status == "past_due"
    assert both.here(box) == both.there(box)
    assert both.is_confirmed(box)
    assert "A payment of this subscription is open" in text(mail.newest("alice@example.com"))


def test_a_debt_behind_a_newer_charge_stays_a_debt(app: Flask, stripe: Stripe, work: Work) -> None:
    box = subscribe(app, stripe, every=(1, "week"))
    bad = stripe.v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": box.customer_ref})
    stripe.v1.customers.update(box.customer_ref, {"invoice_settings": {"default_payment_method": bad.id}})
    renew(stripe, work, days=7, hours=2)
    stripe.later(days=6, hours=10)
    good = stripe.v1.payment_methods.attach("pm_card_visa", {"customer": box.customer_ref})
    stripe.v1.customers.update(box.customer_ref, {"invoice_settings": {"default_payment_method": good.id}})
    renew(stripe, work, hours=14)
    assert "being charged right now" not in words(box.browser.get(box.page))


def test_numbers_that_no_row_can_have_are_not_there(alice: Box) -> None:
    for number in ("2147483648", "9" * 25):
        for path in (f"/subscriptions/{number}", f"/deliveries/{number}", f"/deliveries/{number}/skip"):
            alice.browser.get(path, expect=404)
        alice.browser.post(f"/changes/{number}/undo", expect=404)
        assert "History" in words(alice.browser.get(f"{alice.page}/history?before={number}"))


def test_a_confirmed_skip_outlives_a_debt_that_is_paid(app: Flask, stripe: Stripe, work: Work) -> None:
    box, both = subscribe(app, stripe, every=(1, "week")), Both(app, stripe)
    box.browser.post(box.skip(1))
    work()
    assert both.is_confirmed(box)
    bad = stripe.v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": box.customer_ref})
    stripe.v1.customers.update(box.customer_ref, {"invoice_settings": {"default_payment_method": bad.id}})
    renew(stripe, work, days=7, hours=2)
    assert stripe.v1.subscriptions.retrieve(box.ref).status == "past_due"
    good = stripe.v1.payment_methods.attach("pm_card_visa", {"customer": box.customer_ref})
    stripe.v1.customers.update(box.customer_ref, {"invoice_settings": {"default_payment_method": good.id}})
    stripe.v1.invoices.pay(stripe.v1.subscriptions.retrieve(box.ref).latest_invoice)
    renew(stripe, work, minutes=11)
    assert both.here(box) == both.there(box) == date(2026, 12, 14)
    assert both.is_confirmed(box)


def test_a_rhythm_of_the_31st_is_the_providers(app: Flask, stripe: Stripe, work: Work) -> None:
    stripe.later(days=69)
    box, both = subscribe(app, stripe), Both(app, stripe)
    assert both.days(box)[:4] == [date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30), date(2027, 5, 31)]
    renew(stripe, work, days=29)
    assert both.here(box) == both.there(box) == date(2027, 3, 31)
    assert both.version_there(box) == 0


def _next(both: Both, box: Box) -> int:
    with both.app.app_context():
        return db.session.get_one(Subscription, box.id).scheduled[0].id


def test_a_box_of_more_products_than_stripe_shows_at_once_is_read_whole(app: Flask, alice: Box, stripe: Stripe, work: Work) -> None:
    names = [f"Tea number {number}" for number in range(11)]
    added = []
    for name in names:
        product = stripe.v1.products.create({"name": name}).id
        price = {"product": product, "currency": "eur", "unit_amount": 500, "recurring": {"interval": "month"}}
        added.append({"price": stripe.v1.prices.create(price).id})
    stripe.v1.subscriptions.update(alice.ref, {"items": added, "proration_behavior": "none"})
    stripe.wait_for_webhooks()
    work()
    work()
    assert inside(app, alice) == dict.fromkeys(["Sidamo coffee beans", *names], 1)
    hidden = [item.id for item in stripe.v1.subscription_items.list({"subscription": alice.ref, "limit": 100}).data][-1]
    assert hidden not in [item.id for item in stripe.v1.subscriptions.retrieve(alice.ref)["items"].data]
    with app.app_context(), transaction():
        last = db.session.get_one(Subscription, alice.id).contents.items[-1]
        actions.set_quantity(last, 2, by=Actor(customer_id=alice.customer_id), at=now())
    work()
    there = {item.id: item.quantity for item in stripe.v1.subscription_items.list({"subscription": alice.ref, "limit": 100}).data}
    assert (len(there), sum(there.values())) == (12, 13)
    stripe.later(days=31)
    work()
    work()
    with app.app_context():
        order = db.session.scalars(select(Order).order_by(Order.id.desc())).first()
        assert order
        assert (order.total, len(order.lines)) == (1490 + 12 * 500, 12)
    alice.sign_in()
    assert " +9" in words(alice.browser.get("/account/billing"))
