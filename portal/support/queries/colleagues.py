"""Who works here and is a customer, too."""

from typing import Any

from sqlalchemy import select

from portal.accounts.models import Customer, Staff
from portal.kit.db import db
from portal.orders.models import Order
from portal.returns.models import Claim, Return
from portal.tasks.models import StaffTask

NAMES: dict[str, Any] = {
    "customer_id": Customer.id,
    "number": Order.number,
    "rma": Return.rma,
    "reference": Claim.reference,
    "task_id": StaffTask.id,
}
"""By which an address of the desk names a customer, or what is one's."""


def colleague(name: str, value: Any) -> Staff | None:
    """None where it is nobody's who works here."""
    column = NAMES[name]
    query = select(Staff).join(Customer, Customer.email == Staff.email).where(Staff.disabled_at.is_(None), column == value)
    if column.class_ is not Customer:
        query = query.join(column.class_, column.class_.customer_id == Customer.id)
    return db.session.scalar(query)
