"""What the shop's people see of returns: what waits for them, and one return with all that they decide by. Queues name nobody."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import selectinload

from portal.accounts.models import Customer, Staff
from portal.billing.models import Refund
from portal.billing.models.refunds import NOT_BACK
from portal.kit.db import db
from portal.orders.models import OrderLine
from portal.photos import queries as photos
from portal.photos.queries import ShownPhoto
from portal.prepared.queries import preparers
from portal.returns.models import Acceptance, Outcome, Payout, Reception, Return, ReturnItem, ReturnStatus, TakenUnit
from portal.returns.models.return_ import WAITING
from portal.returns.money import from_json, is_open, total
from portal.returns.queries.failures import missing_of, still_missing
from portal.returns.queries.tasks import subjects_of_returns
from portal.tasks.queries import WaitingTask, waiting_about
from portal.timeline import Entry

MONEY = Outcome.REFUND, Outcome.STORE_CREDIT, Outcome.KEEP
MOST = 100
"""In one queue."""


class Queue(StrEnum):
    """Why somebody has to look at a return, the most pressing first."""

    OBJECTION = "objection"
    """The customer disagrees with what was found."""
    FAILED = "failed"
    """Money did not arrive."""
    REVIEW = "review"
    HERE = "here"
    """Something came that nobody has decided about."""
    PAY = "pay"
    """It was accepted, and nobody has paid it back yet."""
    BY_HAND = "by hand"
    """Somebody has to give the money back at another place."""


@dataclass(frozen=True)
class ToDo:
    rma: str
    queue: Queue
    is_withdrawal: bool
    why: tuple[str, ...]
    """Codes, of one that has to be reviewed."""
    title: str
    """Of its first item."""
    units: int
    lines: int
    amount: int | None
    """The estimate; of money that failed or is given by hand, that."""
    currency: str
    since: datetime
    due_at: datetime | None
    owner: str | None
    put_off_until: datetime | None
    task_id: int | None


@dataclass(frozen=True)
class Deed:
    name: str
    who: str
    """A member of staff; empty for the customer and for what nobody did."""
    is_customer: bool
    at: datetime
    facts: dict[str, Any]
    in_view: bool = False
    """For the customer, on the customer's own pages."""
    prepared_by: str = ""
    """Who of the staff had prepared it, if the customer approved it."""


@dataclass(frozen=True)
class PaidBack:
    id: int
    kind: str
    amount: int
    bonus: int
    decided_at: datetime
    by_hand: int
    by_hand_done_at: datetime | None
    refunds: tuple["RefundThere", ...]
    missing: int = 0
    """What of it did not arrive, and did not go another way yet."""


@dataclass(frozen=True)
class RefundThere:
    amount: int
    status: str
    """The provider's own word; empty until it has heard of it."""
    reference: str | None
    failure: str

    @property
    def is_failed(self) -> bool:
        return self.status in NOT_BACK or bool(self.failure)


@dataclass(frozen=True)
class DeskReturn:
    return_: Return
    """To be read alone."""
    name: str
    email: str
    orders: dict[int, str]
    """The number of each item's order, by the item's id."""
    photos: tuple[ShownPhoto, ...]
    """The customer's."""
    found: dict[int, list[ShownPhoto]]
    """Of those who looked at an item, by its id."""
    paid: tuple[PaidBack, ...]
    task: WaitingTask | None
    deeds: tuple[Deed, ...]

    @property
    def estimate(self) -> int | None:
        """None where nothing was promised, or not all of it."""
        return _promised(self.return_.estimate)


def queue(*, at: datetime) -> list[ToDo]:
    """All that waits for somebody, the most pressing first, then the oldest; of each kind, what somebody put off comes last."""
    failed, by_hand = _failed(), _by_hand()
    money = {**dict.fromkeys(by_hand, Queue.BY_HAND), **dict.fromkeys(failed, Queue.FAILED)}
    item = ReturnItem.return_id
    objected = ReturnItem.objected_at.is_not(None) & or_(
        ReturnItem.inspected_at.is_(None), ReturnItem.objected_at > ReturnItem.inspected_at
    )
    is_open = ReturnItem.acceptance.in_([Acceptance.PENDING, Acceptance.MANUAL_REVIEW])
    is_lost = ReturnItem.reception == Reception.LOST_IN_TRANSIT
    came = and_(is_open, or_(ReturnItem.received > 0, is_lost, ReturnItem.acceptance == Acceptance.MANUAL_REVIEW))
    rows = {row.id: row for row in db.session.execute(_heads(Return.status.in_(WAITING)))}
    rows |= {row.id: row for row in db.session.execute(_heads(Return.status == ReturnStatus.APPROVED, Return.received_at.is_not(None)))}
    rows |= {row.id: row for row in db.session.execute(_heads(Return.id.in_(select(item).where(objected)) | Return.id.in_(list(money))))}
    items: dict[int, list[Any]] = defaultdict(list)
    paid = select(func.count(TakenUnit.id)).where(TakenUnit.return_item_id == ReturnItem.id, TakenUnit.payout_id.is_not(None))
    owed = and_(ReturnItem.accepted > paid.scalar_subquery(), ReturnItem.outcome.in_(MONEY))
    asked = objected.label("objected"), came.label("came"), owed.label("owed")
    inside = (
        select(ReturnItem.return_id, OrderLine.title, ReturnItem.quantity, *asked)
        .join(OrderLine, OrderLine.id == ReturnItem.order_line_id)
        .where(ReturnItem.return_id.in_(list(rows)))
    )
    for one in db.session.execute(inside.order_by(ReturnItem.id)):
        items[one.return_id].append(one)
    tasks = waiting_about(subjects_of_returns(list(rows)), at=at)
    found = [_to_do(row, items[row.id], tasks.get(row.id), money.get(row.id), {**by_hand, **failed}) for row in rows.values()]
    order = list(Queue)
    return sorted(filter(None, found), key=lambda one: (order.index(one.queue), bool(one.put_off_until), one.due_at or one.since, one.rma))


def whole(rma: str, *, at: datetime) -> DeskReturn | None:
    """One that was submitted, whoever's it is."""
    items = selectinload(Return.items)
    found = select(Return).where(Return.rma == rma, Return.status != ReturnStatus.DRAFT)
    found = found.options(items.selectinload(ReturnItem.line).joinedload(OrderLine.order), items.selectinload(ReturnItem.units))
    return_ = db.session.scalars(found).one_or_none()
    if return_ is None:
        return None
    customer = db.session.get(Customer, return_.customer_id) if return_.customer_id else None
    return DeskReturn(
        return_=return_,
        name=customer.name if customer else "",
        email=customer.email if customer else "",
        orders={item.id: item.line.order.number for item in return_.items},
        photos=tuple(photos.attached(Return.__tablename__, [return_.id]).get(return_.id, ())),
        found=photos.attached(ReturnItem.__tablename__, [item.id for item in return_.items]),
        paid=paid_back(Payout.return_id == return_.id),
        task=waiting_about(subjects_of_returns([return_.id]), at=at).get(return_.id),
        deeds=deeds_of(f"{Return.__tablename__}:{return_.id}"),
    )


def paid_back(which: ColumnElement[bool]) -> tuple[PaidBack, ...]:
    """The payouts of a return or a claim, with what the provider says of each refund."""
    columns = Payout.id, Payout.kind, Payout.amount, Payout.bonus, Payout.decided_at, Payout.by_hand, Payout.by_hand_done_at
    rows = db.session.execute(select(*columns).where(which).order_by(Payout.id)).all()
    refunds: dict[int, list[RefundThere]] = defaultdict(list)
    asked = Refund.because, Refund.amount, Refund.status, Refund.reference, Refund.failure, Refund.refusal
    begins = [Refund.because.startswith(f"payout:{row.id},") for row in rows]
    for because, amount, status, reference, failure, refusal in db.session.execute(select(*asked).where(or_(False, *begins))):
        refunds[_payout_of(because)].append(RefundThere(amount, status, reference, failure or refusal))
    missing = missing_of([row.id for row in rows])
    return tuple(PaidBack(*row, tuple(refunds[row.id]), missing.get(row.id, 0)) for row in rows)


def deeds_of(subject: str) -> tuple[Deed, ...]:
    """All that was done about it, the newest first."""
    rows = select(Entry, Staff.name).join(Staff, Staff.id == Entry.staff_id, isouter=True).where(Entry.subject == subject)
    found = db.session.execute(rows.order_by(Entry.id.desc()).limit(MOST)).all()
    prepared_by = preparers(entry.facts["prepared"] for entry, _name in found if "prepared" in entry.facts)
    return tuple(
        Deed(
            name=entry.deed,
            who=name or "",
            is_customer=entry.staff_id is None and entry.system is None and entry.customer_id is not None,
            at=entry.at,
            facts=entry.facts,
            in_view=entry.impersonation_id is not None,
            prepared_by=prepared_by.get(entry.facts.get("prepared", 0), ""),
        )
        for entry, name in found
    )


def _heads(*which: ColumnElement[bool]) -> Any:
    columns = (
        Return.id, Return.rma, Return.status, Return.is_withdrawal, Return.review, Return.estimate, Return.currency, Return.submitted_at,
        Return.started_at, Return.received_at,
    )  # fmt: skip
    return select(*columns).where(*which).order_by(Return.submitted_at, Return.id).limit(MOST)


def _to_do(row: Any, items: Sequence[Any], task: WaitingTask | None, money: Queue | None, amounts: dict[int, int]) -> ToDo | None:
    where = _queue_of(row, items, money)
    if where is None:
        return None
    amount = amounts[row.id] if where is money else _promised(row.estimate)
    since = row.received_at if where in (Queue.HERE, Queue.PAY) and row.received_at else row.submitted_at or row.started_at
    return ToDo(
        rma=row.rma, queue=where, is_withdrawal=row.is_withdrawal, why=tuple(row.review) if where is Queue.REVIEW else (),
        title=items[0].title if items else "", units=sum(item.quantity for item in items), lines=len(items), amount=amount,
        currency=row.currency, since=since, due_at=task.due_at if task else None, owner=task.owner if task else None,
        put_off_until=task.put_off_until if task else None, task_id=task.id if task else None,
    )  # fmt: skip


def _promised(estimate: list[dict[str, Any]] | None) -> int | None:
    lines = None if estimate is None else from_json(estimate)
    return None if lines is None or is_open(lines) else total(lines)


def _queue_of(row: Any, items: Sequence[Any], money: Queue | None) -> Queue | None:
    if any(item.objected for item in items):
        return Queue.OBJECTION
    if money:
        return money
    if row.status in WAITING:
        return Queue.REVIEW
    if any(item.came for item in items):
        return Queue.HERE
    return Queue.PAY if any(item.owed for item in items) else None


def _failed() -> dict[int, int]:
    """By the id of the return: how much did not arrive."""
    amounts, found = still_missing(), defaultdict[int, int](int)
    of_returns = select(Payout.return_id, Payout.id).where(Payout.id.in_(list(amounts)), Payout.return_id.is_not(None))
    for return_id, payout_id in db.session.execute(of_returns):
        found[return_id or 0] += amounts[payout_id]
    return dict(found)


def _by_hand() -> dict[int, int]:
    waits = Payout.by_hand > 0, Payout.by_hand_done_at.is_(None), Payout.return_id.is_not(None)
    found = db.session.execute(select(Payout.return_id, Payout.by_hand).where(*waits))
    return {return_id: amount for return_id, amount in found if return_id is not None}


def _payout_of(because: str) -> int:
    return int(because.partition(":")[2].partition(",")[0])
