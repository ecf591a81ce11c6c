"""What goes out for what comes back, from the choice to its order. Called from an open transaction, with the order and the return locked.

docs/decisions/exchanges.md
"""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.kit.db import db
from portal.kit.refusal import Refusal
from portal.kit.shop import shop
from portal.returns.actions.differences import MONEY_BACK, give_back_what_was_paid
from portal.returns.actions.dispatching import SOLD_OUT, dispatch
from portal.returns.actions.paying_out import pay_out
from portal.returns.emails import exchanges as emails
from portal.returns.models import (
    Acceptance,
    Exchange,
    ExchangeStatus,
    Outcome,
    Reception,
    Return,
    ReturnItem,
    ReturnStatus,
    Way,
    free_units,
)
from portal.returns.models.return_ import GIVEN_UP
from portal.returns.policy.ways import send_by as last_minute
from portal.returns.queries.instead import Instead, offer, paid_for
from portal.returns.refusals import NotToBeTaken, PriceIsAnother, SoldOut
from portal.tasks.actions import finish_tasks, open_task
from portal.timeline import Actor, note

NEVER_CAME = "exchange never came"
"""The task for whoever has to ask for it."""
DAYS_TO_PAY = 14
"""So long a customer has to pay what an exchange costs more."""
NEW_THINGS = (Outcome.EXCHANGE, Outcome.REPLACEMENT)


def choose(item: ReturnItem, instead: Instead, *, at: datetime) -> Exchange:
    """This goes out for it, in place of what was chosen before. As long as the return is a draft."""
    item.outcome = Outcome.EXCHANGE
    return _put_down(
        item, sku=instead.sku, title=_name(instead), picture=instead.picture, unit_amount=instead.unit_amount,
        difference=instead.difference, is_locked=instead.is_same_product, is_replacement=False, at=at,
    )  # fmt: skip


def choose_the_same(item: ReturnItem, *, at: datetime) -> Exchange:
    """It is sent again, for nothing."""
    item.outcome = Outcome.REPLACEMENT
    line = item.line
    return _put_down(
        item, sku=line.sku, title=line.title, picture=line.picture, unit_amount=0, difference=0, is_locked=True, is_replacement=True, at=at
    )


def give_up_choice(item: ReturnItem) -> None:
    """Something other than a new thing was chosen for it after all."""
    if known := exchange_of(item):
        db.session.delete(known)
        db.session.flush()


def must_still_be_so(return_: Return) -> None:
    """Before it is submitted: what was chosen is there, at the price that was told. Raises SoldOut or PriceIsAnother."""
    for item in return_.items:
        exchange = exchange_of(item)
        if item.outcome is not Outcome.EXCHANGE or exchange is None:
            continue
        instead = offer(item.line, exchange.sku, unit_numbers(item))
        if instead is None:
            raise SoldOut(exchange.title)
        exchange.quantity, exchange.credit = instead.quantity, instead.credit
        if not exchange.is_locked and instead.unit_amount != exchange.unit_amount:
            raise PriceIsAnother(exchange.title, instead.difference, exchange.currency)
        exchange.difference = instead.difference


def go_on(return_: Return, *, by: Actor, at: datetime) -> None:
    """After each decision about a return, and each payment for it: have go out what may, ask for what is to be paid first, and give back
    what was paid for what does not go out. Again it does nothing."""
    for item in return_.items:
        exchange = exchange_of(item)
        if exchange and exchange.order_id and return_.status in GIVEN_UP:
            _ask_for_it(exchange, return_, at=at)
        if exchange is None or item.outcome not in NEW_THINGS or exchange.is_settled:
            continue
        if return_.status in GIVEN_UP or _came_to_nothing(item):
            _call_off(exchange, by=by, at=at)
        elif return_.status in (ReturnStatus.APPROVED, ReturnStatus.CLOSED):
            _weigh(exchange, item)
            give_back_what_was_paid(exchange, item.line.order, by=by, at=at)
            _go_on(exchange, item, return_, by=by, at=at)


def pay_back_what_is_over(return_: Return, *, by: Actor, at: datetime) -> None:
    """What goes out costs less than what came back was worth: the rest goes back, once. What can't be reckoned is for a person."""
    for item in return_.items:
        exchange = exchange_of(item)
        if exchange is None or exchange.order_id is None or exchange.difference >= 0 or item.outcome not in NEW_THINGS:
            continue
        try:
            pay_out(return_, {item.id: exchange.quantity}, by=by, at=at)
        except Refusal:
            facts = {"order": item.line.order.number, "amount": -exchange.difference, "currency": exchange.currency}
            key, due_at = f"{MONEY_BACK}:{exchange.subject}", shop().answer_by(at)
            open_task(MONEY_BACK, exchange, key=key, customer_id=return_.customer_id, due_at=due_at, at=at, facts=facts)


def take_the_money(exchange: Exchange, *, by: Actor, at: datetime) -> None:
    """Nothing goes out for it after all: it becomes a refund of what was bought. Raises NotToBeTaken."""
    if exchange.is_settled or exchange.item is None:
        raise NotToBeTaken
    exchange.item.outcome = Outcome.REFUND
    _call_off(exchange, by=by, at=at)


def choose_again(exchange: Exchange, instead: Instead, *, by: Actor, at: datetime) -> None:
    """It sold out, and the customer takes something else. The job that follows has it go out, or asks for what it costs more.

    Raises NotToBeTaken.
    """
    if exchange.is_settled or exchange.item is None or not exchange.is_sold_out:
        raise NotToBeTaken
    choose(exchange.item, instead, at=at)
    exchange.status, exchange.is_sold_out, exchange.pay_by = ExchangeStatus.REQUESTED, False, None
    finish_tasks(SOLD_OUT, exchange, at=at)
    note(exchange.item.return_, "exchange chosen again", by=by, at=at, facts=_facts(exchange))


def stop_waiting(exchange: Exchange, *, by: Actor, at: datetime) -> None:
    """The time to pay is over: the money comes back instead."""
    if exchange.status is ExchangeStatus.AWAITING_PAYMENT and exchange.owed > 0 and exchange.pay_by and at >= exchange.pay_by:
        take_the_money(exchange, by=by, at=at)
        emails.send_not_paid(exchange, at=at)


def has_gone_out(return_: Return) -> bool:
    """Whether something was ordered for it already: then what it is for has to come."""
    return any(exchange.order_id for item in return_.items if (exchange := exchange_of(item)))


def exchange_of(item: ReturnItem) -> Exchange | None:
    return db.session.scalars(select(Exchange).where(Exchange.return_item_id == item.id)).one_or_none() if item.id else None


def unit_numbers(item: ReturnItem) -> list[int]:
    """Which units of the line it is about; of a draft, which it would be."""
    taken = [unit.number for unit in item.units]
    return taken or free_units(item.line.order)[item.line.id][: item.quantity]


def _put_down(
    item: ReturnItem,
    *,
    sku: str,
    title: str,
    picture: str,
    unit_amount: int,
    difference: int,
    is_locked: bool,
    is_replacement: bool,
    at: datetime,
) -> Exchange:
    order = item.line.order
    db.session.flush()
    told: dict[str, Any] = {
        "sku": sku, "title": title, "picture": picture, "quantity": item.quantity, "unit_amount": unit_amount,
        "credit": paid_for(item.line, unit_numbers(item), tax_included=order.tax_included), "difference": difference,
        "is_locked": is_locked, "is_replacement": is_replacement, "asked_at": at,
    }  # fmt: skip
    known = exchange_of(item)
    if known is None:
        db.session.add(known := Exchange(return_item_id=item.id, currency=order.currency, **told))
    for name, value in told.items():
        setattr(known, name, value)
    db.session.flush()
    return known


def _name(instead: Instead) -> str:
    return f"{instead.title}, {instead.variant}" if instead.variant else instead.title


def _came_to_nothing(item: ReturnItem) -> bool:
    return item.acceptance is Acceptance.REJECTED and not item.accepted


def _weigh(exchange: Exchange, item: ReturnItem) -> None:
    """What was found counts: for fewer units fewer go out, and what is kept back is the customer's to pay."""
    numbers = unit_numbers(item)
    if item.acceptance is Acceptance.ACCEPTED:
        numbers = numbers[: item.accepted]
    paid = paid_for(item.line, numbers, tax_included=item.line.order.tax_included)
    worth = paid if exchange.is_locked else exchange.unit_amount * len(numbers)
    exchange.quantity, exchange.credit = len(numbers), paid - item.deduction
    difference = 0 if exchange.is_replacement else worth - exchange.credit
    if difference != exchange.difference:
        exchange.difference, exchange.pay_by = difference, None


def _may_go_out(item: ReturnItem, return_: Return) -> bool:
    """Either what comes back was found to be in order, or nobody waits for it."""
    nobody_waits = item.is_instant or item.reception is Reception.KEPT or return_.way is Way.NONE
    return nobody_waits or item.acceptance is Acceptance.ACCEPTED


def _go_on(exchange: Exchange, item: ReturnItem, return_: Return, *, by: Actor, at: datetime) -> None:
    if exchange.owed > 0:
        if exchange.status is ExchangeStatus.REQUESTED:
            exchange.status = ExchangeStatus.AWAITING_PAYMENT
            note(return_, "exchange awaits payment", by=by, at=at, facts=_facts(exchange) | {"amount": exchange.owed})
        exchange.pay_by = exchange.pay_by or last_minute(at, shop(), DAYS_TO_PAY)
        emails.send_to_pay(exchange, at=at)
    elif _may_go_out(item, return_):
        dispatch(exchange, item.line, unit_numbers(item)[: exchange.quantity], by=by, at=at)


def _ask_for_it(exchange: Exchange, return_: Return, *, at: datetime) -> None:
    """It went out at once, and what it was for never came."""
    facts, key, due_at = _facts(exchange) | {"rma": return_.rma}, f"{NEVER_CAME}:{exchange.id}", shop().answer_by(at)
    open_task(NEVER_CAME, exchange, key=key, customer_id=return_.customer_id, due_at=due_at, at=at, facts=facts)


def _call_off(exchange: Exchange, *, by: Actor, at: datetime) -> None:
    exchange.status = ExchangeStatus.CANCELED
    if exchange.item:
        note(exchange.item.return_, "exchange called off", by=by, at=at, facts=_facts(exchange))
        give_back_what_was_paid(exchange, exchange.item.line.order, by=by, at=at)


def _facts(exchange: Exchange) -> dict[str, Any]:
    return {"exchange": exchange.id, "title": exchange.title, "quantity": exchange.quantity, "currency": exchange.currency}
