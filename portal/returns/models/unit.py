"""Each single piece that was bought comes back once at the most."""

from collections.abc import Collection

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from portal.kit.db import Model, db
from portal.orders.models import LineCancellation, Order, OrderLine
from portal.returns.refusals import MoreThanThereIs


class TakenUnit(Model):
    """One unit of a line that is in a return or a claim. The database lets nobody take it twice; what is given up is deleted.

    Units are counted from 0. Those that were cancelled before packing are the first ones, and are taken by nobody.
    """

    __tablename__ = "taken_unit"
    __table_args__ = (UniqueConstraint("order_line_id", "number"),)
    order_line_id: Mapped[int] = mapped_column(ForeignKey(OrderLine.id))
    number: Mapped[int]
    """Which of the line's units: how many cents it is worth follows from it."""
    return_item_id: Mapped[int | None] = mapped_column(ForeignKey("return_item.id"), index=True, default=None)
    claim_line_id: Mapped[int | None] = mapped_column(ForeignKey("claim_line.id"), index=True, default=None)
    payout_id: Mapped[int | None] = mapped_column(ForeignKey("payout.id"), index=True, default=None)
    """The money that went back for it. None while none has."""


def free_units(order: Order) -> dict[int, list[int]]:
    """By the id of each line of the order: the numbers of the units that nobody has taken, lowest first."""
    cancelled = {line: int(units) for line, units in db.session.execute(LineCancellation.units(order.id))}
    columns = select(TakenUnit.order_line_id, TakenUnit.number).join(OrderLine, OrderLine.id == TakenUnit.order_line_id)
    taken = {(line, number) for line, number in db.session.execute(columns.where(OrderLine.order_id == order.id))}
    return {
        line.id: [number for number in range(cancelled.get(line.id, 0), line.quantity) if (line.id, number) not in taken]
        for line in order.lines
    }


def take_units(line_id: int, quantity: int, free: Collection[int]) -> list[TakenUnit]:
    """The lowest that are free. The order has to be locked. Raises MoreThanThereIs."""
    if not 0 < quantity <= len(free):
        raise MoreThanThereIs
    return [TakenUnit(order_line_id=line_id, number=number) for number in sorted(free)[:quantity]]
