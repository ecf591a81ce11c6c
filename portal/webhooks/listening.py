"""Hears what was done in the rooms below, in the transaction in which it was, and has it told."""

from collections.abc import Callable, Iterable
from datetime import datetime

from portal import orders, subscriptions, timeline
from portal.kit.db import db
from portal.orders.actions import LINE_CANCELLED, OTHER_ADDRESS
from portal.orders.models import Order, Shipment
from portal.returns.models import Claim, Return, ReturnStatus, Withdrawal
from portal.subscriptions.models import Subscription
from portal.timeline import Entry
from portal.webhooks.actions import Told, as_text, tell

Hearer = Callable[[Entry, int], Iterable[Told]]
"""What an entry about the row of this number amounts to."""


@timeline.on_entry
def hear(entry: Entry) -> None:
    table, _, number = entry.subject.partition(":")
    if hearer := HEARERS.get(table):
        for told in hearer(entry, int(number)):
            tell(told)


@subscriptions.on_confirmed
def hear_confirmed(subscription: Subscription, at: datetime) -> None:
    data = {"subscription": subscription.id, "customer": subscription.customer_id, "version": subscription.confirmed_version}
    tell(Told("subscription.confirmed", timeline.key(subscription), at, data))


@orders.on_ordered
def hear_ordered(order: Order) -> None:
    data = {"order": order.id, "number": order.number, "customer": order.customer_id, "source": order.source}
    tell(Told("order.created", timeline.key(order), order.placed_at, data))


def _of_a_subscription(entry: Entry, number: int) -> Iterable[Told]:
    subscription = db.session.get_one(Subscription, number)
    whose = {"subscription": number, "customer": subscription.customer_id}
    changed = {
        "entry": entry.id,
        "deed": entry.deed,
        "undoes": entry.facts["entry"] if entry.deed == "undone" else None,
        "by": _who(entry),
        "version": entry.version,
        "confirmed": entry.version is None and entry.system == timeline.PROVIDER.system,
        "touched": sorted({*entry.after, *(entry.personal or {}).get("after", {})}),
    }
    yield Told("subscription.changed", entry.subject, entry.at, whose | changed)
    if entry.deed in ("cancelled", "cancelled for the end"):
        ends_at = subscription.ends_at
        cancelled = {"reference": entry.facts["reference"], "at_once": entry.deed == "cancelled", "ends_at": ends_at and as_text(ends_at)}
        yield Told("subscription.cancelled", entry.subject, entry.at, whose | cancelled)


def _of_an_order(entry: Entry, number: int) -> Iterable[Told]:
    order = db.session.get_one(Order, number)
    named = {"order": number, "number": order.number, "customer": order.customer_id}
    if entry.deed == LINE_CANCELLED:
        line = {"line": entry.facts["line"], "quantity": entry.facts["quantity"]}
        yield Told("order.line_cancelled", entry.subject, entry.at, named | line)
    elif entry.deed == OTHER_ADDRESS:
        yield Told("order.address_changed", entry.subject, entry.at, named | {"address": order.address_id})


def _of_a_parcel(entry: Entry, number: int) -> Iterable[Told]:
    parcel = db.session.get_one(Shipment, number)
    data = {
        "parcel": number,
        "ref": parcel.ref,
        "order": parcel.order_id,
        "number": parcel.order.number,
        "entry": entry.id,
        "deed": entry.deed,
        "status": parcel.status.value,
        "incident": parcel.incident and parcel.incident.value,
        "expected_on": parcel.expected_on and parcel.expected_on.isoformat(),
        "delivered_at": parcel.delivered_at and as_text(parcel.delivered_at),
    }
    yield Told("parcel.updated", entry.subject, entry.at, data)


def _of_a_claim(entry: Entry, number: int) -> Iterable[Told]:
    claim = db.session.get_one(Claim, number)
    order = db.session.get_one(Order, claim.order_id)
    named = {"claim": number, "reference": claim.reference, "customer": claim.customer_id, "number": order.number}
    if entry.deed == "open claim":
        yield Told("claim.opened", entry.subject, entry.at, named | {"kind": claim.kind.value, "wish": claim.wish.value})
    else:
        done = {"entry": entry.id, "deed": entry.deed, "by": _who(entry), "status": claim.status.value}
        yield Told("claim.updated", entry.subject, entry.at, named | done)


def _of_a_return(entry: Entry, number: int) -> Iterable[Told]:
    """A draft is its customer's own."""
    return_ = db.session.get_one(Return, number)
    if return_.status is not ReturnStatus.DRAFT:
        named = {"return": number, "rma": return_.rma, "customer": return_.customer_id}
        done = {"entry": entry.id, "deed": entry.deed, "by": _who(entry), "status": return_.status.value}
        yield Told("return.updated", entry.subject, entry.at, named | done)


def _of_a_withdrawal(entry: Entry, number: int) -> Iterable[Told]:
    data = {"withdrawal": number, "reference": entry.facts["reference"], "customer": entry.customer_id}
    yield Told("withdrawal.declared", entry.subject, entry.at, data)


HEARERS: dict[str, Hearer] = {
    Subscription.__tablename__: _of_a_subscription,
    Order.__tablename__: _of_an_order,
    Shipment.__tablename__: _of_a_parcel,
    Claim.__tablename__: _of_a_claim,
    Return.__tablename__: _of_a_return,
    Withdrawal.__tablename__: _of_a_withdrawal,
}
"""By table."""


def _who(entry: Entry) -> str:
    if entry.staff_id:
        return "staff"
    if entry.customer_id:
        return "customer"
    return "provider" if entry.system == timeline.PROVIDER.system else "system"
