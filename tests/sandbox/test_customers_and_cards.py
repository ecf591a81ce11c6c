import pytest
import stripe

from tests.sandbox.account import DAY, Account
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


def test_an_address_takes_the_place_of_the_earlier_one_and_delivery_needs_a_name_too(account: Account) -> None:
    alice = account.customer(card=None)
    first = {"line1": "1 High Street", "line2": "Flat 2", "city": "Leeds", "postal_code": "LS1 1AA", "country": "GB"}
    second = {"line1": "2 Low Street", "line2": "", "city": "York", "postal_code": "YO1 1AA", "country": "GB", "state": ""}
    account.v1.customers.update(alice.id, {"shipping": {"name": "Alice", "phone": "0113 496 0000", "address": first}})
    changed = account.v1.customers.update(alice.id, {"shipping": {"name": "Bob", "phone": "", "address": second}, "address": second})
    whole = {"line1": "2 Low Street", "line2": None, "city": "York", "postal_code": "YO1 1AA", "country": "GB", "state": None}
    assert changed.shipping.to_dict() == {"name": "Bob", "phone": None, "address": whole}
    assert changed.address.to_dict() == whole
    for lacking in ({"name": "Alice"}, {"address": first}):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            account.v1.customers.update(alice.id, {"shipping": lacking})
        assert refused.value.http_status == 400
    assert account.v1.customers.update(alice.id, {"shipping": ""}).shipping is None


def test_a_change_of_address_is_told(shop: Shop) -> None:
    alice = shop.customer(card=None)
    shop.v1.customers.update(alice.id, {"shipping": {"name": "Alice", "address": {"line1": "1 High Street"}}})
    (told,) = shop.events("customer.updated", about=alice)
    assert told.data.previous_attributes.to_dict() == {"shipping": None}


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


@pytest.mark.parametrize(
    ("token", "brand", "last4"),
    [
        ("pm_card_visa", "visa", "4242"),
        ("pm_card_mastercard", "mastercard", "4444"),
        ("pm_card_amex", "amex", "0005"),
        ("pm_card_authenticationRequiredOnSetup", "visa", "3155"),
        ("pm_card_authenticationRequired", "visa", "3184"),
        ("pm_card_threeDSecure2Required", "visa", "3220"),
        ("pm_card_chargeCustomerFail", "visa", "0341"),
    ],
)
def test_a_token_is_the_card_of_its_number(shop: Shop, token: str, brand: str, last4: str) -> None:
    card = shop.v1.payment_methods.attach(token, {"customer": shop.customer(card=None).id}).card
    assert (card.brand, card.last4) == (brand, last4)


def test_a_customers_cards_are_listed_newest_first(account: Account) -> None:
    customer = account.customer(card=None)
    attached = [account.v1.payment_methods.attach(token, {"customer": customer.id}).id for token in ("pm_card_visa", "pm_card_mastercard")]
    assert [found.id for found in account.v1.customers.payment_methods.list(customer.id).data] == attached[::-1]


def test_a_card_that_is_detached_is_nobodys_default_any_more(account: Account) -> None:
    customer = account.customer()
    card = customer.invoice_settings.default_payment_method
    other = account.v1.payment_methods.attach("pm_card_mastercard", {"customer": customer.id})
    subscription = account.subscribe(customer, default_payment_method=card)
    bystander = account.subscribe(customer, default_payment_method=other.id)
    over = account.subscribe(customer, default_payment_method=card)
    account.v1.subscriptions.cancel(over.id)
    assert account.v1.payment_methods.detach(card).customer is None
    assert account.v1.customers.retrieve(customer.id).invoice_settings.default_payment_method is None
    assert account.again(subscription).default_payment_method is None
    assert account.again(over).default_payment_method == card
    assert account.again(bystander).default_payment_method == other.id
    assert [found.id for found in account.v1.customers.payment_methods.list(customer.id).data] == [other.id]


def test_detaching_is_told_of_the_card_and_of_all_that_named_it(shop: Shop) -> None:
    customer = shop.customer()
    card = customer.invoice_settings.default_payment_method
    shop.subscribe(customer, default_payment_method=card)
    before = len(shop.events())
    shop.v1.payment_methods.detach(card)
    told = {event.type: event.data.previous_attributes.to_dict() for event in shop.events()[before:]}
    assert told == {
        "payment_method.detached": {"customer": customer.id},
        "customer.updated": {"invoice_settings": {"default_payment_method": card}},
        "customer.subscription.updated": {"default_payment_method": card},
    }


def test_a_card_that_is_detached_is_of_no_more_use(account: Account) -> None:
    customer = account.customer()
    card = customer.invoice_settings.default_payment_method
    account.v1.payment_methods.detach(card)
    with pytest.raises(stripe.InvalidRequestError, match="not attached"):
        account.v1.payment_methods.detach(card)
    with pytest.raises(stripe.InvalidRequestError, match="detached"):
        account.v1.payment_methods.attach(card, {"customer": customer.id})
    with pytest.raises(stripe.InvalidRequestError):
        account.v1.customers.update(customer.id, {"invoice_settings": {"default_payment_method": card}})


def test_without_any_card_left_a_renewal_is_not_paid(shop: Shop) -> None:
    customer = shop.customer()
    subscription = shop.subscribe(customer, trial_end=shop.now() + DAY)
    shop.v1.payment_methods.detach(customer.invoice_settings.default_payment_method)
    shop.charge_at(subscription.trial_end)
    assert shop.again(subscription).status == "past_due"


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


def test_a_deleted_customer_is_only_a_trace_and_the_subscriptions_are_over(account: Account) -> None:
    customer = account.customer()
    subscription = account.subscribe(customer)
    account.customers.remove(customer.id)
    assert account.v1.customers.delete(customer.id).deleted
    assert account.v1.customers.retrieve(customer.id).to_dict() == {"id": customer.id, "object": "customer", "deleted": True}
    assert account.again(subscription).status == "canceled"
    assert customer.id not in [one.id for one in account.v1.customers.list({"limit": 100}).data]
    with pytest.raises(stripe.InvalidRequestError):
        account.v1.customers.update(customer.id, {"name": "Alicia"})
