"""What is watched all the time, and who hears of it: docs/decisions/alarms.md."""

from datetime import datetime, timedelta

from sqlalchemy import select

from portal.accounts.models import Role, Staff
from portal.kit.alarms import Alarm, end_alarm, raise_alarm
from portal.kit.db import db
from portal.notifications.actions import send_mail
from portal.operations import out_of_step
from portal.operations.alerts import watch_history
from portal.operations.queries import oldest_at, stuck
from portal.payments import ACCOUNT_GONE, FOREIGN_EVENTS, PROVIDER_AHEAD

OLDEST = timedelta(minutes=5)
"""So long may somebody's change wait before we say so."""
QUIET = timedelta(days=1)
"""An alarm about something that happened ends when it has not happened for so long."""
HAPPENING = (ACCOUNT_GONE, FOREIGN_EVENTS, PROVIDER_AHEAD)


def watch(at: datetime) -> None:
    """Every few seconds, in a transaction of the worker's."""
    since = oldest_at(at=at)
    if since and at - since >= OLDEST:
        sentence = f"The oldest piece of work has waited since {since:%Y-%m-%d %H:%M:%S} UTC."
        raise_alarm("work waits", sentence, facts={"since": since.isoformat()}, at=at)
    else:
        end_alarm("work waits", at=at)
    if number := stuck():
        sentence = f"Pieces of work that failed again and again, or were given up: {number}. See `portal sync status`."
        raise_alarm("work fails", sentence, facts={"number": number}, at=at)
    else:
        end_alarm("work fails", at=at)
    out_of_step.keep_tasks(at=at)
    watch_history(at=at)
    _end_what_is_quiet(at=at)
    _tell(at=at)


def _end_what_is_quiet(*, at: datetime) -> None:
    for name in db.session.scalars(
        select(Alarm.name).where(Alarm.name.in_(HAPPENING), Alarm.ended_at.is_(None), Alarm.last_at < at - QUIET)
    ):
        end_alarm(name, at=at)


def _tell(*, at: datetime) -> None:
    """Those who run the shop, once; of several workers that do it at once, the mail's key lets one."""
    for alarm in db.session.scalars(select(Alarm).where(Alarm.ended_at.is_(None), Alarm.told_at.is_(None))):
        for admin in db.session.scalars(select(Staff).where(Staff.role == Role.ADMIN, Staff.disabled_at.is_(None))):
            key = f"alarm:{alarm.name}:{alarm.raised_at.timestamp():.0f}:{admin.id}"
            send_mail("operations/alarm", to=admin, context={"name": alarm.name, "sentence": alarm.sentence}, at=at, key=key)
        alarm.told_at = at
