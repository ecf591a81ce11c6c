"""What the shop's people see of claims: those that wait for an answer, and one with all that they decide by. The queue names nobody."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, select
from sqlalchemy.orm import selectinload

from portal.accounts.models import Customer
from portal.kit.db import db
from portal.orders.models import Order, OrderLine
from portal.photos import queries as photos
from portal.photos.queries import ShownPhoto
from portal.returns.models import Claim, ClaimKind, ClaimLine, ClaimStatus, Exchange, Payout, Wish
from portal.returns.money import Paid, worth
from portal.returns.queries.desk import MOST, Deed, PaidBack, deeds_of, paid_back
from portal.returns.queries.failures import still_missing
from portal.returns.queries.paid import is_known, left_for
from portal.returns.queries.tasks import subjects_of_claims
from portal.tasks.queries import WaitingTask, waiting_about


@dataclass(frozen=True)
class WaitingClaim:
    reference: str
    order: str
    """Its number."""
    kind: ClaimKind
    wish: Wish
    status: ClaimStatus
    opened_at: datetime
    answer_by: datetime
    title: str
    """Of the first product that it is about."""
    units: int
    lines: int
    owner: str | None
    put_off_until: datetime | None
    task_id: int | None
    currency: str
    failed: int
    """So much of its money did not arrive."""


@dataclass(frozen=True)
class DeskClaimLine:
    id: int
    title: str
    picture: str
    quantity: int
    given: Wish | None
    paid: int
    """So much was paid for these pieces, and goes back for them, if so much is left of the order; without what it had cost to send them."""


@dataclass(frozen=True)
class SentAgain:
    title: str
    quantity: int
    order: str | None
    """The number of the order by which it goes out; None where it is sold out."""


@dataclass(frozen=True)
class DeskClaim:
    claim: Claim
    """To be read alone."""
    order: str
    currency: str
    customer_id: int
    name: str
    email: str
    lines: tuple[DeskClaimLine, ...]
    photos: tuple[ShownPhoto, ...]
    by_shop: bool
    """Whether only a person can say how much goes back for a line."""
    left: int
    """What of its order can still go back."""
    paid: tuple[PaidBack, ...]
    sent: tuple[SentAgain, ...]
    task: WaitingTask | None
    deeds: tuple[Deed, ...]


def waiting_claims(*, at: datetime) -> list[WaitingClaim]:
    """Those whose money did not arrive; those to be answered, the most urgent first; then those that were approved, and are not done.
    What somebody put off comes last."""
    failed = _failed()
    what = (
        Claim.id, Claim.reference, Order.number.label("order"), Claim.kind, Claim.wish, Claim.status, Claim.opened_at, Claim.answer_by,
        Order.currency,
    )  # fmt: skip
    is_waiting = Claim.status.in_([ClaimStatus.OPEN, ClaimStatus.APPROVED]) | Claim.id.in_(list(failed))
    waiting = select(*what).join(Order, Order.id == Claim.order_id).where(is_waiting)
    rows = db.session.execute(waiting.order_by(Claim.status.desc(), Claim.answer_by, Claim.id).limit(MOST)).all()
    ids = [row.id for row in rows]
    inside: dict[int, list[tuple[str, int]]] = defaultdict(list)
    lines = select(ClaimLine.claim_id, OrderLine.title, ClaimLine.quantity).join(OrderLine, OrderLine.id == ClaimLine.order_line_id)
    for claim_id, title, quantity in db.session.execute(lines.where(ClaimLine.claim_id.in_(ids)).order_by(ClaimLine.id)):
        inside[claim_id].append((title, quantity))
    tasks = waiting_about(subjects_of_claims(ids), at=at)
    found = [_waiting(row._mapping, inside[row.id], tasks.get(row.id), failed.get(row.id, 0)) for row in rows]
    return sorted(found, key=lambda one: one.put_off_until is not None)


def whole_claim(reference: str, *, at: datetime) -> DeskClaim | None:
    claim = db.session.scalars(select(Claim).where(Claim.reference == reference)).one_or_none()
    if claim is None:
        return None
    customer, order = db.session.get_one(Customer, claim.customer_id), db.session.get_one(Order, claim.order_id)
    lines = select(ClaimLine, OrderLine).join(OrderLine, OrderLine.id == ClaimLine.order_line_id).where(ClaimLine.claim_id == claim.id)
    lines = lines.options(selectinload(ClaimLine.units)).order_by(ClaimLine.id)
    sent = select(Exchange.title, Exchange.quantity, Order.number).join(Order, Order.id == Exchange.order_id, isouter=True)
    return DeskClaim(
        claim=claim,
        order=order.number,
        currency=order.currency,
        customer_id=customer.id,
        name=customer.name,
        email=customer.email,
        lines=tuple(_line(*row, order) for row in db.session.execute(lines)),
        photos=tuple(photos.attached(Claim.__tablename__, [claim.id]).get(claim.id, ())),
        by_shop=not is_known(order),
        left=left_for(order),
        paid=paid_back(Payout.claim_id == claim.id),
        sent=tuple(SentAgain(*row) for row in db.session.execute(sent.where(Exchange.claim_id == claim.id).order_by(Exchange.id))),
        task=waiting_about(subjects_of_claims([claim.id]), at=at).get(claim.id),
        deeds=deeds_of(f"{Claim.__tablename__}:{claim.id}"),
    )


def _line(claimed: ClaimLine, line: OrderLine, order: Order) -> DeskClaimLine:
    paid = Paid(line.amount - line.discount, line.tax, line.quantity, order.tax_included)
    pieces = worth(paid, [unit.number for unit in claimed.units])
    return DeskClaimLine(claimed.id, line.title, line.picture, claimed.quantity, claimed.given, pieces.amount)


def _failed() -> dict[int, int]:
    """By the id of the claim: how much did not arrive."""
    amounts, found = still_missing(), defaultdict[int, int](int)
    of_claims = select(Payout.claim_id, Payout.id).where(Payout.id.in_(list(amounts)), Payout.claim_id.is_not(None))
    for claim_id, payout_id in db.session.execute(of_claims):
        found[claim_id or 0] += amounts[payout_id]
    return dict(found)


def _waiting(row: RowMapping, lines: list[tuple[str, int]], task: WaitingTask | None, failed: int) -> WaitingClaim:
    known = {name: value for name, value in row.items() if name != "id"}
    first = lines[0][0] if lines else ""
    return WaitingClaim(
        **known, title=first, units=sum(quantity for _, quantity in lines), lines=len(lines), failed=failed,
        owner=task.owner if task else None, put_off_until=task.put_off_until if task else None, task_id=task.id if task else None,
    )  # fmt: skip
