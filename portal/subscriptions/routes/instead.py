"""What may help instead of cancelling: it leads to the page on which it is done, and is remembered as opened."""

from datetime import datetime

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts.current import current
from portal.kit.clock import now
from portal.kit.db import transaction
from portal.subscriptions import actions, queries
from portal.subscriptions.policy import FITTING, Change, Instead
from portal.subscriptions.routes.door import bp, subscription_of
from portal.subscriptions.shown import ShownDelivery, ShownSubscription

NEEDS = {
    Instead.PAUSE: Change.PAUSE,
    Instead.LESS_OFTEN: Change.FREQUENCY,
    Instead.SWAP: Change.CONTENTS,
    Instead.CODE: Change.DISCOUNT,
    Instead.ADDRESS: Change.ADDRESS,
}


@bp.post("/subscriptions/<int:subscription_id>/instead")
def open_offer(subscription_id: int) -> ResponseReturnValue:
    """What can't be done any more says so on its own page."""
    at, (reason, _, kind) = now(), request.form.get("offer", "").partition(":")
    if kind not in list(Instead) or kind not in FITTING.get(reason, ()):
        abort(400)
    shown = queries.subscription(subscription_id, current.customer.id) or abort(404)
    offers, skipped = offers_for(shown, at=at)
    with transaction():
        subscription = subscription_of(subscription_id, lock=True)
        if kind in offers[reason]:
            actions.open_offer(subscription, Instead(kind), reason, offers, by=current.actor, at=at)
    return redirect(_place_of(Instead(kind), subscription_id, skipped), 303)


def offers_for(shown: ShownSubscription, *, at: datetime) -> tuple[actions.Offers, ShownDelivery | None]:
    """By reason, and the delivery that would be skipped."""
    first = next((one for one in queries.deliveries_of(shown, limit=3, at=at) if one.is_scheduled), None)
    skipped = first if first and first.is_open(at=at) else None
    return {reason: [kind for kind in kinds if _can(kind, shown, skipped)] for reason, kinds in FITTING.items()}, skipped


def _can(kind: Instead, shown: ShownSubscription, skipped: ShownDelivery | None) -> bool:
    if kind is Instead.SKIP:
        return skipped is not None
    return shown.can(NEEDS[kind]) and not (kind is Instead.CODE and shown.discount)


def _place_of(kind: Instead, subscription_id: int, skipped: ShownDelivery | None) -> str:
    there = url_for("subscriptions.show", subscription_id=subscription_id)
    if kind is Instead.SKIP:
        return url_for("subscriptions.ask_to_skip", delivery_id=skipped.id) if skipped else there
    places = {
        Instead.PAUSE: url_for("subscriptions.ask_to_pause", subscription_id=subscription_id),
        Instead.LESS_OFTEN: f"{there}#rhythm",
        Instead.SWAP: f"{there}#inside",
        Instead.CODE: url_for("subscriptions.ask_for_code", subscription_id=subscription_id),
        Instead.ADDRESS: url_for("subscriptions.ask_where_to", subscription_id=subscription_id),
    }
    return places[kind]
