"""The reconciliation, by the clock: it asks for a look at everything that lives, and the one sync does the rest."""

from typing import Any

from portal import outbox
from portal.kit.clock import now
from portal.operations.queries import LOOKS, RECONCILE


@outbox.task(RECONCILE)
def reconcile(_: dict[str, Any], lease: outbox.Lease) -> None:
    at = now()
    with lease.finish(at=at):
        for kind in LOOKS:
            outbox.want_task(kind, {}, at=at)
