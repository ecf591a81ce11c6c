"""Everything that the page needs of its period, and of the time before it: what was kept, and what happened since."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from portal.kit.shop import shop
from portal.numbers.models import BY_PRODUCT, Figure, Grain
from portal.numbers.periods import DAY, By, Period, Span, before, span_of
from portal.numbers.queries import tallies
from portal.numbers.queries.counting import count_days, first_day
from portal.numbers.queries.counts import Cell
from portal.numbers.queries.pauses import paused_by_day, paused_now
from portal.returns.queries.policies import Policies, policies

Part = tuple[date, str, str, int]
"""The day, the key, the detail, and how many."""


@dataclass
class Ledger:
    period: Period
    by: By
    at: datetime
    span: Span
    before: Span | None
    """The time to compare with."""
    counted_until: date | None
    """The last day that was counted last night; what came later was counted now."""
    parts: dict[Figure, list[Part]] = field(default_factory=lambda: defaultdict(list))
    earlier: Counter[tuple[Figure, str]] = field(default_factory=Counter)
    """What had come together before the first day of all this, by figure and key."""
    products: Counter[tallies.Product] = field(default_factory=Counter)
    """Of the period."""
    titles: dict[str, str] = field(default_factory=dict)
    paused: dict[date, int] = field(default_factory=dict)
    rules: Policies = field(default_factory=policies)
    """All that ever counted: reasons are called by them."""

    @property
    def spans(self) -> list[Span]:
        """The period, cut as asked for."""
        return self.span.cut(self.by)

    def total(self, figure: Figure, span: Span, key: str | None = None) -> int:
        return sum(count for day, of, _, count in self.parts[figure] if day in span and key in (None, of))

    def by_key(self, figure: Figure, span: Span) -> Counter[tuple[str, str]]:
        """By key and detail."""
        found: Counter[tuple[str, str]] = Counter()
        for day, key, detail, count in self.parts[figure]:
            if day in span:
                found[key, detail] += count
        return found

    def series(self, figure: Figure, spans: Sequence[Span], key: str | None = None) -> list[int]:
        """One after the other; the spans follow each other."""
        place = {day: number for number, span in enumerate(spans) for day in span}
        found = [0] * len(spans)
        for day, of, _, count in self.parts[figure]:
            if day in place and key in (None, of):
                found[place[day]] += count
        return found

    def sum_until(self, figure: Figure, day: date, key: str = "") -> int:
        """Since the beginning, with this day: the last one of a part of the period, or the one before it."""
        return self.earlier[figure, key] + sum(count for when, of, _, count in self.parts[figure] if when <= day and of == key)

    def paused_on(self, day: date) -> int:
        return self.paused.get(day, 0)

    def active_on(self, day: date) -> int:
        """Begun, not ended, and not paused when this day ended."""
        return self.sum_until(Figure.STARTED, day) - self.sum_until(Figure.ENDED, day) - self.paused_on(day)


def ledger(period: Period, by: By, *, at: datetime) -> Ledger | None:
    """None where nothing was ever counted: the shop begins today."""
    zone = shop().zone
    today, since = at.astimezone(zone).date(), first_day(zone)
    if since is None:
        return None
    span = span_of(period, today, since)
    until = tallies.counted_until()
    found = Ledger(period, by, at, span, before(period, span), until)
    first = found.before.first if found.before else span.first
    live = count_days(Span(min(until + DAY if until else since, today), today), zone)
    if until:
        _take_kept(found, Span(first, until))
    else:
        found.paused = paused_by_day(Span(first, today), zone, at=at)
    found.paused[today] = paused_now(at=at)
    _take(found, live.cells, first)
    found.titles |= live.titles
    return found


def _take_kept(found: Ledger, kept: Span) -> None:
    """Longer periods begin with a month, so what is shown by month, or as a whole, is read by month."""
    is_short = found.period is Period.DAYS
    grain = Grain.DAY if is_short else Grain.MONTH
    _take_dated(found, tallies.courses(*_read_by(kept, Grain.DAY if found.by is By.WEEK else grain)), kept.first)
    for part in filter(None, (found.before, found.span)):
        if part.first <= kept.last:
            _take_dated(found, tallies.spread(*_read_by(Span(part.first, min(part.last, kept.last)), grain)), part.first)
    found.earlier += tallies.sums_before(kept.first)
    ends = [min(day, kept.last) for day in _ends(found)]
    known = tallies.paused(ends)
    found.paused = {day: known.get(end, 0) for day, end in zip(_ends(found), ends, strict=True)}
    products = Span(found.span.first if is_short else found.span.first.replace(day=1), kept.last)
    for product, count, title in tallies.products(products, grain):
        found.products[product] += count
        if title:
            found.titles[product[1]] = title


def _read_by(span: Span, grain: Grain) -> tuple[Span, Grain]:
    return (span if grain is Grain.DAY else Span(span.first.replace(day=1), span.last)), grain


def _take_dated(found: Ledger, cells: Mapping[Cell, int], first: date) -> None:
    """What stands on the first day of a month happened on a later one where the period began later."""
    _take(found, {cell._replace(day=max(cell.day, first)): count for cell, count in cells.items()}, first)


def _ends(found: Ledger) -> list[date]:
    """The days of which it is shown how many were paused."""
    return [found.span.first - DAY, *[span.last for span in found.spans]]


def _take(found: Ledger, cells: Mapping[Cell, int], first: date) -> None:
    for (day, figure, key, detail), count in cells.items():
        if figure in BY_PRODUCT:
            if day in found.span:
                found.products[figure, key, detail] += count
        elif day >= first:
            found.parts[figure].append((day, key, detail, count))
        elif figure in tallies.RUNNING:
            found.earlier[figure, key] += count
