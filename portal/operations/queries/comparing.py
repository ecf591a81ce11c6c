"""What was found when all was compared with the provider: docs/decisions/reconciliation.md."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select

from portal.billing.models import BillingAccount, Card
from portal.catalog.queries import prices_by_ref
from portal.kit.db import db
from portal.operations.owners import owners_of
from portal.outbox.models import Sync, Task
from portal.payments.models import Difference

SHOWN = 100
"""So many differences are shown at the most; all of them are counted."""
RECONCILE = "reconcile"
LOOKS = ("look at every account", "look at every open refund", "look at every subscription")
"""The tasks by which each room has its own things looked at."""


@dataclass(frozen=True)
class Found:
    """Something that was one way here and another way at the provider, although nobody had told of it."""

    subject: str
    """`table:id`."""
    ref: str
    """What the provider calls it."""
    what: str
    ours: str
    theirs: str
    found_at: datetime
    repaired_at: datetime | None
    how: str | None
    customer_id: int | None
    currency: str
    """Of its amounts, if it is about a customer's account; else empty."""
    named: Mapping[str, str]
    """What we know by the provider's names that stand in it: of a price what is sold, of a card its brand and last digits."""


@dataclass(frozen=True)
class Reconciliation:
    """The last one that began."""

    began_at: datetime
    left: int
    """So many things are still to be looked at."""
    found: int
    repaired: int
    """Of those that it found."""
    open: int
    """All that are not repaired, also those of earlier runs."""
    differences: list[Found]
    """What is open first, the oldest first; then what was found or repaired since this run began."""
    more: int
    """So many that are not among `differences`."""


def last_reconciliation() -> Reconciliation | None:
    """None if there was none yet."""
    began_at = db.session.scalar(select(func.max(Task.done_at)).where(Task.kind == RECONCILE))
    if began_at is None:
        return None
    is_open, of_this_run = Difference.repaired_at.is_(None), Difference.found_at >= began_at
    counts = func.count().filter(of_this_run), func.count(Difference.repaired_at).filter(of_this_run), func.count().filter(is_open)
    told = or_(is_open, of_this_run, Difference.repaired_at >= began_at)
    found, repaired, still_open, all_told = db.session.execute(select(*counts, func.count()).where(told)).one()
    looks = select(func.count()).select_from(Task).where(Task.kind.in_(LOOKS), Task.done_at.is_(None), Task.dead_at.is_(None))
    left = select(func.count()).select_from(Sync).where(Sync.is_check, Sync.wanted > Sync.done)
    shown = select(Difference).where(told).order_by(Difference.repaired_at.desc().nulls_first(), Difference.found_at, Difference.id)
    rows = db.session.scalars(shown.limit(SHOWN)).all()
    about = {row.subject: (row.subject.partition(":")[0], int(row.subject.partition(":")[2])) for row in rows}
    whose, currencies, named = owners_of(about.values()), _currencies(about.values()), _named(rows)
    return Reconciliation(
        began_at=began_at,
        left=(db.session.scalar(left) or 0) + (db.session.scalar(looks) or 0),
        found=found,
        repaired=repaired,
        open=still_open,
        more=all_told - len(rows),
        differences=[
            Found(
                one.subject, one.ref, one.what, one.ours, one.theirs, one.found_at, one.repaired_at, one.how,
                customer_id=whose.get(about[one.subject]), currency=currencies.get(about[one.subject], ""), named=named,
            )
            for one in rows
        ],
    )  # fmt: skip


def open_differences() -> int:
    return db.session.scalar(select(func.count()).select_from(Difference).where(Difference.repaired_at.is_(None))) or 0


def _currencies(about: Iterable[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """Of those that are accounts."""
    accounts = [number for table, number in about if table == BillingAccount.__tablename__]
    known = select(BillingAccount.id, BillingAccount.currency).where(BillingAccount.id.in_(accounts))
    return {(BillingAccount.__tablename__, number): currency for number, currency in db.session.execute(known)} if accounts else {}


def _named(rows: Iterable[Difference]) -> dict[str, str]:
    """By the provider's names in contents (`2 × price_…, 1 × price_…`) and in which card is charged."""
    sides = [(row.what, side) for row in rows for side in (row.ours, row.theirs)]
    prices = {part.rpartition(" ")[2] for what, side in sides if what == "contents" for part in side.split(", ")}
    cards = {side for what, side in sides if what == "default card"}
    sold = {ref: f"{price.variant.product.name}, {price.variant.name}" for ref, price in prices_by_ref(prices).items()} if prices else {}
    known = select(Card.provider_ref, Card.brand, Card.last4).where(Card.provider_ref.in_(cards))
    return sold | ({ref: f"{brand} {last4}" for ref, brand, last4 in db.session.execute(known)} if cards else {})
