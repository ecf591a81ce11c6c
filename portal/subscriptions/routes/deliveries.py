"""Skip a delivery, send it after all, move it; and undo whatever was changed."""

from datetime import datetime
from typing import Protocol

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from portal.accounts.current import current
from portal.kit.clock import now
from portal.kit.db import transaction
from portal.kit.i18n import short_day
from portal.kit.web import one_or_404, page, say
from portal.subscriptions import actions, history, preview, queries
from portal.subscriptions.forms import MoveForm
from portal.subscriptions.models import Delivery, Subscription
from portal.subscriptions.routes.door import back_to, bp, undo_of
from portal.subscriptions.shown import ShownClock
from portal.timeline import Entry


class DeliveryDeed(Protocol):
    def __call__(self, delivery: Delivery, /, *, at: datetime) -> None: ...


@bp.get("/deliveries/<int:delivery_id>/skip")
def ask_to_skip(delivery_id: int) -> ResponseReturnValue:
    return _confirm_page("subscriptions/skip.html", delivery_id, Delivery.skip)


@bp.post("/deliveries/<int:delivery_id>/skip")
def skip_delivery(delivery_id: int) -> ResponseReturnValue:
    with transaction():
        delivery = _delivery(delivery_id, lock=True)
        entry = actions.skip_delivery(delivery, by=current.actor, at=now())
        next_one = delivery.subscription.scheduled[0]
        said = _("Next is %(day)s.", day=short_day(next_one.arrives_on))
    say(_("Skipped."), said, undo=undo_of(entry))
    return back_to(delivery.subscription_id)


@bp.get("/deliveries/<int:delivery_id>/unskip")
def ask_to_unskip(delivery_id: int) -> ResponseReturnValue:
    return _confirm_page("subscriptions/unskip.html", delivery_id, Delivery.unskip)


@bp.post("/deliveries/<int:delivery_id>/unskip")
def unskip_delivery(delivery_id: int) -> ResponseReturnValue:
    with transaction():
        delivery = _delivery(delivery_id, lock=True)
        entry = actions.unskip_delivery(delivery, by=current.actor, at=now())
        said = _("It arrives %(day)s.", day=short_day(delivery.arrives_on))
    say(_("It comes after all."), said, undo=undo_of(entry))
    return back_to(delivery.subscription_id)


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
    say(_("Moved."), more % {"day": short_day(form.day)}, undo=undo_of(entry))
    return back_to(delivery.subscription_id)


@bp.post("/changes/<int:entry_id>/undo")
def undo(entry_id: int) -> ResponseReturnValue:
    with transaction():
        subscription = one_or_404(Subscription.changed_by(entry_id, current.customer).with_for_update())
        entry = one_or_404(select(Entry).where(Entry.id == entry_id))
        actions.undo(entry, subscription, by=current.actor, at=now())
        said, coming = history.what_holds(entry.deed, subscription.ends_at), preview.coming(subscription, 1)
    next_one = _("Next is %(day)s.", day=short_day(coming[0].arrives_on)) if coming else ""
    say(_("Undone."), f"{said} {next_one}".strip())
    return back_to(subscription.id)


def _delivery(delivery_id: int, *, lock: bool = False) -> Delivery:
    query = Subscription.holding(delivery_id, current.customer)
    return one_or_404(query.with_for_update() if lock else query).delivery(delivery_id)


def _confirm_page(template: str, delivery_id: int, deed: DeliveryDeed) -> ResponseReturnValue:
    at, shown, delivery = now(), queries.delivery(delivery_id, current.customer.id), _delivery(delivery_id)
    compared = preview.compare(delivery.subscription, lambda: deed(delivery, at=at), at=at)
    return page(template, delivery=shown, compared=compared)


def _move_page(delivery: Delivery, status: int) -> ResponseReturnValue:
    """What would come of it is shown as soon as there is a day; what is wrong with the day, beside it."""
    at, shown = now(), queries.delivery(delivery.id, current.customer.id)
    delivery.must_be_open(at=at)
    form = MoveForm(request.values, delivery, at=at)
    earliest, latest = delivery.earliest_arrival(at=at), delivery.latest_arrival(at=at)
    locks_at = ShownClock(delivery.charge_for(form.day)).locks_at if form.day else None
    undo_until = min(locks_at, delivery.locks_at) if locks_at else None
    compared = preview.compare(delivery.subscription, lambda: form.move(delivery, at=at), at=at) if form.day else None
    return page(
        "subscriptions/move.html", status, delivery=shown, moving=form, earliest=earliest, latest=latest, compared=compared,
        locks_at=locks_at, undo_until=undo_until,
    )  # fmt: skip
