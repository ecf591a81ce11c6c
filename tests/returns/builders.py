"""Returns in one line each."""

from datetime import datetime
from itertools import count
from typing import Any

from portal.kit.db import db
from portal.orders.models import Order
from portal.returns.models import Return, ReturnItem, ReturnStatus, free_units, take_units
from tests.conftest import TODAY

_numbers = count(1)


def sent_back(
    order: Order,
    quantities: dict[int, int] | None = None,
    *,
    status: ReturnStatus = ReturnStatus.APPROVED,
    at: datetime = TODAY,
    **told: Any,
) -> Return:
    """So many of each line, by its position; without `quantities`, one of the first. Inside an open transaction."""
    number, free = next(_numbers), free_units(order)
    lines = {line.position: line for line in order.lines}
    items = [
        ReturnItem(line=lines[position], quantity=quantity, units=take_units(lines[position].id, quantity, free[lines[position].id]))
        for position, quantity in (quantities or {0: 1}).items()
    ]
    decided_at = at if status is ReturnStatus.APPROVED else None
    numbered: dict[str, Any] = {"rma": f"R-2222-{number:04}", "draft": f"draft-{number}", "submitted_at": at, "decided_at": decided_at}
    made = Return(customer_id=order.customer_id, currency=order.currency, started_at=at, status=status, items=items, **numbered | told)
    db.session.add(made)
    db.session.flush()
    return made
