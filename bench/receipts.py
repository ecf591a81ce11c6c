"""Webhooks come in while the web server and the worker are killed: what was acknowledged has its effect, once."""

import hmac
import json
import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from os import kill
from random import Random
from signal import SIGKILL
from threading import Event, Lock, Thread

import requests
from sqlalchemy import func, select

from bench.outcome import Outcome
from bench.stage import Process, Stage
from portal.kit.db import db
from portal.outbox.models import ScheduledRun, Sync, Task
from portal.payments.models import ReceivedEvent
from portal.schedule import HAPPENS
from portal.subscriptions.models import Subscription
from tests.settings import WEBHOOK_SECRET
from tests.subscriptions.builders import subscribe

PATIENCE = 10
DRAIN_SECONDS = 120
OURS = "evt_bench_"
"""With this the names of our events begin: the worker may catch up on others."""
WORKER_KILLS = 4
"""One in so many kills takes the worker along."""


class Receipts:
    """Each event is sent again until it is acknowledged, as Stripe does; some of those that were are sent once more."""

    name = "webhooks while their receiver is killed"
    begin = datetime(2026, 11, 23, 9, tzinfo=UTC)
    lease_seconds = 5

    def __init__(self, kills: int = 200, senders: int = 4, boxes: int = 8, seed: int = 1) -> None:
        self.kills, self.senders, self.boxes, self.random = kills, senders, boxes, Random(seed)
        self.over, self.lock = Event(), Lock()
        self.acknowledged: dict[str, str] = {}
        """By event, the subscription that it is about."""
        self.unanswered = 0

    def run(self, stage: Stage, workers: int) -> Outcome:
        stage.stripe.send_webhooks_to("")
        boxes = [subscribe(stage.app, stage.stripe, email=f"customer{number}@example.com") for number in range(self.boxes)]
        refs = [box.ref for box in boxes]
        worker = stage.worker()
        self._drain(stage, scheduled=len(HAPPENS))  # what the clock asks for at once is none of ours
        before = self._wanted(stage)
        with stage.web() as web:
            sending = [Thread(target=self._send, args=[stage.url, refs, number], daemon=True) for number in range(self.senders)]
            for thread in sending:
                thread.start()
            self._kill(stage, web, worker)
            self.over.set()
            for thread in sending:
                thread.join()
        last = stage.worker("last-worker")
        try:
            self._drain(stage)
        finally:
            last.stop()
        return self._judge(stage, before)

    def _send(self, url: str, refs: list[str], number: int) -> None:
        random, count = Random(number), 0
        while not self.over.is_set():
            event_id, ref = f"{OURS}{number}_{count}", random.choice(refs)
            while self._post(url, event_id, ref) != 204:
                self.unanswered += 1
                time.sleep(0.05)
            with self.lock:
                self.acknowledged[event_id] = ref
            if random.random() < 0.1:
                self._post(url, event_id, ref)
            count += 1

    def _post(self, url: str, event_id: str, ref: str) -> int:
        happened = {"id": event_id, "object": "event", "type": "customer.subscription.updated", "created": int(self.begin.timestamp())}
        body = json.dumps({**happened, "livemode": False, "data": {"object": {"id": ref, "object": "subscription"}}}).encode()
        at = int(time.time())
        proof = hmac.new(WEBHOOK_SECRET.encode(), f"{at}.".encode() + body, "sha256").hexdigest()
        try:
            return requests.post(
                f"{url}/webhooks/stripe", body, headers={"Stripe-Signature": f"t={at},v1={proof}"}, timeout=PATIENCE
            ).status_code
        except requests.RequestException:
            return 0

    def _kill(self, stage: Stage, web: Process, worker: Process) -> None:
        for number in range(self.kills):
            acknowledged = len(self.acknowledged)
            while len(self.acknowledged) == acknowledged:  # the next one only when something came in since
                time.sleep(self.random.uniform(0.01, 0.2))
            for child in web.children[:1]:
                with suppress(ProcessLookupError):  # it has just been replaced
                    kill(child, SIGKILL)
            if number % WORKER_KILLS == 0:
                worker.kill()
                worker = stage.worker(f"worker-{number}")
        worker.kill()

    def _drain(self, stage: Stage, *, scheduled: int = 0) -> None:
        deadline = time.monotonic() + DRAIN_SECONDS
        while time.monotonic() < deadline:
            stage.move(timedelta(seconds=2))
            time.sleep(0.5)
            with stage.app.app_context():
                waits = db.session.scalars(select(Sync.id).where(Sync.wanted > Sync.done)).first()
                open_tasks = db.session.scalars(select(Task.id).where(Task.done_at.is_(None))).first()
                begun = db.session.scalar(select(func.count()).select_from(ScheduledRun)) or 0
                if not waits and not open_tasks and begun >= scheduled:
                    return

    def _wanted(self, stage: Stage) -> dict[str, int]:
        """How often each subscription was asked for, by the provider's name."""
        asked = select(Subscription.provider_ref, Sync.wanted).join(
            Sync, (Sync.subject_id == Subscription.id) & (Sync.kind == "subscription")
        )
        with stage.app.app_context():
            return dict(db.session.execute(asked).all())

    def _judge(self, stage: Stage, before: dict[str, int]) -> Outcome:
        after = self._wanted(stage)
        with stage.app.app_context():
            kept = Counter(db.session.scalars(select(ReceivedEvent.event_id).where(ReceivedEvent.applied_at.is_not(None))))
            about = Counter(db.session.scalars(select(ReceivedEvent.ref).where(ReceivedEvent.event_id.startswith(OURS))))
            waits = db.session.execute(select(Sync.kind, Sync.subject_id).where(Sync.wanted > Sync.done)).all()
        outcome = Outcome(len(self.acknowledged), self.kills, note=f"{self.unanswered} without an answer")
        outcome.lost += [f"{event_id} was acknowledged, and has no effect" for event_id in self.acknowledged.keys() - kept.keys()]
        outcome.lost += [f"{kind} {number} still waits" for kind, number in waits]
        outcome.twice += [f"{event_id} is kept {number} times" for event_id, number in kept.items() if number > 1]
        for ref, number in before.items():
            asked = after[ref] - number
            if asked > about[ref]:
                outcome.twice.append(f"{ref} was asked for {asked} times, by {about[ref]} events")
            elif asked < about[ref]:
                outcome.lost.append(f"{ref} was asked for {asked} times, by {about[ref]} events")
        return outcome
