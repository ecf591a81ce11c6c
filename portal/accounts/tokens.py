"""Secrets that leave the house: what is kept of each is a hash, from which nobody can make it again."""

from hashlib import sha256
from secrets import token_urlsafe


def fresh_key() -> str:
    """256 random bits, as text for a cookie or a link."""
    return token_urlsafe(32)


def digest(key: str) -> str:
    """For keys that can't be guessed: a plain hash is enough."""
    return sha256(key.encode()).hexdigest()
