"""What was bought once: to buy it again with a box that comes anyway, and how it is used."""

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from portal.accounts.current import current, signed_in
from portal.kit.web import LARGEST_ID, page
from portal.subscriptions import queries
from portal.subscriptions.forms.contents import whole_number

again_bp = Blueprint("again", __name__)
again_bp.before_request(signed_in)


@again_bp.get("/orders/<path:number>/again")
def ask(number: str) -> ResponseReturnValue:
    """In one of the customer's subscriptions: of several, the one that is chosen."""
    customer_id = current.customer.id
    currency = queries.order_currency(customer_id, number) or abort(404)
    open_ones = [one for one in queries.subscriptions(customer_id) if one.can("contents")]
    wanted = min(whole_number(request.args.get("subscription", "")) or 0, LARGEST_ID)
    chosen = next((one for one in open_ones if one.id == wanted), open_ones[0] if open_ones else None)
    lines = queries.again(customer_id, number, chosen)
    return page("subscriptions/buy_again.html", number=number, currency=currency, subscriptions=open_ones, chosen=chosen, lines=lines)


@again_bp.get("/products/<int:product_id>/guide")
def show_guide(product_id: int) -> ResponseReturnValue:
    """For whoever bought it."""
    return page("subscriptions/guide.html", guide=queries.guide_for(current.customer.id, product_id) or abort(404))
