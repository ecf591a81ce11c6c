"""What the reconciliation finds: noted here, and repaired by nothing but the sync. Called from the transaction that learns."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select

from portal.kit.db import db
from portal.payments.models import Difference, ReceivedEvent

Facts = Mapping[str, str | None]
"""How a subject stands, on one side: what by what, in words of a few letters, without personal data."""
CONSEQUENCES = ("status", "version")
"""They differ because something else does: told only where nothing else is."""
CHECKED_SINCE = timedelta(days=90)
"""So far back a check looks at invoices: longer than a subscription's longest usual period, and short enough for one page of them."""
ACCOUNT_GONE = "account gone"
"""The alarm about a customer of ours whom the provider does not have any more."""
PROVIDER_AHEAD = "provider ahead"
"""The alarm about a version there that we never had."""
TOLD_WITHIN = timedelta(minutes=10)
"""An event that comes so late still explains what was found meanwhile: it was no difference, only news."""
CLOCK = timedelta(seconds=1)
"""Events know the second in which they happened."""


def note_differences(subject: str, ref: str, ours: Facts, theirs: Facts, *, at: datetime) -> None:
    """Of all that `theirs` names; `at` is when we began to look. What is noted already, and not repaired, is not noted again."""
    open_ones = select(Difference.what).where(Difference.subject == subject, Difference.repaired_at.is_(None))
    for what in set(_differing(ours, theirs)).difference(db.session.scalars(open_ones)):
        found = Difference(subject=subject, ref=ref, what=what, ours=ours.get(what) or "", theirs=theirs[what] or "", found_at=at)
        db.session.add(found)


def settle_differences(subject: str, ours: Facts, theirs: Facts, *, at: datetime) -> None:
    """What is the same on both sides by now was repaired, whoever asked for the sync that did it."""
    for found in db.session.scalars(select(Difference).where(Difference.subject == subject, Difference.repaired_at.is_(None))):
        there = theirs.get(found.what, found.theirs) or ""
        if (ours.get(found.what) or "") == there:
            found.repair(sent=there == found.ours, at=at)


def withdraw_differences(event: ReceivedEvent, *, at: datetime) -> None:
    """An event that happened before we looked, and came after, tells what we found by looking."""
    told = delete(Difference).where(or_(Difference.ref == event.ref, Difference.ref == event.customer_ref))
    db.session.execute(told.where(Difference.found_at >= event.happened_at + CLOCK, Difference.found_at > at - TOLD_WITHIN))


def _differing(ours: Facts, theirs: Facts) -> list[str]:
    found = [what for what in theirs if (ours.get(what) or "") != (theirs[what] or "")]
    causes = [what for what in found if what not in CONSEQUENCES]
    return causes or found[:1]
