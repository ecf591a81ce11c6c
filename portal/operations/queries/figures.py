"""What a machine that watches the portal reads besides, and alarms."""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from portal.kit.alarms import Alarm
from portal.kit.db import db, wall_time
from portal.outbox.models import Heartbeat, Task
from portal.payments import APPLY
from portal.payments.models import CallCount, ReceivedEvent


def events_lately(*, at: datetime) -> dict[str, int]:
    """The provider's events of the last 24 hours, by what became of them."""
    lately = ReceivedEvent.received_at > at - timedelta(days=1)
    given_up = select(func.count()).select_from(Task).where(Task.kind == APPLY, Task.dead_at > at - timedelta(days=1))
    counts = select(func.count(), func.count(ReceivedEvent.applied_at), func.count().filter(ReceivedEvent.is_ours.is_(False)))
    received, applied, ignored = db.session.execute(counts.where(lately)).one()
    return {"received": received, "applied": applied, "ignored": ignored, "dead": db.session.scalar(given_up) or 0}


def calls() -> dict[str, int]:
    """To the provider, since the beginning, by how they went."""
    return dict(db.session.execute(select(CallCount.outcome, CallCount.calls).order_by(CallCount.outcome)).all())


def alarms() -> list[Alarm]:
    """Those that are on, the oldest first."""
    return list(db.session.scalars(select(Alarm).where(Alarm.ended_at.is_(None)).order_by(Alarm.raised_at)))


def worker_age() -> timedelta | None:
    """Since a worker last left word that it runs; None if none ever did."""
    seen_at = db.session.scalar(select(Heartbeat.seen_at))
    return max(wall_time() - seen_at, timedelta()) if seen_at else None
