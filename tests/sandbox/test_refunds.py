from typing import Any

import pytest
import stripe

from tests.sandbox.account import Account
from tests.sandbox.shop import Shop

HOUR = 3600


def paid(account: Account, token: str = "pm_card_visa") -> Any:
    """A charge over 19.99 €."""
    subscription = account.subscribe(account.customer(token))
    (charge,) = account.v1.charges.list({"customer": subscription.customer}).data
    return charge


def again(account: Account, charge: Any) -> Any:
    return account.v1.charges.retrieve(charge.id)


def told(account: Account, about: Any) -> list[str]:
    return [event.type for event in account.events(about=about) if "refund" in event.type]


def test_a_part_and_then_the_rest_go_back_and_the_charge_says_how_much(account: Account) -> None:
    charge = paid(account)
    sent = {
        "payment_intent": charge.payment_intent,
        "amount": 500,
        "reason": "requested_by_customer",
        "metadata": {"portal_key": "refund-1"},
    }
    part = account.v1.refunds.create(sent)
    assert (part.status, part.amount, part.currency, part.reason) == ("succeeded", 500, "eur", "requested_by_customer")
    assert (part.charge, part.payment_intent, part.metadata["portal_key"]) == (charge.id, charge.payment_intent, "refund-1")
    assert (again(account, charge).amount_refunded, again(account, charge).refunded) == (500, False)
    rest = account.v1.refunds.create({"charge": charge.id})
    assert rest.amount == 1499
    assert (again(account, charge).amount_refunded, again(account, charge).refunded) == (1999, True)
    assert account.v1.invoices.retrieve(account.v1.invoices.list({"customer": charge.customer}).data[0].id).amount_paid == 1999


def test_refunds_are_retrieved_and_listed_by_their_charge_or_intent_newest_first(account: Account) -> None:
    charge, other = paid(account), paid(account)
    first, second = (account.v1.refunds.create({"charge": charge.id, "amount": 100}) for _ in range(2))
    account.v1.refunds.create({"charge": other.id})
    assert account.v1.refunds.retrieve(first.id).amount == 100
    for where in ({"charge": charge.id}, {"payment_intent": charge.payment_intent}):
        assert [one.id for one in account.v1.refunds.list(where).data] == [second.id, first.id]
    page = account.v1.refunds.list({"charge": charge.id, "limit": 1})
    assert page.has_more
    assert [one.id for one in page.auto_paging_iter()] == [second.id, first.id]
    for where in ({"charge": "ch_none"}, {"payment_intent": "pi_none"}):
        with pytest.raises(stripe.InvalidRequestError, match="No such"):
            account.v1.refunds.list(where)


def test_with_one_key_it_goes_back_once(account: Account) -> None:
    charge, key = paid(account), account.once()
    first = account.v1.refunds.create({"charge": charge.id, "amount": 500}, key)
    assert account.v1.refunds.create({"charge": charge.id, "amount": 500}, key).id == first.id
    assert again(account, charge).amount_refunded == 500


def test_more_than_was_paid_or_is_left_is_refused_and_so_is_nothing(account: Account) -> None:
    charge = paid(account)
    with pytest.raises(stripe.InvalidRequestError, match=r"Refund amount \(€20.00\) is greater than charge amount \(€19.99\)"):
        account.v1.refunds.create({"charge": charge.id, "amount": 2000})
    account.v1.refunds.create({"charge": charge.id, "amount": 1000})
    with pytest.raises(stripe.InvalidRequestError, match=r"\(€10.00\) is greater than unrefunded amount on charge \(€9.99\)"):
        account.v1.refunds.create({"charge": charge.id, "amount": 1000})
    for amount in (0, -1):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            account.v1.refunds.create({"charge": charge.id, "amount": amount})
        assert (refused.value.code, refused.value.param) == ("parameter_invalid_integer", "amount")
    account.v1.refunds.create({"charge": charge.id})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        account.v1.refunds.create({"charge": charge.id})
    assert refused.value.code == "charge_already_refunded"
    assert again(account, charge).amount_refunded == 1999


def test_what_was_never_paid_is_not_refunded(account: Account) -> None:
    charge = paid(account, "pm_card_chargeCustomerFail")
    for sent in ({"charge": charge.id}, {"payment_intent": charge.payment_intent}, {}):
        with pytest.raises(stripe.InvalidRequestError):
            account.v1.refunds.create(sent)
    assert account.v1.refunds.list({"charge": charge.id}).data == []


def test_only_its_notes_can_be_changed(account: Account) -> None:
    refund = account.v1.refunds.create({"charge": paid(account).id, "metadata": {"a": "b"}})
    assert account.v1.refunds.update(refund.id, {"metadata": {"c": "d"}}).metadata.to_dict() == {"a": "b", "c": "d"}
    with pytest.raises(stripe.InvalidRequestError):
        account.v1.refunds.update(refund.id, {"amount": 1})


def test_a_refund_to_a_card_cannot_be_canceled(account: Account) -> None:
    refund = account.v1.refunds.create({"charge": paid(account).id})
    with pytest.raises(stripe.InvalidRequestError):
        account.v1.refunds.cancel(refund.id)


def test_it_is_told_with_its_charge(shop: Shop) -> None:
    charge = paid(shop)
    refund = shop.v1.refunds.create({"charge": charge.id, "amount": 500})
    assert told(shop, refund) == ["refund.created"]
    (event,) = shop.events("charge.refunded")
    assert (event.data.object.id, event.data.object.amount_refunded) == (charge.id, 500)


def test_the_banks_number_comes_days_later(shop: Shop) -> None:
    refund = shop.v1.refunds.create({"charge": paid(shop).id})
    card = refund.destination_details.card
    assert (card.type, card.reference_status, card.reference_type) == ("refund", "pending", "acquirer_reference_number")
    assert "reference" not in card
    shop.later(days=1)
    shop.v1.refunds.update(refund.id, {"metadata": {"looked": "at"}})
    shop.later(days=1)
    card = shop.v1.refunds.retrieve(refund.id).destination_details.card
    assert (card.reference_status, len(card.reference)) == ("available", 23)
    assert told(shop, refund) == ["refund.created", *["refund.updated", "charge.refund.updated"] * 2]


def test_a_refund_that_is_pending_succeeds_later(shop: Shop) -> None:
    charge = paid(shop, "pm_card_pendingRefund")
    refund = shop.v1.refunds.create({"charge": charge.id, "amount": 500})
    assert (refund.status, refund.pending_reason, refund.destination_details.card.type) == ("pending", "processing", "pending")
    assert again(shop, charge).amount_refunded == 500
    shop.later(seconds=HOUR)
    refund = shop.v1.refunds.retrieve(refund.id)
    assert (refund.status, refund.destination_details.card.type) == ("succeeded", "refund")
    assert "pending_reason" not in refund
    updated = shop.events("refund.updated")[-1]
    assert (updated.data.object.status, updated.data.previous_attributes.status) == ("succeeded", "pending")
    shop.later(days=2)
    assert shop.v1.refunds.retrieve(refund.id).destination_details.card.reference_status == "available"


def test_a_refund_that_had_succeeded_can_fail_and_its_money_can_be_sent_again(shop: Shop) -> None:
    charge = paid(shop, "pm_card_refundFail")
    refund = shop.v1.refunds.create({"charge": charge.id})
    assert refund.status == "succeeded"
    assert again(shop, charge).refunded
    shop.later(seconds=HOUR)
    refund = shop.v1.refunds.retrieve(refund.id)
    assert (refund.status, refund.failure_reason) == ("failed", "expired_or_canceled_card")
    assert refund.destination_details.card.reference_status == "unavailable"
    assert told(shop, refund) == ["refund.created", "refund.updated", "charge.refund.updated", "refund.failed"]
    assert (again(shop, charge).amount_refunded, again(shop, charge).refunded) == (0, False)
    assert shop.v1.refunds.create({"charge": charge.id}).amount == 1999
    shop.later(days=9)
    assert shop.v1.refunds.retrieve(refund.id).status == "failed"


def test_what_credit_paid_is_not_refunded_to_the_card(account: Account) -> None:
    customer = account.customer()
    account.v1.customers.balance_transactions.create(customer.id, {"amount": -500, "currency": "eur"})
    account.subscribe(customer)
    (charge,) = account.v1.charges.list({"customer": customer.id}).data
    assert charge.amount == 1499
    with pytest.raises(stripe.InvalidRequestError, match="greater than charge amount"):
        account.v1.refunds.create({"charge": charge.id, "amount": 1999})
    assert account.v1.refunds.create({"charge": charge.id}).amount == 1499
