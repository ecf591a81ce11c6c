"""Anchors: which entry was the newest, signed, kept outside the database. Who can rewrite the whole chain can't rewrite these."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from errno import EINVAL
from hashlib import sha256
from logging import getLogger
from pathlib import Path

from flask import current_app
from itsdangerous import BadSignature, Signer
from sqlalchemy import select

from portal.kit.db import db
from portal.kit.safe import secrets_of_ours
from portal.timeline.models import Entry

log = getLogger(__name__)
SALT = "anchor of the history"
LINE = re.compile(r"audit-anchor (\S+) ([0-9]{1,18}) ([0-9a-f]{64})\.[A-Za-z0-9_-]+")


@dataclass(frozen=True)
class Anchor:
    at: datetime
    entry: int
    hash: str


@dataclass(frozen=True)
class Anchors:
    """What files and logs hold of them."""

    signed: tuple[Anchor, ...]
    """By a secret of ours, in the order of the entries."""
    others: int
    """Lines that look like one, and were signed by somebody else, or by a secret that is gone."""


@dataclass(frozen=True)
class Kept:
    line: str
    is_new: bool


def path() -> Path:
    return Path(current_app.config["AUDIT_ANCHOR"])


def newest(*, at: datetime) -> Anchor | None:
    """The anchor of the chain as it ends now; None while it has no entry."""
    last = db.session.execute(select(Entry.id, Entry.entry_hash).order_by(Entry.id.desc()).limit(1)).one_or_none()
    return Anchor(at, last.id, last.entry_hash) if last else None


def keep(anchor: Anchor) -> Kept:
    """In the file, so that it outlives a power cut, and in the log. The one that the file ends with already is not written again.
    Raises OSError."""
    line, file = write(anchor), path()
    known = _last(file)
    is_new = known is None or (known.entry, known.hash) != (anchor.entry, anchor.hash)
    if is_new:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(handle, f"{line}\n".encode())
            _last_through(handle)
        finally:
            os.close(handle)
        log.warning(line)
    return Kept(line, is_new)


def write(anchor: Anchor) -> str:
    return _signer().sign(f"audit-anchor {anchor.at.isoformat()} {anchor.entry} {anchor.hash}").decode()


def read(lines: Iterable[str]) -> Anchors:
    """From a file of them, or from a log that has them among other lines."""
    found, others = set(), 0
    for line in lines:
        if known := LINE.search(line):
            anchor = _signed(known)
            found |= {anchor} if anchor else set()
            others += anchor is None
    return Anchors(tuple(sorted(found, key=lambda anchor: (anchor.entry, anchor.at))), others)


def kept() -> Anchors:
    """Those of the file; none where it is not there yet."""
    try:
        with path().open(encoding="utf-8", errors="replace") as lines:
            return read(lines)
    except FileNotFoundError:
        return Anchors((), 0)


def _last_through(handle: int) -> None:
    """A power cut. What is no file on a disk, such as a pipe to where logs are kept, can't promise that."""
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno != EINVAL:
            raise


def _last(file: Path) -> Anchor | None:
    """Of the last kilobyte."""
    try:
        with file.open("rb") as content:
            content.seek(max(0, file.stat().st_size - 1024))
            end = content.read().decode(errors="replace")
    except FileNotFoundError:
        return None
    lines = LINE.finditer(end)
    return next((anchor for line in reversed(list(lines)) if (anchor := _signed(line))), None)


def _signed(line: re.Match[str]) -> Anchor | None:
    try:
        _signer().unsign(line[0])
        return Anchor(datetime.fromisoformat(line[1]), int(line[2]), line[3])
    except (BadSignature, ValueError):
        return None


def _signer() -> Signer:
    return Signer(secrets_of_ours(), salt=SALT, key_derivation="hmac", digest_method=sha256)
