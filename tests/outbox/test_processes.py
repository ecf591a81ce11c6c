import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal import outbox
from portal.kit.db import db, transaction
from portal.outbox.asking import TASKS
from portal.outbox.models import Task
from tests.outbox.conftest import TODAY

pytestmark = pytest.mark.slow
COUNT = 150


@pytest.fixture
def lines(tmp_path: Path, kinds: None) -> Path:
    """Where each task that is done writes its number."""
    TASKS["write a line"] = lambda payload, lease: None
    with transaction():
        for number in range(COUNT):
            outbox.want_task("write a line", {"number": number}, at=TODAY)
    (lines := tmp_path / "lines").touch()
    return lines


@contextmanager
def worker(url: str, lines: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.outbox.worker", url, str(lines)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as process:
        assert process.stdout and process.stdout.readline() == "ready\n"
        yield process


def left() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Task).where(Task.done_at.is_(None))) or 0


def test_two_processes_share_the_work_and_each_is_done_once(app: Flask, database_url: str, lines: Path) -> None:
    with worker(database_url, lines) as one, worker(database_url, lines) as two:
        assert (one.wait(60), two.wait(60)) == (0, 0)
    assert sorted(int(line) for line in lines.read_text().split()) == list(range(COUNT))
    assert left() == 0


def test_what_a_killed_worker_had_taken_another_does(app: Flask, database_url: str, lines: Path) -> None:
    for _ in range(2):
        before = left()
        with worker(database_url, lines) as dies:
            while left() == before:
                time.sleep(0.01)
            dies.kill()
    assert 0 < left() < COUNT
    for _ in range(10):
        with worker(database_url, lines) as process:
            assert process.wait(60) == 0
        if not left():
            break
        time.sleep(0.2)  # until the lease of the last one that was killed ends
    assert left() == 0
    done = Counter(int(line) for line in lines.read_text().split())
    assert len(done) >= COUNT - 2, "killed between its commit and its line, a task has none"
    assert set(done.values()) == {1}
