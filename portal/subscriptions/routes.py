"""The pages of subscriptions and deliveries, and what can be done on them."""

from urllib.parse import urlsplit

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from portal.accounts.current import current, signed_in
from portal.kit.clock import now
from portal.kit.db import transaction
from portal.kit.i18n import short_day
from portal.kit.web import LARGEST_ID, came_from, one_or_404, page, say
from portal.subscriptions import actions, history, preview, queries
from portal.subscriptions.forms import MoveForm
from portal.subscriptions.models import Delivery, Subscription
from portal.timeline import Entry

bp = Blueprint("subscriptions", __name__)
bp.before_request(signed_in)
bp.app_template_global("did")(history.title)
bp.app_template_global("who_did")(history.who)
SHOWN = 10
"""Lines of history on the page; older ones are a page of their own."""


@bp.get("/subscriptions")
def index() -> ResponseReturnValue:
    return page("subscriptions/index.html", subscriptions=queries.subscriptions(current.customer.id))


@bp.get("/subscriptions/<int:subscription_id>")
def show(subscription_id: int) -> ResponseReturnValue:
    at, customer_id = now(), current.customer.id
    subscription = queries.subscription(subscription_id, customer_id) or abort(404)
    return page(
        "subscriptions/show.html",
        at=at,
        subscription=subscription,
        deliveries=queries.deliveries_of(subscription_id, customer_id, limit=6, at=at),
        history=queries.history(subscription, SHOWN, at=at),
        refused=queries.refused_lately([subscription_id], at=at),
    )


@bp.get("/subscriptions/<int:subscription_id>/history")
def show_history(subscription_id: int) -> ResponseReturnValue:
    subscription = queries.subscription(subscription_id, current.customer.id) or abort(404)
    before = min(request.args.get("before", LARGEST_ID, int), LARGEST_ID)
    done = queries.history(subscription, 50, at=now(), before=before)
    return page("subscriptions/history.html", subscription=subscription, history=done)


@bp.get("/deliveries/<int:delivery_id>")
def show_delivery(delivery_id: int) -> ResponseReturnValue:
    customer_id = current.customer.id
    delivery = queries.delivery(delivery_id, customer_id) or abort(404)
    subscription = queries.subscription(delivery.subscription_id, customer_id)
    return page("subscriptions/delivery.html", at=now(), delivery=delivery, subscription=subscription)


@bp.get("/deliveries/<int:delivery_id>/skip")
def ask_to_skip(delivery_id: int) -> ResponseReturnValue:
    at, shown, delivery = now(), queries.delivery(delivery_id, current.customer.id), _delivery(delivery_id)
    compared = preview.compare(delivery.subscription, lambda: delivery.skip(at=at))
    return page("subscriptions/skip.html", delivery=shown, compared=compared)


@bp.post("/deliveries/<int:delivery_id>/skip")
def skip_delivery(delivery_id: int) -> ResponseReturnValue:
    with transaction():
        delivery = _delivery(delivery_id, lock=True)
        entry = actions.skip_delivery(delivery, by=current.actor, at=now())
        next_one = delivery.subscription.scheduled[0]
        said = _("Next is %(day)s.", day=short_day(next_one.arrives_on))
    say(_("Skipped."), said, undo=_undo(entry))
    return _back(delivery.subscription_id)


@bp.get("/deliveries/<int:delivery_id>/unskip")
def ask_to_unskip(delivery_id: int) -> ResponseReturnValue:
    at, shown, delivery = now(), queries.delivery(delivery_id, current.customer.id), _delivery(delivery_id)
    compared = preview.compare(delivery.subscription, lambda: delivery.unskip(at=at))
    return page("subscriptions/unskip.html", delivery=shown, compared=compared)


@bp.post("/deliveries/<int:delivery_id>/unskip")
def unskip_delivery(delivery_id: int) -> ResponseReturnValue:
    with transaction():
        delivery = _delivery(delivery_id, lock=True)
        entry = actions.unskip_delivery(delivery, by=current.actor, at=now())
        said = _("It arrives %(day)s.", day=short_day(delivery.arrives_on))
    say(_("It comes after all."), said, undo=_undo(entry))
    return _back(delivery.subscription_id)


@bp.get("/deliveries/<int:delivery_id>/move")
def ask_to_move(delivery_id: int) -> ResponseReturnValue:
    return _move_page(_delivery(delivery_id), 200)


@bp.post("/deliveries/<int:delivery_id>/move")
def move_delivery(delivery_id: int) -> ResponseReturnValue:
    with transaction():
        delivery = _delivery(delivery_id, lock=True)
        form = MoveForm({"to": "", **request.form}, delivery, at=now())
        if form.day:
            move = actions.move_with_later if form.with_later else actions.move_delivery
            entry = move(delivery, form.day, by=current.actor, at=now())
    if not form.day:
        return _move_page(_delivery(delivery_id), 422)
    more = _("It arrives %(day)s, and the later ones move along.") if form.with_later else _("It arrives %(day)s.")
    say(_("Moved."), more % {"day": short_day(form.day)}, undo=_undo(entry))
    return _back(delivery.subscription_id)


@bp.post("/changes/<int:entry_id>/undo")
def undo(entry_id: int) -> ResponseReturnValue:
    with transaction():
        subscription = one_or_404(Subscription.changed_by(entry_id, current.customer).with_for_update())
        actions.undo(one_or_404(select(Entry).where(Entry.id == entry_id)), subscription, by=current.actor, at=now())
    say(_("Undone."), _("Everything is as it was before."))
    return _back(subscription.id)


def _delivery(delivery_id: int, *, lock: bool = False) -> Delivery:
    query = Subscription.holding(delivery_id, current.customer)
    return one_or_404(query.with_for_update() if lock else query).delivery(delivery_id)


def _move_page(delivery: Delivery, status: int) -> ResponseReturnValue:
    """What would come of it is shown as soon as there is a day; what is wrong with the day, beside it."""
    at, shown = now(), queries.delivery(delivery.id, current.customer.id)
    delivery.must_be_open(at=at)
    form = MoveForm(request.values, delivery, at=at)
    earliest, latest = delivery.earliest_arrival(at=at), delivery.latest_arrival(at=at)
    compared = preview.compare(delivery.subscription, lambda: form.move(delivery, at=at)) if form.day else None
    return page("subscriptions/move.html", status, delivery=shown, moving=form, earliest=earliest, latest=latest, compared=compared)


def _undo(entry: Entry) -> str:
    return url_for("subscriptions.undo", entry_id=entry.id)


def _back(subscription_id: int) -> Response:
    """To the page that asked; from a sheet of its own, to the subscription."""
    asked = urlsplit(came_from()).path
    there = asked if asked == "/" or asked.startswith("/subscriptions") else url_for("subscriptions.show", subscription_id=subscription_id)
    return redirect(there, 303)
