"""Money goes back for what came back: exactly, once, and never more than was paid."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.billing.models import Refund, StoreCredit, Why
from portal.kit.db import db, transaction
from portal.orders.models import LineCancellation
from portal.returns.actions.paying_out import done_by_hand, pay_out
from portal.returns.actions.refunding import due_now
from portal.returns.models import Fault, Outcome, Payout, PayoutKind, Return, ReturnStatus, Way
from portal.returns.money import as_json, from_json, total
from portal.returns.not_paid import NotAccepted, NotKnownWhatWasPaid, NotToBePaidNow
from portal.tasks.models import StaffTask
from portal.timeline import Entry
from tests.accounts.builders import customer
from tests.conftest import TODAY
from tests.ground import app as app
from tests.returns.paid import HONEY, STAFF, account_of, comes_back, order, order_paid, policy

FEES = {"restocking_bp": 1500, "label": {"EUR": 590}, "spared": ["exchange"]}


def pay(return_: Return, units: dict[int, int] | None = None, kind: PayoutKind | None = None) -> list[Payout]:
    return pay_out(return_, units, kind, by=STAFF, at=TODAY)


def amounts(payout: Payout) -> dict[str, int]:
    return {str(line.kind): line.amount for line in from_json(payout.lines)}


def refunds() -> list[tuple[str, int]]:
    return [(one.because, one.amount) for one in db.session.scalars(select(Refund).order_by(Refund.id))]


def credits_given() -> list[tuple[Why, int]]:
    return [(one.why, one.amount) for one in db.session.scalars(select(StoreCredit).order_by(StoreCredit.id))]


@pytest.fixture(autouse=True)
def open_to_change(app: Flask) -> Iterator[None]:
    with app.app_context(), transaction():
        yield


def test_what_was_accepted_goes_back_to_the_card_once() -> None:
    back = comes_back(order_paid(customer()), {1: 1})
    first, again = pay(back), pay(back)
    assert [one.id for one in first] == [one.id for one in again]
    (payout,) = first
    assert (payout.amount, payout.by_hand, refunds()) == (5301, 0, [(f"{payout.because}, payment 1", 5301)])
    assert db.session.scalars(select(Entry.deed)).all() == ["paid out"]


def test_one_unit_at_a_time_comes_to_the_same_as_all_at_once() -> None:
    back = comes_back(order_paid(customer()), {0: 3}, accepted=0)
    (item,) = back.items
    found = []
    for accepted in 1, 2, 3:
        item.accepted = accepted
        found.append(pay(back)[-1].amount)
    assert found == [3570, 3569, 3570]
    assert [unit.payout_id for unit in item.units] == [1, 2, 3]


def test_so_many_in_all_is_asked_for_and_not_so_many_more() -> None:
    back = comes_back(order_paid(customer()), {0: 3}, accepted=2)
    (item,) = back.items
    for _ in range(3):
        assert [one.amount for one in pay(back, {item.id: 1})] == [3570]
    with pytest.raises(NotAccepted):
        pay(back, {item.id: 3})
    assert [one.amount for one in pay(back, {item.id: 2})] == [3570, 3569]


@pytest.mark.parametrize("status", [one for one in ReturnStatus if one is not ReturnStatus.APPROVED])
def test_nothing_goes_back_unless_it_is_approved(status: ReturnStatus) -> None:
    back = comes_back(order_paid(customer()), {1: 1})
    back.status = status
    with pytest.raises(NotToBePaidNow):
        pay(back)


@pytest.mark.parametrize(
    ("fault", "is_withdrawal", "expected"), [(Fault.CUSTOMER, False, 5478), (Fault.MERCHANT, False, 7139), (Fault.CUSTOMER, True, 6549)]
)
def test_fees_by_fault_and_by_law(fault: Fault, is_withdrawal: bool, expected: int) -> None:
    rules = policy(fees=FEES)
    back = comes_back(order_paid(customer()), {0: 2}, fault=fault, way=Way.LABEL, policy=rules, is_withdrawal=is_withdrawal)
    if is_withdrawal:
        back.items[0].reason = ""
    assert total(due_now(back)) == expected
    back.estimate = as_json(due_now(back))
    assert [one.amount for one in pay(back)] == [expected]


def test_the_way_back_is_charged_once_for_a_return() -> None:
    alice, rules = customer(), policy(fees=FEES)
    orders = [order_paid(alice), order_paid(alice)]
    back = comes_back(orders, {2: 1, 4: 1}, way=Way.LABEL, policy=rules)
    assert total(due_now(back)) == 1077 - 162 + 5301 - 795 - 590
    first, second = pay(back)
    assert amounts(first) == {"goods": 1077, "restocking": -162, "label": -590}
    assert amounts(second) == {"goods": 5301, "restocking": -795}


def test_no_fee_is_more_than_was_estimated() -> None:
    """Who could withdraw instead is charged none, and the estimate has said so."""
    back = comes_back(order_paid(customer()), {0: 2}, way=Way.LABEL, policy=policy(fees=FEES))
    back.estimate = [{"kind": "goods", "amount": 7139, "item": back.items[0].id, "units": 2, "facts": {}}]
    assert [one.amount for one in pay(back)] == [7139]


def test_what_is_kept_back_for_all_of_them_is_kept_back_once() -> None:
    back = comes_back(order_paid(customer()), {0: 3}, accepted=1)
    (item,) = back.items
    item.deduction, item.finding = 4000, "worn"
    assert amounts(pay(back)[-1]) == {"goods": 3570, "deduction": -3570}
    item.accepted = 3
    assert amounts(pay(back)[-1]) == {"goods": 7139, "deduction": -430}


def test_what_it_cost_to_send_goes_back_with_the_last_unit_that_is_withdrawn_and_once() -> None:
    bought = order_paid(customer())
    parts = [{0: 3}, {1: 1}, {2: 1}, {2: 1}]
    found = [pay(comes_back(bought, part, is_withdrawal=True))[0] for part in parts]
    assert [one.amount for one in found] == [10709, 5301, 1077, 1076 + 940]
    assert sum(one.amount for one in found) == bought.total
    assert amounts(found[-1])["delivery"] == 940


@pytest.mark.parametrize(("standard", "expected"), [(None, 940), (490, 490), (940, 940), (2000, 940), (0, 0)])
def test_who_withdraws_gets_the_cheapest_standard_delivery_of_that_day(standard: int | None, expected: int) -> None:
    bought = order_paid(customer())
    bought.standard_shipping = standard
    back = comes_back(bought, {0: 3, 1: 1, 2: 2}, is_withdrawal=True)
    assert total(due_now(back)) == 19103 - 940 + expected
    assert [one.amount for one in pay(back)] == [19103 - 940 + expected]


def test_an_order_keeps_what_the_cheapest_delivery_cost_on_its_day(app: Flask) -> None:
    alice, ours = customer(), app.config["SHOP"]
    before = order(alice)
    app.config["SHOP"] = replace(ours, standard_delivery={"EUR": 390})
    told: dict[str, Any] = {"currency": "TRY", "lines": (HONEY,), "total": 10709}
    found = [before.standard_shipping, order(alice).standard_shipping, order(alice, **told).standard_shipping]
    app.config["SHOP"] = ours
    assert found == [None, 390, None]


def test_at_the_shops_fault_all_of_the_delivery_goes_back_and_for_a_mix_the_standard() -> None:
    alice = customer()
    faulty, mixed = order_paid(alice), order_paid(alice)
    faulty.standard_shipping = mixed.standard_shipping = 490
    assert [one.amount for one in pay(comes_back(faulty, {0: 3, 1: 1, 2: 2}, fault=Fault.CARRIER, is_withdrawal=True))] == [19103]
    pay(comes_back(mixed, {0: 3, 1: 1}, fault=Fault.MERCHANT))
    assert [one.amount for one in pay(comes_back(mixed, {2: 2}, is_withdrawal=True))] == [2153 + 490]


@pytest.mark.parametrize(("fault", "expected"), [(Fault.CUSTOMER, 19103 - 940), (Fault.MERCHANT, 19103), (Fault.CARRIER, 19103)])
def test_what_it_cost_to_send_goes_back_if_all_of_it_was_wrong(fault: Fault, expected: int) -> None:
    back = comes_back(order_paid(customer()), {0: 3, 1: 1, 2: 2}, fault=fault)
    assert total(due_now(back)) == expected
    assert [one.amount for one in pay(back)] == [expected]


def test_what_was_cancelled_before_packing_is_no_part_of_what_goes_back() -> None:
    bought = order_paid(customer())
    db.session.add(LineCancellation(line=bought.lines[0], before=0, quantity=1, amount=3570, at=TODAY))
    db.session.flush()
    back = comes_back(bought, {0: 2, 1: 1, 2: 2}, is_withdrawal=True)
    assert [one.amount for one in pay(back)] == [19103 - 3570]


def test_credit_that_had_paid_comes_back_first() -> None:
    back = comes_back(order_paid(customer(), card=(15000,), credit=4103), {1: 1})
    pay(back)
    assert (credits_given(), [amount for _, amount in refunds()]) == ([(Why.RETURN, 4103)], [1198])


def test_or_in_proportion_if_the_policy_says_so() -> None:
    bought, rules = order_paid(customer(), card=(10000, 5000), credit=4103), policy(tenders="pro rata")
    pay(comes_back(bought, {1: 1}, policy=rules))
    assert (credits_given(), [amount for _, amount in refunds()]) == ([(Why.RETURN, 1139)], [2775, 1387])
    pay(comes_back(bought, {0: 3, 2: 2}, fault=Fault.MERCHANT, policy=rules))
    assert sum(amount for _, amount in [*refunds(), *credits_given()]) == 19103 - 940


def test_store_credit_brings_a_present_of_its_own() -> None:
    back = comes_back(order_paid(customer()), {1: 1}, outcome=Outcome.STORE_CREDIT, policy=policy())
    (payout,) = pay(back)
    assert (payout.amount, payout.bonus, payout.kind) == (5831, 530, PayoutKind.STORE_CREDIT)
    assert (credits_given(), refunds()) == ([(Why.RETURN, 5301), (Why.BONUS, 530)], [])


def test_what_was_taken_as_credit_is_not_there_for_the_card_any_more() -> None:
    bought = order_paid(alice := customer())
    (credit,) = pay(comes_back(bought, {0: 3, 1: 1}, outcome=Outcome.STORE_CREDIT))
    assert credit.amount - credit.bonus == 16010
    told: dict[str, Any] = {"amount": 2000, "currency": "EUR", "body": {}, "asked_at": TODAY}
    there = Refund(account_id=account_of(alice).id, attempt_id=1, because="provider:re_1", why=Why.SHOP, **told)
    db.session.add(there)
    db.session.flush()
    db.session.expire_all()
    (payout,) = pay(comes_back(bought, {2: 2}))
    assert amounts(payout) == {"goods": 2153, "already": -1060}
    assert sum(amount for _, amount in refunds()) + 16010 == bought.total


def test_what_was_paid_elsewhere_goes_back_by_hand_and_is_a_task_until_then() -> None:
    back = comes_back(order(customer()), {1: 1})
    (payout,) = pay(back)
    assert (payout.amount, payout.by_hand, refunds()) == (5301, 5301, [])
    task = db.session.scalars(select(StaffTask)).one()
    assert (task.kind, task.subject, task.due_at) == ("return money", f"payout:{payout.id}", TODAY + timedelta(days=2))
    assert done_by_hand(payout, by=STAFF, at=TODAY) and not done_by_hand(payout, by=STAFF, at=TODAY + timedelta(days=1))
    db.session.expire_all()
    assert (task.done_at, payout.by_hand_done_at) == (TODAY, TODAY)


def test_who_has_no_account_can_be_given_no_credit_and_gets_it_by_hand() -> None:
    (payout,) = pay(comes_back(order(customer()), {1: 1}, outcome=Outcome.STORE_CREDIT, policy=policy()))
    assert (payout.amount, payout.by_hand) == (5831, 5831)


def test_credit_goes_to_the_account_of_the_same_currency() -> None:
    alice = customer()
    account_of(alice, "USD")
    there = account_of(alice)
    pay(comes_back(order(alice), {1: 1}, outcome=Outcome.STORE_CREDIT))
    assert set(db.session.scalars(select(StoreCredit.account_id))) == {there.id}


def test_what_was_paid_for_each_line_is_not_guessed() -> None:
    back = comes_back(order(customer(), total=12000), {1: 1})
    with pytest.raises(NotKnownWhatWasPaid):
        pay(back)


def test_what_may_be_kept_and_what_is_instant_need_not_come() -> None:
    for told in ({"outcome": Outcome.KEEP}, {}):
        back = comes_back(order_paid(customer(f"{len(told)}@example.com")), {1: 1}, accepted=0, **told)  # type: ignore[arg-type]
        back.items[0].is_instant = not told
        assert [one.amount for one in pay(back)] == [5301]


def test_each_order_has_a_payout_of_its_own() -> None:
    alice = customer()
    orders = [order_paid(alice), order_paid(alice, lines=(HONEY,), card=(10709,), total=10709)]
    back = comes_back(orders, {1: 1, 3: 1})
    assert [(one.order_id, one.amount) for one in pay(back)] == [(orders[0].id, 5301), (orders[1].id, 3570)]
