import pytest
import stripe

from tests.sandbox.shop import DAY, Shop, period


def test_quantity_swap_addition_and_removal_in_one_update(shop: Shop) -> None:
    a, b, c = shop.price(1000), shop.price(2000), shop.price(3000)
    customer = shop.customer()
    subscription = shop.v1.subscriptions.create({"customer": customer.id, "items": [{"price": a.id}, {"price": b.id}]})
    first, second = subscription["items"].data
    items = [{"id": first.id, "quantity": 2}, {"id": second.id, "deleted": True}, {"price": c.id, "quantity": 3}]
    changed = shop.v1.subscriptions.update(subscription.id, {"items": items, "proration_behavior": "none"})
    assert [(item.price.id, item.quantity) for item in changed["items"].data] == [(a.id, 2), (c.id, 3)]
    assert period(changed) == period(subscription)
    shop.advance_to(period(changed)[1])
    assert shop.again(changed).latest_invoice.total == 2 * 1000 + 3 * 3000


def test_another_frequency_is_charged_at_once_unless_a_charge_is_dated(shop: Shop) -> None:
    subscription = shop.subscribe(price=shop.price(interval="month"))
    item = subscription["items"].data[0].id
    weekly = [{"id": item, "price": shop.price(interval="week").id}]
    moment = shop.now() + 20 * DAY
    dated = shop.skip_to(subscription, moment, items=weekly)
    assert (period(dated)[1], len(shop.invoices(subscription))) == (moment, 2)
    shop.advance_to(moment)
    assert period(shop.again(subscription)) == (moment, moment + 7 * DAY)
    monthly = [{"id": item, "price": shop.price(interval="month").id}]
    undated = shop.v1.subscriptions.update(
        subscription.id, {"items": monthly, "proration_behavior": "none", "expand": ["latest_invoice"]}
    )  # fmt: skip
    assert (undated.latest_invoice.billing_reason, undated.latest_invoice.total) == ("subscription_update", 1999)


def test_what_does_not_fit_together_is_refused(shop: Shop) -> None:
    subscription, other = shop.subscribe(), shop.subscribe()
    mine, foreign = subscription["items"].data[0].id, other["items"].data[0].id
    one_time = shop.v1.prices.create({"product": shop.price().product, "currency": "eur", "unit_amount": 5})
    for items in (
        [{"id": foreign, "quantity": 2}],
        [{"id": mine, "quantity": -1}],
        [{"id": mine, "deleted": True}],
        [{"price": shop.price().id}],
        [{"price": shop.price(interval="week").id}],
        [{"price": one_time.id}],
        [{"price": "price_unknown"}],
        [{"quantity": 1}],
    ):
        with pytest.raises(stripe.InvalidRequestError):
            shop.v1.subscriptions.update(subscription.id, {"items": items, "proration_behavior": "none"})
    assert shop.again(subscription)["items"].data[0].quantity == 1


def test_a_changed_quantity_without_prorating_none_is_refused_by_the_stand_in(shop: Shop) -> None:
    subscription = shop.subscribe()
    items = [{"id": subscription["items"].data[0].id, "quantity": 2}]
    with pytest.raises(stripe.InvalidRequestError, match="does not prorate"):
        shop.v1.subscriptions.update(subscription.id, {"items": items})
