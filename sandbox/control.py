"""What Stripe has no API for: moving the clock, asking for faults, looking at what was requested. JSON, without a key."""

from typing import TYPE_CHECKING

from flask import Blueprint, request

from sandbox import lifecycle
from sandbox.errors import Json

if TYPE_CHECKING:
    from sandbox.app import Sandbox

Answer = Json | tuple[Json, int]


def control(sandbox: "Sandbox") -> Blueprint:
    routes = Blueprint("control", __name__, url_prefix="/_sandbox")

    @routes.errorhandler(TypeError)
    @routes.errorhandler(ValueError)
    def not_understood(problem: Exception) -> Answer:
        return {"error": str(problem)}, 400

    @routes.get("/healthz")
    def healthz() -> Answer:
        return {"ok": True}

    @routes.get("/clock")
    def clock() -> Answer:
        return {"now": sandbox.now()}

    @routes.post("/clock")
    def advance() -> Answer:
        sent = request.get_json()
        with sandbox.store.lock:
            seconds = int(sent["to"]) - sandbox.clock.now() if "to" in sent else int(sent["advance_seconds"])
            if seconds < 0:
                raise ValueError("The clock only moves forward.")
            happened = lifecycle.advance(sandbox.world, seconds)
            return {"now": sandbox.clock.now(), "happened": happened}

    @routes.get("/faults")
    def faults() -> Answer:
        return {"rules": sandbox.faults.rules()}

    @routes.post("/faults")
    def settle_faults() -> Answer:
        sent = request.get_json()
        rules, seed = (sent, None) if isinstance(sent, list) else (sent["rules"], sent.get("seed"))
        sandbox.faults.settle(rules, seed)
        return {"rules": sandbox.faults.rules()}

    @routes.delete("/faults")
    def clear_faults() -> Answer:
        sandbox.faults.clear()
        return {"rules": []}

    @routes.get("/requests")
    def requests() -> Answer:
        return {"requests": sandbox.recorder.requests()}

    @routes.delete("/requests")
    def clear_requests() -> Answer:
        sandbox.recorder.clear()
        return {"requests": []}

    @routes.get("/webhooks")
    def webhooks() -> Answer:
        hooks = sandbox.webhooks
        return {
            "url": hooks.url,
            "double": hooks.double,
            "shuffle": hooks.shuffle,
            "paused": hooks.paused,
            "waiting": hooks.waiting(),
        }

    @routes.post("/webhooks")
    def settle_webhooks() -> Answer:
        sent = request.get_json()
        sandbox.webhooks.settle(**{name: sent.get(name) for name in ("url", "double", "shuffle", "paused")})
        return webhooks()

    @routes.post("/invoices")
    def invoices() -> Answer:
        seconds = int(request.get_json()["draft_seconds"])
        if seconds < 0:
            raise ValueError("A renewal's invoice cannot be a draft for less than no time.")
        sandbox.store.set("draft_seconds", str(seconds))
        return {"draft_seconds": seconds}

    @routes.post("/idempotency")
    def idempotency() -> Answer:
        sent = request.get_json()
        if sent.get("forget"):
            sandbox.idempotency.forget()
        if "keep_seconds" in sent:
            sandbox.idempotency.keep_for(float(sent["keep_seconds"]))
        return {"ok": True}

    return routes
