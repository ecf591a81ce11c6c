import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

import sandbox
from tests.sandbox.account import DAY
from tests.sandbox.endpoint import Endpoint, wait_until
from tests.sandbox.shop import Shop


@contextmanager
def process(database: Path, endpoint: Endpoint) -> Iterator[tuple[subprocess.Popen[str], Shop]]:
    given = ["--port", "0", "--database", str(database), "--webhook-url", endpoint.url, "--webhook-secret", endpoint.secret]
    with subprocess.Popen([sys.executable, "-m", "sandbox", *given], stderr=subprocess.PIPE, text=True) as started:
        assert started.stderr
        yield started, Shop(started.stderr.readline().split()[-1])


def test_a_killed_process_goes_on_where_it_was(tmp_path: Path, endpoint: Endpoint) -> None:
    endpoint.secret = "whsec_own"
    database = tmp_path / "sandbox.sqlite"
    with process(database, endpoint) as (started, shop):
        assert shop.control("healthz") == {"ok": True}
        customer = shop.customer()
        started.kill()
    with process(database, endpoint) as (started, shop):
        assert shop.v1.customers.retrieve(customer.id).name == "Alice"
        wait_until(lambda: "customer.created" in [event.type for event in endpoint.events()])
        started.send_signal(signal.SIGTERM)
        assert started.wait(10) == 0


def test_the_clock_does_not_move_back(shop: Shop) -> None:
    with pytest.raises(requests.HTTPError):
        shop.advance_to(shop.now() - 5)
    before = shop.now()
    shop.later(seconds=3600)
    assert 3600 <= shop.now() - before <= 3605


def test_the_clock_starts_where_it_was_told_to_and_goes(tmp_path: Path) -> None:
    monday = 1795424400
    database = str(tmp_path / "sandbox.sqlite")
    with sandbox.running(database, now=monday) as url:
        assert 0 <= Shop(url).now() - monday <= 2
        Shop(url).later(days=3)
        wait_until(lambda: Shop(url).now() > monday + 3 * DAY)
    with sandbox.running(database, now=monday) as url:
        assert monday + 3 * DAY <= Shop(url).now() <= monday + 3 * DAY + 10


def test_a_database_that_started_at_the_walls_time_stays_there(tmp_path: Path) -> None:
    database = str(tmp_path / "sandbox.sqlite")
    with sandbox.running(database):
        pass
    with sandbox.running(database, now=0) as url:
        assert abs(Shop(url).now() - time.time()) < 5
