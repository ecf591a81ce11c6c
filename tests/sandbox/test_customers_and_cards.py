import pytest
import stripe

from tests.sandbox.account import Account
from tests.sandbox.shop import Shop


def test_a_customer_can_be_found_by_mail(shop: Shop) -> None:
    shop.customer()
    bob = shop.customer(card=None, email="bob@example.com")
    assert [found.id for found in shop.v1.customers.list({"email": "bob@example.com"}).data] == [bob.id]


def test_a_customer_can_be_changed(account: Account) -> None:
    alice = account.customer(phone="0113 496 0000")
    address = {"line1": "1 High Street", "city": "Leeds", "postal_code": "LS1 1AA", "country": "GB"}
    account.v1.customers.update(alice.id, {"shipping": {"name": "Alice", "address": address}, "metadata": {"a": "b"}, "phone": ""})
    again = account.v1.customers.retrieve(alice.id)
    assert (again.shipping.address.city, again.metadata["a"], again.phone) == ("Leeds", "b", None)


def test_an_unknown_customer_is_not_found(account: Account) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        account.v1.customers.retrieve("cus_unknown")
    assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")
    with pytest.raises(stripe.InvalidRequestError) as refused:
        account.v1.subscriptions.list({"customer": "cus_unknown"})
    assert (refused.value.http_status, refused.value.param) == (400, "customer")


def test_a_test_token_becomes_a_card_of_the_customers(account: Account) -> None:
    customer = account.customer(card=None)
    card = account.v1.payment_methods.attach("pm_card_mastercard", {"customer": customer.id})
    assert (card.card.brand, card.card.last4, card.customer) == ("mastercard", "4444", customer.id)
    for listed in (
        account.v1.payment_methods.list({"customer": customer.id, "type": "card"}),
        account.v1.customers.payment_methods.list(customer.id),
    ):
        assert [found.id for found in listed.data] == [card.id]
    assert account.v1.customers.retrieve(customer.id).invoice_settings.default_payment_method is None


@pytest.mark.parametrize("token", ["pm_card_chargeDeclined", "pm_card_chargeDeclinedInsufficientFunds"])
def test_a_card_that_is_declined_cannot_be_attached(account: Account, token: str) -> None:
    with pytest.raises(stripe.CardError) as declined:
        account.v1.payment_methods.attach(token, {"customer": account.customer(card=None).id})
    assert (declined.value.http_status, declined.value.code) == (402, "card_declined")


def test_another_customers_card_cannot_be_used(account: Account) -> None:
    alice, bob = account.customer(), account.customer()
    card = alice.invoice_settings.default_payment_method
    with pytest.raises(stripe.InvalidRequestError):
        account.v1.payment_methods.attach(card, {"customer": bob.id})
    with pytest.raises(stripe.InvalidRequestError):
        account.v1.customers.update(bob.id, {"invoice_settings": {"default_payment_method": card}})
    with pytest.raises(stripe.InvalidRequestError):
        account.subscribe(bob, default_payment_method=card)
    with pytest.raises(stripe.InvalidRequestError):
        account.v1.payment_methods.attach("pm_unknown", {"customer": bob.id})
