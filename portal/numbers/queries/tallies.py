"""What was counted before, and is kept."""

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import date

from sqlalchemy import func, select

from portal.kit.db import db
from portal.numbers.models import BY_PRODUCT, SPREAD, Counted, Figure, Grain, Tally
from portal.numbers.periods import Span
from portal.numbers.queries.counts import Cell

RUNNING = Figure.STARTED, Figure.ENDED, Figure.PAID, Figure.REFUNDED, Figure.PAYERS
"""Of these the sum since the beginning is shown too."""
COURSES = tuple(figure for figure in Figure if figure not in (*BY_PRODUCT, *SPREAD, Figure.PAUSED))
"""Of these the course of the period is shown, week by week or month by month."""
Product = tuple[Figure, str, str]
"""The figure, the SKU and the reason."""


def counted_until() -> date | None:
    return db.session.scalar(select(Counted.until))


def courses(span: Span, grain: Grain) -> Counter[Cell]:
    """By month, the span has to begin with one."""
    columns = Tally.since, Tally.figure, Tally.key, Tally.detail, Tally.count
    rows = select(*columns).where(Tally.figure.in_(COURSES), Tally.grain == grain, Tally.since.between(span.first, span.last))
    return Counter({Cell(since, figure, key, detail): count for since, figure, key, detail, count in db.session.execute(rows)})


def spread(span: Span, grain: Grain) -> Counter[Cell]:
    """Of all of it together, as if it were its first day. By month, it has to begin with one."""
    columns = Tally.figure, Tally.key, Tally.detail, func.sum(Tally.count)
    rows = select(*columns).where(Tally.figure.in_(SPREAD), Tally.grain == grain, Tally.since.between(span.first, span.last))
    found = db.session.execute(rows.group_by(Tally.figure, Tally.key, Tally.detail))
    return Counter({Cell(span.first, figure, key, detail): int(count) for figure, key, detail, count in found})


def paused(days: Collection[date]) -> dict[date, int]:
    """At the end of each."""
    rows = select(Tally.since, Tally.count).where(Tally.figure == Figure.PAUSED, Tally.grain == Grain.DAY, Tally.since.in_(days))
    return dict(db.session.execute(rows).all())


def sums_before(day: date) -> Counter[tuple[Figure, str]]:
    columns = Tally.figure, Tally.key, func.sum(Tally.count)
    rows = select(*columns).where(Tally.figure.in_(RUNNING), Tally.grain == Grain.DAY, Tally.since < day)
    return Counter({(figure, key): int(count) for figure, key, count in db.session.execute(rows.group_by(Tally.figure, Tally.key))})


def products(span: Span, grain: Grain) -> Iterator[tuple[Product, int, str]]:
    """With what each is called. By month, the span has to begin with one."""
    columns = Tally.figure, Tally.key, Tally.detail, func.sum(Tally.count), func.max(Tally.title)
    rows = select(*columns).where(Tally.figure.in_(BY_PRODUCT), Tally.grain == grain, Tally.since.between(span.first, span.last))
    for figure, key, detail, count, title in db.session.execute(rows.group_by(Tally.figure, Tally.key, Tally.detail)):
        yield (figure, key, detail), int(count), title
