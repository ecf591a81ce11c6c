"""What nobody comes back for is gone within a day; what lies without a row, too. REL U7."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal import outbox
from portal.kit.clock import now, wall
from portal.kit.db import db, transaction
from portal.photos import actions
from portal.photos.models import Photo
from tests.accounts.builders import customer
from tests.browser import Browser
from tests.photos.builders import DRAFT, photo, send
from tests.photos.test_take import files


@pytest.fixture
def sweep(app: Flask) -> Callable[[], None]:
    def sweep() -> None:
        with app.app_context():
            with transaction():
                outbox.want_task("sweep photos", {}, at=now())
            outbox.work_until_idle()

    return sweep


def test_one_whose_form_was_never_sent(
    app: Flask, browser: Browser, folder: Path, sweep: Callable[[], None], time: Callable[[timedelta], None]
) -> None:
    send(browser, photo())
    time(timedelta(hours=19))
    sweep()
    assert len(files(folder)) == 2
    time(timedelta(hours=2))
    sweep()
    assert files(folder) == []
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Photo)) == 0


def test_one_whose_form_was_sent_stays(
    app: Flask, browser: Browser, folder: Path, alice: int, sweep: Callable[[], None], time: Callable[[timedelta], None]
) -> None:
    send(browser, photo())
    with app.app_context(), transaction():
        assert actions.attach(DRAFT, customer("somebody@example.com"), customer_id=alice) == 1
    time(timedelta(days=400))
    sweep()
    assert len(files(folder)) == 2


def test_files_without_a_row(browser: Browser, folder: Path, sweep: Callable[[], None]) -> None:
    send(browser, photo())
    for name in "ab" * 16 + ".jpg", "cd" * 16 + "-small.jpg", "ef" * 16 + ".jpg.part":
        (folder / name[:2]).mkdir(exist_ok=True)
        (folder / name[:2] / name).write_bytes(b"half")
    (folder / "ab" / "README").write_text("not ours")
    sweep()
    assert len(files(folder)) == 6, "they may have a row in a moment"
    long_ago = (wall() - timedelta(hours=2)).timestamp()
    for path in folder.rglob("*"):
        os.utime(path, (long_ago, long_ago))
    sweep()
    assert len(files(folder)) == 3 and (folder / "ab" / "README").exists()


def test_a_sweep_is_asked_for_every_hour(app: Flask) -> None:
    from portal.schedule import HAPPENS

    assert HAPPENS["sweep photos"] <= timedelta(hours=1)
