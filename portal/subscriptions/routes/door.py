"""What the routes of this room share: their blueprint, how they find what they are about, and where they lead back to."""

from urllib.parse import urlsplit

from flask import Blueprint, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from portal.accounts.current import current, signed_in
from portal.kit.refusal import Refusal
from portal.kit.web import came_from, one_or_404, say
from portal.subscriptions import history, links, refusals
from portal.subscriptions.models import Subscription
from portal.timeline import Entry

bp = Blueprint("subscriptions", __name__)
bp.before_request(signed_in)
bp.app_template_global("did")(history.title)
bp.app_template_global("who_did")(history.who)
bp.app_template_global("how_often")(history.often)
bp.app_template_global()(history.told)
bp.app_template_global()(history.why_it_stays)
bp.app_template_global()(links.undo_key)
bp.app_template_global()(refusals.after_a_refusal)


def subscription_of(subscription_id: int, *, lock: bool = False) -> Subscription:
    """The customer's own, or 404."""
    query = Subscription.of(current.customer).where(Subscription.id == subscription_id)
    return one_or_404(query.with_for_update() if lock else query)


@bp.errorhandler(Refusal)
def say_no(refusal: Refusal) -> ResponseReturnValue:
    """On the page that asked; from a sheet of its own, on that of the subscription: the sheet would refuse as well."""
    named = request.view_args or {}
    if "delivery_id" in named:
        query = Subscription.holding(named["delivery_id"], current.customer)
    elif "entry_id" in named:
        query = Subscription.changed_by(named["entry_id"], current.customer)
    else:
        query = Subscription.of(current.customer).where(Subscription.id == named["subscription_id"])
    subscription_id = one_or_404(query).id
    g.refusal = type(refusal).__name__
    say(str(refusal), tone="bad")
    return back_to(subscription_id)


def undo_of(entry: Entry) -> str:
    return url_for("subscriptions.undo", entry_id=entry.id)


def back_to(subscription_id: int) -> Response:
    """To the page that asked; from a sheet of its own, to the subscription."""
    asked = urlsplit(came_from()).path
    is_page = asked == "/" or (asked.startswith("/subscriptions") and asked != request.path)
    return redirect(asked if is_page else url_for("subscriptions.show", subscription_id=subscription_id), 303)
