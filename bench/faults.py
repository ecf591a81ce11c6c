"""`python -m bench.faults`: everything dies, is lost, late or changed behind our back; then, what went wrong is counted."""

import argparse
import faulthandler
import json
import logging
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.behind_our_back import BehindOurBack
from bench.dying import Dying
from bench.four_at_once import FourAtOnce
from bench.outage import Outage
from bench.outcome import Outcome, Scenario
from bench.receipts import Receipts
from bench.stage import Stage, a_database
from bench.under_both_names import UnderBothNames

OUT = Path(__file__).with_name("faults.json")
SCENARIOS: dict[str, Callable[[], Scenario]] = {
    "dying": Dying,
    "receipts": Receipts,
    "outage": Outage,
    "differences": BehindOurBack,
    "four": FourAtOnce,
    "names": UnderBothNames,
}
"""In their long form. The tests run each in a short one."""
WORKERS = {"sqlite": 1, "postgresql": 2}


@dataclass(frozen=True)
class Row:
    scenario: str
    database: str
    changes: int
    kills: int
    lost: int
    twice: int
    out_of_order: int
    seconds: int


def try_on(scenario: Scenario, database: str, url: str = "") -> tuple[Row, Outcome]:
    """On SQLite no `url` is needed. What was written stays where something went wrong."""
    began, folder = time.monotonic(), Path(tempfile.mkdtemp(prefix="bench-faults-"))
    stage = Stage(folder, url or f"sqlite:///{folder / 'portal.sqlite'}", scenario.lease_seconds)
    try:
        with stage.stand_in(scenario.begin), stage.tables():
            outcome = scenario.run(stage, WORKERS[database])
    finally:
        stage.end()
    if outcome.is_clean:
        shutil.rmtree(folder)
    else:
        print(f"What there is to look at: {folder}")
    wrong = len(outcome.lost), len(outcome.twice), len(outcome.out_of_order)
    return Row(scenario.name, database, outcome.changes, outcome.kills, *wrong, seconds=round(time.monotonic() - began)), outcome


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.faults", description=__doc__)
    parser.add_argument("--databases", default=",".join(WORKERS))
    parser.add_argument("--only", default=",".join(SCENARIOS), help=f"some of {', '.join(SCENARIOS)}")
    given = parser.parse_args()
    faulthandler.register(signal.SIGUSR1)
    logging.disable(logging.CRITICAL)  # that things fail is what is wanted here
    clean = True
    for name in given.only.split(","):
        for database in given.databases.split(","):
            with a_database(database) as url:
                row, outcome = try_on(SCENARIOS[name](), database, url)
            _keep(row)
            _print(row, outcome)
            clean &= outcome.is_clean
    sys.exit(not clean)


def _keep(row: Row) -> None:
    """In the place of the last run of this scenario on this database, or behind all."""
    rows = json.loads(OUT.read_text())
    new = asdict(row)
    place = next((place for place, old in enumerate(rows) if (old["scenario"], old["database"]) == (row.scenario, row.database)), len(rows))
    rows[place : place + 1] = [new]
    OUT.write_text(json.dumps(rows, indent=2) + "\n")


def _print(row: Row, outcome: Outcome) -> None:
    print(f"{row.scenario}, {row.database}: {row.seconds} s")
    print(f"  {row.changes} changes, {row.kills} kills" + (f", {outcome.note}" if outcome.note else ""))
    print(f"  lost {row.lost}, twice {row.twice}, out of order {row.out_of_order}")
    for problem in outcome.lost + outcome.twice + outcome.out_of_order:
        print(f"    {problem}")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
