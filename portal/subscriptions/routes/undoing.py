"""Undo by the link in a mail: it does its one thing and shows what comes of it, and signs nobody in."""

from datetime import datetime

from flask import Blueprint, abort, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from portal.kit.clock import now
from portal.kit.db import transaction
from portal.kit.headers import no_referrer
from portal.kit.i18n import speaking
from portal.kit.web import LARGEST_ID, one_or_404, page, say
from portal.subscriptions import actions, history, links, preview, queries
from portal.subscriptions.forms.contents import ContentsForm
from portal.subscriptions.models import Subscription
from portal.subscriptions.shown import Side
from portal.timeline import Actor, Entry

undo_bp = Blueprint("undoing", __name__, url_prefix="/undo")


@undo_bp.get("/<sealed>")
@no_referrer
def ask(sealed: str) -> ResponseReturnValue:
    """Says what the button would do, and changes nothing: mail scanners open every link."""
    entry_id = _opened(sealed)
    whose = one_or_404(Subscription.of_entry(entry_id)).customer
    with speaking(whose.locale, whose.time_zone):
        return _page(sealed, entry_id, ContentsForm())


@undo_bp.post("/<sealed>")
@no_referrer
def undo(sealed: str) -> ResponseReturnValue:
    entry_id, form = _opened(sealed), ContentsForm()
    whose = one_or_404(Subscription.of_entry(entry_id)).customer
    with speaking(whose.locale, whose.time_zone):
        with form.saying_why(), transaction():
            _undo(entry_id)
        return _page(sealed, entry_id, form) if form.error else redirect(url_for("undoing.ask", sealed=sealed), 303)


def _undo(entry_id: int) -> None:
    subscription, entry = one_or_404(Subscription.of_entry(entry_id).with_for_update()), _entry(entry_id)
    if entry.undone_at:
        say(_("This was undone already."))
        return
    actions.undo(entry, subscription, by=Actor(customer_id=subscription.customer_id), at=now(), by_mail=True)
    say(_("Undone."), history.what_holds(entry.deed, subscription.ends_at))


def _opened(sealed: str) -> int:
    """The entry of the history that this link is for, or 404."""
    entry_id = links.undo_of(sealed)
    return min(entry_id, LARGEST_ID) if entry_id is not None else abort(404)


def _entry(entry_id: int) -> Entry:
    return one_or_404(select(Entry).where(Entry.id == entry_id))


def _page(sealed: str, entry_id: int, form: ContentsForm) -> ResponseReturnValue:
    """What would come of it; or that it is done, or why it can't be, and what holds."""
    at, subscription, entry = now(), one_or_404(Subscription.of_entry(entry_id)), _entry(entry_id)
    compared: list[tuple[Side | None, Side | None]] = []
    ends: list[datetime | None] = []

    def look() -> None:
        actions.look_undone(entry, subscription, at=at)
        ends.append(subscription.ends_at)

    if not entry.undone_at and not form.error:
        with form.saying_why():
            compared = preview.compare(subscription, look, at=at)
    until, holds, kept = queries.undo_until(entry, subscription), preview.sides(subscription, 3), queries.kept_of(subscription, at=at)
    shown = queries.subscription(subscription.id, subscription.customer_id)  # last: no row beside it can be read after
    return page(
        "subscriptions/undo.html",
        409 if form.error else 200,
        at=at,
        sealed=sealed,
        subscription=shown,
        what=history.told(entry.deed, entry.facts),
        deed=entry.deed,
        done_at=entry.at,
        undone_at=entry.undone_at,
        until=until,
        compared=compared,
        ends_at=next(iter(ends), None),
        holds=holds,
        kept=kept,
        error=form.error,
    )
