"""Where the carrier service's news arrives."""

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from portal.carriers import actions
from portal.carriers.current import carrier_service
from portal.kit.clock import now
from portal.kit.csrf import csrf_exempt
from portal.kit.db import transaction

bp = Blueprint("carriers", __name__)
LONGEST = 1024 * 1024
"""Bytes. EasyPost's events are some kilobytes."""


@bp.post("/webhooks/easypost")
@csrf_exempt
def receive_news() -> ResponseReturnValue:
    """Keep it, ask for a look, and answer after the commit; whatever the look costs, it is done later."""
    request.max_content_length = LONGEST
    service = carrier_service() or abort(404)
    news = service.read_news(request.get_data(), request.headers.get("X-Hmac-Signature", "")) or abort(400)
    with transaction():
        actions.take(news, at=now())
    return "", 200
