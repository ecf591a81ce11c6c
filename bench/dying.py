"""Customers change their deliveries while everything dies; then, what was lost or doubled is counted."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from os import kill
from random import Random
from threading import Lock, Semaphore, Thread

from sqlalchemy import exists, func, select

from bench.customers import Change, Customer
from bench.outcome import Outcome
from bench.stage import Process, Stage
from bench.verdict import Verdict, judge, made_by
from portal.kit.clock import now
from portal.kit.db import db
from portal.outbox.models import Sync
from portal.subscriptions.models import Subscription
from portal.timeline import Entry
from tests.subscriptions.builders import subscribe

BEGIN = datetime(2026, 11, 23, 9, tzinfo=UTC)
EVERY = timedelta(weeks=1)
STEP, STEP_SECONDS = timedelta(hours=6), 1.5
"""The clock's pace. What is changed 48 hours before its charge has twelve of these seconds until then."""
LONGEST_WAIT, SMALL_STEP = timedelta(hours=12), timedelta(minutes=2)
"""While a change has waited for longer, the clock goes slower: an outage until the charge itself is another scenario."""
DRAIN_SECONDS, DRAIN_STEP = 300, timedelta(minutes=2)
LEASE_SECONDS = 2
CHANGE = {"method": "POST", "path_prefix": "/v1"}
LOOK = {"method": "GET", "path_prefix": "/v1"}
FAULTS = [
    {"when": CHANGE, "kind": "lost_after", "rate": 0.10},
    {"when": CHANGE, "kind": "lost_before", "rate": 0.05},
    {"when": CHANGE, "kind": "429", "rate": 0.05, "retry_after": 1},
    {"when": CHANGE, "kind": "500", "rate": 0.05},
    {"when": CHANGE, "kind": "409", "rate": 0.02},
    {"when": CHANGE, "kind": "truncated", "rate": 0.05},
    {"when": LOOK, "kind": "slow", "rate": 0.01, "seconds": 4},
    {"when": LOOK, "kind": "lost_before", "rate": 0.03},
    {"when": LOOK, "kind": "500", "rate": 0.02},
    {"when": LOOK, "kind": "429", "rate": 0.01, "retry_after": 1},
]


@dataclass(frozen=True)
class Size:
    changes: int = 1000
    kills: int = 200
    boxes: int = 50
    threads: int = 6
    """Customers who click at the same time."""
    slow_seconds: float = 10
    """Longer than a lease, than we wait for an answer, and than a worker lives."""
    web_kills: int = 5
    """One in so many kills takes a process of the web server along."""


class Dying:
    """Skips and moves: through the pages, while workers and web processes are killed and Stripe loses answers."""

    name = "skips and moves while everything dies"
    begin = BEGIN
    lease_seconds = LEASE_SECONDS

    def __init__(self, size: Size = Size(), seed: int = 1) -> None:
        self.size, self.random = size, Random(seed)
        self.stage: Stage
        self.workers = 0
        self.tokens, self.lock = Semaphore(0), Lock()
        self.kills = self.changes = 0
        self.problems: list[BaseException] = []
        self.customers: list[Customer] = []
        self.began_at: dict[int, datetime] = {}

    def run(self, stage: Stage, workers: int) -> Outcome:
        self.stage, self.workers = stage, workers
        with stage.web() as web:
            self._open_the_shop()
            self.stage.stripe.control("webhooks", {"double": True, "shuffle": True})
            slow = {"when": CHANGE, "kind": "slow", "rate": 0.02, "seconds": self.size.slow_seconds}
            self.stage.stripe.control("faults", {"rules": [slow, *FAULTS], "seed": self.random.randrange(2**32)})
            startup = self._startup()
            clicking = [Thread(target=self._guard, args=[self._click, number], daemon=True) for number in range(self.size.threads)]
            dying = [Thread(target=self._guard, args=[self._die, number, web, startup], daemon=True) for number in range(self.workers)]
            for thread in clicking + dying:
                thread.start()
            self._let_time_pass(clicking + dying)
            self.stage.stripe.no_faults()
            with self._workers():
                drained = self._drain()
        verdict = judge(stage.app, stage.stripe, self.customers, self.began_at, EVERY)
        return self._outcome(verdict, drained)

    def _outcome(self, verdict: Verdict, drained: float) -> Outcome:
        unanswered = sum(customer.unanswered for customer in self.customers)
        note = f"{verdict.renewals} renewals, {unanswered} changes without an answer, all done {drained:.0f} s after the faults"
        return Outcome(self.changes, self.kills, verdict.lost, verdict.twice, verdict.out_of_order, note)

    def _open_the_shop(self) -> None:
        """Subscriptions that began some hours apart, so that a week has a charge in each of its quarters."""
        for number in range(self.size.boxes):
            box = subscribe(self.stage.app, self.stage.stripe, email=f"customer{number}@example.com", every=(1, "week"))
            with self.stage.app.app_context():
                self.began_at[box.id] = db.session.get_one(Subscription, box.id).started_at
            self.customers.append(Customer(self.stage.url, self.stage.cookies(box.customer_id), box.id, Random(self.random.random())))
            self.stage.move(EVERY / self.size.boxes)

    def _startup(self) -> float:
        """How long a worker takes before it works: on a slow machine it has to live longer."""
        began = time.monotonic()
        worker = self.stage.process("worker", self.stage.portal("work", "--until-idle"))
        worker.running.wait()
        return time.monotonic() - began

    def _click(self, number: int) -> None:
        ours, random = self.customers[number :: self.size.threads], Random(number)
        while self._may_change():
            time.sleep(random.uniform(0, 1))
            while not random.choice(ours).change(self._resolve):
                time.sleep(0.1)

    def _may_change(self) -> bool:
        self.tokens.acquire()
        with self.lock:
            self.changes += (more := self.changes < self.size.changes)
            return more

    def _resolve(self, customer: Customer, wish: Change) -> Change | None:
        """Its answer was lost. It may have been killed while it committed; half a second later that is settled."""
        time.sleep(0.5)
        with self.stage.app.app_context():
            made = made_by(customer)
        return wish if len(made) > len(customer.accepted) and made[-1].change == wish else None

    def _die(self, number: int, web: Process, startup: float) -> None:
        random = Random(number)
        while True:
            worker = self.stage.worker(f"worker-{number}")
            time.sleep(random.uniform(startup / 2, startup + 1 + self.workers))
            worker.kill()
            with self.lock:
                if self.kills == self.size.kills:  # another one's was the last that counts
                    return
                self.kills += 1
                if self.kills % self.size.web_kills == 0 and (children := web.children):
                    with suppress(ProcessLookupError):  # it has just been replaced
                        kill(random.choice(children), signal.SIGKILL)
            for _ in range(max(1, self.size.changes // self.size.kills)):
                self.tokens.release()

    def _let_time_pass(self, threads: list[Thread]) -> None:
        while any(thread.is_alive() for thread in threads):
            if self.kills >= self.size.kills:
                self.tokens.release(self.size.changes)
            time.sleep(STEP_SECONDS)
            self.stage.move(SMALL_STEP if self._has_waited_too_long() else STEP)
        if self.problems:
            raise self.problems[0]

    def _has_waited_too_long(self) -> bool:
        with self.stage.app.app_context():
            since = now() - LONGEST_WAIT
            behind = exists().where(
                Subscription.version > Subscription.confirmed_version,
                Entry.subject == func.concat("subscription:", Subscription.id),
                Entry.version > Subscription.confirmed_version,
                Entry.at < since,
            )
            asked = exists().where(Sync.wanted > Sync.done, Sync.asked_at < since)
            return bool(db.session.scalar(select(behind)) or db.session.scalar(select(asked)))

    @contextmanager
    def _workers(self) -> Iterator[None]:
        workers = [self.stage.worker(f"worker-{number}") for number in range(self.workers)]
        yield
        for worker in workers:
            worker.stop()

    def _drain(self) -> float:
        """Seconds by a watch, from the end of the faults, until nobody waits any more. Then a moved clock brings what is due later."""
        began = time.monotonic()
        while self._waits(since=now()) and time.monotonic() < began + DRAIN_SECONDS:
            time.sleep(0.5)
        drained = time.monotonic() - began
        deadline, idle = time.monotonic() + DRAIN_SECONDS, 0
        while idle < 3 and time.monotonic() < deadline:
            time.sleep(0.5)
            idle = 0 if self.stage.stripe.control("webhooks")["waiting"] or self._waits() else idle + 1
            if not idle:
                self.stage.move(DRAIN_STEP)
        return drained

    def _waits(self, since: datetime | None = None) -> int:
        """Subjects that somebody is waiting for; without `since` also those that are only planned."""
        waiting = select(func.count()).select_from(Sync).where(Sync.wanted > Sync.done)
        with self.stage.app.app_context():
            return db.session.scalar(waiting.where(Sync.asked_at <= since) if since else waiting) or 0

    def _guard(self, run: object, *arguments: object) -> None:
        try:
            run(*arguments)  # type: ignore[operator]
        except BaseException as problem:
            self.problems.append(problem)
            self.tokens.release(self.size.changes)
            raise
