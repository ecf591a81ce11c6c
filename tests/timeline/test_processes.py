"""Many processes write at once and are killed as they write: the history stays one chain."""

import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import select

from portal.kit.db import db
from portal.timeline.checking import first_break
from portal.timeline.models import Entry
from tests.timeline.conftest import Jar

ROOT = Path(__file__).parents[2]
WRITERS, EACH, KILLS, PATIENCE = 3, 10, 3, 120
PROGRAM = """
import sys
from portal import create_app, timeline
from portal.kit.db import db, transaction
from tests.settings import settings
from tests.timeline.conftest import ALICE, TODAY, Jar

url, jar_id, writer = sys.argv[1], int(sys.argv[2]), sys.argv[3]
with create_app(settings(url)).app_context():
    number = 0
    while True:
        number += 1
        with transaction():
            jar = db.session.get_one(Jar, jar_id)
            for part in 1, 2:
                timeline.note(jar, "noted", by=ALICE, at=TODAY, facts={"writer": writer, "number": number, "part": part})
            jar.quantity = number  # last: whoever changed it first would hold its row, and so keep the others from the chain
        print(number, flush=True)
"""


class Writer:
    """A process of its own. What it printed, it had committed."""

    def __init__(self, url: str, jar_id: int, name: str) -> None:
        self.name, self.told = name, 0
        command = [sys.executable, "-c", PROGRAM, url, str(jar_id), name]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        self.reader = Thread(target=self._read, daemon=True)
        self.reader.start()

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def wait_for(self, number: int) -> None:
        deadline = time.monotonic() + PATIENCE
        while self.told < number:
            assert self.process.poll() is None, f"{self.name} ended by itself"
            assert time.monotonic() < deadline, f"{self.name} does not come to write"
            time.sleep(0.01)

    def kill(self) -> None:
        """As the system does when memory runs out: nothing is tidied up."""
        self.process.kill()
        self.process.wait()
        self.reader.join()

    def _read(self) -> None:
        assert self.process.stdout
        with self.process.stdout as lines:
            for line in lines:
                self.told = int(line)


@pytest.mark.slow
def test_processes_that_write_at_once_and_are_killed_leave_one_chain(app: Flask, jar: Jar, database_url: str) -> None:
    jar_id = jar.id
    db.session.rollback()
    with ExitStack() as stack:
        everyone = [stack.enter_context(Writer(database_url, jar_id, str(number))) for number in range(WRITERS)]
        for number in range(KILLS):
            victim = everyone[number % WRITERS]
            victim.wait_for(EACH)
            victim.kill()
            everyone.append(stack.enter_context(Writer(database_url, jar_id, f"after {number}")))
        for writer in everyone:
            if writer.process.poll() is None:
                writer.wait_for(EACH)
    entries = db.session.scalars(select(Entry).order_by(Entry.id)).all()
    followed = Counter(entry.previous_hash for entry in entries)
    assert max(followed.values()) == 1, "two entries follow the same one"
    written = {writer.name: Counter[int]() for writer in everyone}
    for entry in entries:
        written[entry.facts["writer"]][entry.facts["number"]] += 1
    for writer in everyone:
        kept = written[writer.name]
        assert set(kept.values()) == {2}, "a deed was written by half"
        assert len(kept) - writer.told in (0, 1), "what was told as done is kept, and at most one deed whose answer was lost"
        assert set(kept) == set(range(1, len(kept) + 1)), "a deed is missing in between"
    assert first_break() is None
