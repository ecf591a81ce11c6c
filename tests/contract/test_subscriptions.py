"""Looking a subscription up, and the whole of its terms in one change."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from portal.payments import Declined, NewPrice, Pause, Payment
from tests.contract.conftest import BAD, GOOD, There

DAY = timedelta(days=1)


def near(one: datetime | None, other: datetime) -> bool:
    return one is not None and abs(one - other) < timedelta(minutes=5)


def test_what_was_begun_stands_with_its_terms_and_its_first_charge(there: There) -> None:
    weekly = there.price(500, "week", 2)
    stands = there.subscribe(weekly)
    assert (stands.status, stands.ended_at, stands.terms.version) == ("active", None, 0)
    assert stands.terms.every == (2, "week")
    assert stands.terms.contents == ((weekly, 1),)
    assert near(stands.terms.next_charge_at, there.now + 14 * DAY)
    assert near(stands.anchor_at, there.now)
    assert (stands.terms.pause, stands.terms.is_ending, stands.terms.code, stands.terms.ship_to) == (None, False, None, "")
    (item,) = stands.items
    assert (item.amount, item.currency, item.words) == (500, "EUR", "Coffee box")
    (renewal,) = stands.renewals
    assert (renewal.amount, renewal.currency, renewal.payment) == (500, "EUR", Payment.PAID)
    (line,) = renewal.lines
    assert (line.price_ref, line.quantity, line.amount) == (weekly, 1, 500)


def test_what_is_not_there_is_declined(there: There) -> None:
    with pytest.raises(Declined):
        there.look("sub_of_nobody")


def test_a_charge_is_under_way_for_an_hour_and_then_paid(there: There) -> None:
    stands = there.subscribe()
    due = stands.terms.next_charge_at
    assert due
    there.later(due + timedelta(minutes=10))
    under_way = there.look(stands.ref)
    assert (under_way.status, under_way.is_charging) == ("active", True)
    assert [renewal.payment for renewal in under_way.renewals] == [Payment.PAID, Payment.PENDING]
    there.after(due)
    paid = there.look(stands.ref)
    assert [renewal.payment for renewal in paid.renewals] == [Payment.PAID, Payment.PAID]
    assert near(paid.renewals[1].invoiced_at, due)
    assert [renewal.ref for renewal in there.provider.look_up(stands.ref, since=due - DAY).renewals] == [paid.renewals[1].ref]


def test_a_refused_charge_is_owed(there: There) -> None:
    customer = there.customer()
    stands = there.subscribe(customer=customer)
    bad = there.account.v1.payment_methods.attach(BAD, {"customer": customer}).id
    there.billing.make_so(customer, version=1, default_ref=bad, everywhere=True)
    there.after(stands.terms.next_charge_at)
    owing = there.look(stands.ref)
    assert (owing.status, owing.renewals[-1].payment) == ("past_due", Payment.OWED)


def test_a_moved_charge_comes_then_and_what_moving_costs_is_no_delivery(there: There) -> None:
    stands = there.subscribe()
    assert stands.terms.next_charge_at
    moved_to = stands.terms.next_charge_at + 7 * DAY
    moved = there.want(stands, next_charge_at=moved_to)
    assert (moved.terms.next_charge_at, moved.terms.version) == (moved_to, 1)
    there.after(stands.terms.next_charge_at)
    assert len(there.look(stands.ref).renewals) == 1, "an invoice over nothing is none"
    there.after(moved_to)
    charged = there.look(stands.ref)
    assert [renewal.amount for renewal in charged.renewals] == [1999, 1999]
    assert charged.terms.next_charge_at
    assert 27 * DAY < charged.terms.next_charge_at - moved_to < 32 * DAY


def test_our_version_alone_changes_nothing_else(there: There) -> None:
    stands = there.subscribe()
    again = there.want(stands)
    assert again.terms.version == 1
    assert (again.terms.next_charge_at, again.terms.contents, again.status) == (
        stands.terms.next_charge_at,
        stands.terms.contents,
        "active",
    )
    assert len(there.look(stands.ref).renewals) == 1


def test_contents_change_in_one_piece_and_are_charged_with_the_next_delivery(there: There) -> None:
    tea, oats, jam = there.price(900), there.price(400), there.price(600)
    stands = there.subscribe(tea, oats)
    wanted = tuple(sorted([(tea, 3), (jam, 1)]))
    changed = there.want(stands, contents=wanted)
    assert changed.terms.contents == wanted
    assert len(there.look(stands.ref).renewals) == 1
    there.after(stands.terms.next_charge_at)
    assert there.look(stands.ref).renewals[-1].amount == 3 * 900 + 600


def test_more_than_ten_things_are_all_told(there: There) -> None:
    prices = [there.price(100 + number) for number in range(12)]
    stands = there.subscribe(*prices)
    assert {ref for ref, _ in stands.terms.contents} == set(prices)
    assert len(stands.renewals[0].lines) == 12


def test_another_rhythm_with_its_date_charges_nothing_before(there: There) -> None:
    quarterly = there.price(500, "month", 3)
    stands = there.subscribe()
    assert stands.terms.next_charge_at
    changed = there.want(stands, every=(3, "month"), contents=((quarterly, 1),))
    assert (changed.terms.every, changed.terms.next_charge_at) == ((3, "month"), stands.terms.next_charge_at)
    assert len(there.look(stands.ref).renewals) == 1
    there.after(stands.terms.next_charge_at)
    then = there.look(stands.ref)
    assert then.renewals[-1].amount == 500
    assert then.terms.next_charge_at
    assert 88 * DAY < then.terms.next_charge_at - stands.terms.next_charge_at < 93 * DAY


def test_a_pause_has_its_end_and_the_next_date_in_one_change_and_nothing_is_charged(there: There) -> None:
    stands = there.subscribe()
    assert stands.terms.next_charge_at
    resumes_at, next_at = stands.terms.next_charge_at + 10 * DAY, stands.terms.next_charge_at + 12 * DAY
    paused = there.want(stands, pause=Pause(resumes_at), next_charge_at=next_at)
    assert (paused.terms.pause, paused.terms.next_charge_at) == (Pause(resumes_at), next_at)
    there.after(stands.terms.next_charge_at)
    assert len(there.look(stands.ref).renewals) == 1
    there.after(next_at)
    back = there.look(stands.ref)
    assert back.terms.pause is None
    assert [renewal.payment for renewal in back.renewals] == [Payment.PAID, Payment.PAID]


def test_a_pause_without_an_end_is_ended_by_hand(there: There) -> None:
    stands = there.subscribe()
    paused = there.want(stands, pause=Pause(None))
    assert paused.terms.pause == Pause(None)
    resumed = there.want(paused, pause=None)
    assert (resumed.terms.pause, resumed.terms.next_charge_at) == (None, stands.terms.next_charge_at)


def test_where_it_goes_is_told_and_taken_back(there: There) -> None:
    stands = there.subscribe()
    sent = there.want(stands, ship_to="Mira Okafor, Lindenallee 12, 04105 Leipzig, DE")
    assert there.look(stands.ref).terms.ship_to == "Mira Okafor, Lindenallee 12, 04105 Leipzig, DE"
    assert there.want(sent, ship_to="").terms.ship_to == ""


def test_what_is_refused_changes_nothing(there: There) -> None:
    stands = there.subscribe()
    assert stands.terms.next_charge_at
    with pytest.raises(Declined):
        there.want(stands, next_charge_at=there.now + 900 * DAY, contents=((there.price(900), 2),))
    after = there.look(stands.ref)
    assert (after.terms, after.renewals) == (stands.terms, stands.renewals)


def test_the_next_charge_is_reckoned_with_what_changed(there: There) -> None:
    tea = there.price(900)
    stands = there.subscribe(tea)
    charge = there.provider.next_charge(stands.ref)
    assert charge
    assert (charge.currency, charge.subtotal, charge.discount, charge.due) == ("EUR", 900, 0, 900)
    there.want(stands, contents=((tea, 3),))
    charge = there.provider.next_charge(stands.ref)
    assert charge
    assert charge.due == 2700
    there.provider.end_now(stands.ref)
    assert _nothing_to_come(there, stands.ref)


def test_a_price_is_made_once_for_its_key(there: There) -> None:
    product = there.account.price().product
    new = NewPrice(product_ref=str(product), key=f"contract-{uuid4()}", amount=1234, currency="EUR", every=(5, "week"))
    ref = there.provider.price_ref(new)
    assert there.provider.price_ref(new) == ref
    stands = there.subscribe(ref, customer=there.customer(GOOD))
    assert (stands.terms.every, stands.items[0].amount) == ((5, "week"), 1234)


def _nothing_to_come(there: There, ref: str) -> bool:
    try:
        return there.provider.next_charge(ref) is None
    except Declined:
        return True
