"""The page of a subscription that ours can't say: it tells, and leads to support."""

from flask import abort
from flask.typing import ResponseReturnValue

from portal.accounts.current import current
from portal.kit.web import page
from portal.subscriptions import queries
from portal.subscriptions.routes.door import bp


@bp.get("/subscriptions/with-support/<int:outside_id>")
def show_outside(outside_id: int) -> ResponseReturnValue:
    return page("subscriptions/outside.html", subscription=queries.outside_subscription(outside_id, current.customer.id) or abort(404))
