"""What pages show of photos."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from portal.kit.db import db
from portal.photos.models import Photo


@dataclass(frozen=True)
class ShownPhoto:
    id: int
    width: int
    height: int


COLUMNS = Photo.id, Photo.width, Photo.height


def waiting(customer_id: int, draft: str) -> list[ShownPhoto]:
    """Those that were sent with a form that is not sent yet."""
    return [ShownPhoto(*row) for row in db.session.execute(Photo.waiting(customer_id, draft).with_only_columns(*COLUMNS))]


def staff_showed(table: str, row_id: int) -> bool:
    """Whether the shop took a photo that belongs to this row."""
    theirs = select(Photo.id).where(Photo.attached_to == f"{table}:{row_id}", Photo.staff_id.is_not(None))
    return db.session.scalar(theirs.limit(1)) is not None


def attached(table: str, ids: Sequence[int]) -> dict[int, list[ShownPhoto]]:
    """Of rows of one table, by their id."""
    names = {f"{table}:{row_id}": row_id for row_id in ids}
    found: dict[int, list[ShownPhoto]] = defaultdict(list)
    rows = select(Photo.attached_to, *COLUMNS).where(Photo.attached_to.in_(names)).order_by(Photo.id)
    for belongs, *photo in db.session.execute(rows):
        found[names[str(belongs)]].append(ShownPhoto(*photo))
    return found
