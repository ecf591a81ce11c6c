"""By the clock: who has come to be concerned since."""

from typing import Any

from portal import outbox
from portal.incidents.actions import GROW, grow
from portal.kit.clock import now


@outbox.task(GROW)
def concern(_: dict[str, Any], lease: outbox.Lease) -> None:
    at = now()
    with lease.finish(at=at):
        grow(at=at)
