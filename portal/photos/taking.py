"""Takes photos from a form: counts the bytes, makes them anew, keeps the files, and then the row. Each has its own transactions: what
one costs holds nobody up, and one that is refused takes none of the others along."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from werkzeug.datastructures import FileStorage

from portal.kit import uploads
from portal.kit.db import db, transaction
from portal.photos import actions, folder, picture, scanner
from portal.photos.models import MOST, Photo
from portal.photos.refusals import NoRoom, PhotoRefused, TooLarge

MOST_FILES = MOST + 2
"""In one request: a few more than may be kept, so that the answer can say so."""
DRAFT = re.compile(r"[A-Za-z0-9_-]{16,64}")


@dataclass
class Taken:
    """Of several that came at once."""

    ids: list[int] = field(default_factory=list)
    refusals: list[PhotoRefused] = field(default_factory=list)


def take(file: FileStorage, *, customer_id: int, draft: str, at: datetime, staff_id: int | None = None) -> int:
    """Its row's id. What staff send of a customer's goods does not count as sent by the customer. Raises PhotoRefused."""
    if uploads.is_too_large(file):
        raise TooLarge
    if staff_id is None:
        with transaction():
            actions.count(_size(file), customer_id=customer_id, at=at)
    if uploads.was_lost(file):
        raise NoRoom
    scanner.check(file.stream)
    made = picture.read(file.stream)
    name = folder.keep(made)
    try:
        with transaction():
            photo = actions.add(made, name, customer_id=customer_id, draft=draft, at=at, staff_id=staff_id)
    except PhotoRefused:
        folder.throw_away(name)
        raise
    return photo.id


def take_all(files: Sequence[FileStorage], *, customer_id: int, draft: str, at: datetime, staff_id: int | None = None) -> Taken:
    """Those that can be taken. A browser sends a field without a file as one without a name."""
    taken = Taken()
    for file in files:
        if file.filename:
            try:
                taken.ids.append(take(file, customer_id=customer_id, draft=draft, at=at, staff_id=staff_id))
            except PhotoRefused as refusal:
                taken.refusals.append(refusal)
    return taken


def take_out(photo_id: int, *, customer_id: int) -> None:
    """One that waits. Another tab may have done it before."""
    with transaction():
        mine = Photo.of(customer_id).where(Photo.id == photo_id, Photo.attached_to.is_(None)).with_for_update()
        names = actions.forget(db.session.scalars(mine).all())
    for name in names:
        folder.throw_away(name)


def is_draft(key: str) -> bool:
    return DRAFT.fullmatch(key) is not None


def _size(file: FileStorage) -> int:
    size = file.stream.seek(0, 2)
    file.stream.seek(0)
    return size
