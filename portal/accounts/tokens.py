"""Secrets that leave the house: what is kept of each is a hash, from which nobody can make it again."""

import hmac
import json
from dataclasses import dataclass
from hashlib import sha256
from secrets import randbelow, token_urlsafe

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer

from portal.kit.safe import secrets_of_ours
from portal.kit.seals import timed

PURPOSES = {False: "sign-in", True: "sign-in at the desk"}
"""Of the links in the mails to sign in, by whether they lead to the desk."""


class Altered(Exception):
    """Not what we gave out: cut off, changed, or made up."""


class OtherPurpose(Exception):
    """One of ours, but it opens another door."""


@dataclass(frozen=True)
class Token:
    row_id: int
    key: str


def fresh_key() -> str:
    """256 random bits, as text for a cookie or a link."""
    return token_urlsafe(32)


def digest(key: str) -> str:
    """For keys that can't be guessed: a plain hash is enough."""
    return sha256(key.encode()).hexdigest()


def fresh_code() -> str:
    return f"{randbelow(10**6):06}"


def code_digest(code: str, row_id: int) -> str:
    """A million codes are soon tried, so the hash takes a secret that is not in the database."""
    return _code_digest(secrets_of_ours()[-1], code, row_id)


def is_code(code: str, row_id: int, code_hash: str | None) -> bool:
    kept = code_hash or "none was sent"
    return any(hmac.compare_digest(_code_digest(secret, code, row_id), kept) for secret in secrets_of_ours())


def derived(purpose: str, *of: object) -> bytes:
    """256 bits that only we can make, the same ones each time: what a page shows before it is kept needs no place meanwhile."""
    told = json.dumps([purpose, *of]).encode()
    return hmac.new(current_app.config["SECRET_KEY"].encode(), b"derived " + told, sha256).digest()


def seal(purpose: str, token: Token) -> str:
    """A token for a link, signed for one purpose."""
    return _serializer(purpose).dumps([purpose, token.row_id, token.key])


def unseal(purpose: str, sealed: str) -> Token:
    """Raises Altered, or OtherPurpose. Until when it works, and whether it was used, its row knows."""
    try:
        _, told = _serializer(purpose).loads_unsafe(sealed)
        claimed, row_id, key = told
        _serializer(claimed).loads(sealed)
    except (BadData, TypeError, ValueError, AttributeError, RecursionError):
        raise Altered from None
    if claimed != purpose:
        raise OtherPurpose
    return Token(row_id, key)


def _serializer(purpose: str) -> URLSafeTimedSerializer:
    return timed(f"token for {purpose}")


def _code_digest(secret: str, code: str, row_id: int) -> str:
    return hmac.new(secret.encode(), f"code {row_id} {code}".encode(), sha256).hexdigest()
