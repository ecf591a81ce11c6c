"""What has to be so here, whatever happened, and what has to be equal on both sides when all is at rest."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from portal.kit.db import db
from portal.kit.shop import shop
from portal.orders.models import Order
from portal.outbox.models import Sync, Task
from portal.subscriptions.models import PLANNED, DeliveryStatus, Subscription
from portal.subscriptions.models.contents import MOST
from portal.subscriptions.policy import Obstacle
from portal.timeline import Entry
from portal.timeline.chain import digest
from portal.timeline.models import ChainHead
from tests.stripe import Stripe

ASKED_FOR = "Refused by a fault that was asked for."


class Illegal(AssertionError):
    """A state that must not be, on our side alone."""


class Unequal(AssertionError):
    """The two sides differ, or a customer got something else than was promised."""


def legal(fits: bool, sentence: str) -> None:
    if not fits:
        raise Illegal(sentence)


def equal(there: Any, here: Any, what: str) -> None:
    if there != here:
        raise Unequal(f"{what}: {there} there, {here} here")


class Chain:
    """Looks at what was written since it last looked."""

    def __init__(self) -> None:
        self.last, self.hash = 0, ""

    def look(self) -> None:
        for entry in db.session.scalars(select(Entry).where(Entry.id > self.last).order_by(Entry.id)):
            legal(entry.previous_hash == self.hash and entry.entry_hash == digest(entry), f"The chain breaks at entry {entry.id}.")
            self.last, self.hash = entry.id, entry.entry_hash
        legal(db.session.scalars(select(ChainHead.entry_hash)).one() == self.hash, "The chain’s head is another one.")


def must_be_legal(one: Subscription) -> None:
    legal(one.confirmed_version <= one.version, f"confirmed {one.confirmed_version} of {one.version}")
    scheduled = one.scheduled
    days = [delivery.arrives_on for delivery in scheduled]
    legal(len(days) == len(set(days)), f"two boxes on one day: {days}")
    legal(all(delivery.invoice_ref is None for delivery in scheduled), "what is planned has an invoice already")
    inside = one.contents.items
    legal(bool(inside), "an empty box")
    legal(all(1 <= item.quantity <= MOST for item in inside), f"quantities {[item.quantity for item in inside]}")
    legal(len({item.price_id for item in inside}) == len(inside), "one product twice in the box")
    rhythms = {(item.price.every_count, item.price.every_unit) for item in inside}
    legal(rhythms == {(one.every_count, one.every_unit)}, f"prices for {rhythms}, it comes every {one.every_count} {one.every_unit}")
    legal(one.contents.total >= shop().minimum_order, f"a box for {one.contents.total}")
    legal(one.is_paused or not one.resumes_at, "it resumes, and is not paused")
    legal(one.is_ending or not one.ends_now_at, "it ends now, and does not end")
    if one.has_ended and one.beginning_key is None:
        legal(not scheduled, "it has ended, and something is planned")
        legal(not one.is_ending and not one.is_paused, "it has ended, and is about to end or paused")
    else:
        legal(len(scheduled) >= PLANNED, f"only {len(scheduled)} are planned")


def must_have_failed_for_a_reason() -> None:
    """What the worker could not do was for the provider's faults, and nothing else."""
    for table in Sync, Task:
        for kind, error in db.session.execute(select(table.kind, table.error).where(table.error.is_not(None))):
            assert error
            legal(error.startswith("TryAgain: ") or (ASKED_FOR in error and error.startswith("Declined: ")), f"{kind}: {error}")


def why_it_waits(one: Subscription, *, at: datetime) -> str | None:
    """What the table has as a reason for not being confirmed yet."""
    locked = one.locked(at=at)
    if one.obstacle is Obstacle.UNPAID:
        return "debt"
    if any(delivery.status is DeliveryStatus.DUE for delivery in one.deliveries):
        return "charging"
    return "locked" if locked else None


def must_be_equal(one: Subscription, stripe: Stripe, *, at: datetime) -> None:
    """Read from the provider by hand, not by the portal's own reading."""
    ours, ref, why = _terms_here(one, at=at), one.provider_ref, why_it_waits(one, at=at)
    is_waiting, has_ended, whose, status = one.is_waiting, one.has_ended, one.customer_id, one.status
    db.session.rollback()
    there = stripe.v1.subscriptions.retrieve(ref, {"expand": ["discounts.promotion_code"]})
    equal(there.status, status, "status")
    _orders_must_be_what_was_paid(ref, whose, stripe)
    if has_ended:
        return
    if is_waiting and why:
        return
    theirs = terms_there(there, at=at)
    if why in ("debt", "charging"):
        ours["next charge"] = theirs["next charge"] = None
    equal(theirs, ours, "terms")


def _terms_here(one: Subscription, *, at: datetime) -> dict[str, Any]:
    is_over = one.resumes_at is not None and one.resumes_at <= at
    return {
        "version": one.version,
        "next charge": next((delivery.charge_at for delivery in one.scheduled), None),
        "rhythm": (one.every_count, one.every_unit),
        "contents": sorted((item.price.provider_ref, item.quantity) for item in one.contents.items),
        "pause": ("until", one.resumes_at) if one.is_paused and not is_over else None,
        "ending": one.is_ending,
        "code": one.code,
    }


def terms_there(there: Any, *, at: datetime) -> dict[str, Any]:
    """A code only where the discounts are shown with it."""
    items = there["items"].data
    pause = there.pause_collection
    resumes_at = datetime.fromtimestamp(pause.resumes_at, UTC) if pause and pause.resumes_at else None
    return {
        "version": int(there.metadata.to_dict().get("portal_version", 0)),
        "next charge": datetime.fromtimestamp(items[0].current_period_end, UTC),
        "rhythm": (items[0].price.recurring.interval_count, items[0].price.recurring.interval),
        "contents": sorted((item.price.id, item.quantity) for item in items),
        "pause": ("until", resumes_at) if pause and not (resumes_at and resumes_at <= at) else None,
        "ending": there.cancel_at_period_end,
        "code": next((one.promotion_code.code for one in there.discounts if not isinstance(one, str) and one.promotion_code), None),
    }


def _orders_must_be_what_was_paid(ref: str, whose: int, stripe: Stripe) -> None:
    invoices = stripe.v1.invoices.list({"subscription": ref, "limit": 100}).data
    paid = {
        invoice.id: invoice.total
        for invoice in invoices
        if invoice.status == "paid" and invoice.total and invoice.billing_reason in ("subscription_cycle", "subscription_create")
    }
    rows = db.session.execute(select(Order.source_ref, Order.total).where(Order.customer_id == whose, Order.source_ref.in_(list(paid))))
    known = {row.source_ref: row.total for row in rows}
    db.session.rollback()
    equal(paid, known, "orders")
