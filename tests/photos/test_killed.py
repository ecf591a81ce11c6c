"""The process is killed amid an upload: no row is ever without its files, and what lies there without a row is swept. REL U7."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from secrets import token_hex
from types import FrameType
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from portal import create_app
from portal.kit.clock import now, wall
from portal.kit.db import db
from portal.photos import folder as ours
from portal.photos import taking
from portal.photos.models import Photo
from tests.photos.builders import photo
from tests.settings import settings

POINTS = 30
"""How many are tried, spread over all steps of one upload. So many lines of ours it takes, and some of the database's."""


def upload(photos: str, database_url: str, customer_id: int, points: int) -> None:
    """In this process: one upload that counts its steps, then one after the other in a child, which is killed as it takes one of them."""
    app = create_app(settings(database_url, PHOTOS_DIR=photos))
    steps = _steps(app, customer_id, None)
    with app.app_context():
        db.engine.dispose()  # a child would talk on the same connection
    died = 0
    for point in range(points):
        if (child := os.fork()) == 0:
            _steps(app, customer_id, 1 + point * (steps - 1) // (points - 1))
            os._exit(0)
        died += os.WIFSIGNALED(os.waitpid(child, 0)[1])
    print(died)


def _steps(app: Flask, customer_id: int, last: int | None) -> int:
    taken = 0

    def count(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal taken
        if not ("/portal/photos/" in frame.f_code.co_filename or frame.f_code.co_filename.endswith("kit/db.py")):
            return None
        taken += 1
        if taken == last:
            signal.raise_signal(signal.SIGKILL)
        return count

    with app.app_context():
        sys.settrace(count)
        taking.take(FileStorage(BytesIO(photo()), "x"), customer_id=customer_id, draft=token_hex(16), at=now())
        sys.settrace(None)
    return taken


def rows_without_files(app: Flask) -> list[str]:
    with app.app_context():
        names = list(db.session.scalars(select(Photo.name)))
        return [name for name in names for ending in (ours.LARGE, ours.SMALL) if not ours.path(name, ending).exists()]


@pytest.mark.slow
def test_no_row_is_without_its_files(app: Flask, alice: int, folder: Path) -> None:
    database_url = app.config["SQLALCHEMY_ENGINES"]["default"]["url"]
    told = f"{str(folder)!r}, {database_url!r}, {alice}, {POINTS}"
    said = f"from tests.photos.test_killed import upload; upload({told})"
    ended = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, timeout=240)
    assert ended.returncode == 0, ended.stderr
    assert int(ended.stdout) >= POINTS - 2, "where the folder is there already, an upload has fewer steps than the first had"
    assert rows_without_files(app) == []
    with app.app_context():
        known = set(db.session.scalars(select(Photo.name)))
        assert 0 < len(known) <= POINTS
        for name in set(ours.written_before(wall() + timedelta(days=1))) - known:
            ours.throw_away(name)
        assert {path.name[:32] for path in folder.rglob("*") if path.is_file()} == known
