"""That something of an order is not wanted any more, before it was packed."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Select, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.kit.db import Model
from portal.orders.models.order import OrderLine


class LineCancellation(Model):
    """So many units of one line will not be sent. Amounts are in minor units of the order's currency."""

    __tablename__ = "line_cancellation"
    __table_args__ = (UniqueConstraint("order_line_id", "before"),)
    order_line_id: Mapped[int] = mapped_column(ForeignKey(OrderLine.id), init=False)
    line: Mapped[OrderLine] = relationship()
    before: Mapped[int]
    """How many of it were cancelled before: who taps twice cancels once."""
    quantity: Mapped[int]
    amount: Mapped[int | None] = mapped_column(BigInteger)
    """What goes back for it; None where the shop has to work that out."""
    at: Mapped[datetime]
    by_hand: Mapped[int] = mapped_column(BigInteger, default=0)
    """How much of that the shop gives back by hand, because no payment of it is known here."""
    staff_id: Mapped[int | None] = mapped_column(default=None)
    """Who did it on the customer's behalf, if it was not the customer."""

    @classmethod
    def units(cls, order_id: int) -> Select[int, int]:
        """How many are cancelled of each line of an order, by the line's id."""
        of_lines = select(cls.order_line_id, func.sum(cls.quantity).label("units")).join(OrderLine).where(OrderLine.order_id == order_id)
        return of_lines.group_by(cls.order_line_id)
