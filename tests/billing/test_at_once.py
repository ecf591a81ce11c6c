"""The account before the subscription, whoever comes: news of the provider, a payment that ends, and the customer's own deeds."""

from collections.abc import Callable, Iterator
from datetime import datetime
from time import sleep

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.billing import actions as billing
from portal.billing.learning import end_payment
from portal.billing.models import BillingAccount, Invoice, InvoicePayment, Paid
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.payments import billing_provider, news
from portal.payments.models import ReceivedEvent
from portal.payments.port import Event
from portal.subscriptions import actions as subscriptions
from portal.subscriptions.models import Subscription
from portal.timeline import Actor, Entry
from tests.billing.builders import Payer
from tests.ground import at_once

ROUNDS = 50
A_MOMENT = 0.002
"""Seconds between the two asks, so that whoever asks in another order meets those who don't."""


@pytest.fixture
def slowly() -> Iterator[None]:
    """Whoever has asked for the one waits a moment before the other."""

    def wait(ref: str, at: datetime) -> None:
        sleep(A_MOMENT)

    for listeners in (news.LISTENERS, news.ACCOUNT_LISTENERS):
        listeners.insert(0, wait)
    yield
    for listeners in (news.LISTENERS, news.ACCOUNT_LISTENERS):
        listeners.remove(wait)


@pytest.mark.only_on("postgresql")  # SQLite lets one write at a time
def test_none_of_them_waits_for_the_other_in_a_ring(app: Flask, alice: Payer, slowly: None) -> None:
    by = Actor(customer_id=alice.box.customer_id)
    with app.app_context(), transaction():
        account = db.session.get_one(BillingAccount, alice.account_id)
        invoice = db.session.scalars(select(Invoice).where(Invoice.subscription_ref == alice.box.ref)).one()
        payment = InvoicePayment.of(invoice, account.usable[0], setup_id=None, by=by, at=now())
        db.session.add(payment)
        db.session.flush()
        payment_id, bill_ref = payment.id, invoice.provider_ref
    with app.app_context():
        bill = billing_provider().look_at_bill(bill_ref)

    def hear(number: int) -> None:
        event = Event(f"evt_{number}", "invoice.payment_failed", now(), alice.box.ref, alice.ref, None, is_ours=True)
        news.take(event, at=now())

    def end(number: int) -> None:
        account = db.session.get_one(BillingAccount, alice.account_id, with_for_update=True)
        end_payment(account, db.session.get_one(InvoicePayment, payment_id), bill, Paid.REFUSED, "insufficient_funds", at=now())

    def change(number: int) -> None:
        subscription = db.session.get_one(Subscription, alice.box.id, with_for_update=True)
        deed = subscriptions.skip_delivery if number % 2 == 0 else subscriptions.unskip_delivery
        deed(subscription.delivery(alice.box.deliveries[1]), by=by, at=now())

    def give(number: int) -> None:
        account = db.session.get_one(BillingAccount, alice.account_id, with_for_update=True)
        billing.begin_card_setup(account, for_everything=number % 2 == 0, by=by, at=now())

    deeds: list[Callable[[int], None]] = [hear, end, change, give]
    for number in range(ROUNDS):

        def do(which: int, number: int = number) -> None:
            with transaction():
                deeds[which](number)

        at_once(app, len(deeds), do)
    with app.app_context():
        heard = db.session.scalar(select(func.count()).select_from(ReceivedEvent).where(ReceivedEvent.kind == "invoice.payment_failed"))
        ended = db.session.scalar(select(func.count()).select_from(Entry).where(Entry.deed == "not paid"))
        changed = db.session.scalar(select(func.count()).select_from(Entry).where(Entry.deed.in_(["skipped", "unskipped"])))
        assert (heard, ended, changed) == (ROUNDS, ROUNDS, ROUNDS)
        assert db.session.scalars(select(ReceivedEvent.event_id).where(ReceivedEvent.applied_at.is_(None))).all() == []
