"""Links that open one thing without signing in: whoever has one may look at just that, for as long as there is a portal."""

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

RECEIPT = "receipt of a cancellation"
UNDO = "undo of a change"


def seal(purpose: str, what: str | int) -> str:
    """For an address. What was sealed for one purpose opens nothing for another."""
    return str(_serializer(purpose).dumps(what))


def unseal(purpose: str, sealed: str) -> str | int | None:
    """What it is for; None of what we did not give out."""
    try:
        what = _serializer(purpose).loads(sealed)
    except BadData:
        return None
    return what if isinstance(what, str | int) else None


def receipt_key(reference: str) -> str:
    return seal(RECEIPT, reference)


def undo_key(entry_id: int) -> str:
    return seal(UNDO, entry_id)


def _serializer(purpose: str) -> URLSafeSerializer:
    """The newest secret signs; those on their way out still open."""
    secrets = [*(current_app.config.get("SECRET_KEY_FALLBACKS") or []), current_app.config["SECRET_KEY"]]
    return URLSafeSerializer(secrets, salt=purpose)
