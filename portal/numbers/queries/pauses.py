"""How many subscriptions were paused when each day ended, told from their history."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select

from portal.kit.db import db
from portal.numbers.periods import Span
from portal.subscriptions.models import Subscription
from portal.timeline import Entry

DEEDS = "paused", "resumed", "undone", "changed at the provider", "ended"
"""Those after which a subscription may be paused, or not any more."""


@dataclass(frozen=True)
class Turn:
    """One deed: from here on it is paused, or not."""

    subject: str
    at: datetime
    is_paused: bool | None
    """None if the deed left that as it was."""
    resumes_at: datetime | None


def paused_by_day(span: Span, zone: ZoneInfo, *, at: datetime) -> dict[date, int]:
    """At the end of each day, or at this moment if the day is not over. A pause that was made at the provider before the portal knew
    the subscription is in none of them: nobody told when it began."""
    flows: Counter[date] = Counter()
    for began_at, ended_at in pauses(_turns(), at=at):
        flows[began_at.astimezone(zone).date()] += 1
        if ended_at:
            flows[ended_at.astimezone(zone).date()] -= 1
    level = sum(count for day, count in flows.items() if day < span.first)
    levels = {}
    for day in span:
        level += flows[day]
        levels[day] = level
    return levels


def paused_now(*, at: datetime) -> int:
    rests = Subscription.is_paused & or_(Subscription.resumes_at.is_(None), Subscription.resumes_at > at)
    return db.session.scalar(select(func.count()).select_from(Subscription).where(rests, Subscription.ended_at.is_(None))) or 0


def pauses(turns: Iterable[Turn], *, at: datetime) -> Iterator[tuple[datetime, datetime | None]]:
    """When each began and ended; None if it lasts. The turns of one subscription come together, in their order. Pure."""
    for _, ones in groupby(turns, attrgetter("subject")):
        began_at: datetime | None = None
        until: datetime | None = None
        for turn in ones:
            if began_at and until and until <= turn.at:
                yield began_at, until
                began_at = until = None
            if turn.is_paused is False and began_at:
                yield began_at, max(began_at, turn.at)
                began_at = until = None
            elif turn.is_paused or began_at:
                began_at, until = began_at or turn.at, turn.resumes_at
        if began_at:
            yield began_at, until if until and until <= at else None


def _turns() -> Iterator[Turn]:
    columns = Entry.subject, Entry.deed, Entry.at, Entry.after
    kind = Entry.subject.startswith(f"{Subscription.__tablename__}:", autoescape=True)
    rows = select(*columns).where(Entry.deed.in_(DEEDS), Entry.refused_at.is_(None), kind).order_by(Entry.subject, Entry.id)
    for subject, deed, moment, after in db.session.execute(rows):
        if deed == "ended":
            yield Turn(subject, moment, False, None)
            continue
        fields = after.get(subject, {})
        if "is_paused" in fields or "resumes_at" in fields:
            resumes_at = fields.get("resumes_at")
            yield Turn(subject, moment, fields.get("is_paused"), datetime.fromisoformat(resumes_at) if resumes_at else None)
