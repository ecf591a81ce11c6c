"""Random orders through the real deeds, on either database: exactly what was paid, and by no means of payment more than came by it."""

from random import Random
from typing import Any

from flask import Flask
from sqlalchemy import select

from portal.billing.models import Attempt, Invoice, Refund, StoreCredit, Why
from portal.kit.db import db, transaction
from portal.kit.shares import spread
from portal.orders.models import Order, OrderedLine
from portal.returns.actions.paying_out import pay_out
from portal.returns.models import Fault, Outcome, Payout, free_units
from tests.accounts.builders import customer
from tests.conftest import TODAY
from tests.ground import app as app
from tests.returns.paid import STAFF, comes_back, order_paid, policy

ORDERS = 60
EXPECTED = 187, 788007
"""Payouts and their sum, the same on both databases."""
OUTCOMES, FAULTS = (Outcome.REFUND, Outcome.STORE_CREDIT), (Fault.CUSTOMER, Fault.MERCHANT)
CURRENCIES = ("EUR", "JPY", "KWD", "TRY")


def test_many_orders_come_back_in_many_ways_to_the_cent(app: Flask) -> None:
    chance = Random(16)
    given = []
    with app.app_context(), transaction():
        rules = policy(tenders="pro rata")
        for number in range(ORDERS):
            bought = an_order(chance, number)
            while left := left_of(bought):
                quantities = {place: units for place, most in left.items() if (units := chance.randint(0, most))} or left
                outcome, fault = chance.choice(OUTCOMES), chance.choice(FAULTS)
                back = comes_back(
                    bought,
                    quantities,
                    outcome=outcome,
                    fault=fault,
                    policy=rules if number % 2 else None,
                    is_withdrawal=chance.random() < 0.5,
                )
                for item in back.items:
                    item.accepted = chance.randint(0, item.quantity)
                pay_out(back, by=STAFF, at=TODAY)
                for item in back.items:
                    item.accepted = item.quantity
                given += [payout.amount for payout in pay_out(back, by=STAFF, at=TODAY)]
            db.session.expire_all()
            check(bought)
    assert (len(given), sum(given)) == EXPECTED


def an_order(chance: Random, number: int) -> Order:
    currency = CURRENCIES[number % len(CURRENCIES)]
    lines, included = [], currency in ("JPY", "TRY")
    for place in range(chance.randint(1, 3)):
        quantity, price = chance.randint(1, 5), chance.randint(1, 5000)
        off = chance.randint(0, quantity * price // 3)
        tax = (quantity * price - off) * 19 // 119
        lines.append(OrderedLine(f"Thing {place}", f"T-{place}", quantity, price, discount=off, tax=tax))
    delivery = chance.choice([0, 490])
    total = sum(line.amount - line.discount + (0 if included else line.tax) for line in lines) + delivery
    credit, *cards = spread(total, [chance.randint(0, 3), *[chance.randint(1, 9) for _ in range(chance.randint(1, 2))]])
    person = customer(f"{number}@example.com")
    told: dict[str, Any] = {"currency": currency, "lines": tuple(lines), "total": total, "tax_included": included, "shipping": delivery}
    return order_paid(person, card=[amount for amount in cards if amount], credit=credit, **told)


def left_of(bought: Order) -> dict[int, int]:
    free = free_units(bought)
    return {place: len(free[line.id]) for place, line in enumerate(bought.lines) if free[line.id]}


def check(bought: Order) -> None:
    payouts = db.session.scalars(select(Payout).where(Payout.order_id == bought.id)).all()
    principal = sum(payout.amount - payout.bonus for payout in payouts)
    delivered = any(line["kind"] == "delivery" for payout in payouts for line in payout.lines)
    assert principal == bought.total - (0 if delivered else bought.shipping)
    assert all(payout.amount >= 0 and payout.by_hand == 0 for payout in payouts)
    invoice = db.session.scalars(select(Invoice).where(Invoice.provider_ref == bought.source_ref)).one()
    attempts = db.session.scalars(select(Attempt).where(Attempt.invoice_id == invoice.id)).all()
    assert all(attempt.left >= 0 for attempt in attempts) and invoice.credit_left >= 0
    names = [f"{payout.because}," for payout in payouts]
    refunds = [one for one in db.session.scalars(select(Refund)) if any(one.because.startswith(name) for name in names)]
    credits = [one for one in db.session.scalars(select(StoreCredit)) if any(one.because.startswith(name) for name in names)]
    assert sum(one.amount for one in refunds) + sum(one.amount for one in credits if one.why is not Why.BONUS) == principal
    assert sum(one.amount for one in credits if one.why is Why.BONUS) == sum(payout.bonus for payout in payouts)
