"""That somebody who is signed in was told no: many of these are somebody who tries what they may not."""

from datetime import datetime, timedelta

from portal.accounts.models import Person
from portal.kit.limits import RecentUse, Rule
from portal.timeline import Actor, note

KEPT: list[Rule] = [(60, timedelta(hours=1))]
"""By one person: nobody writes the history full by asking for what they don't get."""


def note_refusal(person: Person, what: str, why: str, *, by: Actor, at: datetime) -> None:
    """`what` is the endpoint, `why` the refusal's name or the status of the answer."""
    kept = RecentUse.of(f"refusals of {person.__tablename__} {person.id}", at=at)
    if kept.free_at(KEPT, at=at) is None:
        kept.add(at=at)
        note(person, "refused", by=by, at=at, facts={"what": what, "why": why})
