import pytest
import stripe

from tests.sandbox.account import DAY, Account, period
from tests.sandbox.shop import Shop


def test_a_clock_is_there_first_and_moves_when_it_is_told_to(account: Account) -> None:
    clock = account.simulation(start := account.now() - 400 * DAY)
    assert (clock.frozen_time, clock.status, clock.livemode) == (start, "ready", False)
    assert clock.deletes_after == clock.created + 30 * DAY
    account.advance(clock, start + 3 * DAY)
    assert clock.id in [one.id for one in account.v1.test_helpers.test_clocks.list({"limit": 10}).data]


def test_who_is_in_a_simulation_lives_in_its_time(account: Account) -> None:
    clock = account.simulation(start := account.now() - 100 * DAY)
    customer = account.customer(test_clock=clock.id)
    subscription = account.subscribe(customer)
    assert customer.test_clock == subscription.test_clock == clock.id
    assert customer.created == subscription.created == period(subscription)[0] == start
    (first,) = account.invoices(subscription)
    assert (first.test_clock, first.created) == (clock.id, start)
    end = period(subscription)[1]
    account.advance(clock, end + 7200)
    assert [(invoice.created, invoice.status, invoice.billing_reason) for invoice in account.invoices(subscription)] == [
        (start, "paid", "subscription_create"),
        (end, "paid", "subscription_cycle"),
    ]
    assert account.again(subscription).status == "active"
    moved = account.skip_to(subscription, end + 70 * DAY)
    assert (moved.status, moved.trial_end) == ("trialing", end + 70 * DAY), "it is the simulation's future"


def test_what_is_paid_in_a_simulation_was_paid_when_it_really_was(account: Account) -> None:
    begun = account.now()
    clock = account.simulation(begun - 100 * DAY)
    customer = account.customer(test_clock=clock.id)
    account.subscribe(customer)
    (charge,) = account.v1.charges.list({"customer": customer.id}).data
    (intent,) = account.v1.payment_intents.list({"customer": customer.id}).data
    assert min(charge.created, intent.created) >= begun - 60


def test_who_is_in_a_simulation_is_listed_only_with_it(account: Account) -> None:
    clock = account.simulation()
    inside, outside = account.customer(test_clock=clock.id), account.customer()
    subscription = account.subscribe(inside)
    assert {one.id for one in account.v1.customers.list({"limit": 100}).data} & {inside.id, outside.id} == {outside.id}
    assert [one.id for one in account.v1.customers.list({"test_clock": clock.id}).data] == [inside.id]
    assert subscription.id not in [one.id for one in account.v1.subscriptions.list({"limit": 100}).data]
    assert [one.id for one in account.v1.subscriptions.list({"test_clock": clock.id}).data] == [subscription.id]
    assert [one.id for one in account.v1.subscriptions.list({"customer": inside.id}).data] == [subscription.id]


def test_a_clock_moves_forward_and_no_further_than_two_periods(account: Account) -> None:
    clock = account.simulation(start := account.now())
    clocks = account.v1.test_helpers.test_clocks
    with pytest.raises(stripe.InvalidRequestError):
        clocks.advance(clock.id, {"frozen_time": start})
    with pytest.raises(stripe.InvalidRequestError):
        clocks.advance(clock.id, {"frozen_time": start + 3 * 366 * DAY})
    account.subscribe(account.customer(test_clock=clock.id), account.price(500, "week"))
    with pytest.raises(stripe.InvalidRequestError):
        clocks.advance(clock.id, {"frozen_time": start + 15 * DAY})
    account.advance(clock, start + 14 * DAY)


def test_with_its_clock_all_that_is_in_a_simulation_goes(account: Account) -> None:
    clock = account.simulation()
    customer = account.customer(test_clock=clock.id)
    subscription = account.subscribe(customer)
    account.clocks.remove(clock.id)
    assert account.v1.test_helpers.test_clocks.delete(clock.id).deleted
    with pytest.raises(stripe.InvalidRequestError):
        account.v1.test_helpers.test_clocks.retrieve(clock.id)
    with pytest.raises(stripe.InvalidRequestError):
        account.v1.subscriptions.retrieve(subscription.id)
    with pytest.raises(stripe.InvalidRequestError):
        account.customer(test_clock=clock.id)


def test_the_accounts_own_time_passes_beside_it(shop: Shop) -> None:
    clock, weekly = shop.simulation(), shop.price(interval="week")
    inside, outside = shop.subscribe(shop.customer(test_clock=clock.id), weekly), shop.subscribe(price=weekly)
    shop.later(days=10)
    assert (len(shop.invoices(inside)), len(shop.invoices(outside))) == (1, 2)
    shop.advance(clock, inside.created + 10 * DAY)
    assert (len(shop.invoices(inside)), len(shop.invoices(outside))) == (2, 2)


def test_it_is_told_with_the_accounts_time_and_the_clock_is_told_too(shop: Shop) -> None:
    clock = shop.simulation(shop.now() - 100 * DAY)
    shop.subscribe(shop.customer(test_clock=clock.id))
    shop.advance(clock, clock.frozen_time + 40 * DAY)
    told = shop.events()
    assert {event.type for event in told} >= {"customer.subscription.created", "invoice.paid"}
    assert [event.type for event in told if event.type.startswith("test_helpers")] == [
        "test_helpers.test_clock.created",
        "test_helpers.test_clock.advancing",
        "test_helpers.test_clock.ready",
    ]
    assert min(event.created for event in told) > shop.now() - 60


def test_after_thirty_days_a_clock_is_gone_by_itself(shop: Shop) -> None:
    clock = shop.simulation()
    customer = shop.customer(test_clock=clock.id)
    shop.later(days=30, seconds=5)
    with pytest.raises(stripe.InvalidRequestError):
        shop.v1.test_helpers.test_clocks.retrieve(clock.id)
    assert shop.v1.customers.list({"limit": 10}).data == []
    with pytest.raises(stripe.InvalidRequestError):
        shop.v1.customers.retrieve(customer.id)
