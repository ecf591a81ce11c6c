"""What waits to be done, and who is at it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, MappedAsDataclass, mapped_column

from portal.kit.db import Model


class Work(MappedAsDataclass, kw_only=True):
    """What syncs and tasks have in common: when they are due, who has leased them, and how it went."""

    kind: Mapped[str]
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    """Claims since the last one that finished."""
    owner: Mapped[str | None] = mapped_column(default=None)
    leased_until: Mapped[datetime | None] = mapped_column(default=None)
    """In the database's own time, on which all workers agree."""
    error: Mapped[str | None] = mapped_column(default=None)
    """Why the last try failed, for staff."""
    customer_id: Mapped[int | None] = mapped_column(default=None)
    """Who asked for it; of staff, for whom they did. None where neither did: the clock, or the provider."""
    staff_id: Mapped[int | None] = mapped_column(default=None)
    prepared_by: Mapped[int | None] = mapped_column(default=None)
    """Who of the staff had prepared what the customer approved by asking for it."""


class Sync(Work, Model):
    """One subject whose two sides, ours and the provider's, have to be brought together. Never given up: five minutes after a failure,
    at the latest, it is tried again."""

    __tablename__ = "sync"
    __table_args__ = (
        UniqueConstraint("kind", "subject_id"),
        Index("ix_sync_due", "bulk", "due_at"),
        Index("ix_sync_finished_at", "finished_at"),
    )
    subject_id: Mapped[int]
    wanted: Mapped[int] = mapped_column(default=1)
    """How often it was asked for; raised in the transaction of the change."""
    done: Mapped[int] = mapped_column(default=0)
    """What `wanted` was when the last finished sync began."""
    bulk: Mapped[bool] = mapped_column(default=False)
    """Whether nobody waits for it: a customer's click goes first."""
    is_check: Mapped[bool] = mapped_column(default=False)
    """Whether only the reconciliation asked: what differs then is a difference that nobody told of."""
    asked_at: Mapped[datetime | None] = mapped_column(default=None)
    """Since when somebody has been waiting, or from when on somebody will; None when nobody is."""
    finished_at: Mapped[datetime | None] = mapped_column(default=None)
    """When it was last done."""


class Task(Work, Model):
    """Something to do once: a mail to send, a scheduled run."""

    __tablename__ = "task"
    __table_args__ = (Index("ix_task_due", "done_at", "dead_at", "due_at"),)
    key: Mapped[str] = mapped_column(unique=True)
    """What makes it the same task: asked for twice, it is done once. Random where nobody gave one."""
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    asked_at: Mapped[datetime]
    """From when on somebody waits for it."""
    done_at: Mapped[datetime | None] = mapped_column(default=None)
    dead_at: Mapped[datetime | None] = mapped_column(default=None)
    """When it was given up, until an operator retries it."""


class ScheduledRun(Model):
    """When something that happens by the clock is due next."""

    __tablename__ = "scheduled_run"
    name: Mapped[str] = mapped_column(unique=True)
    next_at: Mapped[datetime]


class Heartbeat(Model):
    """That a worker runs. One row, whichever worker it was."""

    __tablename__ = "heartbeat"
    name: Mapped[str] = mapped_column(unique=True)
    seen_at: Mapped[datetime]
    """In the database's own time."""
