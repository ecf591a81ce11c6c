"""An order's receipt and invoice, for whose order it is."""

import re
from datetime import timedelta

from flask import Blueprint, Response, abort, current_app, make_response, url_for
from flask.typing import ResponseReturnValue

from portal.accounts.current import current, signed_in
from portal.kit.clock import now
from portal.kit.db import transaction
from portal.kit.limits import RecentUse
from portal.kit.shop import shop
from portal.papers import queries, writing
from portal.papers.document import Document

bp = Blueprint("papers", __name__, url_prefix="/orders")
bp.before_request(signed_in)
MADE = ((30, timedelta(minutes=10)),)
"""So many may be made for one customer in so long a time: each takes the processor for a moment."""


@bp.get("/<path:number>/receipt.pdf")
def receipt(number: str) -> ResponseReturnValue:
    order = queries.order(current.customer.id, number) or abort(404)
    _count()
    return _answer(writing.receipt(order, shop(), _page_of(number)), f"receipt-{number}")


@bp.get("/<path:number>/invoice.pdf")
def invoice(number: str) -> ResponseReturnValue:
    """Only where the payment provider wrote one, and the shop says who it is: docs/decisions/papers.md."""
    order = queries.order(current.customer.id, number) or abort(404)
    if order.invoice is None or not shop().writes_invoices:
        abort(404)
    _count()
    return _answer(writing.invoice(order, order.invoice, shop(), _page_of(number)), f"invoice-{order.invoice.number or number}")


def _count() -> None:
    """Refuses who asks for too many. Nothing is open in the database while it is drawn."""
    at = now()
    with transaction():
        recent = RecentUse.of(f"papers of customer {current.customer.id}", at=at)
        if recent.free_at(MADE, at=at):
            abort(429)
        recent.add(at=at)


def _page_of(number: str) -> str:
    base: str = current_app.config["PORTAL_BASE_URL"]
    return base + url_for("orders.show", number=number)


def _answer(document: Document, name: str) -> Response:
    from portal.papers.sheet import draw  # what draws is large: only a process that was asked for a paper has it in memory

    answer = make_response(draw(document))
    answer.mimetype = "application/pdf"
    answer.headers["Content-Disposition"] = f'attachment; filename="{re.sub("[^A-Za-z0-9-]+", "-", name).strip("-")}.pdf"'
    return answer
