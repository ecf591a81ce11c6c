"""Where lines, columns and bars of a chart stand, in the units of its drawing. Pure; the words come from elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, log10

WIDTH, LINES_HEIGHT, COLUMNS_HEIGHT = 560, 240, 220
LEFT, RIGHT, TOP, BOTTOM = 44, 448, 20, 204
"""Of the field of a chart with lines: on its right their names stand."""
NAME_STEP = 16
"""So far apart are two names, or nobody can read them."""
MOST_VALUES = 14
"""Above more columns than this their figures would overlap."""
MOST_LABELS = 6


@dataclass(frozen=True)
class Label:
    at: float
    words: str


@dataclass(frozen=True)
class Line:
    kind: str
    """Its class: a, b or c."""
    points: str
    ends: tuple[float, float]
    name: Label


@dataclass(frozen=True)
class LineChart:
    title: str
    """What it shows, as one sentence."""
    lines: list[Line]
    grid: list[float]
    heights: list[Label]
    days: list[Label]
    is_point: bool
    """Whether there is one moment only, of which no line can be drawn."""
    kind: str = "lines"


@dataclass(frozen=True)
class Column:
    kind: str
    """Its class: bar, mid or rest."""
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class ColumnChart:
    title: str
    columns: list[Column]
    values: list[tuple[float, float, str]]
    """Where each stands, and what it says."""
    days: list[Label]
    kinds: list[tuple[str, str]]
    """The class and the name of each part."""
    kind: str = "columns"


@dataclass(frozen=True)
class Bar:
    """Of a row of a table. Parts are in hundredths of the width."""

    parts: list[tuple[str, float, float]]
    """Class, where it begins, and how wide it is."""
    end: str
    """What stands at its end, in words."""


@dataclass(frozen=True)
class BarChart:
    title: str
    kinds: list[tuple[str, str]]
    bars: list[Bar]
    end: str
    """What the words at the ends of the bars are."""
    kind: str = "bars"


def top_of(most: float) -> float:
    """A round number that is as large or a little larger, and whose half is round too."""
    if most <= 10:
        return next(top for top in (4.0, 6.0, 8.0, 10.0) if top >= most)
    unit = 10.0 ** int(log10(most))
    return next(round(step * unit) for step in (1.0, 1.2, 1.6, 2.0, 2.4, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0) if step * unit >= most)


def lines(
    title: str, series: Sequence[tuple[str, str, Sequence[int]]], days: Sequence[str], heights: Sequence[str], top: float
) -> LineChart:
    """Each line with its class and its name; `heights` are the words at the top, in the middle and at the bottom."""
    count = len(days)
    step = (RIGHT - LEFT) / max(count - 1, 1)

    def y(value: float) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * value / top, 1)

    drawn = []
    names = _spread([y(values[-1]) + 4 for _, _, values in series])
    for (kind, name, values), name_at in zip(series, names, strict=True):
        points = " ".join(f"{round(LEFT + step * place, 1)},{y(value)}" for place, value in enumerate(values))
        drawn.append(Line(kind, points, (round(LEFT + step * (count - 1), 1), y(values[-1])), Label(name_at, name)))
    grid = [round(TOP + (BOTTOM - TOP) * part / 4, 1) for part in range(5)]
    at = [Label(height + 4, words) for height, words in zip((grid[0], grid[2], grid[4]), heights, strict=True)]
    return LineChart(title, drawn, grid, at, [Label(round(LEFT + step * place, 1), days[place]) for place in _shown(count)], count == 1)


def columns(
    title: str, kinds: Sequence[tuple[str, str]], stacks: Sequence[Sequence[int]], days: Sequence[str], values: Sequence[str]
) -> ColumnChart:
    """Parts stand on each other, the first at the bottom."""
    base, top, left, right = COLUMNS_HEIGHT - 36, 30, 16, WIDTH - 16
    slot = (right - left) / max(len(stacks), 1)
    width, most = min(58.0, slot * 0.78), top_of(max((sum(stack) for stack in stacks), default=0))
    drawn, told = [], []
    for place, (stack, words) in enumerate(zip(stacks, values, strict=True)):
        x, y = round(left + slot * place + (slot - width) / 2, 1), float(base)
        for (kind, _), part in zip(kinds, stack, strict=True):
            if part:
                height = max((base - top) * part / most, 1.5)
                y -= height
                drawn.append(Column(kind, x, round(y, 1), round(width, 1), round(height, 1)))
        if len(stacks) <= MOST_VALUES and sum(stack) > 0:
            told.append((round(x + width / 2, 1), round(y - 8, 1), words))
    centres = [round(left + slot * (place + 0.5), 1) for place in range(len(stacks))]
    shown = range(len(days)) if len(days) <= 8 else _shown(len(days))
    return ColumnChart(title, drawn, told, [Label(centres[place], days[place]) for place in shown], list(kinds))


def bars(title: str, kinds: Sequence[tuple[str, str]], rows: Sequence[Sequence[float]], end: str, ends: Sequence[str]) -> BarChart:
    """The longest takes all of the width."""
    most = max((sum(row) for row in rows), default=0) or 1
    drawn = []
    for row, words in zip(rows, ends, strict=True):
        begins, parts = 0.0, []
        for (kind, _), part in zip(kinds, row, strict=True):
            wide = 100 * part / most
            if wide > 0:
                parts.append((kind, round(begins, 2), round(wide, 2)))
            begins += wide
        drawn.append(Bar(parts, words))
    return BarChart(title, list(kinds), drawn, end)


def _shown(count: int) -> list[int]:
    """Which of so many days are named: evenly, with the first and the last."""
    if count <= MOST_LABELS:
        return list(range(count))
    step = ceil((count - 1) / (MOST_LABELS - 1))
    found = list(range(0, count - 1, step))
    if count - 1 - found[-1] < step * 0.6:
        found.pop()
    return [*found, count - 1]


def _spread(wanted: list[float]) -> list[float]:
    """Move names apart that would stand on each other, and keep them inside."""
    order = sorted(range(len(wanted)), key=lambda place: wanted[place])
    found = list(wanted)
    for above, below in pairwise(order):
        found[below] = max(found[below], found[above] + NAME_STEP)
    over = max((place - (BOTTOM + 6) for place in found), default=0)
    if over > 0:
        found[order[-1]] -= over
        for below, above in pairwise(order[::-1]):
            found[above] = min(found[above], found[below] - NAME_STEP)
    return [round(place, 1) for place in found]
