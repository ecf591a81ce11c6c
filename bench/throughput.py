"""How many changes reach Stripe in a second, and how fast webhooks are acknowledged, beside a route that does the least."""

import hmac
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from statistics import quantiles
from threading import local

import requests
from sqlalchemy import select

from bench.figure import Figure
from bench.stage import Process, Stage, serving, wait_for
from portal import outbox
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.outbox.models import Sync
from portal.subscriptions.models import Subscription
from tests.harness.ports import free_port
from tests.settings import WEBHOOK_SECRET
from tests.subscriptions.builders import subscribe

BOXES = 40
EVENTS, SENDERS = 600, 8
ACKNOWLEDGED_MS = 500
PATIENCE = 60


def measure(stage: Stage, database: str, workers: int) -> Iterator[Figure]:
    stage.stripe.send_webhooks_to("")
    boxes = [subscribe(stage.app, stage.stripe, email=f"customer{number}@example.com") for number in range(BOXES)]
    stage.move(timedelta(seconds=5))
    with stage.app.app_context():
        outbox.work_until_idle()
    yield Figure(f"changes drained by {workers} workers, {database}", _drained(stage, workers), "in 1 s", higher_is_better=True)
    refs = [box.ref for box in boxes]
    with stage.web():
        rate, p99 = _acknowledged(f"{stage.url}/webhooks/stripe", refs, "quiet")
        worker = stage.worker("worker-that-writes")
        busy_rate, busy_p99 = _acknowledged(f"{stage.url}/webhooks/stripe", refs, "busy")
        worker.stop()
    bare_rate, bare_p99 = _bare(stage, refs)
    yield Figure(f"webhooks acknowledged, {database}", rate, "in 1 s", higher_is_better=True)
    yield Figure(f"webhooks acknowledged, p99, {database}", p99, "ms", ACKNOWLEDGED_MS)
    yield Figure(f"webhooks acknowledged while a worker writes, {database}", busy_rate, "in 1 s", higher_is_better=True)
    yield Figure(f"webhooks acknowledged while a worker writes, p99, {database}", busy_p99, "ms", ACKNOWLEDGED_MS)
    yield Figure(f"webhooks acknowledged, p99 of the bare route, {database}", bare_p99, "ms")
    yield Figure(f"webhooks acknowledged, bare route : portal, {database}", round(bare_rate / rate, 1), "×")


def _drained(stage: Stage, workers: int) -> float:
    """From the first that is done to the last, in the time of both clocks: what starting a process takes does not count."""
    running: list[Process] = [stage.worker(f"worker-{number}") for number in range(workers)]
    time.sleep(3)
    with stage.app.app_context():
        with transaction():
            began = now()
            for subscription in db.session.scalars(select(Subscription)):
                subscription.version += 1
                outbox.want_sync(subscription, at=began)
        done = (Sync.kind == "subscription") & (Sync.wanted == Sync.done) & (Sync.finished_at >= began)
        finished, deadline = list[datetime](), time.monotonic() + PATIENCE
        while len(finished) < BOXES and time.monotonic() < deadline:
            time.sleep(0.1)
            db.session.rollback()
            finished = [at for at in db.session.scalars(select(Sync.finished_at).where(done)) if at]
    for process in running:
        process.stop()
    return round((len(finished) - 1) / (max(finished) - min(finished)).total_seconds(), 1)


def _bare(stage: Stage, refs: list[str]) -> tuple[float, float]:
    url = f"http://127.0.0.1:{free_port()}"
    bare = stage.process("bare", serving("bench.bare:hooks()", url))
    try:
        wait_for(f"{url}/")
        return _acknowledged(f"{url}/webhooks/stripe", refs, "bare")
    finally:
        bare.stop()


def _acknowledged(url: str, refs: list[str], name: str) -> tuple[float, float]:
    """In a second, from so many senders at once; and the slowest of a hundred, in milliseconds."""
    here = local()

    def send(number: int) -> float:
        if not hasattr(here, "web"):
            here.web = requests.Session()
        happened = {
            "id": f"evt_{name}_{number}",
            "object": "event",
            "type": "customer.subscription.updated",
            "created": 1795000000,
            "livemode": False,
        }
        body = json.dumps(
            {**happened, "livemode": False, "data": {"object": {"id": refs[number % len(refs)], "object": "subscription"}}}
        ).encode()
        at = int(time.time())
        proof = hmac.new(WEBHOOK_SECRET.encode(), f"{at}.".encode() + body, "sha256").hexdigest()
        began = time.perf_counter()
        answer = here.web.post(url, body, headers={"Stripe-Signature": f"t={at},v1={proof}"}, timeout=PATIENCE)
        assert answer.status_code == 204, answer.status_code
        return time.perf_counter() - began

    with ThreadPoolExecutor(SENDERS) as senders:
        list(senders.map(send, range(-SENDERS * 4, 0)))  # warm
        began = time.perf_counter()
        took = list(senders.map(send, range(EVENTS)))
        seconds = time.perf_counter() - began
    return round(EVENTS / seconds), round(quantiles(took, n=100)[98] * 1000, 1)
