"""Cancel a subscription, with a receipt; take it back; begin again."""

from datetime import datetime
from secrets import SystemRandom

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts.current import current
from portal.billing.queries import card_that_pays
from portal.kit.clock import now
from portal.kit.db import transaction
from portal.kit.i18n import clock_time, short_day
from portal.kit.web import one_or_404, page, say
from portal.subscriptions import actions, links, policy, preview, queries
from portal.subscriptions.forms import CancelForm, ReasonsForm
from portal.subscriptions.models import Cancellation
from portal.subscriptions.policy import Change
from portal.subscriptions.routes.door import back_to, bp, subscription_of, undo_of
from portal.subscriptions.routes.instead import offers_for

UNKEPT = "preview"
"""The key of a beginning that is only shown."""
bp.app_template_global()(links.receipt_key)


@bp.get("/subscriptions/<int:subscription_id>/cancel")
def ask_to_cancel(subscription_id: int) -> ResponseReturnValue:
    return _cancel_page(subscription_id, CancelForm(request.args), 200)


@bp.post("/subscriptions/<int:subscription_id>/cancel")
def cancel(subscription_id: int) -> ResponseReturnValue:
    form, at = CancelForm(request.form), now()
    if form.error:
        return _cancel_page(subscription_id, form, 422)
    shown = queries.subscription(subscription_id, current.customer.id) or abort(404)
    offers, _skipped = offers_for(shown, at=at) if form.reasons else ({}, None)
    with transaction():
        subscription = subscription_of(subscription_id, lock=True)
        entry, asked = actions.cancel(subscription, at_once=form.at_once, by=current.actor, at=at)
        if entry and form.reasons:
            actions.give_reasons(asked, form.reasons, asked.comment, by=current.actor, at=at)
            actions.pass_offers(subscription, form.reasons, offers, by=current.actor, at=at)
        reference, ends_at = asked.reference, subscription.ends_now_at
    if entry is None:
        say(_("It is cancelled already."), _("This is its receipt."))
    elif ends_at and ends_at > at:
        say(_("Cancelled."), _("You can undo it until %(time)s.", time=clock_time(ends_at)), undo=undo_of(entry))
    else:
        say(_("Cancelled."), _("Nothing is charged any more."), undo=None if ends_at else undo_of(entry))
    return _to_the_receipt(subscription_id, reference)


@bp.get("/subscriptions/<int:subscription_id>/cancelled/<reference>")
def cancelled(subscription_id: int, reference: str) -> ResponseReturnValue:
    return _receipt_page(subscription_id, reference, ReasonsForm(request.args), 200)


@bp.post("/subscriptions/<int:subscription_id>/cancelled/<reference>/reasons")
def give_reasons(subscription_id: int, reference: str) -> ResponseReturnValue:
    form = ReasonsForm(request.form)
    if form.error:
        return _receipt_page(subscription_id, reference, form, 422)
    with transaction():
        subscription = subscription_of(subscription_id, lock=True)
        asked = one_or_404(Cancellation.of(subscription).where(Cancellation.reference == reference))
        actions.give_reasons(asked, form.reasons, form.comment, by=current.actor, at=now())
    say(_("Thank you."), _("We read every one of them."))
    return _to_the_receipt(subscription_id, reference)


@bp.get("/subscriptions/<int:subscription_id>/keep")
def ask_to_keep(subscription_id: int) -> ResponseReturnValue:
    at, shown, subscription = now(), queries.subscription(subscription_id, current.customer.id), subscription_of(subscription_id)
    compared = preview.compare(subscription, lambda: subscription.keep(at=at), at=at)
    return page("subscriptions/keep.html", subscription=shown, compared=compared)


@bp.post("/subscriptions/<int:subscription_id>/keep")
def keep(subscription_id: int) -> ResponseReturnValue:
    with transaction():
        subscription = subscription_of(subscription_id, lock=True)
        actions.keep(subscription, by=current.actor, at=now())
        coming = preview.coming(subscription, 1)
        said = _("Next is %(day)s.", day=short_day(coming[0].arrives_on)) if coming else _("It is paused, as it was before.")
    say(_("It goes on."), said)
    return back_to(subscription_id)


@bp.get("/subscriptions/<int:subscription_id>/again")
def ask_to_begin_again(subscription_id: int) -> ResponseReturnValue:
    at, shown, subscription = now(), queries.subscription(subscription_id, current.customer.id), subscription_of(subscription_id)
    subscription.must_be_able_to_begin_again(at=at)
    account_ref, named_ref = subscription.account_ref, subscription.raw.get("default_payment_method")
    charges: list[datetime] = []

    def begin() -> None:
        subscription.begin_again(key=UNKEPT, at=at)
        charges.append(subscription.scheduled[0].charge_at)

    compared = preview.compare(subscription, begin, at=at)
    coming = [then for _before, then in compared if then]
    card = card_that_pays(account_ref, named_ref, current.customer.id)
    return page("subscriptions/again.html", subscription=shown, coming=coming, charged_at=charges[0], card=card)


@bp.post("/subscriptions/<int:subscription_id>/again")
def begin_again(subscription_id: int) -> ResponseReturnValue:
    with transaction():
        subscription = subscription_of(subscription_id, lock=True)
        actions.begin_again(subscription, by=current.actor, at=now())
        first = subscription.scheduled[0].arrives_on
    say(_("It starts again."), _("The first box arrives %(day)s.", day=short_day(first)))
    return redirect(url_for("subscriptions.show", subscription_id=subscription_id), 303)


def _cancel_page(subscription_id: int, form: CancelForm, status: int) -> ResponseReturnValue:
    """One that is cancelled at once already has a receipt, which is what somebody who comes here wants to see."""
    at, customer_id = now(), current.customer.id
    shown = queries.subscription(subscription_id, customer_id) or abort(404)
    receipt, paid_on = queries.receipts_of([shown]).get(subscription_id), queries.paid_to_come(subscription_id, at=at)
    deliveries = queries.deliveries_of(shown, limit=3, at=at)
    subscription = subscription_of(subscription_id)
    if receipt and (subscription.ends_now_at or subscription.has_ended):
        return _to_the_receipt(subscription_id, receipt.reference)
    subscription.must_allow(Change.END_NOW)
    locked = subscription.locked(at=at)
    offers, skipped = offers_for(shown, at=at)
    return page(
        "subscriptions/cancel.html",
        status,
        at=at,
        subscription=shown,
        cancelling=form,
        gone=preview.sides(subscription, 3),
        deliveries=deliveries,
        paid_on=paid_on,
        locked_on=locked.arrives_on if locked else None,
        reasons=SystemRandom().sample(policy.REASONS, k=len(policy.REASONS)),
        offers=offers,
        skipped=skipped,
    )


def _receipt_page(subscription_id: int, reference: str, form: ReasonsForm, status: int) -> ResponseReturnValue:
    customer_id = current.customer.id
    receipt = queries.receipt(reference, customer_id)
    if receipt is None or receipt.subscription_id != subscription_id:
        abort(404)
    return page(
        "subscriptions/cancelled.html",
        status,
        at=now(),
        receipt=receipt,
        subscription=queries.subscription(subscription_id, customer_id),
        telling=form,
        reasons=SystemRandom().sample(policy.REASONS, k=len(policy.REASONS)),
    )


def _to_the_receipt(subscription_id: int, reference: str) -> Response:
    return redirect(url_for("subscriptions.cancelled", subscription_id=subscription_id, reference=reference), 303)
