"""Where a page of a list ended. What was added meanwhile comes later, so that nothing is left out and nothing comes twice."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode

from portal.api.kinds import BAD_PARAMETER
from portal.kit.problems import Fault, Problem
from portal.kit.web import LARGEST_ID


def cursor_after(listed: str, row_id: int) -> str:
    """Opaque: what it is made of may change."""
    return urlsafe_b64encode(f"{listed}:{row_id}".encode()).decode().rstrip("=")


def row_before(listed: str, cursor: str | None) -> int:
    """After which row this page begins; 0 without a cursor. Raises a problem for one that is not of this list."""
    if cursor is None:
        return 0
    try:
        told = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)).decode("ascii")
    except ValueError:
        told = ""
    found = re.fullmatch(rf"{listed}:([0-9]{{1,10}})", told)
    if found is None or int(found[1]) > LARGEST_ID:
        raise Problem(BAD_PARAMETER, "This cursor is of no page of this list.", [Fault("cursor", "take next_cursor of the page before")])
    return int(found[1])
