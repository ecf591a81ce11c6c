"""What the history tells of so often within an hour that somebody should look."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import func, select

from portal.kit.alarms import end_alarm, raise_alarm
from portal.kit.db import db
from portal.timeline import Entry

SPAN = timedelta(hours=1)


@dataclass(frozen=True)
class Rule:
    alarm: str
    deed: str
    most: int
    """Within an hour: one more is an alarm."""
    of: Literal["staff", "subject", "all"]
    """Of whom they are counted: of each who did it, of each to whom it happened, or of everybody together."""
    sentence: str


RULES = (
    Rule(
        "views begun",
        "impersonation started",
        20,
        "staff",
        "Staff {whose} began to view customers {number} times within an hour.",
    ),
    Rule("second steps wrong", "second step wrong", 8, "subject", "{number} wrong second steps within an hour for {whose}."),
    Rule("codes wrong", "code wrong", 100, "all", "{number} wrong sign-in codes within an hour: somebody may be guessing."),
    Rule("limits reached", "limit reached", 50, "all", "{number} times within an hour somebody reached a limit at the door."),
    Rule("refused often", "refused", 50, "subject", "{whose} was refused {number} times within an hour."),
)


def watch_history(*, at: datetime) -> None:
    """Every few seconds, in a transaction of the worker's."""
    found = _counted(at=at)
    for rule in RULES:
        whose, number = max(found.get(rule.deed, {}).get(rule.of, {"": 0}).items(), key=lambda one: one[1])
        if number > rule.most:
            raise_alarm(rule.alarm, rule.sentence.format(whose=whose, number=number), facts={"whose": whose, "number": number}, at=at)
        else:
            end_alarm(rule.alarm, at=at)


def _counted(*, at: datetime) -> dict[str, dict[str, dict[str, int]]]:
    """By deed, by how they are counted, by whose they are."""
    first = select(func.min(Entry.id)).where(Entry.at > at - SPAN).scalar_subquery()
    lately = select(Entry.deed, Entry.staff_id, Entry.subject, func.count()).where(
        Entry.deed.in_([rule.deed for rule in RULES]), Entry.id >= first, Entry.at > at - SPAN
    )
    found: dict[str, dict[str, dict[str, int]]] = {}
    for deed, staff_id, subject, number in db.session.execute(lately.group_by(Entry.deed, Entry.staff_id, Entry.subject)):
        for way, whose in (("staff", str(staff_id)), ("subject", subject), ("all", "")):
            counts = found.setdefault(deed, {}).setdefault(way, {})
            counts[whose] = counts.get(whose, 0) + number
    return found
