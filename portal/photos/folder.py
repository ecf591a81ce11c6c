"""Where the files of photos lie. What is here was written wholly, and outlives a power cut."""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import IO

from flask import current_app

from portal.photos.picture import Picture
from portal.photos.refusals import NoRoom

LARGE, SMALL = ".jpg", "-small.jpg"
FILE = re.compile(r"([0-9a-f]{32})(-small)?\.jpg(\.part)?")


def root() -> Path:
    return Path(current_app.config["PHOTOS_DIR"])


def path(name: str, ending: str) -> Path:
    """In one of 256 folders: none of them gets too full."""
    return root() / name[:2] / f"{name}{ending}"


def keep(picture: Picture) -> str:
    """Under a name of its own, which nobody can guess. Raises NoRoom where the disk takes no more; then nothing is left of it."""
    name = token_hex(16)
    try:
        for ending, content in (LARGE, picture.large), (SMALL, picture.small):
            _write(path(name, ending), content)
        _sync(path(name, LARGE).parent)
    except OSError as error:
        throw_away(name)
        raise NoRoom from error
    return name


def lock_away(file: IO[bytes]) -> str:
    """As it came, where nobody is served from, in a name that nothing opens. Raises NoRoom."""
    name = token_hex(16)
    try:
        _write(_locked() / name, file.read())
    except OSError as error:
        with suppress(OSError):
            (_locked() / f"{name}.part").unlink()
        raise NoRoom from error
    return name


def forget_locked_away(*, before: datetime) -> None:
    for file in _locked().glob("*"):
        with suppress(FileNotFoundError):
            if datetime.fromtimestamp(file.stat().st_mtime, UTC) < before:
                file.unlink()


def throw_away(name: str) -> None:
    for ending in LARGE, SMALL, f"{LARGE}.part", f"{SMALL}.part":
        with suppress(OSError):
            path(name, ending).unlink()


def written_before(moment: datetime) -> Iterator[str]:
    """The names of which a file here is older than that."""
    for file in root().glob("??/*"):
        known = FILE.fullmatch(file.name)
        with suppress(FileNotFoundError):  # thrown away meanwhile
            if known and datetime.fromtimestamp(file.stat().st_mtime, UTC) < moment:
                yield known[1]


def _locked() -> Path:
    return root() / "quarantine"


def _write(path: Path, content: bytes) -> None:
    part = path.with_name(f"{path.name}.part")
    if not path.parent.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _sync(path.parent.parent)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _sync(folder: Path) -> None:
    """So that the names in it last too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
