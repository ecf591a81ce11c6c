"""Differences that nobody tells of, made on purpose on either side: for the reconciliation to find."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import cycle, islice

from flask import Flask
from sqlalchemy import delete, select, update

from portal.billing.models import Attempt, BillingAccount, Invoice
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.subscriptions.models import Delivery, DeliveryStatus, Subscription, SubscriptionItem
from tests.stripe import Stripe
from tests.subscriptions.builders import Box

Expected = tuple[str, str]
"""Of a difference, the provider's name of the thing, and what of it."""


@dataclass(frozen=True)
class Ground:
    app: Flask
    stripe: Stripe

    def there(self, box: Box, **params: object) -> None:
        self.stripe.v1.subscriptions.update(box.ref, {"proration_behavior": "none", **params})


def _moved_there(on: Ground, box: Box) -> Expected:
    on.there(box, trial_end=int((now() + timedelta(days=40)).timestamp()))
    return box.ref, "next charge"


def _ending_there(on: Ground, box: Box) -> Expected:
    on.there(box, cancel_at_period_end=True)
    return box.ref, "ends"


def _paused_there(on: Ground, box: Box) -> Expected:
    on.there(box, pause_collection={"behavior": "void"})
    return box.ref, "pause"


def _more_there(on: Ground, box: Box) -> Expected:
    item = on.stripe.v1.subscriptions.retrieve(box.ref)["items"].data[0].id
    on.there(box, items=[{"id": item, "quantity": 3}])
    return box.ref, "contents"


def _cancelled_there(on: Ground, box: Box) -> Expected:
    on.stripe.v1.subscriptions.cancel(box.ref)
    return box.ref, "status"


def _credit_there(on: Ground, box: Box) -> Expected:
    on.stripe.v1.customers.balance_transactions.create(box.customer_ref, {"amount": -500, "currency": "eur"})
    return box.customer_ref, "balance"


def _card_there(on: Ground, box: Box) -> Expected:
    card = on.stripe.v1.payment_methods.attach("pm_card_mastercard", {"customer": box.customer_ref})
    return box.customer_ref, f"card {card.id}"


def _version_gone_there(on: Ground, box: Box) -> Expected:
    """As after a restore of ours, or a hand in the dashboard: what we had is there, but not under our version."""
    with on.app.app_context(), transaction():
        found = db.session.get_one(Subscription, box.id)
        found.version = found.confirmed_version = found.version + 2
    return box.ref, "version"


def _moved_here(on: Ground, box: Box) -> Expected:
    with on.app.app_context(), transaction():
        first = db.session.get_one(Subscription, box.id).scheduled[0]
        first.charge_at += timedelta(days=3)
    return box.ref, "next charge"


def _less_here(on: Ground, box: Box) -> Expected:
    with on.app.app_context(), transaction():
        db.session.execute(update(SubscriptionItem).where(SubscriptionItem.subscription_id == box.id).values(quantity=7))
    return box.ref, "contents"


def _paused_here(on: Ground, box: Box) -> Expected:
    with on.app.app_context(), transaction():
        db.session.get_one(Subscription, box.id).is_paused = True
    return box.ref, "pause"


def _unasked_here(on: Ground, box: Box) -> Expected:
    """A change that was written and never asked for, as by a hand in the database."""
    with on.app.app_context(), transaction():
        db.session.get_one(Subscription, box.id).version += 1
    return box.ref, "version"


def _unpaid_here(on: Ground, box: Box) -> Expected:
    """That a charge was paid never reached us."""
    with on.app.app_context(), transaction():
        mine = select(Delivery).where(Delivery.subscription_id == box.id, Delivery.status == DeliveryStatus.CHARGED)
        charged = db.session.scalars(mine.order_by(Delivery.charge_at)).one()
        charged.status = DeliveryStatus.DUE
        return box.ref, f"invoice {charged.invoice_ref}"


def _invoice_lost_here(on: Ground, box: Box) -> Expected:
    with on.app.app_context(), transaction():
        account = BillingAccount.provider_ref == box.customer_ref
        lost = db.session.scalars(select(Invoice).join(BillingAccount).where(account).order_by(Invoice.id)).first()
        assert lost
        db.session.execute(delete(Attempt).where(Attempt.invoice_id == lost.id))
        db.session.execute(delete(Invoice).where(Invoice.id == lost.id))
        return box.customer_ref, f"invoice {lost.provider_ref}"


def _credit_here(on: Ground, box: Box) -> Expected:
    with on.app.app_context(), transaction():
        db.session.execute(update(BillingAccount).where(BillingAccount.provider_ref == box.customer_ref).values(balance=900))
    return box.customer_ref, "balance"


KINDS: list[Callable[[Ground, Box], Expected]] = [
    _moved_there,
    _ending_there,
    _paused_there,
    _more_there,
    _cancelled_there,
    _credit_there,
    _card_there,
    _version_gone_there,
    _moved_here,
    _less_here,
    _paused_here,
    _unasked_here,
    _unpaid_here,
    _invoice_lost_here,
    _credit_here,
]


def make(on: Ground, boxes: list[Box], count: int) -> list[Expected]:
    """So many differences, of each kind in turn, each in a box of its own. Events of Stripe's must not arrive meanwhile."""
    return [kind(on, box) for kind, box in zip(islice(cycle(KINDS), count), boxes, strict=False)]
