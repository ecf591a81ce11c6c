"""What happens to parcels by the clock."""

from typing import Any

from portal import outbox
from portal.kit.clock import now
from portal.orders.actions.looking import forget_looks
from portal.orders.actions.watching import watch


@outbox.task("watch parcels")
def watch_parcels(_: dict[str, Any], lease: outbox.Lease) -> None:
    at = now()
    with lease.finish(at=at):
        watch(at=at)
        forget_looks(at=at)
