"""Prepared changes, as the customer and the shop's people see them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import aliased

from portal.accounts.models import Staff
from portal.kit.db import db
from portal.notifications.actions import Helper
from portal.prepared.models import Outcome, PreparedChange
from portal.prepared.telling import are_still_so, as_told, has_words, pictures_of, topic_of
from portal.timeline import Entry

TOLD_FOR = timedelta(days=30)
"""So long an answered one is still shown."""
Picture = list[dict[str, Any]]
MOST_TOGETHER = 50
MOST_SINCE = 3
"""Changes that are named of those that made a suggestion differ from what was shown."""
PREPARED = Entry.facts["prepared"].as_integer()
"""Which suggestion was approved by it."""


@dataclass(frozen=True)
class Cost:
    """What would come of it, in money."""

    more: int | None
    """By how much each delivery costs more as a rule, in minor units; None where none is planned before it or after it."""
    in_four_weeks: tuple[int, int] | None
    """What so long costs about, as it is and as it would be, where it would come more often or less often."""
    currency: str
    now: dict[str, Any] | None
    """The next charge as it is, and as it would be (`telling.pictures`)."""
    then: dict[str, Any] | None


@dataclass(frozen=True)
class Shown:
    id: int
    by: str
    """The member of staff."""
    told: list[dict[str, Any]]
    compared: list[tuple[dict[str, Any] | None, dict[str, Any] | None]]
    """As it is, as it would be; empty where there is nothing to compare, or nothing any more."""
    cost: Cost | None
    """None where nothing is compared."""
    path: str
    form: list[list[str]]
    page: str
    note: str
    reason: str
    """Why the customer declined it; empty where they said nothing."""
    prepared_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    ended_as: Outcome | None
    is_open: bool
    since: list[dict[str, Any]]
    """What was changed meanwhile about the same: each with its `subject`, `deed`, `facts` and `at`; newest first, and not all of many. Only
    of one that waits or is out of date."""
    is_stale: bool
    """It waits, and what it is about is not as it was when it was reckoned: nothing is compared, and it is shown anew before it is done."""
    has_others: bool
    """Another one that waits is about the same."""

    def is_about(self, subject: str) -> bool:
        return any(told["subject"] == subject for told in self.told)


@dataclass(frozen=True)
class Together:
    """What a customer and somebody of the shop did together."""

    told: dict[str, Any]
    """For `telling.change_told`."""
    helper: Helper
    at: datetime


def waiting(customer_id: int, *, at: datetime) -> list[Shown]:
    """Oldest first."""
    return _shown(PreparedChange.open_of(customer_id, at=at), at=at)


def lately(customer_id: int, limit: int, *, at: datetime) -> list[Shown]:
    """All of them, waiting or not, newest first."""
    some = PreparedChange.of(customer_id).where(PreparedChange.prepared_at > at - TOLD_FOR)
    return _shown(some.order_by(None).order_by(PreparedChange.id.desc()).limit(limit), at=at)


def together(subject: str) -> list[Together]:
    """What was done about a row (`table:id`) by the customer and the shop's people together, the newest first: in a view of the customer's
    pages, or by a customer who approved what was prepared there."""
    did, prepared = aliased(Staff), aliased(Staff)
    found = select(Entry, did.name, prepared.name).outerjoin(did, did.id == Entry.staff_id)
    found = found.outerjoin(PreparedChange, PreparedChange.id == PREPARED).outerjoin(prepared, prepared.id == PreparedChange.staff_id)
    both = Entry.system.is_(None), or_(Entry.impersonation_id.is_not(None), PreparedChange.id.is_not(None))
    rows = db.session.execute(found.where(Entry.subject == subject, *both).order_by(Entry.id.desc()).limit(MOST_TOGETHER))
    return [Together(as_told(entry), Helper(done_by or "", prepared_by or ""), entry.at) for entry, done_by, prepared_by in rows]


def helper(staff_id: int | None, prepared_id: int | None) -> Helper:
    """Who of the shop did something for a customer, or prepared what the customer approved."""
    done = db.session.get(Staff, staff_id) if staff_id else None
    return Helper(done.name or done.email if done else "", preparers([prepared_id]).get(prepared_id, "") if prepared_id else "")


def _shown(query: Select[PreparedChange], *, at: datetime) -> list[Shown]:
    """Each subject is looked at once, however many changes of it were prepared."""
    rows = db.session.execute(query.join(Staff, Staff.id == PreparedChange.staff_id).add_columns(Staff.name)).all()
    looks = pictures_of({subject for one, _ in rows if one.is_open(at=at) for subject in one.looks})
    stale = {one.id for one, _ in rows if one.is_open(at=at) and not are_still_so(one.looked or {}, looks, at=at)}
    since = _since([one for one, _ in rows if one.is_open(at=at) or one.ended_as is Outcome.OVERTAKEN])
    about = Counter(topic for one, _ in rows if one.is_open(at=at) for topic in _about(one))
    beside: dict[int, tuple[Picture, Picture]] = {one.id: _beside({} if one.id in stale else looks, one.looks) for one, _ in rows}
    return [
        Shown(
            id=one.id,
            by=name,
            told=one.told,
            compared=list(zip_longest(*beside[one.id])),
            cost=_cost(*beside[one.id]),
            path=one.path,
            form=one.form,
            page=one.page,
            note=one.note,
            reason=one.reason,
            prepared_at=one.prepared_at,
            expires_at=one.expires_at,
            ended_at=one.ended_at,
            ended_as=one.ended_as,
            is_open=one.is_open(at=at),
            since=since.get(one.id, []),
            is_stale=one.id in stale,
            has_others=one.is_open(at=at) and any(about[topic] > 1 for topic in _about(one)),
        )
        for one, name in rows
    ]


def _beside(now: dict[str, Picture], then: dict[str, Picture]) -> tuple[Picture, Picture]:
    """Of the first subject that has looks. Nothing, where it has none any more."""
    return next(((now[subject], looks) for subject, looks in then.items() if subject in now), ([], []))


def _since(some: list[PreparedChange]) -> dict[int, list[dict[str, Any]]]:
    """In one question for all of them."""
    if not some:
        return {}
    about = Entry.subject.in_({told["subject"] for one in some for told in one.told})
    began = min(one.renewed_at or one.prepared_at for one in some)
    entries = db.session.scalars(select(Entry).where(about, Entry.at > began).order_by(Entry.id.desc()).limit(MOST_TOGETHER)).all()
    return {one.id: [as_told(entry) | {"at": entry.at} for entry in entries if _is_since(entry, one)][:MOST_SINCE] for one in some}


def _is_since(entry: Entry, one: PreparedChange) -> bool:
    began, ended = one.renewed_at or one.prepared_at, one.ended_at or entry.at
    told = as_told(entry)
    return topic_of(told) in _about(one) and began < entry.at <= ended and has_words(told)


def _about(one: PreparedChange) -> set[tuple[str, str]]:
    return {topic_of(told) for told in one.told}


def _cost(now: Picture, then: Picture) -> Cost | None:
    first, other = next(iter(now), None), next(iter(then), None)
    if first and other:
        more = other["each"] - first["each"] if "each" in other else None
        return Cost(more, _in_four_weeks(first, other), other["currency"], first, other)
    known = first or other
    return Cost(None, None, known["currency"], first, other) if known else None


def _in_four_weeks(first: dict[str, Any], other: dict[str, Any]) -> tuple[int, int] | None:
    comes_as_often = other.get("every") in (None, first["every"])
    return None if comes_as_often else (round(first["each"] * 28 / first["every"]), round(other["each"] * 28 / other["every"]))


def who_prepared(entry: Entry) -> int | None:
    """The member of staff whose suggestion was approved by it, by number."""
    known = select(PreparedChange.staff_id).where(PreparedChange.id == entry.facts.get("prepared"))
    return db.session.scalar(known) if "prepared" in entry.facts else None


def preparers(prepared_ids: Iterable[int]) -> dict[int, str]:
    """Who prepared them, by name."""
    ids = set(prepared_ids)
    if not ids:
        return {}
    found = select(PreparedChange.id, Staff.name).join(Staff, Staff.id == PreparedChange.staff_id).where(PreparedChange.id.in_(ids))
    return {row.id: row.name for row in db.session.execute(found)}
