"""Whoever changes a return holds its orders first, by their ids, then the return: so nobody waits for anybody in a circle."""

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from portal.kit.db import db
from portal.orders.models import Order, OrderLine
from portal.returns.models.claim import Claim, ClaimLine
from portal.returns.models.item import ReturnItem
from portal.returns.models.return_ import Return


def hold_return(which: Select[Return]) -> Return | None:
    """The one that this finds, with all that belongs to it, as it stands once everybody before us is done."""
    if (return_id := db.session.scalar(which.with_only_columns(Return.id))) is None:
        return None
    of_it = select(OrderLine.order_id).join(ReturnItem).where(ReturnItem.return_id == return_id)
    _hold(select(Order).where(Order.id.in_(of_it)))
    whole = selectinload(Return.items)
    found = select(Return).where(Return.id == return_id).options(whole.selectinload(ReturnItem.units), whole.selectinload(ReturnItem.line))
    return db.session.scalars(found.with_for_update().execution_options(populate_existing=True)).one()


def hold_claim(which: Select[Claim]) -> Claim | None:
    """The same for a claim, whose order is held."""
    if (found := db.session.execute(which.with_only_columns(Claim.id, Claim.order_id)).one_or_none()) is None:
        return None
    _hold(select(Order).where(Order.id == found.order_id))
    whole = select(Claim).where(Claim.id == found.id).options(selectinload(Claim.lines).selectinload(ClaimLine.units))
    return db.session.scalars(whole.with_for_update().execution_options(populate_existing=True)).one()


def _hold(orders: Select[Order]) -> None:
    db.session.scalars(orders.order_by(Order.id).with_for_update().execution_options(populate_existing=True)).all()
