"""`python -m bench`: how fast the portal answers, what it asks of the database, and what goes over the wire, against the targets."""

import json
import subprocess
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench import crowd, finding, history_walk, numbers_page, order_pages, orders_file, questions, queues, throughput, times, weight
from bench.figure import Figure
from bench.stage import ROOT, Stage, a_database, serving, wait_for
from bench.wire import Wire
from portal.demo.people import HISTORY_DAYS
from tests.harness.ports import free_port

OUT = Path(__file__).with_name("latest.json")


def measure(folder: Path) -> list[Figure]:
    stage = Stage(folder, f"sqlite:///{folder / 'portal.sqlite'}")
    opened_at = datetime.now(UTC) - timedelta(days=HISTORY_DAYS)
    with stage.stand_in(opened_at), stage.tables():
        (folder / "clock").unlink()  # the stand-in begins in the past, the portal today
        subprocess.run(stage.portal("demo", "seed"), env=stage.environment, cwd=ROOT, check=True)
        with stage.app.app_context():
            people = crowd.fill()
        with stage.web():
            signed_in = Wire(stage.url, stage.cookies(people.one))
            figures = weight.weigh(signed_in, "home", "/")
            figures += weight.weigh(signed_in, "subscription", f"/subscriptions/{people.subscription}")
            figures += weight.weigh(Wire(stage.url), "sign-in", "/sign-in")
            few, full, many = (Wire(stage.url, stage.cookies(who)) for who in (people.few_orders, people.full_page, people.many_orders))
            figures += order_pages.compare(few, full, many, people)
            bare_url = f"http://127.0.0.1:{free_port()}"
            bare = stage.process("bare", serving("bench.bare:app", bare_url))
            try:
                wait_for(f"{bare_url}/")
                fresh = Wire(stage.url, stage.cookies(people.one))  # the other one was idle for longer than a server waits
                figures = times.measure(fresh, Wire(bare_url), people) + figures
            finally:
                bare.stop()
        return figures + questions.count(stage.app, people) + orders_file.measure(stage)


def through(database: str, workers: int) -> list[Figure]:
    """What goes through in a second."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, a_database(database) as url:
        stage = Stage(Path(folder), url or f"sqlite:///{folder}/portal.sqlite")
        try:
            with stage.stand_in(datetime.now(UTC)), stage.tables():
                return list(throughput.measure(stage, database, workers))
        finally:
            stage.end()


def at_scale(measure: Callable[[Stage, str], Iterable[Figure]], database: str) -> list[Figure]:
    """With more of something than a demo has."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, a_database(database) as url:
        stage = Stage(Path(folder), url or f"sqlite:///{folder}/portal.sqlite")
        try:
            with stage.tables():
                return list(measure(stage, database))
        finally:
            stage.end()


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        figures = measure(Path(folder))
    for database, workers in ("sqlite", 1), ("postgresql", 2):
        figures += through(database, workers)
        for measured in finding.measure, queues.measure, numbers_page.measure, history_walk.measure:
            figures += at_scale(measured, database)
    OUT.write_text(json.dumps([asdict(figure) for figure in figures], indent=2, ensure_ascii=False) + "\n")
    wide = max(len(figure.name) for figure in figures)
    for figure in figures:
        target = "" if figure.target is None else f"{'≥' if figure.higher_is_better else '≤'} {figure.target:g}"
        print(f"{figure.name:{wide}}  {figure.figure:8g} {figure.unit:9} {target:6} {'MISSED' if figure.is_missed else ''}".rstrip())


if __name__ == "__main__":
    main()
