"""The safe: for secrets that have to be read again. Whoever has only the database can't."""

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from flask import current_app


def lock_away(text: str) -> str:
    return _safe().encrypt(text.encode()).decode()


def take_out(locked: str) -> str | None:
    """None where it was locked with a secret that is gone."""
    try:
        return _safe().decrypt(locked.encode()).decode()
    except InvalidToken:
        return None


def lock_anew(locked: str) -> str | None:
    """With the newest secret. None where that is not needed, or not possible any more."""
    newest, *old = _keys()
    if not old or _opens(newest, locked) or not _opens(MultiFernet(old), locked):
        return None
    return _safe().rotate(locked.encode()).decode()


def secrets_of_ours() -> list[str]:
    """The newest last. The others are on their way out: what they signed still opens."""
    return [*(current_app.config.get("SECRET_KEY_FALLBACKS") or []), current_app.config["SECRET_KEY"]]


def _safe() -> MultiFernet:
    return MultiFernet(_keys())


def _keys() -> list[Fernet]:
    """The newest first."""
    made = [hmac.new(secret.encode(), b"key of the safe", sha256).digest() for secret in reversed(secrets_of_ours())]
    return [Fernet(urlsafe_b64encode(key)) for key in made]


def _opens(key: Fernet | MultiFernet, locked: str) -> bool:
    try:
        key.decrypt(locked.encode())
    except InvalidToken:
        return False
    return True
