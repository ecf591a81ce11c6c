"""Pause a subscription, and resume it."""

from collections.abc import Mapping
from datetime import date

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.accounts.current import current
from portal.kit.clock import now
from portal.kit.db import transaction
from portal.kit.i18n import short_day
from portal.kit.web import page, say
from portal.subscriptions import actions, preview, queries
from portal.subscriptions.forms import PauseForm, ResumeForm
from portal.subscriptions.policy import Change
from portal.subscriptions.routes.door import back_to, bp, subscription_of, undo_of
from portal.subscriptions.shown import ShownClock


@bp.get("/subscriptions/<int:subscription_id>/pause")
def ask_to_pause(subscription_id: int) -> ResponseReturnValue:
    return _pause_page(subscription_id, 200)


@bp.post("/subscriptions/<int:subscription_id>/pause")
def pause(subscription_id: int) -> ResponseReturnValue:
    with transaction():
        paused = _pause(subscription_id)
    return back_to(subscription_id) if paused else _pause_page(subscription_id, 422)


@bp.get("/subscriptions/<int:subscription_id>/resume")
def ask_to_resume(subscription_id: int) -> ResponseReturnValue:
    return _resume_page(subscription_id, 200)


@bp.post("/subscriptions/<int:subscription_id>/resume")
def resume(subscription_id: int) -> ResponseReturnValue:
    with transaction():
        resumed = _resume(subscription_id)
    return back_to(subscription_id) if resumed else _resume_page(subscription_id, 422)


def _pause(subscription_id: int) -> bool:
    """False if it can't be done with what was typed."""
    subscription, at = subscription_of(subscription_id, lock=True), now()
    subscription.must_allow(Change.PAUSE)
    form = PauseForm(_sent(), subscription, at=at)
    if not form.is_usable:
        return False
    entry = actions.pause(subscription, form.until, by=current.actor, at=at)
    said = _("Back on %(day)s.", day=short_day(form.until)) if form.until else _("Nothing is charged until you resume it.")
    if locked := subscription.locked(at=at):
        still_comes = _("The box on %(day)s is locked and still comes.", day=short_day(locked.arrives_on))
        said = f"{said} {still_comes}"
    say(_("Paused."), said, undo=undo_of(entry))
    return True


def _resume(subscription_id: int) -> bool:
    """False if it can't be done with what was typed."""
    subscription, at = subscription_of(subscription_id, lock=True), now()
    subscription.must_allow(Change.RESUME)
    form = ResumeForm({"to": "", **request.form}, subscription, at=at)
    if not form.day:
        return False
    entry = actions.resume(subscription, form.day, by=current.actor, at=at)
    say(_("Resumed."), _("Next is %(day)s.", day=short_day(form.day)), undo=undo_of(entry))
    return True


def _pause_page(subscription_id: int, status: int) -> ResponseReturnValue:
    """It opens with the shortest pause, and what would come of it; what is wrong with a day is said beside it."""
    at, shown, subscription = now(), queries.subscription(subscription_id, current.customer.id), subscription_of(subscription_id)
    subscription.must_allow(Change.PAUSE)
    form = PauseForm(_sent(), subscription, at=at)
    first, locked = subscription.plan.first_open(at=at), subscription.locked(at=at)
    told = {
        "undo_until": first.locks_at,
        "locked_on": locked.arrives_on if locked else None,
        "charged_again_at": first.charge_for(form.until) if form.until else None,
    }
    compared, gone = None, list[date]()
    if form.is_usable:
        first_on = first.arrives_on
        compared = preview.compare(subscription, lambda: subscription.plan.pause(form.until, at=at), at=at)
        planned = [before.day for before, _then in compared if before]
        gone = [day for day in planned if first_on <= day and (form.until is None or day < form.until)]
    return page("subscriptions/pause.html", status, subscription=shown, pausing=form, compared=compared, gone=gone, **told)


def _sent() -> Mapping[str, str]:
    """To look, less is enough than to pause."""
    return {"how": "", "until": "", **request.form} if request.method == "POST" else request.args


def _resume_page(subscription_id: int, status: int) -> ResponseReturnValue:
    at, shown, subscription = now(), queries.subscription(subscription_id, current.customer.id), subscription_of(subscription_id)
    subscription.must_allow(Change.RESUME)
    form, day = ResumeForm(request.values, subscription, at=at), None
    first, locked = subscription.plan.resting, subscription.locked(at=at)
    told = {
        "locked_on": locked.arrives_on if locked else None,
        "charged_at": None,
        "undo_until": None,
    }
    if form.day:
        then = ShownClock(first.charge_for(form.day))
        told |= {"charged_at": then.charge_at, "locks_at": then.locks_at, "undo_until": min(then.locks_at, first.charge_at)}
    if day := form.day:
        compared = preview.compare(subscription, lambda: subscription.plan.resume(day, at=at), at=at)
    return page("subscriptions/resume.html", status, at=at, subscription=shown, resuming=form, compared=compared if day else None, **told)
