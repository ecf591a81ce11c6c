"""When subscriptions were paused, told from their history."""

from datetime import date

from flask import Flask
from sqlalchemy import update

from portal import timeline
from portal.kit.db import db, transaction
from portal.kit.shop import shop
from portal.numbers.periods import Span
from portal.numbers.queries import paused_by_day
from portal.timeline import Entry
from tests.accounts.builders import customer
from tests.numbers.world import NOW, SHOP, at, pause, resume, subscription


def paused(*days: int) -> list[int]:
    """How many were at the end of each of these days of November."""
    levels = paused_by_day(Span(date(2026, 11, 1), date(2026, 11, 23)), shop().zone, at=NOW)
    return [levels[date(2026, 11, day)] for day in days]


def test_from_the_pause_until_it_is_resumed(app: Flask) -> None:
    with app.app_context():
        with transaction():
            box = subscription(customer(), at(1, 5))
            pause(box, at(11, 3))
            resume(box, at(11, 6))
        assert paused(2, 3, 5, 6, 23) == [0, 1, 1, 0, 0]


def test_one_that_began_before_counts_on(app: Flask) -> None:
    with app.app_context():
        with transaction():
            pause(subscription(customer(), at(1, 5)), at(10, 3))
        assert paused(1, 23) == [1, 1]


def test_a_pause_ends_by_itself_on_its_day(app: Flask) -> None:
    with app.app_context():
        with transaction():
            pause(subscription(customer(), at(1, 5)), at(11, 3), at(11, 10))
            pause(subscription(customer(), at(1, 5)), at(11, 3), at(12, 10))
        assert paused(9, 10, 23) == [2, 1, 1]


def test_a_second_pause_begins_anew_after_the_first_ended_by_itself(app: Flask) -> None:
    with app.app_context():
        with transaction():
            box = subscription(customer(), at(1, 5))
            pause(box, at(11, 3), at(11, 5))
            box.is_paused, box.resumes_at = False, None  # as the sync does, silently
            pause(box, at(11, 9))
        assert paused(3, 5, 8, 9) == [1, 0, 0, 1]


def test_what_was_undone_or_ended_is_over_and_what_was_refused_never_was(app: Flask) -> None:
    with app.app_context():
        with transaction():
            undone = subscription(customer(), at(1, 5))
            pause(undone, at(11, 3))
            resume(undone, at(11, 4), deed="undone")
            ended = subscription(customer(), at(1, 5))
            pause(ended, at(11, 3))
            timeline.note(ended, "ended", by=SHOP, at=at(11, 8), facts={})
            refused = subscription(customer(), at(1, 5))
            pause(refused, at(11, 3))
            db.session.execute(update(Entry).where(Entry.subject == timeline.key(refused)).values(refused_at=at(11, 3)))
        assert paused(3, 4, 7, 8) == [2, 1, 1, 0]
