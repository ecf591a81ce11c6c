"""How long the money of a return takes."""

from datetime import timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from portal.kit.db import db
from portal.kit.shop import shop
from portal.numbers.models import Figure, Promise
from portal.numbers.queries.counts import Counts, Days
from portal.returns import looked_at_by
from portal.returns.models import Payout, Return

HOUR = timedelta(hours=1)
BROUGHT_IN = "import:"
"""How the drafts of returns from files begin."""


def count(counts: Counts, days: Days) -> None:
    """The first refund of each return, or the first credit. What was given before the parcel came took no time that anybody waited;
    of what was brought in from a file, one day is known only."""
    earlier = aliased(Payout)
    is_later = exists().where(earlier.return_id == Payout.return_id, earlier.id < Payout.id)
    columns = Payout.decided_at, Return.received_at, Return.submitted_at
    of_returns = select(*columns).join(Return, Return.id == Payout.return_id).where(Return.draft.not_like(f"{BROUGHT_IN}%"))
    firsts = of_returns.where(days.holds(Payout.decided_at), ~is_later)
    ours = shop()
    for issued_at, received_at, submitted_at in db.session.execute(firsts):
        day = days.of(issued_at)
        for since, figure in (received_at, Figure.REFUND), (submitted_at, Figure.REFUND_ASKED):
            if since and since <= issued_at:
                counts.add(1, day, figure, "", str((issued_at - since) // HOUR))
        if received_at and received_at <= issued_at:
            kept = day <= looked_at_by(received_at, ours)
            counts.add(1, day, Figure.PROMISE, Promise.KEPT if kept else Promise.MISSED, str((day - days.of(received_at)).days))
