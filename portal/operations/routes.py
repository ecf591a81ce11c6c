"""Where a machine that watches the portal asks how it is."""

from hmac import compare_digest

from flask import Blueprint, abort, current_app, request
from flask.typing import ResponseReturnValue
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from portal.kit.clock import now
from portal.operations.metrics import Figures

bp = Blueprint("operations", __name__)


@bp.get("/metrics")
def metrics() -> ResponseReturnValue:
    """Prometheus' text, for whoever has METRICS_TOKEN; where that is not set there is no such page."""
    token = current_app.config["METRICS_TOKEN"] or abort(404)
    given = request.headers.get("Authorization", "")
    if not compare_digest(given.encode(), f"Bearer {token}".encode()):
        abort(401)
    return generate_latest(Figures(at=now())), {"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"}
