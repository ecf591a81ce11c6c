"""Cards, invoices and addresses of a customer."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from portal.payments import AccountGone, ChargeRefused, Declined, PageState, Result, ShipTo, Standing, WantedPage
from tests.contract.conftest import BAD, There

HOME = ShipTo("Mira Okafor", "Lindenallee 12", "", "04105", "Leipzig", "", "DE", "+49 341 1234567")


def attach(there: There, customer: str, token: str) -> str:
    return str(there.account.v1.payment_methods.attach(token, {"customer": customer}).id)


def owing(there: There) -> tuple[str, Standing]:
    """A customer whose last charge was refused."""
    customer = there.customer()
    stands = there.subscribe(customer=customer)
    there.billing.make_so(customer, version=1, default_ref=attach(there, customer, BAD), everywhere=True)
    there.after(stands.terms.next_charge_at)
    return customer, stands


def test_an_account_stands_with_its_cards_and_bills(there: There) -> None:
    customer = there.customer()
    stands = there.subscribe(customer=customer)
    account = there.billing.look_up(customer, since=None)
    (card,) = account.cards
    assert (card.brand, card.last4, account.default_ref) == ("visa", "4242", card.ref)
    assert card.expires
    assert (account.version, account.currency, account.balance, account.ship_to) == (0, "EUR", 0, None)
    (bill,) = account.bills
    assert (bill.total, bill.due, bill.paid, bill.currency, bill.status) == (1999, 1999, 1999, "EUR", "paid")
    assert (bill.subscription_ref, bill.ref, bill.next_try_at) == (stands.ref, stands.renewals[0].ref, None)
    assert bill.number
    (tried,) = bill.tries
    assert (tried.amount, tried.result, tried.brand, tried.last4) == (1999, Result.PAID, "visa", "4242")
    assert there.billing.look_at_bill(bill.ref) == bill


def test_another_card_counts_from_now_on_everywhere_with_our_version(there: There) -> None:
    customer = there.customer()
    first = there.billing.look_up(customer, since=None).default_ref
    stands = there.subscribe(customer=customer, default_payment_method=first)
    other = attach(there, customer, "pm_card_mastercard")
    there.billing.make_so(customer, version=4, default_ref=other, everywhere=True)
    account = there.billing.look_up(customer, since=None)
    assert (account.version, account.default_ref) == (4, other)
    there.after(stands.terms.next_charge_at)
    (_, bill) = there.billing.look_up(customer, since=None).bills
    assert [tried.last4 for tried in bill.tries] == ["4444"]


def test_a_removed_card_is_gone_and_removing_it_again_does_no_harm(there: There) -> None:
    customer = there.customer()
    other = attach(there, customer, "pm_card_mastercard")
    there.billing.remove_card(other)
    there.billing.remove_card(other)
    assert other not in [card.ref for card in there.billing.look_up(customer, since=None).cards]


def test_an_address_is_told_whole(there: There) -> None:
    customer = there.customer()
    there.billing.ship_to(customer, HOME)
    assert there.billing.look_up(customer, since=None).ship_to == HOME


def test_what_is_owed_is_charged_to_another_card_once_per_key(there: There) -> None:
    customer, stands = owing(there)
    bill = there.billing.look_up(customer, since=None).bills[-1]
    assert (bill.status, bill.was_tried) == ("open", True)
    assert [tried.result for tried in bill.tries] == [Result.REFUSED]
    good, key = attach(there, customer, "pm_card_mastercard"), f"pay-{uuid4()}"
    paid = there.billing.pay(bill.ref, card_ref=good, key=key)
    assert (paid.status, paid.paid) == ("paid", 1999)
    again = there.billing.pay(bill.ref, card_ref=good, key=key)
    assert {tried.result for tried in again.tries} == {Result.REFUSED, Result.PAID}, "in one second, either may stand first"
    assert len(again.tries) == 2
    assert there.look(stands.ref).status == "active"


def test_a_refused_try_says_why_in_the_banks_word(there: There) -> None:
    customer, _ = owing(there)
    account = there.billing.look_up(customer, since=None)
    assert account.default_ref
    with pytest.raises(ChargeRefused) as refused:
        there.billing.pay(account.bills[-1].ref, card_ref=account.default_ref, key=f"pay-{uuid4()}")
    assert refused.value.reason == account.bills[-1].tries[0].reason == "generic_decline"


def test_a_page_for_a_card_is_opened_once_per_key_found_again_and_closed(there: There) -> None:
    customer = there.customer()
    wanted = WantedPage(
        key=f"card-{uuid4()}",
        customer_ref=customer,
        currency="EUR",
        expires_at=datetime.fromtimestamp(there.account.now(), there.now.tzinfo) + timedelta(hours=2),
        return_url="https://shop.example/back",
        cancel_url="https://shop.example/left",
        locale="de",
    )
    opened = there.billing.open_page(wanted)
    assert there.billing.open_page(wanted) == opened
    assert there.billing.find_page(customer, wanted.key) == opened
    assert there.billing.find_page(customer, "card-of-nobody") is None
    assert there.billing.look_at_page(opened.ref).state is PageState.OPEN
    there.billing.close_page(opened.ref)
    assert there.billing.look_at_page(opened.ref).state is PageState.OVER
    with pytest.raises(Declined):
        there.billing.close_page(opened.ref)


def test_one_who_was_deleted_or_never_was_is_gone(there: There) -> None:
    customer = there.customer()
    stands = there.subscribe(customer=customer)
    there.account.v1.customers.delete(customer)
    for ref in customer, "cus_nobody":
        with pytest.raises(AccountGone):
            there.billing.look_up(ref, since=None)
    assert there.listing.customer(customer) is None
    assert there.look(stands.ref).status == "canceled"


def test_a_customer_is_told_with_the_address_that_stands_there(there: There) -> None:
    customer = there.customer(email="Alice@Example.com", name="Alice")
    told = there.listing.customer(customer)
    assert told is not None
    assert (told.ref, told.email, told.name, told.version) == (customer, "Alice@Example.com", "Alice", 0)
