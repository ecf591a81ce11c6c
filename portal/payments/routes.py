"""Where the provider's webhooks arrive."""

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from portal.kit.clock import now
from portal.kit.csrf import csrf_exempt
from portal.kit.db import transaction
from portal.payments import news
from portal.payments.current import provider

bp = Blueprint("payments", __name__)
LONGEST = 1024 * 1024
"""Bytes. Stripe's events are some kilobytes."""


@bp.post("/webhooks/stripe")
@csrf_exempt
def receive_event() -> ResponseReturnValue:
    """Keep it, ask for what follows from it, and answer after the commit; whatever the work costs, it is done later."""
    request.max_content_length = LONGEST
    event = provider().read_event(request.get_data(), request.headers.get("Stripe-Signature", "")) or abort(400)
    with transaction():
        news.take(event, at=now())
    return "", 204
