import pytest
import stripe

from tests.sandbox.account import DAY, Account, period
from tests.sandbox.endpoint import Endpoint, wait_until
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


def test_of_more_than_ten_items_ten_are_shown_and_all_are_listed(account: Account) -> None:
    prices = [account.price(100 * number) for number in range(1, 13)]
    subscription = account.v1.subscriptions.create(
        {"customer": account.customer().id, "items": [{"price": price.id} for price in prices], "expand": ["latest_invoice"]}
    )
    assert (len(subscription["items"].data), subscription["items"].has_more) == (10, True)
    listed = account.v1.subscription_items.list({"subscription": subscription.id, "limit": 5})
    assert (len(listed.data), listed.has_more) == (5, True)
    items = list(listed.auto_paging_iter())
    assert {item.price.id for item in items} == {price.id for price in prices}
    assert len({item.id for item in items}) == 12
    invoice = subscription.latest_invoice
    assert (invoice.total, len(invoice.lines.data), invoice.lines.has_more) == (7800, 10, True)
    assert len(account.v1.invoices.line_items.list(invoice.id, {"limit": 100}).data) == 12


def test_what_is_told_shows_ten_items_too(shop: Shop, endpoint: Endpoint) -> None:
    prices = [shop.price(100 * number) for number in range(1, 13)]
    customer = shop.customer()
    shop.control("webhooks", {"url": endpoint.url})
    shop.v1.subscriptions.create({"customer": customer.id, "items": [{"price": price.id} for price in prices]})
    wait_until(lambda: any(b"customer.subscription.created" in body for body, _ in endpoint.received))
    told = {event.type: event.data.object for event in endpoint.events()}
    assert len(told["customer.subscription.created"]["items"].data) == 10
    assert len(told["invoice.paid"].lines.data) == 10


def test_a_page_backwards_ends_before_its_item(shop: Shop) -> None:
    prices = [shop.price(100 * number) for number in range(1, 13)]
    subscription = shop.v1.subscriptions.create({"customer": shop.customer().id, "items": [{"price": price.id} for price in prices]})
    items = shop.v1.subscription_items.list({"subscription": subscription.id, "limit": 100}).data
    before = shop.v1.subscription_items.list({"subscription": subscription.id, "ending_before": items[4].id, "limit": 3})
    assert ([item.id for item in before.data], before.has_more) == ([item.id for item in items[1:4]], True)
    with pytest.raises(stripe.InvalidRequestError):
        shop.v1.subscription_items.list({"subscription": subscription.id, "starting_after": "si_unknown"})


def test_the_eleventh_item_is_renewed_and_changed_like_the_others(shop: Shop) -> None:
    prices = [shop.price(100 * number) for number in range(1, 13)]
    subscription = shop.v1.subscriptions.create({"customer": shop.customer().id, "items": [{"price": price.id} for price in prices]})
    last = shop.v1.subscription_items.list({"subscription": subscription.id, "limit": 100}).data[-1]
    shop.v1.subscriptions.update(subscription.id, {"items": [{"id": last.id, "quantity": 2}], "proration_behavior": "none"})
    shop.charge_at(period(subscription)[1])
    assert shop.again(subscription).latest_invoice.total == 7800 + last.price.unit_amount


def test_twenty_items_are_the_most(account: Account) -> None:
    prices = [account.price(100 * number) for number in range(1, 22)]
    subscription = account.v1.subscriptions.create(
        {"customer": account.customer().id, "items": [{"price": price.id} for price in prices[:20]]}
    )  # fmt: skip
    with pytest.raises(stripe.InvalidRequestError):
        account.v1.subscriptions.update(subscription.id, {"items": [{"price": prices[20].id}], "proration_behavior": "none"})
    first = {"id": subscription["items"].data[0].id, "deleted": True}
    swapped = account.v1.subscriptions.update(
        subscription.id, {"items": [{"price": prices[20].id}, first], "proration_behavior": "none"}
    )  # fmt: skip
    assert swapped["items"].has_more is True


def test_two_items_can_exchange_their_prices(account: Account) -> None:
    a, b = account.price(1000), account.price(2000)
    subscription = account.v1.subscriptions.create(
        {"customer": account.customer().id, "items": [{"price": a.id, "quantity": 3}, {"price": b.id}]}
    )  # fmt: skip
    first, second = subscription["items"].data
    items = [{"id": first.id, "price": b.id}, {"id": second.id, "price": a.id}]
    changed = account.v1.subscriptions.update(subscription.id, {"items": items, "proration_behavior": "none"})
    assert {item.id: (item.price.id, item.quantity) for item in changed["items"].data} == {first.id: (b.id, 3), second.id: (a.id, 1)}


def test_the_only_item_can_be_deleted_if_another_one_is_added(account: Account) -> None:
    subscription = account.subscribe(trial_end=account.now() + 9 * DAY)
    items = [{"id": subscription["items"].data[0].id, "deleted": True}, {"price": account.price(2500).id, "quantity": 2}]
    changed = account.v1.subscriptions.update(subscription.id, {"items": items, "proration_behavior": "none"})
    assert [(item.price.unit_amount, item.quantity) for item in changed["items"].data] == [(2500, 2)]
    assert (period(changed), changed.trial_end) == (period(subscription), subscription.trial_end)


@pytest.mark.parametrize("later", [0, 5 * DAY])
def test_another_frequency_in_a_trial_with_the_same_or_another_end_of_it(account: Account, later: int) -> None:
    subscription = account.subscribe(price=account.price(interval="month"), trial_end=account.now() + 9 * DAY)
    moment = subscription.trial_end + later
    weekly = [{"id": subscription["items"].data[0].id, "price": account.price(interval="week").id}]
    changed = account.skip_to(subscription, moment, items=weekly)
    assert (changed.status, changed.trial_end, period(changed)[1]) == ("trialing", moment, moment)
    preview = account.preview(subscription)
    assert (preview.total, preview.lines.data[0].period.end) == (1999, moment + 7 * DAY)


def test_contents_can_be_changed_while_collection_is_paused(account: Account) -> None:
    subscription = account.subscribe()
    account.v1.subscriptions.update(subscription.id, {"pause_collection": {"behavior": "void"}})
    items = [{"id": subscription["items"].data[0].id, "quantity": 4}]
    changed = account.v1.subscriptions.update(subscription.id, {"items": items, "proration_behavior": "none"})
    assert (changed["items"].data[0].quantity, changed.pause_collection.behavior) == (4, "void")
