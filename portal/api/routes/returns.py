"""Returns and claims. What is done with them is decided at the desk, or by the rules of returns: here they are read."""

from portal.api import queries, shown
from portal.api.endpoints import Answer, Call
from portal.api.forms import Nothing, OfAnOrderQuery
from portal.api.kinds import NOT_FOUND
from portal.api.models import Scope
from portal.api.routes.serving import serve
from portal.kit.problems import Problem


@serve("GET", "/returns", Scope.RETURNS_READ, OfAnOrderQuery, {200: (shown.PageOf[shown.Return], "A page of returns, as they were begun.")})
def list_returns(call: Call[OfAnOrderQuery]) -> Answer:
    """List returns

    Those that a customer has not sent yet are not among them.
    """
    return Answer(queries.returns(call.told.cursor, call.told.limit, order=call.told.order))


@serve("GET", "/returns/<rma>", Scope.RETURNS_READ, Nothing, {200: (shown.Return, "The return as it is now.")})
def get_return(call: Call[Nothing], rma: str) -> Answer:
    """Read a return"""
    if found := queries.return_(rma):
        return Answer(found)
    raise Problem(NOT_FOUND, f"No return has the number {rma}.")


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
