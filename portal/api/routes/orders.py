"""Orders."""

from portal import orders
from portal.api import queries, shown
from portal.api.endpoints import Answer, Call
from portal.api.forms import Nothing
from portal.api.forms.orders import OrderForm, OrdersQuery
from portal.api.kinds import DIFFERS, NOT_FOUND, NOT_VALID
from portal.api.models import Scope
from portal.api.routes.serving import serve
from portal.kit.problems import Fault, Problem

ONE = (shown.Order, "The order as it was written.")
ORDER = """{
  "placed_at": "2026-11-23T08:15:00Z",
  "email": "alice@example.com",
  "currency": "EUR",
  "lines": [{"title": "Linden honey, 250 g", "sku": "HON-250", "quantity": 2, "unit_amount": 890, "tax": 116}],
  "shipping": 390,
  "tax_included": true,
  "address": {"name": "Alice Example", "line1": "Lindenallee 5", "postcode": "04177", "city": "Leipzig", "country": "DE"}
}"""
POINTERS = {
    "e-mail": "/email",
    "date": "/placed_at",
    "currency": "/currency",
    "total": "/lines",
    "cost of delivery": "/shipping",
    "lines": "/lines",
    "invoice": "/invoice",
}
"""Where in the body stands what differs."""


@serve("GET", "/orders", Scope.ORDERS_READ, OrdersQuery, {200: (shown.PageOf[shown.Order], "A page of orders, as they came in.")})
def list_orders(call: Call[OrdersQuery]) -> Answer:
    """List orders"""
    told = call.told
    return Answer(queries.orders(told.cursor, told.limit, since=told.placed_since, whose=Scope.CUSTOMERS_READ in call.scopes))


@serve("GET", "/orders/<path:number>", Scope.ORDERS_READ, Nothing, {200: ONE})
def get_order(call: Call[Nothing], number: str) -> Answer:
    """Read an order"""
    return Answer(_order(number, call.scopes))


@serve("PUT", "/orders/<path:number>", Scope.ORDERS_WRITE, OrderForm, {200: (shown.Order, "It is known, and the same."), 201: ONE}, ORDER)
def put_order(call: Call[OrderForm], number: str) -> Answer:
    """Write an order down, once

    What was bought never changes afterwards: the same again is 200, and anything else 409 with what differs. Its total is made of what
    you send. An order of a customer whose address nobody has proved waits for them, and is shown to nobody.
    """
    if call.told.placed_at > call.at:
        raise Problem(NOT_VALID, "It is yet to be placed.", [Fault("/placed_at", "is yet to come")])
    try:
        is_new = orders.take_order(call.told.told(number))
    except orders.Differs as differs:
        faults = [Fault(POINTERS[what], f"differs: {what}") for what in differs.what]
        raise Problem(DIFFERS, f"The order {number} is known, and differs in {differs}. It stays as it is.", faults) from None
    except orders.Billed as billed:
        sentence = f"The invoice {call.told.invoice} is the order {billed.number} already. Nothing was written."
        raise Problem(DIFFERS, sentence, [Fault("/invoice", f"is the order {billed.number}")]) from None
    return Answer(_order(number, call.scopes), 201 if is_new else 200)


def _order(number: str, scopes: frozenset[str]) -> shown.Order:
    if found := queries.order(number, whose=Scope.CUSTOMERS_READ in scopes):
        return found
    raise Problem(NOT_FOUND, f"No order has the number {number}.")
