"""How we learn where a parcel is: by looking it up, whoever said that there is something new."""

from dataclasses import replace
from datetime import timedelta
from logging import getLogger
from typing import Any

from portal import outbox
from portal.carriers import news
from portal.carriers.current import carrier_service
from portal.carriers.models import LONGEST, Tracker
from portal.carriers.port import Tracking
from portal.carriers.service_port import CarrierService, NotTaken
from portal.kit.clock import now
from portal.kit.db import db, view

log = getLogger(__name__)
QUIET = timedelta(hours=4)
"""A parcel under way of which nothing was heard for so long is looked up: the service's word may be lost."""
BATCH = 50
"""So many are asked for at a time: those that are left have their turn some minutes later."""


@outbox.syncs(Tracker)
def sync_tracker(tracker_id: int, lease: outbox.Lease) -> None:
    """Have it followed, or look it up, and tell whoever listens. Safe to repeat, at any time, in any order."""
    with view():
        tracker = db.session.get_one(Tracker, tracker_id)
        carrier, number, ref = tracker.carrier, tracker.number, tracker.ref
    service = carrier_service()
    if service is None:
        with lease.finish(at=now()):
            return
    try:
        tracking = _look(service, carrier, number, ref)
    except NotTaken as error:
        log.warning("The carrier service does not follow tracker %s: %s", tracker_id, error)
        with lease.finish(at=(at := now())):
            db.session.get_one(Tracker, tracker_id, with_for_update=True).refuse(str(error), at=at)
        return
    with lease.finish(at=(at := now())):
        news.tell(tracking, at=at)  # first: orders are locked before what is theirs
        db.session.get_one(Tracker, tracker_id, with_for_update=True).learn(tracking, at=at)


def _look(service: CarrierService, carrier: str, number: str, ref: str | None) -> Tracking:
    """In our own names for the carrier and the parcel, which the service may spell otherwise."""
    found = service.look_up(ref) if ref else service.register(carrier, number)
    return replace(found, carrier=carrier, number=number)


@outbox.task("look for silent parcels")
def look_for_silent(_: dict[str, Any], lease: outbox.Lease) -> None:
    """By the clock: news that never came, and what was shipped while there was no service."""
    has_service, at = carrier_service() is not None, now()
    with lease.finish(at=at):
        if has_service:
            for tracker in db.session.scalars(Tracker.unheard_of(at - QUIET).limit(BATCH).with_for_update(skip_locked=True)):
                tracker.asked_at = at
                if tracker.wanted_at < at - LONGEST:
                    tracker.give_up(at=at)
                else:
                    outbox.want_sync(tracker, at=at, bulk=True)
