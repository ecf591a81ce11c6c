"""Keys of the shop's systems: made, used, revoked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from portal.api.models import ApiKey, Scope
from portal.kit.db import db
from portal.timeline import Actor, note


@dataclass(frozen=True)
class Caller:
    """One of the shop's systems."""

    key_id: int
    name: str
    scopes: frozenset[str]


class NameTaken(Exception):
    """Another key has this name, or had it: the history tells them apart by it."""


class TooFast(Exception):
    """The key is used more often than it may be."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(str(wait))
        self.wait = wait


def add_key(name: str, scopes: Iterable[Scope], *, by: Actor, at: datetime) -> str:
    """Returns the key, which nobody can find out later. Raises NameTaken."""
    if db.session.scalar(select(ApiKey.id).where(ApiKey.name == name)):
        raise NameTaken(name)
    row, key = ApiKey.make(name, scopes, at=at)
    db.session.add(row)
    db.session.flush()
    note(row, "API key added", by=by, at=at, facts={"name": name, "scopes": row.scopes})
    return key


def revoke_key(key: ApiKey, *, by: Actor, at: datetime) -> None:
    """It is refused from the next request on."""
    if key.revoked_at is None:
        key.revoke(at=at)
        note(key, "API key revoked", by=by, at=at, facts={"name": key.name})


def let_in(key: str, *, at: datetime) -> Caller | None:
    """Whose key this is, with the request counted; None for one that is none, or is none any more. Raises TooFast."""
    found = db.session.scalars(ApiKey.that_is(key).with_for_update()).one_or_none()
    if found is None:
        return None
    if wait := found.use(at=at):
        raise TooFast(wait)
    return Caller(found.id, found.name, frozenset(found.scopes))
