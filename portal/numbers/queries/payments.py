"""Charges that failed, and what became of them."""

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from portal.billing.models import Attempt, Invoice
from portal.kit.db import db
from portal.numbers.models import Figure, Recovered
from portal.numbers.queries.counts import Counts, Days
from portal.payments import Result

BECAME = {"paid": Recovered.PAID, "open": Recovered.OPEN}


def count(counts: Counts, days: Days) -> None:
    """Each invoice once, however often it was tried."""
    earlier = aliased(Attempt)
    failed_before = exists().where(
        earlier.invoice_id == Attempt.invoice_id, earlier.result == Result.REFUSED,
        (earlier.tried_at < Attempt.tried_at) | ((earlier.tried_at == Attempt.tried_at) & (earlier.id < Attempt.id)),
    )  # fmt: skip
    failed = select(Attempt.tried_at, Invoice.status).join(Invoice, Invoice.id == Attempt.invoice_id)
    for tried_at, status in db.session.execute(
        failed.where(days.holds(Attempt.tried_at), Attempt.result == Result.REFUSED, ~failed_before)
    ):
        counts.add(1, days.of(tried_at), Figure.FAILED, BECAME.get(status, Recovered.LOST))
