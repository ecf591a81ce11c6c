"""The customer's orders."""

from itertools import groupby

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, select

from portal.accounts.current import current, signed_in
from portal.kit import i18n
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.kit.headers import no_referrer
from portal.kit.web import page
from portal.orders import actions, queries
from portal.orders.changes.shown import changes_of
from portal.orders.finding import Wanted, whole_number
from portal.orders.links import is_over, shipment_of, tracking_key
from portal.orders.models import Shipment

bp = Blueprint("orders", __name__)
bp.before_request(signed_in)
tracking_bp = Blueprint("tracking", __name__)
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
    """A number may hold a slash: other systems made it. Who asks again and again says what was seen: unless it changed, nothing comes."""
    first_line = whole_number(request.args.get("line", "0"))
    if first_line is None:
        abort(404)
    order = queries.order(current.customer.id, number, first_line, at=now()) or abort(404)
    if request.args.get("seen") == order.stamp:
        return "", 204
    if order.is_under_way and "seen" not in request.args and _looks():
        with transaction():
            _note_looks(Shipment.of(current.customer).where(Shipment.order_id == order.id))
    links = {parcel.id: url_for("tracking.show_parcel", sealed=tracking_key(parcel.id)) for parcel in order.parcels}
    changes = changes_of(current.customer.id, number, first_line, len(order.lines), at=now())
    return page("orders/show.html", order=order, links=links, changes=changes)


@tracking_bp.get("/track/<sealed>")
@no_referrer
def show_parcel(sealed: str) -> ResponseReturnValue:
    """For whoever has the link: where the parcel is, and nothing of whose it is."""
    at = now()
    shipment_id = shipment_of(sealed)
    found = queries.parcel(shipment_id, at=at) if shipment_id else None
    if found is None or is_over(found[0].delivered_at, at=at):
        answer = page("track/over.html", 404)
    else:
        parcel, how_many = found
        if parcel.is_under_way and _looks():
            with transaction():
                _note_looks(select(Shipment).where(Shipment.id == shipment_id))
        answer = page("track/show.html", parcel=parcel, how_many=how_many)
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _looks() -> bool:
    """Whether somebody does who waits for it: not a program that only asks whether the page is there, nor a browser that fetches it in
    advance, nor who works here."""
    return current.impersonation is None and request.method == "GET" and "prefetch" not in request.headers.get("Sec-Purpose", "")


def _note_looks(whose: Select[Shipment]) -> None:
    """Whoever looks again and again worries: docs/decisions/where-a-parcel-is.md"""
    actions.note_looks(list(db.session.scalars(whose)), at=now())
