"""The pages: all subscriptions, one, its history, and one delivery."""

from datetime import datetime

from flask import abort, request
from flask.typing import ResponseReturnValue

from portal.accounts.current import current
from portal.kit.clock import now
from portal.kit.web import LARGEST_ID, page
from portal.subscriptions import queries
from portal.subscriptions.addressing import goal_of
from portal.subscriptions.routes.door import bp
from portal.subscriptions.shown import Kept, ShownSubscription

SHOWN = 10
"""Lines of history on the page; older ones are a page of their own."""


@bp.get("/subscriptions")
def index() -> ResponseReturnValue:
    at, customer_id = now(), current.customer.id
    subscriptions = queries.subscriptions(customer_id)
    return page(
        "subscriptions/index.html",
        subscriptions=subscriptions,
        kept=queries.kept(customer_id, at=at) if any(one.may_wait(at=at) for one in subscriptions) else {},
        outside=queries.outside_subscriptions(customer_id),
    )


@bp.get("/subscriptions/<int:subscription_id>")
def show(subscription_id: int) -> ResponseReturnValue:
    at, customer_id = now(), current.customer.id
    subscription = queries.subscription(subscription_id, customer_id) or abort(404)
    kept = _kept(subscription, at=at)
    history = queries.history(subscription, SHOWN, at=at, kept=kept)
    return page(
        "subscriptions/show.html",
        at=at,
        subscription=subscription,
        deliveries=queries.deliveries_of(subscription, limit=6, at=at),
        history=history,
        kept=kept,
        refused=queries.refused_among(subscription, history, at=at),
        goal=goal_of(subscription_id, customer_id),
        receipt=queries.receipts_of([subscription]).get(subscription_id),
        choices=queries.choices(subscription),
        rhythms=queries.rhythms(subscription),
    )


@bp.get("/subscriptions/<int:subscription_id>/history")
def show_history(subscription_id: int) -> ResponseReturnValue:
    subscription = queries.subscription(subscription_id, current.customer.id) or abort(404)
    before = max(0, min(request.args.get("before", LARGEST_ID, int), LARGEST_ID))
    at = now()
    done = queries.history(subscription, 50, at=at, before=before, kept=_kept(subscription, at=at))
    return page("subscriptions/history.html", subscription=subscription, history=done)


@bp.get("/deliveries/<int:delivery_id>")
def show_delivery(delivery_id: int) -> ResponseReturnValue:
    customer_id = current.customer.id
    delivery = queries.delivery(delivery_id, customer_id) or abort(404)
    at, subscription = now(), queries.subscription(delivery.subscription_id, customer_id) or abort(404)
    return page("subscriptions/delivery.html", at=at, delivery=delivery, subscription=subscription, kept=_kept(subscription, at=at))


def _kept(shown: ShownSubscription, *, at: datetime) -> Kept | None:
    return queries.kept(current.customer.id, at=at).get(shown.id) if shown.may_wait(at=at) else None
