"""What customers changed."""

from portal.api import queries, shown
from portal.api.endpoints import Answer, Call
from portal.api.forms import PageQuery
from portal.api.models import Scope
from portal.api.routes.serving import serve


@serve("GET", "/changes", Scope.CHANGES_READ, PageQuery, {200: (shown.Changes, "What was changed after the cursor, oldest first.")})
def list_changes(call: Call[PageQuery]) -> Answer:
    """Read what customers changed

    Begin without a cursor, keep the one that comes back, and ask with it again, as often as you like: each change comes once.
    """
    return Answer(queries.changes(call.told.cursor, call.told.limit, whose=Scope.CUSTOMERS_READ in call.scopes))
