"""A photo is sent while its receiver is killed, each time one step later: no row is without its files, and no file stays without a row."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from bench.outcome import Outcome
from bench.stage import ROOT, Stage
from portal import outbox
from portal.kit.clock import now, wall
from portal.kit.db import db, transaction
from portal.photos.models import Photo
from portal.photos.sync import BEING_WRITTEN
from tests.accounts.builders import customer
from tests.photos.test_killed import rows_without_files

LONGEST = 1800
"""Seconds that all kills may take: a child that hangs is a failure too."""


class Uploads:
    """REL U7. Every kill hits another step between the first byte of ours and the answer; afterwards the hourly sweep runs once."""

    name = "photos while their receiver is killed"
    begin = datetime(2026, 11, 23, 9, tzinfo=UTC)
    lease_seconds = 60

    def __init__(self, kills: int = 100) -> None:
        self.kills = kills

    def run(self, stage: Stage, workers: int) -> Outcome:
        photos = stage.folder / "photos"
        stage.app.config["PHOTOS_DIR"] = str(photos)
        with stage.app.app_context(), transaction():
            customer_id = customer("alice@example.com", "Alice").id
        died = self._kill(photos, stage.environment["DATABASE_URL"], customer_id)
        orphans = len(set(self._without_a_row(stage, photos)))
        self._sweep(stage, photos)
        with stage.app.app_context():
            kept = len(db.session.scalars(select(Photo.id)).all())
        return Outcome(
            changes=kept,
            kills=died,
            lost=[f"The row of {name} has no file." for name in rows_without_files(stage.app)],
            twice=[f"{name} has no row, and the sweep left it." for name in self._without_a_row(stage, photos)],
            note=f"{orphans} files without a row were swept",
        )

    def _kill(self, photos: Path, database_url: str, customer_id: int) -> int:
        """How many were killed; the others had fewer steps, and ended before."""
        told = f"{str(photos)!r}, {database_url!r}, {customer_id}, {self.kills}"
        said = f"from tests.photos.test_killed import upload; upload({told})"
        ended = subprocess.run([sys.executable, "-c", said], cwd=ROOT, capture_output=True, text=True, timeout=LONGEST, check=True)
        return int(ended.stdout)

    def _sweep(self, stage: Stage, photos: Path) -> None:
        """As it would be in the next hour but one."""
        old = (wall() - BEING_WRITTEN - timedelta(minutes=1)).timestamp()
        for file in photos.rglob("*"):
            if file.is_file():
                os.utime(file, (old, old))
        with stage.app.app_context():
            with transaction():
                outbox.want_task("sweep photos", {}, at=now())
            outbox.work_until_idle()

    def _without_a_row(self, stage: Stage, photos: Path) -> Iterator[str]:
        with stage.app.app_context():
            known = set(db.session.scalars(select(Photo.name)))
        yield from sorted({path.name[:32] for path in photos.rglob("*") if path.is_file()} - known)
