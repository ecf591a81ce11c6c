"""How long it takes to find out whether a long history is as it was written, and how much memory."""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import perf_counter

from sqlalchemy import insert, select, update

from bench.figure import Figure
from bench.stage import ROOT, Stage
from portal.kit.db import db, is_sqlite, transaction
from portal.timeline.chain import digest
from portal.timeline.models import ChainHead, Entry

ENTRIES, NEW = 1_000_000, 10_000
AT_ONCE = 10_000
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def measure(stage: Stage, database: str) -> Iterator[Figure]:
    stage.environment["AUDIT_ANCHOR"] = str(stage.folder / "anchors.log")
    began = perf_counter()
    with stage.app.app_context():
        fill(ENTRIES - NEW)
        anchored = db.session.scalars(select(Entry.id).order_by(Entry.id.desc()).limit(1)).one()
        db.session.rollback()
        audit(stage, "anchor")
        fill(NEW)
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE" if is_sqlite() else "VACUUM ANALYZE")
    yield Figure(f"{ENTRIES:,} entries of the history written, {database}", round(perf_counter() - began), "s")
    some, all_of_it = audit(stage, "verify", "--since", str(anchored)), audit(stage, "verify")
    yield Figure(f"the history verified, {ENTRIES:,} entries, {database}", round(all_of_it.seconds, 1), "s")
    yield Figure(f"the history verified, {ENTRIES:,} entries, processor, {database}", round(all_of_it.processor, 1), "s")
    yield Figure(f"the history verified from an anchor on, {NEW:,} entries, {database}", round(some.seconds, 1), "s")
    yield Figure(f"memory that {ENTRIES:,} entries take beyond {NEW:,}, {database}", round((all_of_it.kib - some.kib) / 1024), "MiB")


def fill(count: int) -> None:
    """Straight into the table, chained as `timeline.append` does it: one that is written alone takes a commit each."""
    last = db.session.scalars(select(ChainHead.entry_hash)).one()
    db.session.rollback()
    for start in range(0, count, AT_ONCE):
        rows = []
        for number in range(start, min(start + AT_ONCE, count)):
            entry = _entry(number)
            entry.previous_hash = last
            entry.entry_hash = last = digest(entry)
            rows.append({column.key: getattr(entry, column.key) for column in Entry.__table__.columns if column.key != "id"})
        with transaction():
            db.session.execute(insert(Entry), rows)
            db.session.execute(update(ChainHead).values(entry_hash=last))


def _entry(number: int) -> Entry:
    """Of the size that a skipped delivery has."""
    subject, at = f"delivery:{number % 90_000}", BEGAN + timedelta(seconds=number)
    return Entry(
        subject=subject, deed="skipped", customer_id=number % 40_000, staff_id=None, system=None, at=at, version=number % 30,
        before={subject: {"status": "scheduled", "charge_at": at.isoformat(), "skipped_at": None}},
        after={subject: {"status": "skipped", "charge_at": at.isoformat(), "skipped_at": at.isoformat()}},
        facts={"day": f"{at:%Y-%m-%d}", "number": number}, request_id=f"{number:032x}", ip="203.0.113.7",
    )  # fmt: skip


@dataclass(frozen=True)
class Taken:
    seconds: float
    processor: float
    kib: int
    """Of memory, at most."""


def audit(stage: Stage, *arguments: str) -> Taken:
    """`portal audit`, as an operator runs it."""
    began = perf_counter()
    process = subprocess.Popen(stage.portal("audit", *arguments), env=stage.environment, cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, f"portal audit {' '.join(arguments)}: {process.returncode}"
    return Taken(perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)
