"""Shops of chance: what is counted is what an independent reckoning comes to, whenever it is counted, and wherever it is kept."""

from collections import Counter
from datetime import timedelta

import pytest
from flask import Flask

from portal.kit import clock
from portal.kit.db import db, transaction
from portal.kit.shop import shop
from portal.numbers.commands import numbers
from portal.numbers.models import SPREAD, Figure
from portal.numbers.periods import DAY, By, Period, Span
from portal.numbers.queries import count_days, paused_by_day
from portal.numbers.queries.ledger import Ledger, ledger
from portal.numbers.queries.tallies import COURSES
from portal.subscriptions.models import Subscription
from tests.numbers.brute import ZONE, reckoned
from tests.numbers.chance import fill
from tests.numbers.world import NOW

TODAY = NOW.astimezone(ZONE).date()
SEEDS = (1, 2)
LATE = {"active", "paused at"}
"""Of the days since a night that is long ago it is not told how many were paused; only of now."""


@pytest.mark.parametrize("seed", SEEDS)
def test_each_day_is_counted_as_by_another_hand(app: Flask, seed: int) -> None:
    with app.app_context():
        with transaction():
            fill(seed)
        expected = reckoned(shop())
        everything = Span(TODAY - timedelta(days=600), TODAY + timedelta(days=100))
        found = count_days(everything, ZONE).cells
        assert Counter({(day, str(figure), key, detail): number for (day, figure, key, detail), number in found.items()}) == expected
        assert {figure for _, figure, _, _ in expected} == {str(figure) for figure in Figure} - {"paused"}, "each figure was tried"


@pytest.mark.parametrize("seed", SEEDS)
def test_the_parts_come_to_the_whole(app: Flask, seed: int) -> None:
    """Counted month by month it is the same."""
    with app.app_context():
        with transaction():
            fill(seed)
        everything = Span(TODAY - timedelta(days=600), TODAY)
        parts: Counter[object] = Counter()
        for by in By:
            parts.clear()
            for month in everything.cut(by):
                parts.update(count_days(month, ZONE).cells)
            assert parts == count_days(everything, ZONE).cells


@pytest.mark.parametrize("seed", SEEDS)
def test_active_and_paused_are_as_the_rows_say_now(app: Flask, seed: int) -> None:
    with app.app_context():
        with transaction():
            fill(seed)
        rows = [box for box in db.session.query(Subscription) if box.status != "incomplete" and box.ended_at is None]
        resting = [box for box in rows if box.is_paused and (box.resumes_at is None or box.resumes_at > NOW)]
        book = whole()
        assert (book.active_on(TODAY), book.paused_on(TODAY)) == (len(rows) - len(resting), len(resting))
        assert paused_by_day(Span(TODAY, TODAY), ZONE, at=NOW)[TODAY] == len(resting)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_was_kept_at_night_shows_the_same_as_counting_now(app: Flask, seed: int) -> None:
    """A night that was yesterday, and one that is ten days ago."""
    with app.app_context():
        with transaction():
            fill(seed)
        asked = [(period, by) for period in Period for by in By]
        fresh = [facts(period, by) for period, by in asked]
        for nights_ago in 10, 0:
            with clock.at(NOW - timedelta(days=nights_ago)):
                told = app.test_cli_runner().invoke(numbers, ["rebuild"])
                assert told.exit_code == 0, told.output
            kept = [facts(period, by) for period, by in asked]
            for (period, by), told_now, told_then in zip(asked, fresh, kept, strict=True):
                differs = {name for name, value in told_now.items() if told_then[name] != value}
                assert differs <= (LATE if nights_ago else set()), f"{period} by {by}"


def whole() -> Ledger:
    found = ledger(Period.ALL, By.MONTH, at=NOW)
    assert found
    return found


def facts(period: Period, by: By) -> dict[str, object]:
    """All that a page could show of it."""
    book = ledger(period, by, at=NOW)
    assert book
    spans = book.spans
    told: dict[str, object] = {str(figure): [+book.by_key(figure, span) for span in spans] for figure in COURSES}
    told |= {str(figure): +book.by_key(figure, book.span) for figure in SPREAD}
    ends = [span.last for span in spans]
    told |= {"active": [book.active_on(day) for day in ends], "paused at": [book.paused_on(day) for day in ends]}
    told |= {"products": +book.products, "titles": {key: book.titles[key] for _, key, _ in +book.products}}
    if book.before:
        told["before"] = [+book.by_key(figure, book.before) for figure in (*COURSES, *SPREAD)]
    told["ever"] = [
        book.sum_until(Figure.PAID, day, currency) for day in [book.span.first - DAY, *ends] for currency in ("EUR", "TRY", "JPY")
    ]
    return told
