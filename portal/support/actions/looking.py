"""Looking at a customer leaves a trace."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import insert

from portal.accounts.models import Staff
from portal.kit.db import db
from portal.support.models import Look


def look_at(customer_ids: Iterable[int], *, page: str, by: Staff, at: datetime) -> None:
    """Write it down, so that it is kept before anything is shown."""
    rows = [{"staff_id": by.id, "customer_id": customer_id, "page": page, "at": at} for customer_id in customer_ids]
    db.session.execute(insert(Look), rows)
