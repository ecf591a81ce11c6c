"""What was agreed when a delivery locked, against what the provider charged: docs/decisions/charged-all-the-same.md"""

from datetime import timedelta

from sqlalchemy import select

from portal import timeline
from portal.billing.models import Why
from portal.catalog.models import Price
from portal.kit.db import db
from portal.kit.shop import shop
from portal.payments import Discount, Payment, Renewal
from portal.subscriptions.models import Cancellation, Delivery, Overcharge, Subscription
from portal.subscriptions.policy import CHANGE_OF, Change, discount_as_json, discount_from, taken_off
from portal.timeline import Entry

SAME_DAY = timedelta(days=1)
"""A charge may be so much earlier or later than it was planned, and is the same."""
OF_THE_DATE = (Change.DATES, Change.PAUSE, Change.RESUME)
OF_THE_AMOUNT = (Change.CONTENTS, Change.FREQUENCY, Change.DISCOUNT)


def overcharge_by(subscription: Subscription, renewal: Renewal, *, discount: Discount | None) -> Overcharge | None:
    """The one that is known of this invoice, or a new one if it is for more than was agreed. `discount` is the one that counted before it.

    Only what the customer had changed before the delivery locked, and the provider had not heard of when it wrote the invoice, was agreed
    otherwise. A charge that the shop itself brought about there is none.
    """
    if known := next((one for one in subscription.overcharges if one.invoice_ref == renewal.ref), None):
        return known
    is_known = any(delivery.invoice_ref == renewal.ref for delivery in subscription.deliveries)
    if is_known or renewal.payment is Payment.VOID:
        return None
    unheard = {_kind(entry) for entry in _unheard(subscription, renewal)}
    if why := _why_nothing_was_to_come(subscription, renewal, unheard):
        return _overcharge(subscription, renewal, _meant(subscription, renewal), why, _too_much(renewal, 0, None))
    delivery = next(iter(_coming(subscription, renewal)), None)
    if delivery is None or not unheard & set(OF_THE_AMOUNT):
        return None
    if delivery.agreed is None:
        lines = [[item.price_id, item.quantity] for item in subscription.contents.items]
        delivery.agreed = {"lines": lines, "discount": discount_as_json(discount)}
    agreed = sum(quantity * db.session.get_one(Price, price_id).amount for price_id, quantity in delivery.agreed["lines"])
    amount = _too_much(renewal, agreed, discount_from(delivery.agreed["discount"]))
    return _overcharge(subscription, renewal, delivery, Why.CONTENTS, amount) if amount else None


def _overcharge(subscription: Subscription, renewal: Renewal, delivery: Delivery | None, why: Why, amount: int) -> Overcharge:
    db.session.flush()  # a delivery that is new has its id from here on
    found = Overcharge(
        invoice_ref=renewal.ref,
        delivery_id=delivery.id if delivery else None,
        why=why,
        invoiced_at=renewal.invoiced_at,
        amount=amount,
        currency=renewal.currency,
        payment=renewal.payment,
    )
    subscription.overcharges.append(found)
    return found


def _unheard(subscription: Subscription, renewal: Renewal) -> list[Entry]:
    """The customer's changes of before the lock that were not at the provider when it wrote this invoice."""
    mine = select(Entry).where(Entry.subject == timeline.key(subscription), Entry.version > renewal.version, Entry.refused_at.is_(None))
    return list(db.session.scalars(mine.where(Entry.at <= renewal.invoiced_at - shop().lock).order_by(Entry.id)))


def _kind(entry: Entry) -> Change | None:
    """Of what was done, or undone."""
    return CHANGE_OF.get(entry.facts.get("undone", entry.deed))


def _why_nothing_was_to_come(subscription: Subscription, renewal: Renewal, unheard: set[Change | None]) -> Why | None:
    """None if a delivery was to be charged then. From the moment of a cancellation on, locked or not, nothing was."""
    cancelled = select(Cancellation.id).where(Cancellation.asked_at <= renewal.invoiced_at)
    if db.session.scalars(Cancellation.standing(subscription).where(Cancellation.id.in_(cancelled))).first():
        return Why.CANCELLED
    if _coming(subscription, renewal) or not unheard & set(OF_THE_DATE):
        return None
    if _rests(subscription, renewal):
        return Why.PAUSED
    meant = _meant(subscription, renewal)
    return Why.SKIPPED if meant and meant.is_skipped else Why.MOVED


def _coming(subscription: Subscription, renewal: Renewal) -> list[Delivery]:
    """The deliveries that were to be charged by then, soonest first."""
    due = [one for one in subscription.scheduled if one.invoice_ref is None and one.charge_at <= renewal.invoiced_at + SAME_DAY]
    return [one for one in due if one.agreed or not _rests(subscription, renewal)]


def _rests(subscription: Subscription, renewal: Renewal) -> bool:
    until = subscription.resumes_at
    return subscription.is_paused and (until is None or until > renewal.invoiced_at)


def _meant(subscription: Subscription, renewal: Renewal) -> Delivery | None:
    """The delivery that the provider took it to be: one of this day, or the next that comes."""
    free = [one for one in subscription.planned if one.invoice_ref is None]
    of_the_day = (one for one in free if abs(one.charge_at - renewal.invoiced_at) <= SAME_DAY)
    return next(of_the_day, None) or next((one for one in free if one.is_scheduled), None)


def _too_much(renewal: Renewal, agreed: int, discount: Discount | None) -> int:
    """What the invoice comes to above what was agreed, in its minor units. Tax goes along in proportion; halves are the shop's.

    `agreed` is before any discount; what is charged once with it is as the shop wanted it. A discount takes off as much as it does at the
    provider, or a part of what was taken off there, whichever is more.
    """
    charge = renewal.charge
    agreed += sum(line.amount for line in renewal.lines if line.is_once)
    if charge.subtotal <= charge.discount:
        return 0
    ours = taken_off(discount, agreed, charge_at=renewal.invoiced_at, is_next=True)
    left = agreed - min(max(ours, charge.discount * agreed // charge.subtotal), agreed)
    net = charge.subtotal - charge.discount
    return max(renewal.amount - (2 * renewal.amount * left + net) // (2 * net), 0)
