"""The HTTP server's app: each request is checked, perhaps struck by a fault, done once per key, and answered as Stripe does."""

import json
import time
from collections.abc import Iterable
from threading import Event, Thread

from flask import Flask, Response, request

from sandbox import (
    balance,
    billing,
    cards,
    catalog,
    charges,
    checkout,
    coupons,
    customers,
    events,
    invoice_items,
    invoices,
    lifecycle,
    one_off,
    paying,
    previews,
    refunds,
    setup_intents,
    subscriptions,
    tax_rates,
    test_clocks,
    webhook_endpoints,
)
from sandbox.carrier_control import carrier_control
from sandbox.clock import Clock
from sandbox.control import control
from sandbox.easypost import easypost
from sandbox.easypost_labels import label_files
from sandbox.errors import Json, Refused
from sandbox.expand import expand
from sandbox.faults import Faults, Rule, broken_off
from sandbox.hosted import hosted
from sandbox.idempotency import Idempotency
from sandbox.labels import Labels
from sandbox.limits import Limits
from sandbox.openapi import OpenApi, Operation
from sandbox.parcels import Parcels
from sandbox.receipts import receipts
from sandbox.recorder import Recorder
from sandbox.shown import shown
from sandbox.store import Store, new_id
from sandbox.webhooks import SECRET, Webhooks
from sandbox.world import API_VERSION, CALLS, Asked, World

OFFERED_BY = (
    balance, billing, cards, catalog, charges, checkout, coupons, customers, events, invoice_items, invoices, one_off, paying,
    previews, refunds, setup_intents, subscriptions, tax_rates, test_clocks, webhook_endpoints,
)  # fmt: skip

_openapi: list[OpenApi] = []


class Sandbox:
    """The stand-in itself: its state, and the two threads that act without being asked."""

    def __init__(self, database: str, webhook_url: str | None, webhook_secret: str, now: int | None) -> None:
        self.store = Store(database)
        self.webhooks = Webhooks(self.store, webhook_url, webhook_secret)
        self.clock = Clock(self.store, now)
        self.parcels = Parcels(self.store, self.clock, self.webhooks)
        self.labels = Labels(self.store, self.clock, self.parcels)
        self.world = World(self.store, self.clock, self.webhooks, self.parcels)
        self.idempotency = Idempotency(self.store)
        self.faults = Faults()
        self.limits = Limits()
        self.recorder = Recorder()
        if not _openapi:
            _openapi.append(OpenApi())
        self.openapi = _openapi[0]
        self._ending = Event()
        self._ticker: Thread | None = None

    def start(self) -> None:
        self._ending.clear()
        self._ticker = Thread(target=self._tick, name="ticker", daemon=True)
        self._ticker.start()
        self.webhooks.start()

    def stop(self) -> None:
        """End the threads and close the database. What was not delivered yet waits there."""
        self._ending.set()
        if self._ticker:
            self._ticker.join()
        self.webhooks.stop()
        self.store.close()

    def now(self) -> int:
        with self.store.lock:
            return self.clock.now()

    def _tick(self) -> None:
        while not self._ending.wait(1):
            lifecycle.run_due(self.world)


def create_app(
    database: str = ":memory:", webhook_url: str | None = None, webhook_secret: str = SECRET, now: int | None = None
) -> tuple[Flask, Sandbox]:
    """`now` (unix time) is where the clock of a new database starts; None is the wall's."""
    app, sandbox = Flask("sandbox"), Sandbox(database, webhook_url, webhook_secret, now)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.register_blueprint(control(sandbox))
    app.register_blueprint(carrier_control(sandbox))
    app.register_blueprint(easypost(sandbox))
    app.register_blueprint(label_files(sandbox))
    app.register_blueprint(hosted(sandbox))
    app.register_blueprint(receipts(sandbox))

    @app.route("/v1/<path:path>", methods=["GET", "POST", "DELETE"])
    def answer(path: str) -> Response:
        return _answer(sandbox)

    return app, sandbox


def _answer(sandbox: Sandbox) -> Response:
    # Elsewhere Stripe takes no notice of a key.
    asked = Asked(new_id("req"), request.headers.get("Idempotency-Key") if request.method == "POST" else None)
    struck: list[Rule] = []
    kinds: list[str] = []
    headers: dict[str, str] = {}
    try:
        _check_caller()
        operation, refs = sandbox.openapi.find(request.method, request.path)
        pairs = [*request.args.items(multi=True), *request.form.items(multi=True)]
        params = operation.read(pairs)
        sandbox.limits.check(f"{operation.method} {operation.path}")
        struck = sandbox.faults.strike(request.method, request.path)
        kinds = [rule.kind for rule in struck]
        sandbox.recorder.add(request.method, request.path, params, asked.idempotency_key, sandbox.now(), kinds)
        status, body, replayed = _once(sandbox, operation, refs, params, asked, struck)
        if replayed:
            headers["Idempotent-Replayed"] = "true"
    except Refused as refused:
        status, body = refused.status, refused.body
        headers |= refused.headers
    if "lost_before" in kinds or "lost_after" in kinds:
        return Response(broken_off(b""))
    text = json.dumps(body).encode()
    response = Response(broken_off(text[: len(text) // 2]) if "truncated" in kinds else text, status, mimetype="application/json")
    response.headers.update({"Request-Id": asked.id or "", "Stripe-Version": API_VERSION, "Content-Length": str(len(text)), **headers})
    if asked.idempotency_key:
        response.headers["Idempotency-Key"] = asked.idempotency_key
    if retry_after := [rule.retry_after for rule in struck if rule.retry_after is not None]:
        response.headers["Retry-After"] = f"{retry_after[0]:g}"
    return response


def _check_caller() -> None:
    key = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if key.startswith("sk_live_"):
        raise Refused("This is a stand-in for Stripe: a live key has no business here.", 401)
    if not key.startswith("sk_test_"):
        raise Refused("Invalid API Key provided. Set your API key using `Authorization: Bearer sk_test_…`.", 401)
    if request.headers.get("Stripe-Version") != API_VERSION:
        raise Refused(f"The stand-in speaks only Stripe-Version {API_VERSION}, not {request.headers.get('Stripe-Version')}.")


def _once(
    sandbox: Sandbox, operation: Operation, refs: list[str], params: Json, asked: Asked, struck: list[Rule]
) -> tuple[int, Json, bool]:
    """The status, the answer, and whether they are from an earlier request with the same key."""
    key, path, sent = asked.idempotency_key, request.path, json.dumps(params, sort_keys=True)
    with sandbox.idempotency.alone(key):
        for rule in struck:
            if rule.kind == "slow":
                time.sleep(rule.seconds)
            elif rule.kind in ("429", "lock_timeout", "409"):
                raise rule.error()
            elif rule.kind == "lost_before":
                return 0, {}, False
        # What has fallen due happens before anyone can see that it has not.
        lifecycle.run_due(sandbox.world)
        with sandbox.store.transaction():
            if key and (kept := sandbox.idempotency.first_result(key, path, sent)):
                return *kept, True
            status, body = _do(sandbox, operation, refs, params, asked, struck)
            if key:
                sandbox.idempotency.keep(key, path, sent, status, body)
    if request.method != "GET":
        sandbox.webhooks.wake()
    return status, body, False


def _do(sandbox: Sandbox, operation: Operation, refs: list[str], params: Json, asked: Asked, struck: Iterable[Rule]) -> tuple[int, Json]:
    sandbox.world.asked, sandbox.world.address = asked, request.host_url.rstrip("/")
    try:
        # One request happens at one moment, whatever second it ends in.
        with (
            sandbox.clock.at(sandbox.clock.now()),
            sandbox.store.attempt(),
            test_clocks.time_for(sandbox.world, operation.path, refs, params),
        ):
            for rule in struck:
                if rule.kind in ("500", "refuse"):
                    raise rule.error()
            if not (offered := CALLS.get((operation.method, operation.path))):
                raise Refused(f"The stand-in does not offer {operation.method} {operation.path}.", 404)
            return 200, shown(expand(sandbox.store, offered(sandbox.world, refs, params), params.get("expand", [])))
    except Refused as refused:
        return refused.status, refused.body
    finally:
        sandbox.world.asked = Asked()
