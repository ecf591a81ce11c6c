"""How fast we ask Stripe, all processes together, and how that went: docs/decisions/rate-limit.md."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from logging import getLogger
from threading import Lock
from time import sleep, time
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy import ColumnElement, Connection, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import InstrumentedAttribute

from portal.kit.db import db, insert, is_sqlite
from portal.kit.limits import RecentUse, Rule
from portal.payments.models import CallCount, Pace
from portal.payments.port import TryAgain

log = getLogger(__name__)
PER_ENDPOINT = 20
"""Calls in a second to one endpoint: 80 % of what Stripe allows. Source: docs.stripe.com/rate-limits."""
INVOICES: Sequence[Rule] = ((8, timedelta(minutes=1)), (16, timedelta(days=1)))
"""Invoices of one subscription: 80 % of the 10 in a minute and 20 in a day that Stripe writes. Source: docs.stripe.com/rate-limits."""
BREATH = 1.0
"""Seconds to leave Stripe alone after a 429 that names none."""
EVERYTHING = ""

_counted = Counter[str]()
_lock = Lock()


def await_turn(endpoint: str, *, patience: float) -> None:
    """Sleep until it is our turn, for `patience` seconds at the most: else TryAgain says when to come back, and no turn is taken.

    Turns are handed out by the database, evenly spaced, so that all processes together keep to the rate. While it is away nobody
    waits: without a database there is nothing to send either.
    """
    rate = current_app.config["STRIPE_CALLS_PER_SECOND"]
    if not rate:
        return
    counted = _take_counts()
    try:
        with _alone() as connection:
            at = _time(connection)
            turn = max(_turn(connection, EVERYTHING, 1 / rate, at), _turn(connection, endpoint, 1 / min(rate, PER_ENDPOINT), at))
            if turn - at > patience:
                raise TryAgain("Stripe is asked no faster than it allows.", timedelta(seconds=turn - at))
            for outcome, number in counted.items():
                _write_down(connection, outcome, number)
    except (TryAgain, SQLAlchemyError) as error:
        _give_back(counted)
        if isinstance(error, TryAgain):
            raise
        log.warning("No pace without the database: %s", error)
        return
    sleep(turn - at)


def hold(seconds: float | None, name: str = EVERYTHING) -> None:
    """Stripe said that it is too much: nobody asks it anything, or nothing of one endpoint, for so many seconds."""
    if current_app.config["STRIPE_CALLS_PER_SECOND"]:
        with _alone() as connection:
            until = _time(connection) + (BREATH if seconds is None else seconds)
            first = insert(Pace).values(name=name, free_at=until)
            later = {"free_at": _latest(Pace.free_at, until)}
            connection.execute(first.on_conflict_do_update(index_elements=["name"], set_=later))


def count(outcome: str) -> None:
    """How a call went. It is written down with the next turn that this process takes."""
    with _lock:
        _counted[outcome] += 1


def next_invoice_at(ref: str, *, at: datetime) -> datetime | None:
    """Before a change that has Stripe write an invoice for this subscription: None if it may be sent now, and then it counts."""
    if not current_app.config["STRIPE_CALLS_PER_SECOND"]:
        return None
    use = RecentUse.of(f"invoices:{ref}", at=at)
    free_at = use.free_at(INVOICES, at=at)
    if free_at is None:
        use.add(at=at)
    return free_at


def endpoint(method: str, url: str) -> str:
    """A call without the names of things: `GET /v1/subscriptions/{id}`."""
    parts = urlsplit(url).path.strip("/").split("/")
    return f"{method.upper()} /" + "/".join("{id}" if place and any(map(str.isdigit, part)) else part for place, part in enumerate(parts))


@contextmanager
def _alone() -> Iterator[Connection]:
    """A transaction of its own, beside whatever the session is at."""
    with db.engine.connect().execution_options(immediate=True) as connection, connection.begin():
        yield connection


def _turn(connection: Connection, name: str, gap: float, at: float) -> float:
    """The next free one, in seconds since 1970. Whoever asks next waits for our commit."""
    first = insert(Pace).values(name=name, free_at=at + gap)
    later = {"free_at": _latest(Pace.free_at, at) + gap}
    taken = first.on_conflict_do_update(index_elements=["name"], set_=later).returning(Pace.free_at)
    return float(connection.execute(taken).scalar_one()) - gap


def _write_down(connection: Connection, outcome: str, number: int) -> None:
    first = insert(CallCount).values(outcome=outcome, calls=number)
    more = {"calls": CallCount.calls + number}
    connection.execute(first.on_conflict_do_update(index_elements=["outcome"], set_=more))


def _latest(column: InstrumentedAttribute[float], moment: float) -> ColumnElement[float]:
    return (func.max if is_sqlite() else func.greatest)(column, moment)


def _time(connection: Connection) -> float:
    """The database's: several machines share the pace, whatever their clocks say."""
    if is_sqlite():
        return time()
    return float(connection.execute(select(func.extract("epoch", func.clock_timestamp()))).scalar_one())


def _take_counts() -> Counter[str]:
    with _lock:
        taken = Counter(_counted)
        _counted.clear()
    return taken


def _give_back(counted: Counter[str]) -> None:
    with _lock:
        _counted.update(counted)
