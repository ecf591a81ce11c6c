"""The worker's side of the history: it anchors it outside the database, walks along its chain each night, and forgets addresses."""

from typing import Any

from portal import outbox
from portal.kit.clock import now
from portal.kit.db import db, view
from portal.timeline import anchors, tally
from portal.timeline.chain import ANCHOR
from portal.timeline.checking import BEGINNING, keep_check, place_of, walk_and_count
from portal.timeline.forgetting import forget_where_from
from portal.timeline.models import Check

CHECK = "check the history"
FORGET = "forget where requests came from"
SLICE = 20_000
"""Entries of one piece of work: a second or two, so that no lease runs out and nobody waits behind it."""


@outbox.task(ANCHOR)
def anchor_history(_: dict[str, Any], lease: outbox.Lease) -> None:
    at = now()
    with view():
        found = anchors.newest(at=at)
    kept = anchors.keep(found) if found else None
    with lease.finish(at=at):
        if kept:
            tally.count(is_new=kept.is_new, at=at)


@outbox.task(CHECK)
def check_history(payload: dict[str, Any], lease: outbox.Lease) -> None:
    """From the beginning, however long it is; each piece asks for the next."""
    at = now()
    with view():
        known = db.session.get(Check, payload["check"]) if "check" in payload else None
        place = place_of(known) if known else BEGINNING
    walked = walk_and_count(anchors.kept().signed, since=place, most=SLICE)
    with lease.finish(at=at):
        check = db.session.get(Check, payload["check"]) if "check" in payload else None
        if check is None:
            db.session.add(check := Check(began_at=at, at=at))
        keep_check(check, walked, at=at)
        db.session.flush()
        if not check.is_done:
            outbox.want_task(CHECK, {"check": check.id}, at=at)


@outbox.task(FORGET)
def forget_addresses(_: dict[str, Any], lease: outbox.Lease) -> None:
    """Each piece asks for the next."""
    at = now()
    with lease.finish(at=at):
        if forget_where_from(at=at):
            outbox.want_task(FORGET, {}, at=at)
