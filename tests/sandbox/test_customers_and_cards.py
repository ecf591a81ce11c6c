import pytest
import stripe

from tests.sandbox.shop import Shop


def test_a_customer_can_be_changed_and_found_by_mail(shop: Shop) -> None:
    alice, bob = shop.customer(), shop.customer(card=None, email="bob@example.com")
    address = {"line1": "1 High Street", "city": "Leeds", "postal_code": "LS1 1AA", "country": "GB"}
    shop.v1.customers.update(alice.id, {"shipping": {"name": "Alice", "address": address}, "metadata": {"a": "b"}, "phone": ""})
    again = shop.v1.customers.retrieve(alice.id)
    assert (again.shipping.address.city, again.metadata["a"], again.phone) == ("Leeds", "b", None)
    assert [found.id for found in shop.v1.customers.list({"email": "bob@example.com"}).data] == [bob.id]
    (told,) = shop.events("customer.updated")
    assert told.data.previous_attributes.to_dict() == {"shipping": None, "metadata": {"a": None}}


def test_an_unknown_customer_is_not_found(shop: Shop) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.v1.customers.retrieve("cus_unknown")
    assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.v1.subscriptions.list({"customer": "cus_unknown"})
    assert (refused.value.http_status, refused.value.param) == (400, "customer")


def test_a_test_token_becomes_a_card_of_the_customers(shop: Shop) -> None:
    customer = shop.customer(card=None)
    card = shop.v1.payment_methods.attach("pm_card_mastercard", {"customer": customer.id})
    assert (card.card.brand, card.card.last4, card.customer) == ("mastercard", "4444", customer.id)
    for listed in (
        shop.v1.payment_methods.list({"customer": customer.id, "type": "card"}),
        shop.v1.customers.payment_methods.list(customer.id),
    ):
        assert [found.id for found in listed.data] == [card.id]
    assert shop.v1.customers.retrieve(customer.id).invoice_settings.default_payment_method is None


@pytest.mark.parametrize("token", ["pm_card_chargeDeclined", "pm_card_chargeDeclinedInsufficientFunds"])
def test_a_card_that_is_declined_cannot_be_attached(shop: Shop, token: str) -> None:
    with pytest.raises(stripe.CardError) as declined:
        shop.v1.payment_methods.attach(token, {"customer": shop.customer(card=None).id})
    assert (declined.value.http_status, declined.value.code) == (402, "card_declined")


def test_another_customers_card_cannot_be_used(shop: Shop) -> None:
    alice, bob = shop.customer(), shop.customer()
    card = alice.invoice_settings.default_payment_method
    with pytest.raises(stripe.InvalidRequestError):
        shop.v1.payment_methods.attach(card, {"customer": bob.id})
    with pytest.raises(stripe.InvalidRequestError):
        shop.v1.customers.update(bob.id, {"invoice_settings": {"default_payment_method": card}})
    with pytest.raises(stripe.InvalidRequestError):
        shop.subscribe(bob, default_payment_method=card)
    with pytest.raises(stripe.InvalidRequestError):
        shop.v1.payment_methods.attach("pm_unknown", {"customer": bob.id})
