"""At the desk, on the page of a customer: what was suggested to them, and what they said."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from portal.accounts.current import DESK, current, staff_only
from portal.accounts.models import Role
from portal.kit.clock import now
from portal.kit.db import transaction
from portal.kit.web import one_or_404, say
from portal.prepared import actions, queries
from portal.prepared.models import PreparedChange
from portal.timeline import Actor

desk_bp = Blueprint("prepared_desk", __name__, url_prefix=DESK)
SHOWN = 10


@desk_bp.app_template_global()
def suggested_to(customer_id: int) -> list[queries.Shown]:
    return queries.lately(customer_id, SHOWN, at=now())


@desk_bp.post("/suggestions/<int:suggestion_id>/withdraw")
@staff_only(Role.AGENT)
def withdraw(suggestion_id: int) -> ResponseReturnValue:
    """By whoever works here: who prepared it may be away."""
    with transaction():
        prepared = one_or_404(select(PreparedChange).where(PreparedChange.id == suggestion_id))
        by = Actor(customer_id=prepared.customer_id, staff_id=current.staff.id)
        actions.withdraw(prepared.id, by=by, at=now())
        customer_id = prepared.customer_id
    say(_("Taken back."), _("The customer does not see it any more."))
    return redirect(url_for("support.customer", customer_id=customer_id), 303)
