import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

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
