"""Walks along the chain, as far as one likes at a time, and names the first place where it is not as it was written."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from portal.kit.alarms import end_alarm, raise_alarm
from portal.kit.db import db, view
from portal.timeline.anchors import Anchor
from portal.timeline.chain import digest_of_kept
from portal.timeline.findings import Finding, Problem
from portal.timeline.models import STAYS, ChainHead, Check, Entry
from portal.timeline.tally import missing

BATCH = 2000
"""Entries that are read at once."""
COVERED = [Entry.__table__.columns[name] for name in STAYS]
BROKEN = "history broken"


@dataclass(frozen=True)
class Place:
    """After which entry one stands, and its hash."""

    entry: int | None = None
    hash: str = ""

    def __str__(self) -> str:
        return "the beginning" if self.entry is None else f"entry {self.entry}"


BEGINNING = Place()


@dataclass(frozen=True)
class Walked:
    place: Place
    """How far the chain holds."""
    entries: int
    is_done: bool
    problem: Problem | None = None


def walk(anchors: Sequence[Anchor] = (), *, since: Place = BEGINNING, most: int | None = None) -> Walked:
    """From `since` on, to the end or over `most` entries. What is written meanwhile disturbs nothing. Not inside a transaction.

    The `anchors` are in the order of their entries. Those before `since` are looked up, so that it stands where it says.
    """
    with view():
        head = db.session.scalars(select(ChainHead.entry_hash)).one_or_none()
        problem = _moved(since, anchors)
    walked, met_head = Walked(since, 0, is_done=False, problem=problem), head in (since.hash, None)
    while walked.problem is None and not walked.is_done and (most is None or walked.entries < most):
        with view():
            entries = _next(walked.place)
        met_head = met_head or any(entry.entry_hash == head for entry in entries)
        walked = _over(entries, anchors, walked)
        if not entries and walked.problem is None:
            walked = replace(walked, is_done=True, problem=_cut(walked.place, anchors, met_head=met_head))
    return walked


def first_break(anchors: Sequence[Anchor] = ()) -> str | None:
    """Where the chain does not hold, in a sentence; None if it does."""
    problem = walk(anchors).problem
    return problem.sentence if problem else None


def walk_and_count(anchors: Sequence[Anchor], *, since: Place, most: int) -> Walked:
    """The same, and once at its end, whether all anchors that were made are there."""
    walked = walk(anchors, since=since, most=most)
    if walked.problem is None and walked.is_done:
        with view():
            return replace(walked, problem=missing(anchors))
    return walked


def _next(place: Place) -> Sequence[Row[Any]]:
    entries = select(*COVERED).order_by(Entry.id).limit(BATCH)
    return db.session.execute(entries if place.entry is None else entries.where(Entry.id > place.entry)).all()


def _over(entries: Sequence[Row[Any]], anchors: Sequence[Anchor], walked: Walked) -> Walked:
    place, number = walked.place, walked.entries
    due = bisect_right(anchors, place.entry if place.entry is not None else -1, key=lambda anchor: anchor.entry)
    for entry in entries:
        problem = _broken(entry, place)
        while problem is None and due < len(anchors) and anchors[due].entry <= entry.id:
            problem, due = _not_as_anchored(anchors[due], entry, anchors[:due]), due + 1
        if problem:
            return Walked(place, number, is_done=True, problem=problem)
        place, number = Place(entry.id, entry.entry_hash), number + 1
    return Walked(place, number, is_done=False)


def _broken(entry: Row[Any], place: Place) -> Problem | None:
    if entry.previous_hash != place.hash:
        sentence = f"Entry {entry.id} does not follow {place}: something was removed, added or swapped there."
        return Problem(Finding.CHANGED, sentence)
    try:
        is_as_written = entry.entry_hash == digest_of_kept(entry)
    except ValueError:  # NaN: the database takes it, nobody of ours writes it
        is_as_written = False
    return None if is_as_written else Problem(Finding.CHANGED, f"Entry {entry.id} is not as it was written.")


def _not_as_anchored(anchor: Anchor, entry: Row[Any], before: Sequence[Anchor]) -> Problem | None:
    held = f"after entry {before[-1].entry}, which is anchored too" if before else "anywhere from the beginning on"
    if anchor.entry < entry.id:
        return _rewritten(f"Entry {anchor.entry} is gone, which was anchored at {_moment(anchor)}: the chain was written anew, {held}.")
    if anchor.hash != entry.entry_hash:
        return _rewritten(f"Entry {entry.id} is not the one that was anchored at {_moment(anchor)}: the chain was written anew, {held}.")
    return None


def _cut(place: Place, anchors: Sequence[Anchor], *, met_head: bool) -> Problem | None:
    """What was written before the walk began is all there?"""
    if anchors and anchors[-1].entry > (place.entry if place.entry is not None else -1):
        last = anchors[-1]
        was = f"entry {last.entry} was there at {_moment(last)}, as is anchored"
        return Problem(Finding.CUT, f"The newest entries are gone: {place} is the last, and {was}.")
    return None if met_head else Problem(Finding.CUT, f"The newest entries are gone: {place} was not the last.")


def _moved(since: Place, anchors: Sequence[Anchor]) -> Problem | None:
    if since.entry is None:
        return None
    older = [*(anchor for anchor in anchors if anchor.entry <= since.entry)]
    hashes: dict[int, str] = {}
    ids = sorted({since.entry, *(anchor.entry for anchor in older)})
    for start in range(0, len(ids), BATCH):
        some = select(Entry.id, Entry.entry_hash).where(Entry.id.in_(ids[start : start + BATCH]))
        hashes |= dict(db.session.execute(some).all())
    for anchor in older:
        if hashes.get(anchor.entry) != anchor.hash:
            return _rewritten(f"Entry {anchor.entry} is not the one that was anchored at {_moment(anchor)}.")
    is_there = hashes.get(since.entry) == since.hash
    return None if is_there else _rewritten(f"Entry {since.entry} is not the one up to which it was whole before.")


def _rewritten(sentence: str) -> Problem:
    return Problem(Finding.REWRITTEN, sentence)


def _moment(anchor: Anchor) -> str:
    return f"{anchor.at:%Y-%m-%d %H:%M:%S} UTC"


def place_of(check: Check) -> Place:
    """From where it goes on."""
    return Place(check.entry, check.entry_hash) if check.entry else BEGINNING


def keep_check(check: Check, walked: Walked, *, at: datetime) -> None:
    """In a transaction: how far it came; and what it found is an alarm, until a walk along all of it finds nothing."""
    check.at, check.entries = at, check.entries + walked.entries
    check.entry, check.entry_hash = walked.place.entry or 0, walked.place.hash
    check.is_done = walked.is_done or walked.problem is not None
    if problem := walked.problem:
        check.problem, check.finding = problem.sentence, problem.finding
        raise_alarm(BROKEN, f"{problem.begins} {problem.sentence} {problem.advice}", facts={}, at=at)
    elif check.is_done and not check.since:
        end_alarm(BROKEN, at=at)
