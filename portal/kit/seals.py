"""What leaves the house in an address and comes back as it left: signed for one purpose, and of use for no other."""

from typing import TypeVar

from itsdangerous import BadData, TimestampSigner, URLSafeSerializer, URLSafeTimedSerializer

from portal.kit.clock import now
from portal.kit.safe import secrets_of_ours

Sealed = TypeVar("Sealed", int, str)


def seal(purpose: str, what: int | str) -> str:
    """For an address. Nobody guesses it, and it opens for as long as there is a portal."""
    return str(_serializer(purpose).dumps(what))


def unseal(purpose: str, sealed: str, kind: type[Sealed]) -> Sealed | None:
    """What it is for; None of what we did not give out for this purpose, or as another `kind`."""
    try:
        what = _serializer(purpose).loads(sealed)
    except BadData:
        return None
    return what if isinstance(what, kind) else None


def timed(purpose: str) -> URLSafeTimedSerializer:
    """For what opens only for a while, counted by our own clock. The newest secret signs; those on their way out still open."""
    return URLSafeTimedSerializer(secrets_of_ours(), salt=purpose, signer=_Signer)


class _Signer(TimestampSigner):
    def get_timestamp(self) -> int:
        return int(now().timestamp())


def _serializer(purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(secrets_of_ours(), salt=purpose)
