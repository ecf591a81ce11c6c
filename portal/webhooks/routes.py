"""The desk's pages about webhooks: what was sent where, how it went, and sending it again. They name no customer but by number."""

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from portal.accounts.current import DESK, current, staff_only
from portal.accounts.models import Role
from portal.kit.clock import now
from portal.kit.db import transaction
from portal.kit.web import LARGEST_ID, one_or_404, page, say
from portal.webhooks import actions, queries
from portal.webhooks.models import Dispatch, Endpoint

bp = Blueprint("webhooks", __name__, url_prefix=f"{DESK}/webhooks")


@bp.get("")
@staff_only(Role.LEAD)
def show() -> ResponseReturnValue:
    before = request.args.get("before", type=int)
    only_open = request.args.get("show") == "open"
    log = queries.log(before=min(before, LARGEST_ID) if before else None, only_open=only_open)
    return page("webhooks/index.html", endpoints=queries.endpoints(), log=log, only_open=only_open)


@bp.get("/<int:dispatch_id>")
@staff_only(Role.LEAD)
def dispatch(dispatch_id: int) -> ResponseReturnValue:
    found = queries.whole(dispatch_id) or abort(404)
    return page("webhooks/show.html", whole=found)


@bp.post("/<int:dispatch_id>/send-again")
@staff_only(Role.LEAD)
def send_again(dispatch_id: int) -> ResponseReturnValue:
    with transaction():
        endpoint = one_or_404(Endpoint.of_dispatch(dispatch_id))
        actions.send_again(endpoint, select(Dispatch.id).where(Dispatch.id == dispatch_id), by=current.actor, at=now())
    say(_("It is sent again, with the same webhook-id."))
    return redirect(url_for(".dispatch", dispatch_id=dispatch_id), 303)
