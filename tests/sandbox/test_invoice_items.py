from typing import Any

import pytest
import stripe

from tests.sandbox.account import DAY, Account
from tests.sandbox.shop import Shop


def waiting(account: Account, customer: str) -> list[Any]:
    listed: list[Any] = account.v1.invoice_items.list({"customer": customer, "pending": True}).data
    return listed


def mug(account: Account, subscription: Any, quantity: int = 2, **more: Any) -> Any:
    product = account.v1.products.create({"name": "Mug"})
    price = {"currency": "eur", "product": product.id, "unit_amount": 450}
    params = {"customer": subscription.customer, "subscription": subscription.id, "price_data": price, "quantity": quantity, **more}
    return account.v1.invoice_items.create(params)


def test_an_item_can_be_some_of_a_product_at_a_price_of_its_own(account: Account) -> None:
    subscription = account.subscribe()
    item = mug(account, subscription, metadata={"portal_key": "item-1"})
    assert (item.amount, item.quantity, item.currency, item.description) == (900, 2, "eur", "Mug")
    assert item.metadata["portal_key"] == "item-1"
    price = account.v1.prices.retrieve(item.pricing.price_details.price)
    assert (price.type, price.active, price.unit_amount) == ("one_time", False, 450)
    moved = account.skip_to(subscription, account.now() + 40 * DAY, expand=["latest_invoice"])
    line = moved.latest_invoice.lines.data[0]
    assert (line.amount, line.quantity, line.pricing.price_details.product) == (900, 2, price.product)
    assert line.metadata["portal_key"] == "item-1"


def test_a_price_for_one_time_can_be_named_and_one_that_recurs_cannot(account: Account) -> None:
    customer = account.customer()
    product = account.v1.products.create({"name": "Mug"})
    price = account.v1.prices.create({"currency": "eur", "product": product.id, "unit_amount": 450})
    item = account.v1.invoice_items.create({"customer": customer.id, "pricing": {"price": price.id}, "quantity": 3})
    assert item.amount == 1350
    with pytest.raises(stripe.InvalidRequestError, match="type=recurring"):
        account.v1.invoice_items.create({"customer": customer.id, "pricing": {"price": account.price().id}})


def test_less_than_none_is_refused(account: Account) -> None:
    subscription = account.subscribe()
    with pytest.raises(stripe.InvalidRequestError) as refused:
        mug(account, subscription, -1)
    assert (refused.value.code, refused.value.param) == ("parameter_invalid_integer", "quantity")
    assert waiting(account, subscription.customer) == []


def test_with_one_key_there_is_one(account: Account) -> None:
    subscription, key = account.subscribe(), account.once()
    params = {"customer": subscription.customer, "amount": 450, "currency": "eur"}
    first = account.v1.invoice_items.create(params, key)
    assert account.v1.invoice_items.create(params, key).id == first.id
    assert [item.id for item in waiting(account, subscription.customer)] == [first.id]


def test_it_can_be_deleted_while_it_waits(account: Account) -> None:
    subscription = account.subscribe()
    item = mug(account, subscription)
    assert account.v1.invoice_items.delete(item.id).deleted
    assert waiting(account, subscription.customer) == []
    with pytest.raises(stripe.InvalidRequestError) as missing:
        account.v1.invoice_items.retrieve(item.id)
    assert missing.value.code == "resource_missing"
    kept = mug(account, subscription)
    account.skip_to(subscription, account.now() + 40 * DAY)
    with pytest.raises(stripe.InvalidRequestError):
        account.v1.invoice_items.delete(kept.id)


def test_items_are_told_and_charged_with_the_next_renewal(shop: Shop) -> None:
    subscription = shop.subscribe(trial_end=shop.now() + DAY)
    item = mug(shop, subscription)
    dropped = mug(shop, subscription)
    shop.v1.invoice_items.delete(dropped.id)
    shop.charge_at(subscription.trial_end)
    invoice = shop.again(subscription).latest_invoice
    assert (invoice.billing_reason, invoice.amount_paid) == ("subscription_cycle", 1999 + 900)
    told = [(event.type, event.data.object.id) for event in shop.events("invoiceitem.created", "invoiceitem.deleted")]
    assert told == [("invoiceitem.created", item.id), ("invoiceitem.created", dropped.id), ("invoiceitem.deleted", dropped.id)]
