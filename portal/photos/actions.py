"""What is done with photos: taken, attached to what they show, taken out, forgotten."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import delete, func, select, update

from portal.kit.db import Model, db, insert
from portal.kit.shop import shop
from portal.photos.models import A_DAY, MOST, Photo, PhotoDay
from portal.photos.picture import Picture
from portal.photos.refusals import TooMany, TooMuchToday


def count(sent: int, *, customer_id: int, at: datetime) -> None:
    """Add these bytes to what the customer sent today: also those of a photo that is refused. Raises TooMuchToday."""
    day = at.astimezone(shop().zone).date()
    theirs = (PhotoDay.customer_id == customer_id, PhotoDay.day == day)
    new = insert(PhotoDay).values(customer_id=customer_id, day=day, sent=0)
    db.session.execute(new.on_conflict_do_nothing(index_elements=["customer_id", "day"]))
    more = update(PhotoDay).where(*theirs, PhotoDay.sent + sent <= A_DAY).values(sent=PhotoDay.sent + sent)
    if db.session.execute(more.returning(PhotoDay.id)).first() is None:
        raise TooMuchToday


def add(picture: Picture, name: str, *, customer_id: int, draft: str, at: datetime, staff_id: int | None = None) -> Photo:
    """After its files are kept under that name. `staff_id` if the shop took it, for the customer to see. Raises TooMany."""
    theirs = select(PhotoDay).where(PhotoDay.customer_id == customer_id).with_for_update()
    db.session.scalars(theirs).all()  # others of this customer wait here
    there = select(func.count()).select_from(Photo).where(Photo.customer_id == customer_id, Photo.draft == draft)
    if (db.session.scalar(there) or 0) >= MOST:
        raise TooMany
    photo = Photo(
        customer_id=customer_id, name=name, draft=draft, width=picture.width, height=picture.height, size=picture.size, made_at=at,
        staff_id=staff_id,
    )  # fmt: skip
    db.session.add(photo)
    return photo


def attach(draft: str, to: Model, *, customer_id: int) -> int:
    """All photos of a form that is being sent, to the row that it makes. How many they are."""
    belongs = f"{to.__tablename__}:{to.id}"
    theirs = update(Photo).where(Photo.customer_id == customer_id, Photo.draft == draft, Photo.attached_to.is_(None))
    return len(db.session.scalars(theirs.values(attached_to=belongs).returning(Photo.id)).all())


def forget(photos: Sequence[Photo]) -> list[str]:
    """The rows. Their files, by these names, go after the commit: a row without its files is never to be seen."""
    for photo in photos:
        db.session.delete(photo)
    return [photo.name for photo in photos]


def forget_days(*, before: date) -> None:
    db.session.execute(delete(PhotoDay).where(PhotoDay.day < before))
