"""Which rules count for an order: those of the version that applied when it was placed."""

from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from portal.kit.db import db
from portal.returns.models import CustomerFlag, FlagKind, PolicyVersion
from portal.returns.policy.standard import STANDARD
from portal.returns.policy.terms import Terms, read


@dataclass(frozen=True)
class Policy:
    id: int | None
    """Of its version; None for what counts where the shop had made none yet."""
    terms: Terms


@dataclass(frozen=True)
class Policies:
    """All versions, the oldest first."""

    begins: Sequence[datetime]
    versions: Sequence[Policy]

    def on(self, placed_at: datetime) -> Policy:
        """The one that counts for an order of that moment."""
        place = bisect_right(self.begins, placed_at)
        return self.versions[place - 1] if place else Policy(None, STANDARD)

    def knowing(self, reason: str) -> Terms | None:
        """The newest that have this reason, whether they count for anything any more or not."""
        newest_first = [*(one.terms for one in reversed(self.versions)), STANDARD]
        return next((terms for terms in newest_first if terms.reason(reason)), None)


def policies() -> Policies:
    """They are few, and each page needs those of several days."""
    columns = PolicyVersion.applies_from, PolicyVersion.id, PolicyVersion.body
    rows = db.session.execute(select(*columns).order_by(PolicyVersion.applies_from)).all()
    return Policies([row.applies_from for row in rows], [Policy(row.id, read(row.body)) for row in rows])


def policy_on(placed_at: datetime) -> Policy:
    """For one order."""
    found = db.session.scalars(PolicyVersion.on(placed_at)).one_or_none()
    return Policy(found.id, read(found.body)) if found else Policy(None, STANDARD)


def policy_of(version_id: int | None) -> Policy:
    """That by which an item of a return was judged (`ReturnItem.policy_id`)."""
    found = db.session.get_one(PolicyVersion, version_id) if version_id is not None else None
    return Policy(found.id, read(found.body)) if found else Policy(None, STANDARD)


def flags_of(customer_ids: Collection[int]) -> dict[int, FlagKind]:
    """What the shop decided last about each of these customers, unless that has ended."""
    flags = select(CustomerFlag.customer_id, CustomerFlag.kind)
    in_force = flags.where(CustomerFlag.customer_id.in_(customer_ids), CustomerFlag.ended_at.is_(None))
    return {row.customer_id: row.kind for row in db.session.execute(in_force.order_by(CustomerFlag.id))}
