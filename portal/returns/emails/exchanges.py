"""What is written to a customer about what goes out for what comes back: each fact once."""

from datetime import date, datetime
from typing import Any

from portal.accounts.models import Customer
from portal.kit.db import db
from portal.notifications.actions import send_mail
from portal.returns.models import Exchange


def send_to_pay(exchange: Exchange, *, at: datetime) -> None:
    """It costs more, and until when that can be paid; once for each amount."""
    pay_by = exchange.pay_by.isoformat() if exchange.pay_by else None
    _send("exchange_to_pay", exchange, key=f"{exchange.id}:{exchange.owed}:{pay_by}", at=at, amount=exchange.owed, pay_by=pay_by)


def send_not_paid(exchange: Exchange, *, at: datetime) -> None:
    """The time to pay is over: the money comes back for what is sent instead."""
    _send("exchange_not_paid", exchange, key=f"{exchange.id}", at=at)


def send_sold_out(exchange: Exchange, *, at: datetime) -> None:
    """There is none left of it: what can be done now."""
    _send("exchange_sold_out", exchange, key=f"{exchange.id}:{exchange.sku}", at=at)


def send_box_back(exchange: Exchange, *, box: str, day: date, at: datetime) -> None:
    """Nothing goes out any more, so the box that had waited for it comes on its day again."""
    _send("box_back", exchange, key=f"{exchange.id}", at=at, box=box, day=day.isoformat())


def _send(mail: str, exchange: Exchange, *, key: str, at: datetime, **more: Any) -> None:
    return_ = exchange.item.return_ if exchange.item else None
    to = db.session.get(Customer, return_.customer_id) if return_ and return_.customer_id else None
    if return_ is None or to is None or exchange.item is None:
        return
    told = {
        "rma": return_.rma,
        "exchange": exchange.id,
        "title": exchange.title,
        "currency": exchange.currency,
    }
    told["instead_of"] = exchange.item.line.title
    send_mail(f"returns/{mail}", to=to, context=told | more, at=at, key=f"{mail}:{key}")
