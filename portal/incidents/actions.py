"""What is done about incidents: publish, say anew, end, put away; and who is concerned is kept up to date."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import literal, select

from portal import outbox, timeline
from portal.accounts.actions import forget_notices, notice
from portal.incidents.models import LONGEST_BODY, LONGEST_TITLE, Concerned, Incident, NobodyMeant, NothingSaid, PublishedAlready, Whom
from portal.incidents.queries import concerned_by
from portal.kit.db import db, insert
from portal.kit.i18n import language_name
from portal.kit.shop import shop
from portal.timeline import Actor

GROW = "concern incidents"
Words = dict[str, str]
"""By language."""


def publish(
    whom: Whom, titles: Words, bodies: Words, *, draft: str, begins_at: datetime | None, ends_at: datetime | None, by: Actor, at: datetime
) -> Incident:
    """The same form twice makes one, also at the same moment. Raises NobodyMeant, NothingSaid, PublishedAlready."""
    whom.must_name_somebody()
    _must_say(titles, bodies)
    begins = max(begins_at or at, at)
    if ends_at and ends_at <= begins:
        raise NobodyMeant(_("It would be over before it begins."))
    row = {
        "titles": titles, "bodies": bodies, "whom": whom.as_json(), "staff_id": by.staff_id or 0, "draft": draft, "published_at": at,
        "begins_at": begins, "ends_at": ends_at,
    }  # fmt: skip
    new = insert(Incident).values(row).on_conflict_do_nothing(index_elements=["draft"]).returning(Incident.id)
    is_new = db.session.scalar(new) is not None
    incident = db.session.scalars(select(Incident).where(Incident.draft == draft)).one()
    if is_new:
        timeline.note(incident, "publish incident", by=by, at=at, facts={"title": titles[shop().locale], "whom": whom.as_json()})
        outbox.want_task(GROW, {}, at=at)
    elif (titles, bodies) != (incident.titles, incident.bodies):
        raise PublishedAlready(_("This was published already, in other words. Open it among the incidents to say it anew."))
    return incident


def say_anew(incident: Incident, titles: Words, bodies: Words, *, seen: str, by: Actor, at: datetime) -> None:
    """Who had put the notice away is shown the new words. Raises AlreadyOver, NothingSaid, SaidMeanwhile."""
    _must_say(titles, bodies)
    with timeline.deed(incident, "reword incident", by=by, at=at):
        incident.say(titles, bodies, seen=seen, at=at)


def end(incident: Incident, *, by: Actor, at: datetime) -> None:
    """Raises AlreadyOver."""
    with timeline.deed(incident, "end incident", by=by, at=at):
        incident.end(at=at)
    outbox.want_task(GROW, {}, at=at)


def dismiss(concerned: Concerned, *, at: datetime) -> None:
    concerned.dismissed_at = at


def grow(*, at: datetime) -> None:
    """Find who is concerned by now, of each incident that is told; after its end, let its customers be."""
    for incident in db.session.scalars(select(Incident).where(Incident.cleared_at.is_(None)).order_by(Incident.id).with_for_update()):
        if incident.is_over(at=at):
            _clear(incident, at=at)
        else:
            _find(incident, at=at)


def _find(incident: Incident, *, at: datetime) -> None:
    known = select(Concerned.customer_id).where(Concerned.incident_id == incident.id)
    new = concerned_by(Whom.from_json(incident.whom))
    new = new.where(new.selected_columns[0].not_in(known)).add_columns(literal(incident.id), literal(at, Concerned.since.type))
    db.session.execute(insert(Concerned).from_select(["customer_id", "incident_id", "since"], new).on_conflict_do_nothing())
    notice(known.where(Concerned.since == at), at=at)
    incident.grown_at = at


def _clear(incident: Incident, *, at: datetime) -> None:
    others = select(Concerned.customer_id).join(Incident, Incident.id == Concerned.incident_id)
    others = others.where(Incident.id != incident.id, Incident.cleared_at.is_(None))
    forget_notices(select(Concerned.customer_id).where(Concerned.incident_id == incident.id, Concerned.customer_id.not_in(others)))
    incident.cleared_at = at


def _must_say(titles: Words, bodies: Words) -> None:
    if not titles.get(shop().locale) or not bodies.get(shop().locale):
        raise NothingSaid(_("Say what it is about, and what happens now, in the shop’s language at least."))
    if any(len(title) > LONGEST_TITLE for title in titles.values()) or any(len(body) > LONGEST_BODY for body in bodies.values()):
        raise NothingSaid(_("That is too long to be read above a page."))
    for half in titles.keys() ^ bodies.keys():
        raise NothingSaid(_("In %(language)s say both, what it is about and what happens now, or nothing.", language=language_name(half)))
