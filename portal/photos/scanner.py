"""Has a file looked at by the shop's virus scanner, where there is one: clamd, over TCP. docs/decisions/photos.md"""

import logging
from io import BytesIO
from typing import IO, BinaryIO, cast
from urllib.parse import urlsplit

from clamav_client.clamd import ClamdError, ClamdNetworkSocket
from flask import current_app

from portal.photos import folder
from portal.photos.refusals import Harmful, Unchecked

PORT = 3310
LONGEST = 15.0
"""Seconds until the next sign of it: the customer waits."""
log = logging.getLogger(__name__)


def check(file: IO[bytes]) -> None:
    """Before anything of it is decoded; where nothing is configured, nothing is done. Raises Harmful, Unchecked.

    What is harmful is locked away, for whoever wants to know what it was, and is used for nothing.
    """
    if not (url := current_app.config["SCANNER_URL"]):
        return
    if found := _found(url, file):
        name = folder.lock_away(file)
        log.warning("The virus scanner found %s in a file that was sent as a photo. It is kept in quarantine as %s.", found, name)
        raise Harmful


def answers(url: str) -> bool:
    try:
        return "stream" in _at(url).instream(BytesIO())
    except (ClamdError, OSError):
        return False


def _at(url: str) -> ClamdNetworkSocket:
    where = urlsplit(url)
    return ClamdNetworkSocket(where.hostname or "", where.port or PORT, LONGEST)


def _found(url: str, file: IO[bytes]) -> str:
    """The scanner's name for what is inside; empty if there is nothing."""
    file.seek(0)
    try:
        answer = _at(url).instream(cast(BinaryIO, file))
    except (ClamdError, OSError) as error:
        log.error("The virus scanner at SCANNER_URL checks nothing: %s", error)
        raise Unchecked from error
    finally:
        file.seek(0)
    status, what = answer.get("stream", ("", None))
    if status not in ("OK", "FOUND"):
        log.error("The virus scanner at SCANNER_URL answers what we do not understand: %s", answer)
        raise Unchecked
    return str(what or "something") if status == "FOUND" else ""
