"""A return that is being put together: what was chosen so far, with what the rules say about it now."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select

from portal.kit.db import db
from portal.orders.models import OrderLine
from portal.returns.models import Outcome, Return, ReturnItem, ReturnStatus, Way
from portal.returns.policy.outcomes import Review
from portal.returns.policy.terms import Reason
from portal.returns.queries.returnable import ReturnableLine, ReturnableOrder, judged

KEPT = timedelta(days=30)
"""So long somebody who comes again goes on where they were."""


@dataclass(frozen=True)
class DraftItem:
    id: int
    quantity: int
    reason: str
    detail: str
    answer: str
    outcome: Outcome
    order: ReturnableOrder
    line: ReturnableLine

    @property
    def is_there(self) -> bool:
        """Whether as many are still free, and may go back."""
        return self.quantity <= self.line.units

    @property
    def why(self) -> Reason | None:
        return self.order.terms.reason(self.reason)


@dataclass(frozen=True)
class Draft:
    id: int
    rma: str
    key: str
    """Of its form: its photos wait under it."""
    currency: str
    words: str
    way: Way | None
    is_withdrawal: bool
    is_exception: bool
    """Whether staff put it together against the rules."""
    items: tuple[DraftItem, ...]

    @property
    def may_withdraw(self) -> bool:
        return all(item.line.verdict.may_withdraw for item in self.items)

    @property
    def quantities(self) -> dict[int, int]:
        return {item.line.id: item.quantity for item in self.items}

    @property
    def gone(self) -> DraftItem | None:
        """The first that can't go back any more, or not as often."""
        return next((item for item in self.items if not item.is_there), None)

    @property
    def has_reasons(self) -> bool:
        """Whether all was told that the next step needs."""
        return self.is_withdrawal or all(item.why for item in self.items)


def newest_draft(customer_id: int, *, at: datetime) -> Draft | None:
    """The one that the customer began last, if it was not long ago."""
    theirs = Return.customer_id == customer_id, Return.staff_id.is_(None), Return.status == ReturnStatus.DRAFT
    return _draft(*theirs, Return.started_at > at - KEPT, at=at)


def draft(customer_id: int, rma: str, *, at: datetime) -> Draft | None:
    """Of this customer, while it is one, whoever began it."""
    return _draft(Return.customer_id == customer_id, Return.rma == rma, Return.status == ReturnStatus.DRAFT, at=at)


def own_draft(customer_id: int, rma: str, *, at: datetime) -> Draft | None:
    """One that the customer began: what staff put together is theirs to finish."""
    return _draft(
        Return.customer_id == customer_id, Return.rma == rma, Return.staff_id.is_(None), Return.status == ReturnStatus.DRAFT, at=at
    )


def staff_draft(customer_id: int, rma: str, *, at: datetime) -> Draft | None:
    """One that staff put together for this customer."""
    theirs = Return.customer_id == customer_id, Return.rma == rma, Return.staff_id.is_not(None)
    return _draft(*theirs, Return.status == ReturnStatus.DRAFT, at=at)


def sent_as(customer_id: int, key: str) -> str | None:
    """What the return is called that this form became, once it was sent."""
    return db.session.scalar(
        select(Return.rma).where(Return.customer_id == customer_id, Return.draft == key, Return.status != ReturnStatus.DRAFT)
    )


def _draft(*which: ColumnElement[bool], at: datetime) -> Draft | None:
    columns = Return.id, Return.rma, Return.draft, Return.currency, Return.words, Return.way, Return.is_withdrawal, Return.review
    row = db.session.execute(select(*columns).where(*which).order_by(Return.id.desc()).limit(1)).one_or_none()
    if row is None:
        return None
    is_exception = Review.EXCEPTION in row.review
    return Draft(*row[:-1], is_exception=is_exception, items=_items(row.id, at, is_exception=is_exception))


def _items(return_id: int, at: datetime, *, is_exception: bool) -> tuple[DraftItem, ...]:
    columns = (
        ReturnItem.id, ReturnItem.quantity, ReturnItem.reason, ReturnItem.detail, ReturnItem.answer, ReturnItem.outcome,
        OrderLine.id.label("line_id"), OrderLine.order_id,
    )  # fmt: skip
    rows = select(*columns).join(OrderLine, OrderLine.id == ReturnItem.order_line_id).where(ReturnItem.return_id == return_id)
    found = db.session.execute(rows.order_by(OrderLine.order_id.desc(), OrderLine.position)).all()
    orders = judged(sorted({row.order_id for row in found}), at=at)
    return tuple(_item(row, orders[row.order_id], is_exception=is_exception) for row in found)


def _item(row: Any, order: ReturnableOrder, *, is_exception: bool) -> DraftItem:
    line = next(line for line in order.lines if line.id == row.line_id)
    line = replace(line, verdict=line.verdict.against_the_rules()) if is_exception else line
    return DraftItem(row.id, row.quantity, row.reason, row.detail, row.answer, row.outcome, order, line)
