"""What Stripe has no API for: moving the clock, asking for faults, looking at what was requested. JSON, without a key."""

import json
from typing import TYPE_CHECKING

from flask import Blueprint, request

from sandbox import billing, lifecycle
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

    @routes.post("/objects")
    def change_object() -> Answer:
        """What other software has made of something at Stripe, which has calls for it that ours lacks: names and their new values."""
        sent = request.get_json()
        with sandbox.store.transaction():
            if (found := sandbox.store.find(sent["id"])) is None:
                raise ValueError(f"There is no {sent['id']}.")
            found |= sent["values"]
            sandbox.store.change("UPDATE object SET body = ? WHERE id = ?", json.dumps(found), sent["id"])
        return found

    @routes.get("/limits")
    def limits() -> Answer:
        return sandbox.limits.settled()

    @routes.post("/limits")
    def settle_limits() -> Answer:
        sent = request.get_json()
        sandbox.limits.settle(sent.get("per_second"), sent.get("per_endpoint"), sent.get("seconds", 1))
        return limits()

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
            "under_way": hooks.under_way(),
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

    @routes.post("/retries")
    def retries() -> Answer:
        then = request.get_json()["then"]
        if then not in billing.AFTER_RETRIES:
            raise ValueError(f"{then} is none of {', '.join(billing.AFTER_RETRIES)}")
        sandbox.store.set("after_retries", then)
        return {"then": then}

    @routes.post("/idempotency")
    def idempotency() -> Answer:
        sent = request.get_json()
        if sent.get("forget"):
            sandbox.idempotency.forget()
        if "keep_seconds" in sent:
            sandbox.idempotency.keep_for(float(sent["keep_seconds"]))
        return {"ok": True}

    return routes
