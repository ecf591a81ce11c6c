"""What EasyPost has no API for: making carriers say something, early or late, twice, backward or in a false name."""

from typing import TYPE_CHECKING

from flask import Blueprint, request

from sandbox.errors import Json

if TYPE_CHECKING:
    from sandbox.app import Sandbox

Answer = Json | tuple[Json, int]
SAID = ("status", "detail", "message", "city", "country", "at", "expected")


def carrier_control(sandbox: "Sandbox") -> Blueprint:
    routes = Blueprint("carrier_control", __name__, url_prefix="/_sandbox/parcels")

    @routes.errorhandler(TypeError)
    @routes.errorhandler(ValueError)
    def not_understood(problem: Exception) -> Answer:
        return {"error": str(problem)}, 400

    @routes.get("")
    def parcels() -> Answer:
        return {"parcels": sandbox.parcels.all()}

    @routes.post("")
    def prepare() -> Answer:
        sent = request.get_json()
        return sandbox.parcels.prepare(sent.get("carrier", ""), sent["number"], sent["journey"], sent.get("begins"))

    @routes.post("/scans")
    def scan() -> Answer:
        sent = request.get_json()
        if unknown := sent.keys() - {*SAID, "number", "tell", "double", "forged", "late"}:
            raise ValueError(f"Not known here: {', '.join(sorted(unknown))}.")
        said = {name: sent[name] for name in SAID if name in sent}
        return sandbox.parcels.scan(
            sent["number"], said, tell=sent.get("tell", True), double=int(sent.get("double", 0)), forged=bool(sent.get("forged")),
            late=float(sent.get("late", 0)),
        )  # fmt: skip

    @routes.get("/webhook")
    def webhook() -> Answer:
        return {"url": sandbox.webhooks.carrier_url}

    @routes.post("/webhook")
    def settle_webhook() -> Answer:
        sandbox.webhooks.tell_of_parcels_at(request.get_json()["url"])
        return webhook()

    return routes
