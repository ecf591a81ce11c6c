"""What the worker does for the API."""

from typing import Any

from portal import outbox
from portal.api import actions
from portal.kit.clock import now


@outbox.task("forget old API answers")
def forget_old_answers(_: dict[str, Any], lease: outbox.Lease) -> None:
    at = now()
    with lease.finish(at=at):
        actions.forget_old(at=at)
