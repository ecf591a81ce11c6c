"""An import that is cut off goes on where it was; and a large file is never held in memory."""

import os
import subprocess
import sys
import time as real_time
import tracemalloc
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.kit.clock import now
from portal.kit.db import db
from portal.kit.tables import open_table
from portal.orders.layouts import ONLINE_RETAIL, Known
from portal.orders.models import Order, OrderLine
from portal.orders.reading import orders
from tests.orders.conftest import DATA, Import
from tests.settings import ENVIRONMENT

LINES = (DATA / "online-retail-orders.csv").read_text().splitlines()


def many(folder: Path, times: int, lines: int = 10_000) -> Path:
    """The real file, or so many lines of it, again and again, each time with other numbers."""
    file = folder / "many.csv"
    with file.open("w") as out:
        out.write(LINES[0] + "\n")
        for n in range(times):
            out.writelines(f"{n}-{line}\n" for line in LINES[1 : lines + 1])
    return file


def counts(app: Flask) -> tuple[int, int]:
    with app.app_context():
        found = [db.session.scalar(select(func.count()).select_from(model)) or 0 for model in (Order, OrderLine)]
        return found[0], found[1]


@pytest.mark.slow
def test_killed_half_way_it_has_whole_orders_and_the_next_run_adds_the_rest(
    app: Flask, database_url: str, bring_in: Import, tmp_path: Path
) -> None:
    file = many(tmp_path, 6)
    command = [sys.executable, "-m", "portal", "import", "orders", str(file), "--currency=GBP", "--demo-addresses"]
    environment = {**os.environ, **ENVIRONMENT, "DATABASE_URL": database_url}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as importing:
        while counts(app)[0] == 0:
            assert importing.poll() is None, importing.communicate()
            real_time.sleep(0.005)
        importing.kill()
    cut_off, lines = counts(app)
    assert 0 < cut_off < 6 * 521
    assert cut_off % 200 == 0, "batch by batch"
    with app.app_context():
        in_lines = db.session.scalar(select(func.sum(OrderLine.amount)))
        assert in_lines == db.session.scalar(select(func.sum(Order.total))), "each order has all its lines"
    result = bring_in(file, "--currency=GBP", "--demo-addresses")
    assert result.exit_code == 0
    assert f"Orders: {6 * 521 - cut_off:,} new, {cut_off:,} known and the same" in result.stdout
    assert counts(app) == (6 * 521, 60_000) != (cut_off, lines)


@pytest.mark.slow
def test_a_large_file_is_never_held_in_memory(tmp_path: Path) -> None:
    def peak(file: Path) -> int:
        known = Known(now(), ZoneInfo("Europe/Berlin"), "GBP", demo_addresses=True)
        tracemalloc.start()
        assert sum(1 for _ in orders(open_table(file), ONLINE_RETAIL, known, lambda _: None)) > 100
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(many(tmp_path, 1, lines=2_000))  # what is loaded once stays
    large = many(tmp_path, 20, lines=2_000)
    assert peak(large) < 1_000_000 < large.stat().st_size / 2
