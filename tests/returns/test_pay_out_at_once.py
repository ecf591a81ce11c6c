"""Whoever wants the same money back at the same moment, it goes back once."""

import pytest
from flask import Flask
from sqlalchemy import select

from portal.billing.models import Refund, StoreCredit
from portal.kit.db import db, transaction
from portal.returns.actions.paying_out import pay_out
from portal.returns.models import Outcome, Payout, Return
from tests.accounts.builders import customer
from tests.conftest import TODAY
from tests.ground import app as app
from tests.ground import at_once
from tests.returns.paid import STAFF, comes_back, order, order_paid

ROUNDS = 5


@pytest.mark.parametrize("way", ["to the card", "as credit", "by hand"])
def test_four_at_once_pay_once(app: Flask, way: str) -> None:
    """REL F16: the customer's rule, two of staff and a worker. Each has looked before any of them has the lock."""
    for number in range(ROUNDS):
        with app.app_context(), transaction():
            alice = customer(f"{number}@example.com")
            bought = order(alice) if way == "by hand" else order_paid(alice)
            outcome = Outcome.STORE_CREDIT if way == "as credit" else Outcome.REFUND
            return_id = comes_back(bought, {0: 2, 1: 1}, outcome=outcome).id

        def refund(_: int, return_id: int = return_id) -> list[int]:
            with transaction():
                back = db.session.get_one(Return, return_id)
                assert len([unit for item in back.items for unit in item.units]) == 3
                return [payout.id for payout in pay_out(back, by=STAFF, at=TODAY)]

        assert len({tuple(ids) for ids in at_once(app, 4, refund)}) == 1
    with app.app_context():
        given = db.session.scalars(select(Payout)).all()
        assert [one.amount - one.bonus for one in given] == [7139 + 5301] * ROUNDS
        asked = sum(db.session.scalars(select(Refund.amount))) + sum(db.session.scalars(select(StoreCredit.amount)))
        assert asked == (0 if way == "by hand" else sum(one.amount for one in given))
