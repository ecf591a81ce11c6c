"""While staff prepare changes, what they send from the customer's pages is tried. What would have come of it is kept for the customer."""

from typing import Any
from urllib.parse import unquote, urlsplit

from flask import Response, g, make_response, redirect, request, session, url_for
from flask_babel import gettext as _
from sqlalchemy import func

from portal.accounts.current import current
from portal.kit import trial
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.kit.web import came_from, say
from portal.prepared import actions
from portal.prepared.models import MOST_OPEN, PreparedChange
from portal.prepared.refusals import CannotBePrepared, TooManyWait
from portal.prepared.routes.sent import sent_form
from portal.prepared.telling import PICTURES, can_be_told, picture, pictures_of, tell
from portal.prepared.what import DRAFTS, OURS
from portal.timeline import Entry


def begin() -> None:
    """Before each request while a change is prepared: what is sent is only tried. A form may carry photos: then it is refused."""
    view, endpoint = current.impersonation, request.endpoint or ""
    if view is None or request.method != "POST" or endpoint in DRAFTS | OURS:
        return
    if any(file.filename for file in request.files.values()):
        raise CannotBePrepared(_("Photos come from the customer, so they can’t be suggested."))
    waiting = PreparedChange.open_of(view.customer_id, at=now()).order_by(None).with_only_columns(func.count())
    if (db.session.scalar(waiting) or 0) >= MOST_OPEN:
        raise TooManyWait
    g.cookie_before, g.looks_then = dict(session), dict[str, Any]()
    trial.begin()
    trial.at_end(_look)


def hear(entry: Entry) -> None:
    """Of each entry of the history that a trial would have written. What the rules do by themselves only follows from the rest."""
    if (tried := trial.going_on()) and entry.system is None:
        tried.hear(tell(entry))


def settle(answer: Response) -> Response:
    """After each request. A trial that went well is kept; what it had to say itself is not, for nothing of it is so."""
    tried, view = trial.end(), current.impersonation if "cookie_before" in g else None
    if tried is None or view is None or not tried.told or answer.status_code != 303:
        return answer
    session.clear()
    session.update(g.cookie_before)
    if not can_be_told(tried.told):
        say(_("This can’t be suggested. Nothing was changed."), tone="bad")
        return make_response(redirect(came_from(), 303))
    asked = urlsplit(came_from()).path
    page = "/" if unquote(asked) == request.path else asked
    looked = pictures_of(g.looks_then)
    with transaction():
        actions.prepare(view, path=request.path, form=sent_form(), told=tried.told, looks=g.looks_then, looked=looked, page=page, at=now())
    customer = current.customer
    say(_("Suggested to %(name)s.", name=customer.name or customer.email), _("Nothing is changed until they approve it."))
    return make_response(redirect(url_for("prepared.index"), 303))


def _look() -> None:
    """How what it is about looks, at the end of a transaction of a trial."""
    tried = trial.going_on()
    for told in tried.so_far if tried else []:
        if told["subject"].partition(":")[0] in PICTURES:
            db.session.flush()
            g.looks_then[told["subject"]] = picture(told["subject"])
