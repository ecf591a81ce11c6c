"""Returns and claims: what is done with them is decided at the desk, or by the rules. Here they are read, and their parcels followed."""

from sqlalchemy import select

from portal.api import queries, shown
from portal.api.endpoints import Answer, Call
from portal.api.forms import Nothing, OfAnOrderQuery
from portal.api.forms.returns import ReturnEventsForm
from portal.api.kinds import NOT_FOUND, NOT_VALID, REFUSED
from portal.api.models import Scope
from portal.api.routes.serving import serve
from portal.api.routes.shipments import AHEAD, EVENTS
from portal.kit.db import db
from portal.kit.problems import Fault, Problem
from portal.kit.refusal import Refusal
from portal.returns import hold_return
from portal.returns.actions import telling
from portal.returns.models import Return, ReturnStatus

ONE = (shown.Return, "The return as it is now.")


@serve("GET", "/returns", Scope.RETURNS_READ, OfAnOrderQuery, {200: (shown.PageOf[shown.Return], "A page of returns, as they were begun.")})
def list_returns(call: Call[OfAnOrderQuery]) -> Answer:
    """List returns

    Those that a customer has not sent yet are not among them.
    """
    return Answer(queries.returns(call.told.cursor, call.told.limit, order=call.told.order))


@serve("GET", "/returns/<rma>", Scope.RETURNS_READ, Nothing, {200: ONE})
def get_return(call: Call[Nothing], rma: str) -> Answer:
    """Read a return"""
    return Answer(_return(rma))


@serve("POST", "/returns/<rma>/events", Scope.RETURNS_WRITE, ReturnEventsForm, {200: ONE}, EVENTS)
def add_return_events(call: Call[ReturnEventsForm], rma: str) -> Answer:
    """Tell where the parcel of a return is

    For a carrier that the portal is not connected with; and the parcel’s number, where the customer did not tell it. Each event counts
    once, by its id; where the parcel is follows from the newest, whenever you tell of them. The first scan has the return count as sent.
    """
    told = call.told
    ahead = [Fault(f"/events/{n}/happened_at", "is yet to come") for n, one in enumerate(told.events) if one.happened_at > call.at + AHEAD]
    if ahead:
        raise Problem(NOT_VALID, "News of what is yet to come are none.", ahead)
    return_ = hold_return(select(Return).where(Return.rma == rma))
    if return_ is None or return_.status is ReturnStatus.DRAFT:
        raise Problem(NOT_FOUND, f"No return has the number {rma}.")
    number = (told.parcel.carrier, told.parcel.tracking_number) if told.parcel else None
    try:
        telling.tell_of_parcel(return_, [event.scan for event in told.events], number=number, by=call.by, at=call.at)
    except telling.NoParcel:
        raise Problem(REFUSED, "This return has no parcel: it was not approved, or nothing has to come.") from None
    except Refusal:
        faults = [Fault("/parcel/tracking_number", "is of another parcel")]
        raise Problem(REFUSED, "Another parcel has this tracking number.", faults) from None
    db.session.flush()
    return Answer(_return(rma))


@serve("GET", "/claims", Scope.RETURNS_READ, OfAnOrderQuery, {200: (shown.PageOf[shown.Claim], "A page of claims, as they were opened.")})
def list_claims(call: Call[OfAnOrderQuery]) -> Answer:
    """List claims"""
    return Answer(queries.claims(call.told.cursor, call.told.limit, order=call.told.order))


@serve("GET", "/claims/<reference>", Scope.RETURNS_READ, Nothing, {200: (shown.Claim, "The claim as it is now.")})
def get_claim(call: Call[Nothing], reference: str) -> Answer:
    """Read a claim"""
    if found := queries.claim(reference):
        return Answer(found)
    raise Problem(NOT_FOUND, f"No claim has the reference {reference}.")


def _return(rma: str) -> shown.Return:
    if found := queries.return_(rma):
        return found
    raise Problem(NOT_FOUND, f"No return has the number {rma}.")
