"""What somebody has to look at now: one row for each reason, on or off."""

from datetime import datetime, timedelta
from logging import getLogger
from typing import Any

from sqlalchemy import JSON, case, select, update
from sqlalchemy.orm import Mapped, mapped_column

from portal.kit.db import Model, db, insert

log = getLogger(__name__)
TOLD_AGAIN_AFTER = timedelta(hours=1)
"""One that comes and goes writes no mail each time."""


class Alarm(Model):
    """Something is wrong that no customer can put right. It goes on until the reason is gone."""

    __tablename__ = "alarm"
    name: Mapped[str] = mapped_column(unique=True)
    sentence: Mapped[str]
    """For operators, in English, as logs are. Without personal data."""
    facts: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What the desk needs to say it in the words of whoever reads it; None of what it has no words for."""
    raised_at: Mapped[datetime]
    last_at: Mapped[datetime]
    """When there was last a reason."""
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    told_at: Mapped[datetime | None] = mapped_column(default=None)
    """When the mails about it were asked for."""


def raise_alarm(name: str, sentence: str, *, facts: dict[str, Any] | None = None, at: datetime) -> None:
    """Inside a transaction. One that is on goes on, and is not told again."""
    was_on = db.session.scalar(select(Alarm.id).where(Alarm.name == name, Alarm.ended_at.is_(None)))
    values = {"name": name, "sentence": sentence, "facts": facts, "raised_at": at, "last_at": at}
    begins = Alarm.ended_at.is_not(None)
    is_new = begins & (Alarm.told_at <= at - TOLD_AGAIN_AFTER)
    again = {
        "sentence": sentence, "facts": facts, "last_at": at, "ended_at": None,
        "raised_at": case((begins, at), else_=Alarm.raised_at), "told_at": case((is_new, None), else_=Alarm.told_at),
    }  # fmt: skip
    db.session.execute(insert(Alarm).values(values).on_conflict_do_update(index_elements=["name"], set_=again))
    if not was_on:
        log.error("Alarm, %s: %s", name, sentence)


def end_alarm(name: str, *, at: datetime) -> None:
    """Inside a transaction; also where it is not on."""
    ended = update(Alarm).where(Alarm.name == name, Alarm.ended_at.is_(None)).values(ended_at=at)
    if db.session.scalar(ended.returning(Alarm.id)):
        log.warning("The alarm is over: %s", name)
