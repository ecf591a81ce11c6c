"""Money that goes back for a return or a claim: decided once, and carried out once."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Select, select
from sqlalchemy.orm import Mapped, mapped_column

from portal.kit.db import Model
from portal.orders.models import Order
from portal.returns.models.claim import Claim
from portal.returns.models.return_ import Return


class PayoutKind(StrEnum):
    REFUND = "refund"
    """To where it came from, tender by tender."""
    STORE_CREDIT = "store_credit"


class Payout(Model):
    """What one order's part of a return comes to. Its refunds and credit name it (`because` is `payout:7, …`), so each is made once."""

    __tablename__ = "payout"
    __table_args__ = (Index("ix_payout_return_id", "return_id"), Index("ix_payout_claim_id", "claim_id"))
    order_id: Mapped[int] = mapped_column(ForeignKey(Order.id), index=True)
    kind: Mapped[PayoutKind]
    amount: Mapped[int] = mapped_column(BigInteger)
    """All of it, with the bonus, in minor units of `currency`."""
    currency: Mapped[str]
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """How it comes about, line by line (`portal.returns.money.MoneyLine`)."""
    decided_at: Mapped[datetime] = mapped_column(index=True)
    return_id: Mapped[int | None] = mapped_column(ForeignKey("return_.id"), default=None)
    claim_id: Mapped[int | None] = mapped_column(ForeignKey("claim.id"), default=None)
    by_hand: Mapped[int] = mapped_column(BigInteger, default=0)
    """How much of it the shop gives back by hand, because no payment of it is known here."""
    by_hand_done_at: Mapped[datetime | None] = mapped_column(default=None)
    """When somebody at the shop said that they have."""
    bonus: Mapped[int] = mapped_column(BigInteger, default=0)
    """What of it is a present for taking credit: void when the principal goes to the card after all."""
    staff_id: Mapped[int | None] = mapped_column(default=None)
    """Who asked for it, if it was not a rule."""
    instead_of_id: Mapped[int | None] = mapped_column(ForeignKey("payout.id"), default=None)
    """The one that failed, or the credit that goes back to the card, in whose place this one is."""

    @classmethod
    def of(cls, subject: Return | Claim) -> Select[Self]:
        return select(cls).where((cls.return_id if isinstance(subject, Return) else cls.claim_id) == subject.id)

    @property
    def elsewhere(self) -> int:
        """What of it does not go to where the money came from: it has to be there for it all the same."""
        return self.amount - self.bonus if self.kind is PayoutKind.STORE_CREDIT else self.by_hand

    @property
    def because(self) -> str:
        """How billing's refunds and credit of it begin."""
        return f"payout:{self.id}"
