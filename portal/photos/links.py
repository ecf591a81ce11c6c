"""The address of a photo: signed, and of use for five minutes, and only in the session whose page it stands on."""

from dataclasses import dataclass

from flask import current_app, url_for
from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer

from portal.accounts.current import current
from portal.kit.clock import now

SECONDS = 300


@dataclass(frozen=True)
class Opened:
    photo_id: int
    is_small: bool


def address(photo_id: int, *, small: bool = False, endpoint: str = "photos.show") -> str:
    """For a page of now. The desk has an endpoint of its own, which writes down who looked."""
    return url_for(endpoint, sealed=_serializer().dumps([photo_id, int(small), _session()]))


def unseal(sealed: str) -> Opened | None:
    """None of what we did not give out, or too long ago, or to somebody else."""
    try:
        photo_id, small, session = _serializer().loads(sealed, max_age=SECONDS)
    except (BadData, TypeError, ValueError):
        return None
    return Opened(photo_id, bool(small)) if session == _session() else None


def _session() -> int | None:
    return current.signed_in.session_id if current.signed_in else None


class _Signer(TimestampSigner):
    def get_timestamp(self) -> int:
        return int(now().timestamp())


def _serializer() -> URLSafeTimedSerializer:
    """The newest secret signs; one that is on its way out still opens."""
    secrets = [*(current_app.config.get("SECRET_KEY_FALLBACKS") or []), current_app.config["SECRET_KEY"]]
    return URLSafeTimedSerializer(secrets, salt="photo", signer=_Signer)
