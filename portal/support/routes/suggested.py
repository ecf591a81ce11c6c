"""What was suggested to a customer, on their page at the desk: it asks for itself while one waits for an answer."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from portal.accounts.current import by_itself, current, staff_only
from portal.accounts.models import STAFF_LONGEST, Role
from portal.kit.clock import now
from portal.kit.web import page
from portal.support import queries
from portal.support.routes.door import bp


@bp.get("/customers/<int:customer_id>/suggestions")
@by_itself
@staff_only(Role.AGENT)
def their_suggestions(customer_id: int) -> ResponseReturnValue:
    """It is no look of its own: who opened the page left the trace, and whoever did not is sent there."""
    if not queries.has_looked(customer_id, by=current.staff.id, since=now() - STAFF_LONGEST):
        return redirect(url_for(".customer", customer_id=customer_id), 303)
    return page("support/suggested.html", customer_id=customer_id)
