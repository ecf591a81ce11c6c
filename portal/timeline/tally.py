"""How many anchors were made, told by the database: a file of them that is gone, or an older one in its place, disagrees with that."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from socket import gethostname

from sqlalchemy import select

from portal.kit.db import db, insert
from portal.timeline import anchors
from portal.timeline.anchors import Anchor
from portal.timeline.findings import Finding, Problem
from portal.timeline.history import note
from portal.timeline.models import Actor, AnchorFile


def count(*, is_new: bool, at: datetime) -> None:
    """In a transaction, once an anchor is in the file. Of a file that was not counted yet, all that it holds."""
    known = db.session.scalar(select(AnchorFile.made).where(AnchorFile.place == _place()))
    first = len(anchors.kept().signed) if known is None else 0
    more = {"made": AnchorFile.made + int(is_new), "at": at}
    counted = insert(AnchorFile).values(place=_place(), made=first, at=at)
    db.session.execute(counted.on_conflict_do_update(index_elements=["place"], set_=more))


def missing(known: Sequence[Anchor]) -> Problem | None:
    """Whether those that are known are all that were made: in our file, or anywhere, if ours is new."""
    made = {file.place: file.made for file in db.session.scalars(select(AnchorFile).where(AnchorFile.made > 0).order_by(AnchorFile.id))}
    ours = made.get(_place(), 0)
    if len(known) < ours:
        sentence = (
            f"{ours} anchors were made in {anchors.path()}, and {len(known)} could be read: it is gone, or an older one stands there."
        )
        return Problem(Finding.ANCHORS_GONE, sentence)
    if made and not known:
        return Problem(Finding.ANCHORS_GONE, f"No anchor is known here, and some were made: in {', '.join(made)}.")
    return None


def begin_anew(why: str, *, by: Actor, at: datetime) -> Path:
    """In a transaction: from now on, anchors count that are made from now on; the history tells of it.

    Returns where the file with the old ones has to be put, for whoever wants to know what they said.
    """
    file = db.session.scalars(select(AnchorFile).where(AnchorFile.place == _place()).with_for_update()).one_or_none()
    if file is None:
        db.session.add(file := AnchorFile(place=_place(), made=0, at=at))
        db.session.flush()
    aside = anchors.path().with_name(f"{anchors.path().name}.until-{at:%Y%m%dT%H%M%SZ}")
    note(file, "anchors begun anew", by=by, at=at, facts={"why": why, "made before": file.made, "kept as": aside.name})
    file.made = 0
    return aside


def _place() -> str:
    """Of several machines with workers, each has a file of its own."""
    return f"{gethostname()}:{anchors.path()}"
