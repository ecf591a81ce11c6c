"""An order at the desk: whose it is leaves a trace before it is shown."""

from flask import abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from portal.accounts.current import staff_only
from portal.accounts.models import Role
from portal.kit.clock import now
from portal.kit.web import LARGEST_ID, one_or_404, page
from portal.orders.models import Order
from portal.support import queries
from portal.support.routes.door import bp, note_look


@bp.get("/orders/<path:number>")
@staff_only(Role.AGENT)
def show_order(number: str) -> ResponseReturnValue:
    """A number may hold a slash: other systems made it."""
    order = one_or_404(select(Order).where(Order.number == number))
    note_look([order.customer_id] if order.customer_id else [], "order")
    at, first_line = now(), min(max(request.args.get("line", 0, type=int), 0), LARGEST_ID)
    found = queries.desk_order(number, first_line, at=at) or abort(404)
    return page("support/order.html", found=found, order=found.shown, at=at)
