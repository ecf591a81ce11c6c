"""`python -m bench.any_order`: thousands of steps with subscriptions in any order, and what of it was illegal, or unequal at rest."""

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from logging import CRITICAL, disable
from pathlib import Path

from tests.harness.postgres import Databases, postgres
from tests.subscriptions.chance.play import Played, play
from tests.subscriptions.chance.sides import playground

OUT = Path(__file__).with_name("any_order.json")
STEPS, SEED = 5000, 1


@dataclass(frozen=True)
class Row:
    database: str
    steps: int
    subscriptions: int
    illegal: int
    unequal: int
    times_at_rest: int
    """So often both sides were compared, and nothing waited."""
    promises_kept: int
    """Deliveries that came as they were when they locked: on that day, with those lines, at that total."""
    seconds: int


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.any_order", description=__doc__)
    parser.add_argument("--databases", default="sqlite")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--shrink", action="store_true", help="look for the shortest story of what goes wrong (minutes)")
    given = parser.parse_args()
    disable(CRITICAL)  # the worker logs each fault that was asked for
    rows = []
    for database in given.databases.split(","):
        with tempfile.TemporaryDirectory(prefix="bench-any-order-") as name:
            folder = Path(name)
            with _database(database, folder) as url, playground(url, folder) as sides:
                played = play(sides, steps=given.steps, number=given.seed, shrinks=given.shrink, tell=print)
        rows.append(_row(database, played, sides.counts))
        _print(rows[-1], sides.counts)
    if given.steps == STEPS:
        OUT.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n")
    sys.exit(any(row.illegal or row.unequal for row in rows))


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'portal.sqlite'}"
        return
    with postgres() as server, closing(Databases(server)) as databases, databases.like("bench", lambda url: None) as url:
        yield url.render_as_string(hide_password=False)


def _row(database: str, played: Played, counts: Counter[str]) -> Row:
    return Row(
        database=database,
        steps=played.steps,
        subscriptions=counts["examples"],
        illegal=played.illegal,
        unequal=played.unequal,
        times_at_rest=counts["at rest"],
        promises_kept=counts["promises kept"],
        seconds=round(played.seconds),
    )


def _print(row: Row, counts: Counter[str]) -> None:
    print(f"{row.database}: {row.steps} steps with {row.subscriptions} subscriptions, {row.seconds} s")
    print(f"  illegal states {row.illegal}, unequal {row.unequal}; {row.times_at_rest} times at rest, {row.promises_kept} promises kept")
    for name, count in sorted(counts.items()):
        print(f"    {name:40}{count:6}")


if __name__ == "__main__":
    main()
