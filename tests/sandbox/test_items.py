import pytest
import stripe

from tests.sandbox.account import DAY, Account, period
from tests.sandbox.shop import Shop


def test_quantity_swap_addition_and_removal_in_one_update(account: Account) -> None:
    a, b, c = account.price(1000), account.price(2000), account.price(3000)
    customer = account.customer()
    subscription = account.v1.subscriptions.create({"customer": customer.id, "items": [{"price": a.id}, {"price": b.id}]})
    first, second = subscription["items"].data
    items = [{"id": first.id, "quantity": 2}, {"id": second.id, "deleted": True}, {"price": c.id, "quantity": 3}]
    changed = account.v1.subscriptions.update(subscription.id, {"items": items, "proration_behavior": "none"})
    assert [(item.price.id, item.quantity) for item in changed["items"].data] == [(a.id, 2), (c.id, 3)]
    assert period(changed) == period(subscription)
    assert changed.latest_invoice == subscription.latest_invoice, "nothing is charged before the next renewal"


def test_what_was_changed_is_charged_at_the_next_renewal(shop: Shop) -> None:
    subscription = shop.subscribe()
    items = [{"id": subscription["items"].data[0].id, "quantity": 3}]
    shop.v1.subscriptions.update(subscription.id, {"items": items, "proration_behavior": "none"})
    shop.charge_at(period(subscription)[1])
    assert shop.again(subscription).latest_invoice.total == 3 * 1999


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


def test_what_does_not_fit_together_is_refused(account: Account) -> None:
    subscription, other = account.subscribe(), account.subscribe()
    mine, foreign = subscription["items"].data[0].id, other["items"].data[0].id
    one_time = account.v1.prices.create({"product": account.price().product, "currency": "eur", "unit_amount": 5})
    for items in (
        [{"id": foreign, "quantity": 2}],
        [{"id": mine, "quantity": -1}],
        [{"id": mine, "deleted": True}],
        [{"price": account.price().id}],
        [{"price": account.price(interval="week").id}],
        [{"price": one_time.id}],
        [{"price": "price_unknown"}],
        [{"quantity": 1}],
    ):
        with pytest.raises(stripe.InvalidRequestError):
            account.v1.subscriptions.update(subscription.id, {"items": items, "proration_behavior": "none"})
    assert account.again(subscription)["items"].data[0].quantity == 1


def test_a_changed_quantity_without_prorating_none_is_refused_by_the_stand_in(shop: Shop) -> None:
    subscription = shop.subscribe()
    items = [{"id": subscription["items"].data[0].id, "quantity": 2}]
    with pytest.raises(stripe.InvalidRequestError, match="does not prorate"):
        shop.v1.subscriptions.update(subscription.id, {"items": items})
