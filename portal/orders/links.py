"""Links that show one parcel without signing in, and nothing of anybody's: docs/decisions/where-a-parcel-is.md"""

from datetime import datetime, timedelta

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

TRACKING = "where a parcel is"
OPEN_FOR = timedelta(days=30)
"""So long after the delivery a link still opens."""


def tracking_key(shipment_id: int) -> str:
    """For an address. Nobody guesses it, and it gives nothing away."""
    return str(_serializer().dumps(shipment_id))


def shipment_of(sealed: str) -> int | None:
    """Which parcel it is for; None of what we did not give out."""
    try:
        found = _serializer().loads(sealed)
    except BadData:
        return None
    return found if isinstance(found, int) else None


def is_over(delivered_at: datetime | None, *, at: datetime) -> bool:
    """Whether the link of a parcel that was delivered then has ended."""
    return delivered_at is not None and at >= delivered_at + OPEN_FOR


def _serializer() -> URLSafeSerializer:
    """The newest secret signs; those on their way out still open."""
    secrets = [*(current_app.config.get("SECRET_KEY_FALLBACKS") or []), current_app.config["SECRET_KEY"]]
    return URLSafeSerializer(secrets, salt=TRACKING)
