"""Counts what was lost, done twice or out of order: by the history here, the stand-in's own state, and the oracle."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from bench.customers import Change, Customer
from bench.oracle import Day, Made, Oracle
from portal.kit.db import db
from portal.kit.shop import shop
from portal.orders.models import Order
from portal.subscriptions.models import Delivery, DeliveryStatus, Subscription
from portal.timeline import Entry
from tests.stripe import Stripe

DEEDS = ("skipped", "unskipped", "moved", "moved with later", "undone")
AT_THE_PROVIDER = ("moved at the provider", "overruled", "changed at the provider")
"""Nobody changes anything there in these runs: such an entry is a change of ours that came back as somebody else's."""
DRAFT = timedelta(hours=1)
"""So long the stand-in keeps a renewal's invoice before it charges it, as Stripe does."""


@dataclass
class Verdict:
    """One sentence for each thing that went wrong."""

    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    out_of_order: list[str] = field(default_factory=list)
    renewals: int = 0

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.twice or self.out_of_order)


def judge(app: Flask, stripe: Stripe, customers: list[Customer], began_at: dict[int, datetime], every: timedelta) -> Verdict:
    verdict, events = Verdict(), _events(stripe)
    with app.app_context():
        for customer in customers:
            subscription = db.session.get_one(Subscription, customer.subscription_id)
            made = made_by(customer)
            _compare_history(verdict, customer, made)
            _compare_confirmed(verdict, subscription)
            _compare_sides(verdict, subscription, stripe)
            _compare_promises(verdict, subscription, made, began_at[subscription.id], every, at=stripe.now())
            _compare_orders(verdict, subscription, stripe)
            verdict.out_of_order += _falls(subscription.provider_ref, events)
            db.session.rollback()
    return verdict


def made_by(customer: Customer, after: int = 0) -> list[Made]:
    """What the history has of the customer's own changes, oldest first."""
    subject = f"subscription:{customer.subscription_id}"
    query = select(Entry).where(Entry.subject == subject, Entry.deed.in_(DEEDS), Entry.id > after).order_by(Entry.id)
    found = [Made(entry.id, _change(entry), entry.at) for entry in db.session.scalars(query)]
    db.session.rollback()
    return found


def _change(entry: Entry) -> Change:
    if entry.deed == "undone":
        return Change(entry.deed, entry=entry.facts["entry"])
    to = date.fromisoformat(entry.facts["to"]) if "to" in entry.facts else None
    return Change(entry.deed, entry.facts["delivery"], to)


def _compare_history(verdict: Verdict, customer: Customer, made: list[Made]) -> None:
    number, told, kept = customer.subscription_id, Counter(customer.accepted), Counter(one.change for one in made)
    verdict.lost += [f"{number}: {change} was told as done, and is not in the history" for change in (told - kept).elements()]
    verdict.twice += [f"{number}: {change} was done, and not told as done" for change in (kept - told).elements()]


def _compare_confirmed(verdict: Verdict, subscription: Subscription) -> None:
    entries = db.session.scalars(select(Entry).where(Entry.subject == f"subscription:{subscription.id}").order_by(Entry.id))
    for entry in entries:
        if entry.refused_at:
            verdict.lost.append(f"{subscription.id}: entry {entry.id} was refused: {(entry.personal or {}).get('reason')}")
        elif entry.version is not None and entry.version > subscription.confirmed_version:
            verdict.lost.append(f"{subscription.id}: {entry.deed}, version {entry.version}, confirmed {subscription.confirmed_version}")
        if entry.deed in AT_THE_PROVIDER:
            verdict.lost.append(f"{subscription.id}: {entry.deed} at {entry.at}, where nobody changes anything: {entry.facts}")


def _compare_sides(verdict: Verdict, subscription: Subscription, stripe: Stripe) -> None:
    there = stripe.v1.subscriptions.retrieve(subscription.provider_ref)
    ours = {
        "version": subscription.version,
        "status": subscription.status,
        "next charge": subscription.terms.next_charge_at,
    }
    theirs = {
        "version": int(there.metadata.to_dict().get("portal_version", 0)),
        "status": there.status,
        "next charge": datetime.fromtimestamp(there["items"].data[0].current_period_end, UTC),
    }
    verdict.lost += [f"{subscription.id}: {name} is {theirs[name]} there, {ours[name]} here" for name in ours if ours[name] != theirs[name]]


def _compare_promises(
    verdict: Verdict, subscription: Subscription, made: list[Made], began_at: datetime, every: timedelta, *, at: datetime
) -> None:
    deliveries = sorted(subscription.deliveries, key=lambda delivery: delivery.id)
    ours = shop()
    oracle = Oracle(began_at, every, timedelta(days=ours.transit_days), ours.zone, [delivery.id for delivery in deliveries])
    for number, (delivery, day) in enumerate(zip(deliveries, oracle.replay(made), strict=True)):
        if delivery.charge_at != day.charge_at or delivery.status not in _may_be(day, at):
            promised = "skipped" if day.skipped else "sent"
            verdict.lost.append(
                f"{subscription.id}: delivery {number} is {delivery.status}, {delivery.charge_at}; promised: {promised}, {day.charge_at}"
            )


def _may_be(day: Day, at: datetime) -> tuple[DeliveryStatus, ...]:
    if day.skipped:
        return (DeliveryStatus.SKIPPED,)
    if day.charge_at > at:
        return (DeliveryStatus.SCHEDULED,)
    under_way = (DeliveryStatus.SCHEDULED, DeliveryStatus.DUE) if day.charge_at + DRAFT >= at else ()
    return (*under_way, DeliveryStatus.CHARGED)


def _compare_orders(verdict: Verdict, subscription: Subscription, stripe: Stripe) -> None:
    """One order for each invoice that was paid, and one such invoice for each delivery that was promised."""
    invoices = stripe.v1.invoices.list({"subscription": subscription.provider_ref, "limit": 100}).data
    paid = {invoice.id for invoice in invoices if invoice.status == "paid" and invoice.total > 0}
    verdict.renewals += len(paid) - 1
    orders = Counter(db.session.scalars(select(Order.source_ref).where(Order.customer_id == subscription.customer_id)))
    verdict.lost += [f"{subscription.id}: no order for {ref}" for ref in paid - orders.keys()]
    verdict.twice += [f"{subscription.id}: {number} orders for {ref}" for ref, number in orders.items() if number > 1 or ref not in paid]
    charged = db.session.scalars(
        select(Delivery.invoice_ref).where(Delivery.subscription_id == subscription.id, Delivery.status == DeliveryStatus.CHARGED)
    ).all()
    verdict.twice += [f"{subscription.id}: {ref} was charged for no delivery" for ref in paid - set(charged)]


def _events(stripe: Stripe) -> list[Any]:
    kinds = ["customer.subscription.updated", "invoice.created"]
    newest_first = list(stripe.v1.events.list({"types": kinds, "limit": 100}).auto_paging_iter())
    return newest_first[::-1]


def _falls(ref: str, events: list[Any]) -> Iterator[str]:
    """Where the version at Stripe falls, and is not back before something is charged or the end comes."""
    highest, fell = 0, False
    for event in events:
        thing = event.data.object
        if thing.object == "invoice":
            is_ours = thing.parent and thing.parent.subscription_details.subscription == ref
            if fell and is_ours and thing.billing_reason == "subscription_cycle":
                yield f"{ref}: charged by an old version, {thing.id}"
        elif thing.id == ref:
            version = int(thing.metadata.to_dict().get("portal_version", 0))
            highest, fell = max(highest, version), version < highest
    if fell:
        yield f"{ref}: ends below version {highest}"
