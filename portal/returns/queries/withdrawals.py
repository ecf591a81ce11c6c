"""What the receipt of a withdrawal shows: what was declared, when, and what became of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from portal.kit.db import db
from portal.returns.models import Return, Withdrawal


@dataclass(frozen=True)
class WithdrawalReceipt:
    reference: str
    declared_at: datetime
    name: str
    contract: str
    parts: str
    email: str
    locale: str | None
    time_zone: str | None
    customer_id: int | None
    rma: str | None
    """Of the return that it became."""


def receipt(reference: str) -> WithdrawalReceipt | None:
    names = "reference", "declared_at", "name", "contract", "parts", "email", "locale", "time_zone", "customer_id"
    columns = (*(getattr(Withdrawal, name) for name in names), Return.rma)
    found = select(*columns).outerjoin(Return, Return.id == Withdrawal.return_id).where(Withdrawal.reference == reference)
    row = db.session.execute(found).one_or_none()
    return WithdrawalReceipt(*row) if row else None
