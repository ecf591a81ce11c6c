"""What happens to orders and parcels by itself: by the clock, or because an address was corrected."""

from datetime import datetime
from typing import Any

from portal import outbox
from portal.accounts import on_address_replaced
from portal.accounts.models import Address
from portal.kit.clock import now
from portal.kit.db import db
from portal.notifications.actions import helped_by
from portal.orders.actions.changing import follow
from portal.orders.actions.looking import forget_looks
from portal.orders.actions.watching import watch
from portal.prepared.queries import helper
from portal.timeline import Actor

FOLLOW = "orders follow an address"


@outbox.task("watch parcels")
def watch_parcels(_: dict[str, Any], lease: outbox.Lease) -> None:
    at = now()
    with lease.finish(at=at):
        watch(at=at)
        forget_looks(at=at)


@on_address_replaced
def follow_later(old: Address, new: Address, by: Actor, at: datetime) -> None:
    """In a job of its own: whoever corrects holds the customer, and who changes an order holds that first."""
    who = {"customer": by.customer_id, "staff": by.staff_id, "view": by.impersonation_id, "prepared": by.prepared_id}
    outbox.want_task(FOLLOW, {"old": old.id, "new": new.id, **who}, at=at)


@outbox.task(FOLLOW)
def follow_address(payload: dict[str, Any], lease: outbox.Lease) -> None:
    at = now()
    by = Actor(payload["customer"], payload["staff"], impersonation_id=payload.get("view"), prepared_id=payload.get("prepared"))
    with lease.finish(at=at), helped_by(helper(by.staff_id, by.prepared_id)):
        follow(db.session.get_one(Address, payload["old"]), db.session.get_one(Address, payload["new"]), by=by, at=at)
