"""A receipt by its link: proof for whoever it is shown to, and nothing else about anybody."""

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue

from portal.kit.clock import now
from portal.kit.i18n import speaking
from portal.kit.web import page
from portal.subscriptions import links, queries

receipt_bp = Blueprint("receipts", __name__, url_prefix="/receipts")


@receipt_bp.get("/<sealed>")
def receipt(sealed: str) -> ResponseReturnValue:
    """In the language and the time of the customer: that is how the mail says it too."""
    reference = links.receipt_of(sealed)
    found = queries.receipt(reference) if reference is not None else None
    if found is None:
        abort(404)
    with speaking(found.locale, found.time_zone):
        return page("subscriptions/receipt.html", at=now(), receipt=found)
