"""The customer's orders."""

from itertools import groupby

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from portal.accounts.current import current, signed_in
from portal.kit import i18n
from portal.kit.clock import now
from portal.kit.web import page
from portal.orders import queries
from portal.orders.finding import Wanted

bp = Blueprint("orders", __name__)
bp.before_request(signed_in)
A_PAGE = 20
FEW = 5
"""Orders: so many are looked through, and need no search."""


@bp.get("/orders")
def index() -> ResponseReturnValue:
    older_than, wanted, zone = request.args.get("older_than"), Wanted.asked(request.args), i18n.time_zone()
    found = queries.orders_page(current.customer.id, wanted, A_PAGE, older_than, at=now(), zone=zone) or abort(404)
    months = [(month, list(orders)) for month, orders in groupby(found.orders, lambda order: i18n.month(order.placed_at))]
    return page(
        "orders/index.html",
        months=months,
        wanted=wanted,
        years=queries.years(current.customer.id, zone),
        few=FEW,
        has_older=found.has_older,
        is_newest=older_than is None,
    )


@bp.get("/orders/<path:number>")
def show(number: str) -> ResponseReturnValue:
    """A number may hold a slash: other systems made it."""
    return page("orders/show.html", order=queries.order(current.customer.id, number) or abort(404))
