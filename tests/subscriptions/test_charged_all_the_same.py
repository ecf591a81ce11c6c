"""The provider heard of a change only after it had charged on the old terms: what is too much goes back, once, and is told."""

from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal import outbox
from portal.billing.models import Refund, StoreCredit, Why
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.subscriptions import actions
from portal.subscriptions.models import Delivery, DeliveryStatus, Overcharge, Subscription
from portal.timeline import Actor
from tests.browser import words
from tests.conftest import Work
from tests.ground import at_once
from tests.mail import Mail, text
from tests.stripe import Stripe
from tests.subscriptions.boxes import item_id
from tests.subscriptions.builders import Box
from tests.subscriptions.conftest import Both
from tests.subscriptions.ends import deeds, refuse_the_card, totals
from tests.subscriptions.test_code import give_out
from tests.subscriptions.test_what_has_locked import change_quantity

SENDING = {"method": "POST", "path_prefix": "/v1/subscriptions"}
ENDING = {"method": "DELETE", "path_prefix": "/v1/subscriptions"}
UNTIL_CHARGED = 31
"""Days from the beginning until the next charge was made."""


def deaf(stripe: Stripe) -> None:
    """From now on nothing that we send arrives."""
    stripe.faults(*({"kind": "lost_before", "when": when} for when in (SENDING, ENDING)))


def charged_meanwhile(stripe: Stripe, work: Work, box: Box) -> None:
    """A month passes, the old terms are charged, and then the provider hears of all that has waited."""
    work()
    stripe.later(days=UNTIL_CHARGED)
    stripe.no_faults()
    for _ in range(3):
        stripe.later(minutes=6)
        work()
    box.sign_in()


def refunded(stripe: Stripe, box: Box) -> list[int]:
    """What went back of the newest payment."""
    charge = stripe.v1.charges.list({"customer": box.customer_ref}).data[0]
    return [one.amount for one in stripe.v1.refunds.list({"charge": charge.id}).data]


def charges(stripe: Stripe, box: Box) -> list[int]:
    """What was charged, oldest first."""
    return [one.amount for one in reversed(stripe.v1.charges.list({"customer": box.customer_ref}).data)]


def about_money(mail: Mail, address: str) -> list[EmailMessage]:
    return [one for one in mail.to(address) if "go back" in one["Subject"]]


def status(app: Flask, box: Box, number: int = 0) -> DeliveryStatus:
    with app.app_context():
        return db.session.get_one(Delivery, box.deliveries[number]).status


def overcharges(app: Flask) -> list[tuple[Why, int]]:
    with app.app_context():
        return [(one.why, one.amount) for one in db.session.scalars(select(Overcharge).order_by(Overcharge.id))]


def there(stripe: Stripe, box: Box) -> Any:
    return stripe.v1.subscriptions.retrieve(box.ref)


def do(app: Flask, box: Box, deed: Any, *args: Any, **more: Any) -> None:
    with app.app_context(), transaction():
        subscription = db.session.get_one(Subscription, box.id)
        deed(subscription, *args, by=Actor(customer_id=box.customer_id), at=now(), **more)


def test_one_that_was_skipped_goes_back_whole_and_is_not_sent(app: Flask, alice: Box, stripe: Stripe, work: Work, mail: Mail) -> None:
    deaf(stripe)
    alice.browser.post(alice.skip(0))
    charged_meanwhile(stripe, work, alice)
    assert charges(stripe, alice) == [1490, 1490]
    assert refunded(stripe, alice) == [1490]
    assert overcharges(app) == [(Why.SKIPPED, 1490)]
    assert status(app, alice) is DeliveryStatus.SKIPPED and totals(app) == [1490]
    (letter,) = about_money(mail, "alice@example.com")
    assert letter["Subject"] == "€14.90 go back to you"
    assert "You had skipped this delivery in time, and it was charged all the same. It is not sent." in text(letter)
    assert "€14.90 too much charged: this delivery was skipped in time." in words(alice.browser.get(alice.page))
    assert "€14.90 refunded" in words(alice.browser.get("/account/payment"))


def test_one_that_was_moved_goes_back_and_is_charged_on_its_new_day(app: Flask, alice: Box, stripe: Stripe, work: Work, mail: Mail) -> None:
    deaf(stripe)
    with app.app_context():
        day = db.session.get_one(Delivery, alice.deliveries[0]).arrives_on + timedelta(days=14)
    alice.browser.post(alice.move(0), {"to": day.isoformat(), "which": "one"})
    with app.app_context():
        charge_at = db.session.get_one(Delivery, alice.deliveries[0]).charge_at
    charged_meanwhile(stripe, work, alice)
    assert refunded(stripe, alice) == [1490] and overcharges(app) == [(Why.MOVED, 1490)]
    assert totals(app) == [1490] and status(app, alice) is DeliveryStatus.SCHEDULED
    assert "It comes on the new one." in text(about_money(mail, "alice@example.com")[0])
    assert there(stripe, alice)["items"].data[0].current_period_end == int(charge_at.timestamp())
    stripe.later(days=18)
    work()
    work()
    assert charges(stripe, alice) == [1490] * 3 and totals(app) == [1490, 1490]
    assert status(app, alice) is DeliveryStatus.CHARGED and len(overcharges(app)) == 1


def test_one_in_a_pause_goes_back(app: Flask, alice: Box, stripe: Stripe, work: Work) -> None:
    deaf(stripe)
    do(app, alice, actions.pause, None)
    charged_meanwhile(stripe, work, alice)
    assert refunded(stripe, alice) == [1490] and overcharges(app) == [(Why.PAUSED, 1490)]
    assert totals(app) == [1490] and status(app, alice) is DeliveryStatus.SCHEDULED


@pytest.mark.parametrize("when", ["now", "end"])
def test_after_a_cancellation_it_goes_back_and_it_ends_at_once(app: Flask, alice: Box, stripe: Stripe, work: Work, when: str) -> None:
    deaf(stripe)
    do(app, alice, actions.cancel, at_once=when == "now")
    charged_meanwhile(stripe, work, alice)
    work()
    assert refunded(stripe, alice) == [1490] and overcharges(app) == [(Why.CANCELLED, 1490)]
    assert totals(app) == [1490] and there(stripe, alice).status == "canceled"
    assert "it was cancelled in time. The money goes back." in words(alice.browser.get(alice.page))


def test_of_a_box_that_was_made_smaller_the_difference_goes_back(app: Flask, pantry: Box, stripe: Stripe, work: Work, mail: Mail) -> None:
    """Tea for 9.80 and twice oats for 4.20: one of them was taken off."""
    deaf(stripe)
    with app.app_context():
        oats = item_id(app, pantry, "Rolled oats")
    pantry.browser.post(f"{pantry.page}/products/{oats}/quantity", {"quantity": "1"})
    charged_meanwhile(stripe, work, pantry)
    assert charges(stripe, pantry) == [1820, 1820]
    assert refunded(stripe, pantry) == [420] and overcharges(app) == [(Why.CONTENTS, 420)]
    assert totals(app) == [1820, 1400] and status(app, pantry) is DeliveryStatus.CHARGED
    assert "It comes as you wanted it." in text(about_money(mail, "dora@example.com")[0])
    assert "the box was changed in time. The money goes back." in words(pantry.browser.get(pantry.page))
    assert there(stripe, pantry)["items"].data[1].quantity + there(stripe, pantry)["items"].data[0].quantity == 2


def test_what_was_added_is_not_charged_afterwards(app: Flask, alice: Box, stripe: Stripe, work: Work) -> None:
    deaf(stripe)
    change_quantity(app, alice, 2)
    charged_meanwhile(stripe, work, alice)
    assert charges(stripe, alice) == [1490, 1490] and overcharges(app) == [] and totals(app) == [1490, 1490]


def test_what_credit_paid_comes_back_as_credit(app: Flask, alice: Box, stripe: Stripe, work: Work) -> None:
    stripe.v1.customers.balance_transactions.create(alice.customer_ref, {"amount": -500, "currency": "eur"})
    deaf(stripe)
    alice.browser.post(alice.skip(0))
    charged_meanwhile(stripe, work, alice)
    assert charges(stripe, alice) == [1490, 990] and refunded(stripe, alice) == [990]
    assert stripe.v1.customers.retrieve(alice.customer_ref).balance == -500
    with app.app_context():
        assert db.session.scalars(select(StoreCredit.amount)).all() == [500]


def test_what_the_bank_refused_is_given_up_and_the_change_counts(app: Flask, alice: Box, stripe: Stripe, both: Both, work: Work) -> None:
    """It is no debt: the skip stays, and nobody asks her to pay."""
    refuse_the_card(stripe, alice)
    deaf(stripe)
    alice.browser.post(alice.skip(0))
    charged_meanwhile(stripe, work, alice)
    stripe.later(minutes=20)
    work()
    work()
    alice.sign_in()
    assert [one.status for one in stripe.v1.invoices.list({"subscription": alice.ref}).data if one.total] == ["void", "paid"]
    assert there(stripe, alice).status in ("active", "trialing") and both.is_confirmed(alice)
    assert status(app, alice) is DeliveryStatus.SKIPPED and totals(app) == [1490]
    assert "is not paid" not in words(alice.browser.get("/")) and "Pay now" not in words(alice.browser.get("/account/payment"))
    assert "not paid yet" not in words(alice.browser.get(alice.page))


def test_a_discount_is_taken_off_what_was_agreed_too(app: Flask, pantry: Box, stripe: Stripe, work: Work) -> None:
    coupon = stripe.v1.coupons.create({"percent_off": 20, "duration": "forever"})
    stripe.v1.subscriptions.update(pantry.ref, {"discounts": [{"coupon": coupon.id}]})
    work()
    deaf(stripe)
    with app.app_context():
        oats = item_id(app, pantry, "Rolled oats")
    pantry.browser.post(f"{pantry.page}/products/{oats}/quantity", {"quantity": "1"})
    charged_meanwhile(stripe, work, pantry)
    assert charges(stripe, pantry) == [1820, 1456]
    assert refunded(stripe, pantry) == [1456 - 1120]


def test_of_a_code_that_came_too_late_there_what_it_takes_off_goes_back(
    app: Flask, alice: Box, stripe: Stripe, work: Work, mail: Mail
) -> None:
    """Nothing but the discount was changed: the box is the same, and costs less."""
    give_out(stripe, coupon={"percent_off": 10, "duration": "forever"})
    deaf(stripe)
    alice.browser.post(f"{alice.page}/code", {"code": "winter10"})
    charged_meanwhile(stripe, work, alice)
    assert charges(stripe, alice) == [1490, 1490]
    assert refunded(stripe, alice) == [149] and overcharges(app) == [(Why.CONTENTS, 149)]
    assert len(about_money(mail, "alice@example.com")) == 1
    stripe.later(days=UNTIL_CHARGED)
    work()
    work()
    assert charges(stripe, alice)[2:] == [1341] and len(overcharges(app)) == 1


def test_what_the_shop_charged_itself_stays(app: Flask, alice: Box, stripe: Stripe, work: Work) -> None:
    """She skips, and the provider has it; then the shop moves the charge back there, and we hear of it when it is made."""
    alice.browser.post(alice.skip(0))
    work()
    stripe.send_webhooks_to("")
    stripe.v1.subscriptions.update(
        alice.ref, {"trial_end": int((stripe.now() + timedelta(days=30)).timestamp()), "proration_behavior": "none"}
    )
    stripe.later(days=UNTIL_CHARGED)
    with app.app_context(), transaction():
        outbox.want_sync(db.session.get_one(Subscription, alice.id), at=now())
    work()
    work()
    assert charges(stripe, alice) == [1490, 1490] and overcharges(app) == [] and totals(app) == [1490, 1490]


def test_what_was_changed_after_the_lock_is_charged(app: Flask, pantry: Box, stripe: Stripe, work: Work) -> None:
    stripe.later(days=29)
    pantry.sign_in()
    deaf(stripe)
    with app.app_context():
        oats = item_id(app, pantry, "Rolled oats")
    pantry.browser.post(f"{pantry.page}/products/{oats}/quantity", {"quantity": "1"})
    stripe.later(days=2)
    stripe.no_faults()
    work()
    work()
    assert charges(stripe, pantry) == [1820, 1820] and overcharges(app) == [] and totals(app) == [1820, 1820]


@pytest.mark.parametrize("kind", ["lost_after", "lost_before", "500"])
def test_whoever_learns_it_how_often_it_goes_back_once(app: Flask, alice: Box, stripe: Stripe, work: Work, kind: str) -> None:
    deaf(stripe)
    alice.browser.post(alice.skip(0))
    work()
    stripe.later(days=UNTIL_CHARGED)
    stripe.faults({"kind": kind, "when": {"method": "POST", "path_prefix": "/v1/refunds"}, "times": 1})
    for _ in range(3):
        with app.app_context(), transaction():
            outbox.want_sync(db.session.get_one(Subscription, alice.id), at=now())
            for one in db.session.scalars(select(Overcharge)):
                outbox.want_sync(one, at=now())
        at_once(app, 2, lambda _: outbox.work_until_idle())
        stripe.later(minutes=6)
    work()
    assert refunded(stripe, alice) == [1490]
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Refund)) == 1
    assert deeds(app, alice).count("overcharged") == 1
