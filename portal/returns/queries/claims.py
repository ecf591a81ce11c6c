"""What pages show of claims."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from portal.kit.db import db
from portal.orders.models import Order, OrderLine
from portal.photos import queries as photos
from portal.photos.queries import ShownPhoto
from portal.returns.models import Claim, ClaimKind, ClaimLine, ClaimStatus, Exchange, Wish


@dataclass(frozen=True)
class ClaimedLine:
    title: str
    picture: str
    quantity: int
    given: Wish | None
    """What the customer gets for it, once that is decided."""


@dataclass(frozen=True)
class ShownClaim:
    id: int
    reference: str
    order: str
    """Its number."""
    kind: ClaimKind
    wish: Wish
    words: str
    why_no_photo: str
    status: ClaimStatus
    opened_at: datetime
    answer_by: datetime
    closed_at: datetime | None
    decided_at: datetime | None
    deny_reason: str
    note_to_customer: str
    sent_again: str | None
    """The number of the order by which it comes once more."""
    lines: tuple[ClaimedLine, ...]
    photos: tuple[ShownPhoto, ...]

    @property
    def is_open(self) -> bool:
        return self.status is ClaimStatus.OPEN

    @property
    def given(self) -> tuple[Wish, ...]:
        """What was decided, each once."""
        return tuple(wish for wish in Wish if any(line.given is wish for line in self.lines))


@dataclass(frozen=True)
class ClaimHead:
    reference: str
    kind: ClaimKind
    status: ClaimStatus
    opened_at: datetime
    answer_by: datetime


def claim(customer_id: int, reference: str) -> ShownClaim | None:
    return next(iter(_shown(select(Claim).where(Claim.customer_id == customer_id, Claim.reference == reference))), None)


def open_claims(customer_id: int) -> list[ShownClaim]:
    """Those that wait for the shop, the most urgent first."""
    waiting = select(Claim).where(Claim.customer_id == customer_id, Claim.status.in_([ClaimStatus.OPEN, ClaimStatus.APPROVED]))
    return _shown(waiting.order_by(Claim.answer_by, Claim.id))


def claims_about(customer_id: int, number: str) -> list[ClaimHead]:
    """Of one order, the newest first."""
    columns = Claim.reference, Claim.kind, Claim.status, Claim.opened_at, Claim.answer_by
    theirs = select(*columns).join(Order, Order.id == Claim.order_id).where(Claim.customer_id == customer_id, Order.number == number)
    return [ClaimHead(*row) for row in db.session.execute(theirs.order_by(Claim.id.desc()))]


def made_by(customer_id: int, draft: str) -> str | None:
    """The reference of the claim that this form has made."""
    return db.session.scalar(select(Claim.reference).where(Claim.customer_id == customer_id, Claim.draft == draft))


def _shown(claims: Select[Claim]) -> list[ShownClaim]:
    what = Claim.id, Claim.reference, Order.number.label("order"), Claim.kind, Claim.wish, Claim.words, Claim.why_no_photo
    decided = Claim.decided_at, Claim.deny_reason, Claim.note_to_customer
    columns = *what, Claim.status, Claim.opened_at, Claim.answer_by, Claim.closed_at, *decided
    rows: list[Any] = list(db.session.execute(claims.join(Order, Order.id == Claim.order_id).with_only_columns(*columns)))
    ids = [row.id for row in rows]
    if not ids:
        return []
    lines: dict[int, list[ClaimedLine]] = defaultdict(list)
    meant = select(ClaimLine.claim_id, OrderLine.title, OrderLine.picture, ClaimLine.quantity, ClaimLine.given)
    meant = meant.join(OrderLine, OrderLine.id == ClaimLine.order_line_id).where(ClaimLine.claim_id.in_(ids))
    for claim_id, title, picture, quantity, given in db.session.execute(meant.order_by(OrderLine.position)):
        lines[claim_id].append(ClaimedLine(title, picture, quantity, given))
    pictures = photos.attached(Claim.__tablename__, ids)
    again = select(Exchange.claim_id, Order.number).join(Order, Order.id == Exchange.order_id).where(Exchange.claim_id.in_(ids))
    sent_again = dict(iter(db.session.execute(again)))
    return [
        ShownClaim(**row._mapping, sent_again=sent_again.get(row.id), lines=tuple(lines[row.id]), photos=tuple(pictures.get(row.id, ())))
        for row in rows
    ]
