"""The first screen."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from portal.accounts.current import current, signed_in
from portal.billing import queries as billing
from portal.kit.clock import now
from portal.kit.web import page
from portal.orders import queries as orders
from portal.returns.queries.at_home import HOW_MANY_OPEN, at_home
from portal.subscriptions import queries as subscriptions

bp = Blueprint("home", __name__)
bp.before_request(signed_in)
AFTER_THAT = 3
"""So many deliveries are shown after the next."""
ORDERS = 2
PARCELS = 2
OWED = 2
OTHERS = 3
"""So many subscriptions are shown of a customer to whom none sends anything."""


@bp.get("/")
def show() -> ResponseReturnValue:
    at, customer_id = now(), current.customer.id
    theirs = subscriptions.first_screen(customer_id, limit=1 + AFTER_THAT, at=at)
    coming, others = theirs.coming, theirs.others[:OTHERS]
    owed = billing.open_invoices(customer_id)[:OWED] if any(one.is_unpaid for one in coming) else []
    outside = [] if coming or others else subscriptions.outside_subscriptions(customer_id)
    lately = orders.lately(customer_id, ORDERS, at=at, also=HOW_MANY_OPEN)
    return page(
        "home/show.html",
        at=at,
        next=coming[0] if coming else None,
        after=coming[1:],
        owed=owed,
        cards=billing.cards_of(customer_id) if owed else [],
        refused=subscriptions.refused_lately([one.subscription_id for one in coming], at=at),
        how_many=theirs.how_many,
        kept=subscriptions.kept(customer_id, at=at) if theirs.how_many.may_wait else {},
        others=others,
        outside=[one for one in outside if not one.has_ended][:OTHERS],
        receipts=subscriptions.receipts_of(others),
        parcels=lately.parcels,
        most_parcels=PARCELS,
        orders=lately.orders,
        returns=at_home(customer_id, lately.also, [order.placed_at for order in lately.orders], looked_at=ORDERS, at=at),
    )
