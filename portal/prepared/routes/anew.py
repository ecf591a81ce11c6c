"""To prepare a change once more: the page with the form that was sent."""

import re
from urllib.parse import quote, urlencode

from flask import current_app, request
from werkzeug.exceptions import HTTPException

from portal.kit.db import db
from portal.prepared.models import PreparedChange
from portal.prepared.queries import Shown

SHORT = re.compile(r"[\w-]{1,20}")
"""A number, a day or a choice: nothing else of what was sent goes into an address."""


def again(one: Shown | PreparedChange) -> str:
    """The form filled in as far as that is short; where it has no page of its own, the page that it was on."""
    adapter = current_app.create_url_adapter(request)
    try:
        if adapter:
            adapter.match(one.path, method="GET")
    except HTTPException:
        return one.page
    short = {name: value for name, value in one.form if SHORT.fullmatch(value)}
    return f"{quote(one.path)}?{urlencode(short)}" if short else quote(one.path)


def again_for(suggestion_id: int, customer_id: int) -> str:
    """The same by its number; empty where this customer has no such suggestion."""
    found = db.session.scalars(PreparedChange.of(customer_id).where(PreparedChange.id == suggestion_id)).one_or_none()
    return again(found) if found else ""
