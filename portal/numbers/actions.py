"""Keep what was counted."""

from collections import Counter
from datetime import date, timedelta

from sqlalchemy import delete, insert

from portal.kit import db as database
from portal.kit.db import db
from portal.numbers.models import BY_PRODUCT, SPREAD, Counted, Figure, Grain, Tally
from portal.numbers.periods import Span
from portal.numbers.queries.counts import Cell, Counts

NAME = "all"
DAYS_KEPT = 70
"""So long the days of what has many keys are kept: two periods of thirty, and some."""


def keep_month(month: Span, counts: Counts, *, last: date) -> None:
    """In place of what was kept of it. `last` is the last day of all that is counted this time."""
    there = Tally.since.between(month.first, month.last), Tally.figure != Figure.PAUSED
    db.session.execute(delete(Tally).where(*there))
    by_month: Counter[Cell] = Counter()
    for (_day, figure, key, detail), count in counts.cells.items():
        by_month[Cell(month.first, figure, key, detail)] += count
    since = last - timedelta(days=DAYS_KEPT)
    days = ((cell, count) for cell, count in counts.cells.items() if cell.figure not in (*BY_PRODUCT, *SPREAD) or cell.day > since)
    rows = [_row(Grain.DAY, cell, count, counts) for cell, count in days if count]
    rows += [_row(Grain.MONTH, cell, count, counts) for cell, count in by_month.items() if count]
    if rows:
        db.session.execute(insert(Tally), rows)


def keep_pauses(levels: dict[date, int]) -> None:
    db.session.execute(delete(Tally).where(Tally.figure == Figure.PAUSED))
    rows = [_row(Grain.DAY, Cell(day, Figure.PAUSED), count, Counts()) for day, count in levels.items() if count]
    if rows:
        db.session.execute(insert(Tally), rows)


def forget_before(day: date) -> None:
    """Nothing that is counted is as old as this any more."""
    db.session.execute(delete(Tally).where(Tally.since < day.replace(day=1)))


def now_counted_until(last: date) -> None:
    known = database.insert(Counted).values(name=NAME, until=last)
    db.session.execute(known.on_conflict_do_update(index_elements=["name"], set_={"until": last}))


def _row(grain: Grain, cell: Cell, count: int, counts: Counts) -> dict[str, object]:
    title = counts.titles.get(cell.key, "") if cell.figure is Figure.PRODUCT else ""
    return {
        "grain": grain, "since": cell.day, "figure": cell.figure, "key": cell.key, "detail": cell.detail, "count": count, "title": title
    }  # fmt: skip
