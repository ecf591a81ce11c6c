"""Use a discount code."""

from datetime import timedelta

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.accounts.current import current
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.kit.i18n import short_day
from portal.kit.limits import RecentUse
from portal.kit.web import page, say
from portal.subscriptions import actions, policy, preview, queries
from portal.subscriptions.addressing import Reach, reach_of
from portal.subscriptions.forms import CodeForm
from portal.subscriptions.policy import Change
from portal.subscriptions.routes.door import back_to, bp, subscription_of

GUESSES = ((10, timedelta(minutes=10)),)
"""So many codes that are none may be tried in so long a time."""


@bp.get("/subscriptions/<int:subscription_id>/code")
def ask_for_code(subscription_id: int) -> ResponseReturnValue:
    return _code_page(subscription_id, _read(subscription_id), 200)


@bp.post("/subscriptions/<int:subscription_id>/code")
def use_code(subscription_id: int) -> ResponseReturnValue:
    form = _read(subscription_id)
    if form.is_used:  # tapped twice, or from another tab
        say(_("You use this code already."), _("It counts, and nothing has changed."))
        return back_to(subscription_id)
    if not form.is_usable:
        return _code_page(subscription_id, form, 422)
    with transaction():
        subscription = subscription_of(subscription_id, lock=True)
        actions.use_code(subscription, form.code, form.discount, by=current.actor, at=now())
        reach = reach_of(subscription, at=now())
    if form.is_unchecked:
        say(_("Code noted."), _("The payment provider will check it; if it can’t be used, we write to you."))
    else:
        say(_("Code used."), _counts_from(reach))
    return back_to(subscription_id)


def _read(subscription_id: int) -> CodeForm:
    """The code is checked with the provider, so the read transaction ends before. Who guesses has to wait."""
    at, key = now(), f"wrong discount codes of customer {current.customer.id}"
    subscription = subscription_of(subscription_id)
    subscription.must_allow(Change.DISCOUNT)
    account_ref, currency, used = subscription.account_ref, subscription.currency, subscription.code
    db.session.rollback()
    if "code" not in request.values:
        return CodeForm({}, used=used, account_ref=account_ref, currency=currency, waits=None, at=at)
    with transaction():
        waits = RecentUse.of(key, at=at).free_at(GUESSES, at=at)
    form = CodeForm(request.values, used=used, account_ref=account_ref, currency=currency, waits=waits, at=at)
    if form.is_no_code:
        with transaction():
            RecentUse.of(key, at=at).add(at=at)
    return form


def _code_page(subscription_id: int, form: CodeForm, status: int) -> ResponseReturnValue:
    """What would come of it is shown as soon as the code is known to be good."""
    at, shown, compared, reach = now(), queries.subscription(subscription_id, current.customer.id), None, None
    if form.is_usable:
        reach = reach_of(subscription_of(subscription_id), at=at)
    if form.discount:
        subscription, discount = subscription_of(subscription_id), policy.discount_as_json(form.discount)
        compared = preview.compare(subscription, lambda: setattr(subscription, "discount", discount), at=at)
    return page("subscriptions/code.html", status, subscription=shown, using=form, compared=compared, reach=reach)


def _counts_from(reach: Reach) -> str:
    if reach.first is None:
        return str(_("It counts from the first delivery after the pause on."))
    return str(_("It counts from the delivery on %(day)s on.", day=short_day(reach.first)))
