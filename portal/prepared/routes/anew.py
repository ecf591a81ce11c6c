"""To prepare a change once more: the page with the form that was sent, filled in as it was."""

from urllib.parse import quote, unquote, urlsplit

from flask import current_app, request

from portal.accounts import begin_with
from portal.accounts.current import current
from portal.kit.clock import now
from portal.kit.db import db
from portal.kit.web import LARGEST_ID
from portal.prepared.models import PreparedChange
from portal.prepared.queries import TOLD_FOR, Shown

AGAIN = "again"
"""In an address, the number of a suggestion. What was typed is in none: it is read from its row, for as long as that has it."""


def again(one: Shown | PreparedChange) -> str:
    """Where the form has no page of its own, the page that it was on."""
    adapter = current_app.create_url_adapter(request)
    page = quote(one.path) if adapter and adapter.test(one.path, "GET") else urlsplit(one.page).path
    return f"{page}?{AGAIN}={one.id}"


def again_for(suggestion_id: int, customer_id: int) -> str:
    """The same by its number; empty where this customer has no such suggestion."""
    found = _found(suggestion_id, customer_id)
    return again(found) if found else ""


def fill_in() -> None:
    """Before each request. Only for a member of staff who views the pages of that very customer."""
    view = current.impersonation if request.method == "GET" and AGAIN in request.args else None
    found = _found(request.args.get(AGAIN, 0, int), view.customer_id) if view else None
    if found and unquote(urlsplit(again(found)).path) == request.path:
        begin_with(found.form)


def _found(suggestion_id: int, customer_id: int) -> PreparedChange | None:
    some = PreparedChange.of(customer_id).where(PreparedChange.id == max(0, min(suggestion_id, LARGEST_ID)))
    return db.session.scalars(some.where(PreparedChange.prepared_at > now() - TOLD_FOR)).one_or_none()
