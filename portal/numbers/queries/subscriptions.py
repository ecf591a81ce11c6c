"""Subscriptions that began and stopped, and what people said who cancelled."""

from datetime import datetime

from sqlalchemy import String, cast, literal, select

from portal.kit.db import db
from portal.numbers.models import Fate, Figure, Kept
from portal.numbers.queries.counts import Counts, Days
from portal.subscriptions.models import Cancellation, Offered, Subscription
from portal.timeline import Entry

NEVER_BEGAN = "incomplete", "incomplete_expired"
"""Stripe's words for a subscription whose first charge never went through."""


def count(counts: Counts, days: Days) -> None:
    """One that ended and began again has begun twice."""
    began = Subscription.status.not_in(NEVER_BEGAN)
    for started_at in db.session.scalars(select(Subscription.started_at).where(days.holds(Subscription.started_at), began)):
        counts.add(1, days.of(started_at), Figure.STARTED)
    for ended_at in db.session.scalars(select(Subscription.ended_at).where(days.holds(Subscription.ended_at), began)):
        counts.add(1, days.of(ended_at or days.span.begins_at(days.zone)), Figure.ENDED)
    for started, ended in _lives_before():
        for written, figure in (started, Figure.STARTED), (ended, Figure.ENDED):
            if (day := days.of(datetime.fromisoformat(written))) in days.span:
                counts.add(1, day, figure)
    _count_cancellations(counts, days)
    _count_offers(counts, days)


def _lives_before() -> list[tuple[str, str]]:
    """When those that began again had begun and ended before. Their rows say only how it was the last time."""
    is_about = Entry.subject == literal(f"{Subscription.__tablename__}:") + cast(Subscription.id, String)
    began_again = select(Entry.facts).join(Subscription, is_about).where(Entry.deed == "began again", Subscription.started_at > Entry.at)
    rows = db.session.scalars(began_again.where(Entry.refused_at.is_(None)))
    return [(facts["started"], facts["ended"]) for facts in rows if "started" in facts]


def _count_cancellations(counts: Counts, days: Days) -> None:
    columns = Cancellation.asked_at, Cancellation.reasons, Cancellation.taken_back_at
    for asked_at, reasons, taken_back_at in db.session.execute(select(*columns).where(days.holds(Cancellation.asked_at))):
        day, kept = days.of(asked_at), Kept.STAYED if taken_back_at else Kept.LEFT
        counts.add(1, day, Figure.CANCELLED, kept)
        for reason in reasons or [""]:
            counts.add(1, day, Figure.REASON, reason, kept)


def _count_offers(counts: Counts, days: Days) -> None:
    columns = Offered.shown_at, Offered.reason, Offered.kinds, Offered.opened, Offered.entry_id, Entry.undone_at, Entry.refused_at
    shown = select(*columns).join(Entry, Entry.id == Offered.entry_id, isouter=True).where(days.holds(Offered.shown_at))
    for shown_at, reason, kinds, opened, entry_id, undone_at, refused_at in db.session.execute(shown):
        fate = Fate.PASSED
        if opened:
            fate = Fate.OPENED if entry_id is None else Fate.UNDONE if undone_at or refused_at else Fate.TAKEN
        counts.add(1, days.of(shown_at), Figure.OFFER_WHY, reason, fate)
        for kind in kinds:
            counts.add(1, days.of(shown_at), Figure.OFFER, kind, fate if kind == opened else Fate.PASSED)
