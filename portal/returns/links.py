"""Links that open the receipt of a withdrawal without signing in: whoever has one may look at just that."""

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

WITHDRAWAL = "receipt of a withdrawal"


def withdrawal_key(reference: str) -> str:
    return str(_serializer().dumps(reference))


def withdrawal_of(sealed: str) -> str | None:
    """Its reference; None of what we did not give out."""
    try:
        found = _serializer().loads(sealed)
    except BadData:
        return None
    return found if isinstance(found, str) else None


def _serializer() -> URLSafeSerializer:
    """The newest secret signs; those on their way out still open."""
    secrets = [*(current_app.config.get("SECRET_KEY_FALLBACKS") or []), current_app.config["SECRET_KEY"]]
    return URLSafeSerializer(secrets, salt=WITHDRAWAL)
