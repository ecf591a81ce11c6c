"""Something concerns customers, and is told above each of their pages: this mark has the pages look for it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, update

from portal.accounts.models import Customer
from portal.kit.db import db


def notice(customer_ids: Select[Any], *, at: datetime) -> None:
    db.session.execute(update(Customer).where(Customer.id.in_(customer_ids)).values(noticed_at=at))


def forget_notices(customer_ids: Select[Any]) -> None:
    db.session.execute(update(Customer).where(Customer.id.in_(customer_ids)).values(noticed_at=None))
