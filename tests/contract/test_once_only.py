"""Refunds, credit, and what is charged once: under one key it happens once, and it is found by the key."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from portal.payments import Declined, WantedCredit, WantedDebit, WantedItem, WantedRefund
from tests.contract.conftest import There


def test_a_refund_is_made_once_for_its_key_and_found_by_it(there: There) -> None:
    customer = there.customer()
    there.subscribe(customer=customer)
    (tried,) = there.billing.look_up(customer, since=None).bills[0].tries
    wanted = WantedRefund(key=f"refund-{uuid4()}", charge_ref=tried.ref, amount=500)
    assert there.money.find_refund(wanted) is None
    made = there.money.refund(wanted, under=wanted.key)
    assert (made.amount, made.refunded, made.failure) == (500, 500, "")
    assert made.status in ("succeeded", "pending")
    assert there.money.refund(wanted, under=wanted.key).ref == made.ref
    found = there.money.find_refund(wanted)
    assert found
    assert (found.ref, found.refunded) == (made.ref, 500)
    assert there.money.look_at_refund(made.ref).ref == made.ref


def test_all_refunds_of_a_payment_are_told_whoever_made_them(there: There) -> None:
    customer = there.customer()
    there.subscribe(customer=customer)
    (tried,) = there.billing.look_up(customer, since=None).bills[0].tries
    assert there.money.refunds_of(tried.ref) == ()
    theirs = there.account.v1.refunds.create({"charge": tried.ref, "amount": 300})
    wanted = WantedRefund(key=f"refund-{uuid4()}", charge_ref=tried.ref, amount=500)
    ours = there.money.refund(wanted, under=wanted.key)
    told = there.money.refunds_of(tried.ref)
    assert {(one.ref, one.key, one.amount) for one in told} == {(theirs.id, None, 300), (ours.ref, wanted.key, 500)}
    assert {one.refunded for one in told} == {800}


def test_never_more_goes_back_than_was_paid(there: There) -> None:
    customer = there.customer()
    there.subscribe(customer=customer)
    (tried,) = there.billing.look_up(customer, since=None).bills[0].tries
    key = f"refund-{uuid4()}"
    there.money.refund(WantedRefund(key=key, charge_ref=tried.ref, amount=1500), under=key)
    with pytest.raises(Declined):
        there.money.refund(WantedRefund(key=f"{key}-2", charge_ref=tried.ref, amount=500), under=f"{key}-2")


def test_credit_is_given_once_for_its_key_and_pays_the_next_charge(there: There) -> None:
    customer, begun = there.customer(), _real_now(there)
    stands = there.subscribe(customer=customer)
    wanted = WantedCredit(key=f"credit-{uuid4()}", customer_ref=customer, amount=700, currency="EUR", words="A gift")
    made = there.money.credit(wanted, under=wanted.key)
    assert there.money.credit(wanted, under=wanted.key) == made
    assert made.balance == 700
    assert there.money.find_credit(wanted, since=min(begun, there.now) - timedelta(hours=1)) is not None
    assert there.billing.look_up(customer, since=None).balance == 700
    charge = there.provider.next_charge(stands.ref)
    assert charge
    assert (charge.subtotal, charge.balance, charge.due) == (1999, 700, 1299)


def test_credit_is_taken_back_once_for_its_key_and_the_answer_says_what_is_left(there: There) -> None:
    customer, begun = there.customer(), _real_now(there)
    given = WantedCredit(key=f"credit-{uuid4()}", customer_ref=customer, amount=700, currency="EUR", words="A gift")
    there.money.credit(given, under=given.key)
    assert there.money.balance(customer) == 700
    wanted = WantedDebit(key=f"debit-{uuid4()}", customer_ref=customer, amount=500, currency="EUR", words="Back to the card")
    since = min(begun, there.now) - timedelta(hours=1)
    assert there.money.find_debit(wanted, since=since) is None
    made = there.money.debit(wanted, under=wanted.key)
    assert there.money.debit(wanted, under=wanted.key) == made and made.balance == 200
    assert there.money.find_debit(wanted, since=since) == made
    more = WantedDebit(key=f"debit-{uuid4()}", customer_ref=customer, amount=300, currency="EUR", words="More than there is")
    assert there.money.debit(more, under=more.key).balance == -100
    assert there.money.balance(customer) == -100


def test_what_is_charged_once_comes_with_the_next_charge_and_no_other(there: There) -> None:
    customer = there.customer()
    stands = there.subscribe(customer=customer)
    wanted = WantedItem(
        key=f"item-{uuid4()}",
        customer_ref=customer,
        subscription_ref=stands.ref,
        product_ref=stands.items[0].product_ref,
        quantity=2,
        amount=350,
        currency="EUR",
    )
    made = there.money.one_time_item(wanted, under=wanted.key)
    assert made.invoice_ref is None
    assert there.money.one_time_item(wanted, under=wanted.key).ref == made.ref
    due = stands.terms.next_charge_at
    there.after(due)
    charged = there.look(stands.ref)
    assert charged.renewals[-1].amount == 1999 + 700
    found = there.money.find_one_time_item(wanted, since=stands.anchor_at - timedelta(days=1))
    assert found
    assert (found.ref, found.invoice_ref) == (made.ref, charged.renewals[-1].ref)


def _real_now(there: There) -> datetime:
    return datetime.fromtimestamp(there.account.now(), there.now.tzinfo)
