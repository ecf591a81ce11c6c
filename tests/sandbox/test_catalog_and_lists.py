import pytest
import stripe

from tests.sandbox.shop import DAY, Shop


def test_prices_are_found_by_their_lookup_keys(shop: Shop) -> None:
    product = shop.v1.products.create({"name": "Coffee box", "metadata": {"sku": "C1"}})
    made = {}
    for interval in ("week", "month"):
        recurring = {"interval": interval}
        params = {"product": product.id, "currency": "EUR", "unit_amount": 900, "recurring": recurring, "lookup_key": f"C1-{interval}"}
        made[interval] = shop.v1.prices.create(params)
    found = shop.v1.prices.list({"lookup_keys": ["C1-month", "other"], "expand": ["data.product"]}).data
    assert [(price.id, price.currency, price.product.name) for price in found] == [(made["month"].id, "eur", "Coffee box")]
    assert shop.v1.prices.retrieve(made["week"].id).recurring.interval == "week"
    assert len(shop.v1.prices.list({"product": product.id, "active": True, "type": "recurring"}).data) == 2
    assert shop.v1.products.retrieve(product.id).metadata["sku"] == "C1"
    assert [listed.id for listed in shop.v1.products.list({"active": True, "ids": [product.id]}).data] == [product.id]


def test_a_lookup_key_is_used_once_or_handed_over(shop: Shop) -> None:
    product = shop.v1.products.create({"name": "Coffee box", "id": "coffee"})
    params = {"product": product.id, "currency": "eur", "unit_amount": 900, "lookup_key": "coffee"}
    old = shop.v1.prices.create(params)
    with pytest.raises(stripe.InvalidRequestError):
        shop.v1.prices.create(params)
    new = shop.v1.prices.create({**params, "transfer_lookup_key": True})
    assert [price.id for price in shop.v1.prices.list({"lookup_keys": ["coffee"]}).data] == [new.id]
    assert shop.v1.prices.retrieve(old.id).lookup_key is None
    with pytest.raises(stripe.InvalidRequestError):
        shop.v1.products.create({"name": "Tea box", "id": "coffee"})


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


def test_subscriptions_are_listed_by_customer_status_and_price(shop: Shop) -> None:
    alice, weekly = shop.customer(), shop.price(interval="week")
    active, trial, over = shop.subscribe(alice), shop.subscribe(trial_end=shop.now() + DAY, price=weekly), shop.subscribe(alice)
    shop.v1.subscriptions.cancel(over.id)

    def listed(**params: object) -> list[str]:
        return [subscription.id for subscription in shop.v1.subscriptions.list(params).data]

    assert listed() == [trial.id, active.id]
    assert listed(status="all") == [over.id, trial.id, active.id]
    assert listed(status="ended") == listed(status="canceled") == [over.id]
    assert listed(status="trialing") == listed(price=weekly.id) == [trial.id]
    assert listed(customer=alice.id) == [active.id]
    assert listed(limit=1, starting_after=trial.id) == [active.id]


def test_invoices_are_listed_by_subscription_customer_status_and_time(shop: Shop) -> None:
    alice = shop.customer()
    one, two = shop.subscribe(alice), shop.subscribe(alice)
    assert [invoice.id for invoice in shop.v1.invoices.list({"customer": alice.id}).data] == [two.latest_invoice, one.latest_invoice]
    assert [invoice.id for invoice in shop.v1.invoices.list({"subscription": one.id, "status": "paid"}).data] == [one.latest_invoice]
    assert shop.v1.invoices.list({"created": {"gt": shop.now() + 1}}).data == []
    assert shop.v1.invoices.list({"status": "open"}).data == []
