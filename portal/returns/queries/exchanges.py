"""What the page of a return shows of what goes out for it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select

from portal.billing.models import PageOutcome, PagePayment
from portal.kit.db import db
from portal.orders.models import Order, OrderLine
from portal.returns.models import Exchange, ExchangeStatus, Return, ReturnItem, ReturnStatus


@dataclass(frozen=True)
class ShownPage:
    """The last page on which its difference was to be paid."""

    url: str | None
    expires_at: datetime
    outcome: PageOutcome | None
    problem: str


@dataclass(frozen=True)
class ShownExchange:
    """Amounts in minor units of `currency`."""

    id: int
    status: ExchangeStatus
    title: str
    picture: str
    quantity: int
    difference: int
    paid: int
    currency: str
    is_replacement: bool
    is_sold_out: bool
    held_entry_id: int | None
    bought: str
    """What it goes out for."""
    rma: str
    is_instant: bool
    """Whether nobody waits for what comes back."""
    is_decided: bool
    """Whether the return was accepted."""
    order: str | None
    """The number of the order by which it goes out."""
    pay_by: datetime | None
    page: ShownPage | None = None

    @property
    def owed(self) -> int:
        return max(self.difference, 0) - self.paid if self.status is ExchangeStatus.AWAITING_PAYMENT else 0

    @property
    def may_be_another(self) -> bool:
        """Whether the customer may choose something else for it."""
        return self.is_sold_out and self.order is None and self.may_become_money

    @property
    def may_become_money(self) -> bool:
        return self.is_decided and self.status in (ExchangeStatus.REQUESTED, ExchangeStatus.AWAITING_PAYMENT)


def exchanges_about(return_id: int) -> list[ShownExchange]:
    """Of a return that was found through its owner."""
    return _shown(_exchanges().where(ReturnItem.return_id == return_id).order_by(Exchange.id))


def exchange(exchange_id: int, customer_id: int) -> ShownExchange | None:
    return next(iter(_shown(_exchanges().where(Exchange.id == exchange_id, Return.customer_id == customer_id))), None)


def _exchanges() -> Select[Exchange, str, str, ReturnStatus, str, bool]:
    return (
        select(Exchange, OrderLine.title, Return.rma, Return.status, Order.number, ReturnItem.is_instant)
        .join(ReturnItem, ReturnItem.id == Exchange.return_item_id)
        .join(OrderLine, OrderLine.id == ReturnItem.order_line_id)
        .join(Return, Return.id == ReturnItem.return_id)
        .outerjoin(Order, Order.id == Exchange.order_id)
    )


def _shown(query: Select[Exchange, str, str, ReturnStatus, str, bool]) -> list[ShownExchange]:
    rows = db.session.execute(query).all()
    pages = _pages([row[0].subject for row in rows])
    return [
        ShownExchange(
            id=row.id, status=row.status, title=row.title, picture=row.picture, quantity=row.quantity, difference=row.difference,
            paid=row.paid, currency=row.currency, is_replacement=row.is_replacement, is_sold_out=row.is_sold_out,
            held_entry_id=row.held_entry_id, bought=bought, rma=rma,
            is_instant=is_instant, is_decided=status is ReturnStatus.APPROVED, order=number,
            pay_by=row.pay_by,
            page=pages.get(row.subject),
        )
        for row, bought, rma, status, number, is_instant in rows
    ]  # fmt: skip


def _pages(subjects: list[str]) -> dict[str, ShownPage]:
    """The newest of each."""
    if not subjects:
        return {}
    columns = PagePayment.because, PagePayment.page_url, PagePayment.expires_at, PagePayment.outcome, PagePayment.problem
    rows = db.session.execute(select(*columns).where(PagePayment.because.in_(subjects)).order_by(PagePayment.number))
    return {row.because: ShownPage(row.page_url, row.expires_at, row.outcome, row.problem) for row in rows}
