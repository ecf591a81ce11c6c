"""What a customer sees of an incident that concerns them: a notice above each page, until it ends or they put it away."""

from dataclasses import dataclass

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from portal.accounts.current import current, is_desks, only_themselves, signed_in
from portal.incidents import actions
from portal.incidents.models import Concerned, readable
from portal.incidents.queries import told_to
from portal.kit import i18n
from portal.kit.clock import now
from portal.kit.db import transaction
from portal.kit.shop import shop
from portal.kit.web import came_from, one_or_404

bp = Blueprint("incidents", __name__)
bp.before_request(signed_in)


@dataclass(frozen=True)
class Notice:
    id: int
    title: str
    body: str


@bp.post("/incidents/<int:incident_id>/dismiss")
@only_themselves
def dismiss(incident_id: int) -> ResponseReturnValue:
    with transaction():
        actions.dismiss(one_or_404(Concerned.of(current.customer, incident_id)), at=now())
    return redirect(came_from(), 303)


def shown() -> list[Notice]:
    """For whoever sees a customer's page, in the reader's language, else in the shop's."""
    user = current.signed_in
    if user is None or user.customer is None or is_desks(request.endpoint):
        return []
    spoken = i18n.language(), shop().locale
    told = told_to(user.customer, at=now())
    return [Notice(one.id, readable(one.titles, *spoken), readable(one.bodies, *spoken)) for one in told]
