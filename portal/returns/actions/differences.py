"""What an exchange costs more is paid on the provider's page before it goes out, and goes back if it does not go out.

Called from an open transaction, with the order and the return locked.
"""

from datetime import datetime

from sqlalchemy import func, select

from portal.billing import ask_to_pay, close_payment_page, paid_on_pages
from portal.billing.actions import give_back_of
from portal.billing.models import BillingAccount, PagePayment, Refund, Why
from portal.kit.db import db
from portal.kit.shop import shop
from portal.orders.models import Order
from portal.returns.models import Exchange, ExchangeStatus
from portal.returns.queries.instead import account_of
from portal.returns.refusals import NothingToPay
from portal.tasks.actions import open_task
from portal.timeline import Actor, note

MONEY_BACK = "money back"
"""The task for whoever gives back by hand what the provider can't."""


def pay_difference(exchange: Exchange, order: Order, *, words: str, back: str, locale: str, by: Actor, at: datetime) -> PagePayment:
    """Have a page on which what is still to pay for it is paid; `back` is the address of ours to which it leads. Raises NothingToPay,
    NotOwed."""
    account = account_of(order)
    if exchange.status is not ExchangeStatus.AWAITING_PAYMENT or exchange.owed < 1 or account is None:
        raise NothingToPay
    account = db.session.get_one(BillingAccount, account.id, with_for_update=True)
    return ask_to_pay(
        account,
        exchange.owed,
        because=exchange.subject,
        words=words,
        return_url=back,
        cancel_url=f"{back}?left=1",
        locale=locale,
        by=by,
        at=at,
    )


def learn_what_was_paid(exchange: Exchange, *, by: Actor, at: datetime) -> None:
    """As the pages say that were opened for it. Again it does nothing."""
    paid = sum(page.amount for page, _ in paid_on_pages(exchange.subject)) - _given_back(exchange)
    if paid == exchange.paid:
        return
    news, exchange.paid, exchange.paid_at = paid - exchange.paid, paid, exchange.paid_at or at
    if news > 0 and exchange.item:
        facts = {"exchange": exchange.id, "title": exchange.title, "amount": news, "currency": exchange.currency}
        note(exchange.item.return_, "difference paid", by=by, at=at, facts=facts)


def give_back_what_was_paid(exchange: Exchange, order: Order, *, by: Actor, at: datetime) -> None:
    """As far as it is more than what is to pay for it by now, once; and close the page on which anything else may still be paid."""
    close_payment_page(exchange.subject, unless_for=exchange.owed, at=at)
    too_much = -exchange.owed
    if too_much < 1:
        return
    before = _given_back(exchange)
    for page, invoice in reversed(paid_on_pages(exchange.subject)):
        if not (amount := min(too_much, page.amount)):
            continue
        account = db.session.get_one(BillingAccount, page.account_id, with_for_update=True)
        because = f"{_back(exchange)} {page.number} after {before}"
        left = give_back_of(account, invoice, amount, because=because, why=Why.EXCHANGE, by=by, at=at)
        if left:
            facts = {"order": order.number, "amount": left, "currency": exchange.currency}
            open_task(
                MONEY_BACK,
                exchange,
                key=f"{MONEY_BACK}:{because}",
                customer_id=order.customer_id,
                due_at=shop().answer_by(at),
                at=at,
                facts=facts,
            )
        exchange.paid -= amount
        too_much -= amount


def _given_back(exchange: Exchange) -> int:
    refunded = select(func.coalesce(func.sum(Refund.amount), 0)).where(Refund.because.startswith(_back(exchange), autoescape=True))
    return int(db.session.scalar(refunded) or 0)


def _back(exchange: Exchange) -> str:
    return f"{exchange.subject}, back of page"
