from uuid import uuid4

import pytest
import stripe

from tests.sandbox.account import DAY, Account
from tests.sandbox.shop import Shop


def test_prices_are_found_by_their_lookup_keys(account: Account) -> None:
    product = account.v1.products.create({"name": "Coffee box", "metadata": {"sku": "C1"}})
    sku = product.id
    made = {}
    for interval in ("week", "month"):
        recurring = {"interval": interval}
        params = {"product": product.id, "currency": "EUR", "unit_amount": 900, "recurring": recurring, "lookup_key": f"{sku}-{interval}"}
        made[interval] = account.v1.prices.create(params)
    found = account.v1.prices.list({"lookup_keys": [f"{sku}-month", "other"], "expand": ["data.product"]}).data
    assert [(price.id, price.currency, price.product.name) for price in found] == [(made["month"].id, "eur", "Coffee box")]
    assert account.v1.prices.retrieve(made["week"].id).recurring.interval == "week"
    assert len(account.v1.prices.list({"product": product.id, "active": True, "type": "recurring"}).data) == 2
    assert account.v1.products.retrieve(product.id).metadata["sku"] == "C1"
    assert [listed.id for listed in account.v1.products.list({"active": True, "ids": [product.id]}).data] == [product.id]


def test_a_lookup_key_is_used_once_or_handed_over(account: Account) -> None:
    product = account.v1.products.create({"name": "Coffee box", "id": f"coffee-{uuid4()}"})
    params = {"product": product.id, "currency": "eur", "unit_amount": 900, "lookup_key": product.id}
    old = account.v1.prices.create(params)
    with pytest.raises(stripe.InvalidRequestError):
        account.v1.prices.create(params)
    new = account.v1.prices.create({**params, "transfer_lookup_key": True})
    assert [price.id for price in account.v1.prices.list({"lookup_keys": [product.id]}).data] == [new.id]
    assert account.v1.prices.retrieve(old.id).lookup_key is None
    with pytest.raises(stripe.InvalidRequestError):
        account.v1.products.create({"name": "Tea box", "id": product.id})


def test_lists_come_newest_first_and_a_page_at_a_time(shop: Shop) -> None:
    made = [shop.v1.customers.create({"name": str(number)}).id for number in range(12)]
    first = shop.v1.customers.list()
    assert ([customer.id for customer in first.data], first.has_more) == (made[:1:-1], True)
    second = shop.v1.customers.list({"starting_after": first.data[-1].id})
    assert ([customer.id for customer in second.data], second.has_more) == ([made[1], made[0]], False)
    back = shop.v1.customers.list({"ending_before": made[4], "limit": 3})
    assert ([customer.id for customer in back.data], back.has_more) == ([made[7], made[6], made[5]], True)
    assert [customer.id for customer in shop.v1.customers.list({"limit": 5}).auto_paging_iter()] == made[::-1]
    for wrong in ({"limit": 0}, {"limit": 101}, {"starting_after": "cus_unknown"}):
        with pytest.raises(stripe.InvalidRequestError):
            shop.v1.customers.list(wrong)


def test_each_list_is_read_to_its_end_a_page_at_a_time_and_by_when_it_was_made(account: Account) -> None:
    begun = account.now()
    customer, product = account.customer(), account.v1.products.create({"name": f"Tea {uuid4()}"})
    recurring = {"interval": "month"}
    prices = [
        account.v1.prices.create({"product": product.id, "currency": "eur", "unit_amount": amount, "recurring": recurring})
        for amount in (500, 600, 700)
    ]
    subscriptions = [account.subscribe(customer, price) for price in prices]
    whose = {"customer": customer.id}
    for lists, made, which in (
        (account.v1.prices, prices, {"product": product.id}),
        (account.v1.subscriptions, subscriptions, whose),
        (account.v1.invoices, [subscription.latest_invoice for subscription in subscriptions], whose),
        (account.v1.charges, None, whose),
        (account.v1.products, [product], {"ids": [product.id]}),
        (account.v1.customers, [customer], {"created": {"gte": begun - 5}}),
    ):
        found = list(lists.list({**which, "limit": 1}).auto_paging_iter())
        refs = [one.id for one in found]
        if made and lists is not account.v1.customers:
            assert refs == [getattr(one, "id", one) for one in reversed(made)]
        assert customer.id in refs or len(refs) in (1, 3)
        assert lists.list({**which, "created": {"gte": begun - 5}}).data
        assert lists.list({**which, "created": {"gt": account.now() + 3600}}).data == []
    after = {**whose, "starting_after": subscriptions[0].id}
    assert account.v1.subscriptions.list(after).data == [], "it was the first, so it comes last"
    with pytest.raises(stripe.InvalidRequestError):
        account.v1.subscriptions.list({**whose, "starting_after": customer.id})


def test_subscriptions_are_listed_by_customer_status_and_price(shop: Shop) -> None:
    alice, weekly = shop.customer(), shop.price(interval="week")
    active, trial, over = shop.subscribe(alice), shop.subscribe(trial_end=shop.now() + DAY, price=weekly), shop.subscribe(alice)
    shop.v1.subscriptions.cancel(over.id)
    bob = shop.customer("pm_card_chargeCustomerFail")
    unpaid = shop.subscribe(bob)

    def listed(**params: object) -> list[str]:
        return [subscription.id for subscription in shop.v1.subscriptions.list(params).data]

    assert listed() == [unpaid.id, trial.id, active.id]
    assert listed(status="all") == [unpaid.id, over.id, trial.id, active.id]
    assert listed(status="ended") == listed(status="canceled") == [over.id]
    assert listed(status="trialing") == listed(price=weekly.id) == [trial.id]
    assert listed(customer=alice.id) == [active.id]
    assert listed(limit=1, starting_after=trial.id) == [active.id]
    assert listed(status="incomplete") == [unpaid.id]


def test_invoices_are_listed_by_subscription_customer_status_and_time(shop: Shop) -> None:
    alice = shop.customer()
    one, two = shop.subscribe(alice), shop.subscribe(alice)
    assert [invoice.id for invoice in shop.v1.invoices.list({"customer": alice.id}).data] == [two.latest_invoice, one.latest_invoice]
    assert [invoice.id for invoice in shop.v1.invoices.list({"subscription": one.id, "status": "paid"}).data] == [one.latest_invoice]
    assert shop.v1.invoices.list({"created": {"gt": shop.now() + 1}}).data == []
    assert shop.v1.invoices.list({"status": "open"}).data == []
