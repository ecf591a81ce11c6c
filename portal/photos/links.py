"""The address of a photo: signed, and of use for five minutes, and only in the session whose page it stands on."""

from dataclasses import dataclass

from flask import url_for
from itsdangerous import BadData

from portal.accounts.current import current
from portal.kit import seals

PHOTO = "photo"
SECONDS = 300


@dataclass(frozen=True)
class Opened:
    photo_id: int
    is_small: bool


def address(photo_id: int, *, small: bool = False, endpoint: str = "photos.show") -> str:
    """For a page of now. The desk has an endpoint of its own, which writes down who looked."""
    return url_for(endpoint, sealed=seals.timed(PHOTO).dumps([photo_id, int(small), _session()]))


def unseal(sealed: str) -> Opened | None:
    """None of what we did not give out, or too long ago, or to somebody else."""
    try:
        photo_id, small, session = seals.timed(PHOTO).loads(sealed, max_age=SECONDS)
    except (BadData, TypeError, ValueError):
        return None
    return Opened(photo_id, bool(small)) if session == _session() else None


def _session() -> int | None:
    return current.signed_in.session_id if current.signed_in else None
