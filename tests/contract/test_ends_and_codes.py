"""Ends, new beginnings, reasons, and discount codes."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from portal.payments import Payment, UnusableCode, Why
from tests.contract.conftest import There


def test_an_end_comes_where_the_next_charge_would_be_and_can_be_taken_back(there: There) -> None:
    stands = there.subscribe()
    ending = there.want(stands, is_ending=True)
    assert (ending.terms.is_ending, ending.ended_at, ending.terms.next_charge_at) == (True, None, stands.terms.next_charge_at)
    kept = there.want(ending, is_ending=False)
    assert kept.terms.is_ending is False
    there.want(kept, is_ending=True)
    there.after(stands.terms.next_charge_at)
    over = there.look(stands.ref)
    assert (over.status, over.terms.next_charge_at, len(over.renewals)) == ("canceled", None, 1)
    assert over.ended_at


def test_ended_at_once_it_is_over_and_to_end_it_again_does_no_harm(there: There) -> None:
    stands = there.subscribe()
    there.provider.end_now(stands.ref)
    there.provider.end_now(stands.ref)
    over = there.look(stands.ref)
    assert (over.status, [renewal.payment for renewal in over.renewals]) == ("canceled", [Payment.PAID])
    there.provider.tell_why(stands.ref, Why(("too_expensive",), "It was too much"))
    assert over.ended_at


def test_it_begins_again_once_for_its_key_and_is_not_charged_before_its_date(there: There) -> None:
    old = there.subscribe()
    there.provider.end_now(old.ref)
    key, at = f"again-{uuid4()}", there.now + timedelta(days=5)
    wanted = replace(there.look(old.ref).terms, version=7, next_charge_at=at, ship_to="Leipzig")
    new = there.provider.begin_again(wanted, old_ref=old.ref, customer_ref=old.customer_ref, key=key)
    same = there.provider.begin_again(wanted, old_ref=old.ref, customer_ref=old.customer_ref, key=key)
    assert new.ref == same.ref != old.ref
    assert (new.terms.version, new.terms.next_charge_at, new.terms.contents, new.terms.ship_to) == (7, at, old.terms.contents, "Leipzig")
    assert not there.look(new.ref).renewals
    there.after(at)
    assert [renewal.amount for renewal in there.look(new.ref).renewals] == [1999]


def test_a_code_counts_and_goes(there: There) -> None:
    account, code = there.account, f"C{uuid4().hex[:10]}".upper()
    account.code(account.coupon(percent_off=10, duration="forever"), code=code)
    stands = there.subscribe()
    found = there.provider.find_code(code, customer_ref=stands.customer_ref, currency="EUR", at=there.now)
    assert (found.code, found.percent, found.is_once, found.ends_at) == (code, 10.0, False, None)
    with_code = there.want(stands, code=code)
    assert (with_code.terms.code, with_code.discount and with_code.discount.percent) == (code, 10.0)
    charge = there.provider.next_charge(stands.ref)
    assert charge
    assert (charge.subtotal, charge.discount, charge.due) == (1999, 200, 1799)
    without = there.want(with_code, code=None)
    assert (without.terms.code, without.discount) == (None, None)


def test_a_code_that_cannot_be_used_says_why(there: There) -> None:
    account, customer = there.account, there.customer()
    euros = account.code(account.coupon(amount_off=500, currency="usd"), code=f"D{uuid4().hex[:10]}".upper()).code
    other = account.code(customer=there.customer(), code=f"O{uuid4().hex[:10]}".upper()).code
    over = account.code(code=f"X{uuid4().hex[:10]}".upper(), max_redemptions=1)
    there.want(there.subscribe(), code=over.code)
    for code, problem in (("NOSUCHCODE", "unknown"), (euros, "not valid"), (other, "not yours"), (over.code, "used up")):
        with pytest.raises(UnusableCode) as refused:
            there.provider.find_code(code, customer_ref=customer, currency="EUR", at=there.now)
        assert refused.value.problem == problem
