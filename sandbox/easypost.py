"""EasyPost's calls below /v2, as far as the portal makes them: as strict about keys and parameters, and with its errors."""

import time
from typing import TYPE_CHECKING

from flask import Blueprint, Response, g, request

from sandbox import lifecycle
from sandbox.easypost_labels import offer_labels
from sandbox.errors import Json
from sandbox.faults import broken_off
from sandbox.parcels import shown
from sandbox.store import new_id

if TYPE_CHECKING:
    from sandbox.app import Sandbox

Answer = tuple[Json, int]
TRACKER_PARAMETERS = {"tracking_code", "carrier"}
"""Those that we do; EasyPost knows more."""


class Refused(Exception):
    """An answer in EasyPost's error shape. Source: docs.easypost.com/docs/errors."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.answer: Answer = {"error": {"code": code, "message": message, "errors": []}}, status


def easypost(sandbox: "Sandbox") -> Blueprint:
    routes = Blueprint("easypost", __name__, url_prefix="/v2")

    @routes.errorhandler(Refused)
    def refuse(refused: Refused) -> Answer:
        return refused.answer

    @routes.after_request
    def lose(response: Response) -> Response:
        return Response(broken_off(b"")) if g.get("answer_is_lost") else response

    @routes.before_request
    def receive() -> Response | None:
        """Who asks, and whether a fault strikes. What has fallen due happens before anyone can see that it has not."""
        _check_caller()
        struck = sandbox.faults.strike(request.method, request.path)
        params = request.get_json(silent=True) or dict(request.args)
        sandbox.recorder.add(request.method, request.path, params, None, sandbox.now(), [rule.kind for rule in struck])
        for rule in struck:
            if rule.kind == "slow":
                time.sleep(rule.seconds)
            elif rule.kind == "429":
                raise Refused(429, "RATE_LIMITED", "You are doing that too much, slow down!")
            elif rule.kind == "refuse":
                raise Refused(422, "TRACKER.INVALID", rule.message)
            elif rule.kind == "lost_before":
                return Response(broken_off(b""))
            elif rule.kind in ("lost_after", "truncated"):
                g.answer_is_lost = True
            else:
                raise Refused(500, "INTERNAL_SERVER_ERROR", "An unexpected error occurred.")
        lifecycle.run_due(sandbox.world)
        return None

    @routes.post("/trackers")
    def create() -> Answer:
        asked = (request.get_json(silent=True) or {}).get("tracker")
        if not isinstance(asked, dict):
            raise Refused(400, "PARAMETER.REQUIRED", "Missing required parameter: tracker")
        if unknown := asked.keys() - TRACKER_PARAMETERS:
            raise Refused(422, "PARAMETER.INVALID", f"The stand-in does not do {', '.join(sorted(unknown))} here.")
        number = str(asked.get("tracking_code") or "")
        if not number.isalnum():
            raise Refused(422, "TRACKER.INVALID_TRACKING_CODE", "The tracking code is not valid.")
        return sandbox.parcels.follow(asked.get("carrier"), number), 200

    @routes.get("/trackers/<ref>")
    def retrieve(ref: str) -> Answer:
        if (parcel := sandbox.parcels.get(ref)) is None:
            raise Refused(404, "NOT_FOUND", "The requested resource could not be found.")
        return shown(parcel), 200

    @routes.get("/webhooks")
    def webhooks() -> Answer:
        url = sandbox.webhooks.carrier_url
        known = [{"id": new_id("hook"), "object": "Webhook", "mode": "test", "url": url, "disabled_at": None}] if url else []
        return {"webhooks": known}, 200

    offer_labels(routes, sandbox, Refused)
    return routes


def _check_caller() -> None:
    """EasyPost's own SDK sends its key as a bearer token; the pages speak of basic authentication with the key as the name."""
    given = request.authorization
    key = str(given.token if given and given.type == "bearer" else given.username if given and given.type == "basic" else "")
    if not key.startswith("EZTK"):
        raise Refused(401, "APIKEY.INVALID", "This api key is no longer active or does not exist. The stand-in takes keys for tests: EZTK…")
