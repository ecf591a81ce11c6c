"""The worker's side: what was left lying is swept up."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from portal import outbox
from portal.kit.clock import now, wall
from portal.kit.db import db
from portal.photos import actions, folder
from portal.photos.models import Photo

WAITS = timedelta(hours=20)
"""So long a photo waits for its form to be sent. With an hour until the next sweep, it is gone within a day."""
LOCKED_AWAY = timedelta(days=30)
"""So long a file is kept in which the virus scanner found something."""
BEING_WRITTEN = timedelta(hours=1)
"""So young a file may have a row in a moment."""


@outbox.task("sweep photos")
def sweep_photos(_: dict[str, Any], lease: outbox.Lease) -> None:
    """Photos whose form was never sent, files whose row was never written, and what was locked away a month ago."""
    at = now()
    old = set(folder.written_before(wall() - BEING_WRITTEN))
    folder.forget_locked_away(before=wall() - LOCKED_AWAY)
    known = set(db.session.scalars(select(Photo.name)))
    for name in old - known:
        folder.throw_away(name)
    with lease.finish(at=at):
        waiting = select(Photo).where(Photo.attached_to.is_(None), Photo.made_at < at - WAITS).with_for_update()
        names = actions.forget(db.session.scalars(waiting).all())
        actions.forget_days(before=(at - timedelta(days=2)).date())
    for name in names:
        folder.throw_away(name)
