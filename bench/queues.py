"""How long somebody at the desk waits for what waits for them, among very many tasks of their colleagues."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from statistics import quantiles
from time import perf_counter

from bench.figure import Figure
from bench.finding import write
from bench.stage import Stage
from bench.wire import Wire
from portal.kit.clock import now
from portal.kit.db import db, is_sqlite, transaction
from portal.tasks import KINDS
from tests.accounts.builders import staff

TASKS, CUSTOMERS, COLLEAGUES = 160_000, 5_000, 40
ASKED, WARM_UP = 60, 10
AT_MOST_MS = 75
COLUMNS = (
    "id",
    "key",
    "kind",
    "queue",
    "subject",
    "customer_id",
    "facts",
    "opened_at",
    "due_at",
    "rank",
    "words",
    "owner_id",
    "put_off_until",
    "done_at",
)


def measure(stage: Stage, database: str) -> Iterator[Figure]:
    with stage.app.app_context():
        with transaction():
            colleagues = [staff(f"colleague{number}@halfjar.example", f"Colleague {number}").id for number in range(COLLEAGUES)]
            jonas = staff("jonas@halfjar.example", "Jonas").id
        fill(colleagues)
    with stage.web():
        wire = Wire(stage.url, stage.staff_cookies(jonas))
        for shown, path in ("all queues", "/desk"), ("Mine, of somebody who has none", "/desk?queue=mine"):
            wire.reopen()
            taken = [_timed(wire, path) for _ in range(WARM_UP + ASKED)][WARM_UP:]
            p95 = round(quantiles(taken, n=20)[-1] * 1000, 1)
            yield Figure(f"first page of {shown}, of {TASKS:,} tasks that wait, p95, {database}", p95, "ms", AT_MOST_MS)


def _timed(wire: Wire, path: str) -> float:
    """Of the whole page, with the looks that are kept before it is sent."""
    began = perf_counter()
    answer = wire.get(path)
    taken = perf_counter() - began
    assert answer.status == 200, f"{path}: {answer.status}"
    return taken


def fill(colleagues: list[int]) -> None:
    """Straight into the tables. As many wait as were done; of each ten, six have an owner, one is a VIP's and one was put off."""
    with transaction():
        people = [(number, f"customer{number}@example.com", f"Customer {number}") for number in range(1, CUSTOMERS + 1)]
        write("customer", ("id", "email", "name"), people)
        chance, at = Random(20261128), now()
        write("staff_task", COLUMNS, [_task(number, chance, colleagues, at) for number in range(1, TASKS * 2 + 1)])
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:  # as the server does by itself, later
        connection.exec_driver_sql("ANALYZE" if is_sqlite() else "VACUUM ANALYZE")


def _task(number: int, chance: Random, colleagues: list[int], at: datetime) -> tuple[object, ...]:
    kind, customer_id = chance.choice(list(KINDS)), chance.randint(1, CUSTOMERS)
    return (
        number,
        f"bench:{number}",
        kind,
        KINDS[kind].queue.value,
        f"customer:{customer_id}",
        customer_id,
        json.dumps({"ref": f"P{number}"}),
        _moment(at - timedelta(hours=chance.randint(1, 500))),
        _moment(at + timedelta(minutes=chance.randint(-5_000, 50_000))),
        int(chance.random() > 0.1),
        "",
        chance.choice(colleagues) if chance.random() < 0.6 else None,
        _moment(at + timedelta(days=chance.randint(1, 30))) if chance.random() < 0.1 else None,
        _moment(at) if number % 2 else None,
    )


def _moment(at: datetime) -> datetime | str:
    """As the database keeps it."""
    return at.strftime("%Y-%m-%d %H:%M:%S.%f") if is_sqlite() else at
