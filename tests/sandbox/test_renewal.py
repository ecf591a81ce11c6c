from datetime import UTC, datetime

import pytest
import stripe

from tests.sandbox.account import DAY, Account, period
from tests.sandbox.endpoint import wait_until
from tests.sandbox.shop import Shop


def test_the_first_period_is_charged_at_once(account: Account) -> None:
    customer = account.customer()
    subscription = account.subscribe(customer, quantity=3, metadata={"portal_version": "1"}, expand=["latest_invoice"])
    assert subscription.status == "active"
    invoice = subscription.latest_invoice
    assert (invoice.billing_reason, invoice.total, invoice.status) == ("subscription_create", 3 * 1999, "paid")
    assert (invoice.customer, invoice.attempt_count) == (customer.id, 1)
    assert invoice.parent.subscription_details.subscription == subscription.id
    assert invoice.parent.subscription_details.metadata["portal_version"] == "1"


def test_a_renewal_has_a_line_for_each_item_with_its_price_quantity_and_period(shop: Shop) -> None:
    coffee, filters = shop.price(1999), shop.price(300)
    customer = shop.customer()
    items = [{"price": coffee.id, "quantity": 2}, {"price": filters.id}]
    subscription = shop.v1.subscriptions.create({"customer": customer.id, "items": items})
    first = period(subscription)
    shop.charge_at(first[1])
    renewed = shop.again(subscription)
    assert renewed.status == "active"
    assert period(renewed)[0] == first[1]
    invoice = renewed.latest_invoice
    assert (invoice.billing_reason, invoice.total, invoice.status) == ("subscription_cycle", 4298, "paid")
    assert (invoice.period_start, invoice.period_end) == first, "an invoice names the period that has ended, its lines the one that begins"
    assert [(line.amount, line.quantity, line.pricing.price_details.price) for line in invoice.lines.data] == [
        (3998, 2, coffee.id),
        (300, 1, filters.id),
    ]
    assert {(line.period.start, line.period.end) for line in invoice.lines.data} == {period(renewed)}


def test_a_renewals_invoice_is_a_draft_for_an_hour_and_then_charged(shop: Shop) -> None:
    subscription = shop.subscribe(trial_end=shop.now() + DAY)
    moment = subscription.trial_end
    shop.advance_to(moment)
    renewed = shop.again(subscription)
    draft = renewed.latest_invoice
    assert (renewed.status, draft.status, draft.amount_paid, draft.attempted) == ("active", "draft", 0, False)
    assert (draft.created, draft.automatically_finalizes_at, draft.next_payment_attempt) == (moment, moment + 3600, moment + 3600)
    shop.advance_to(moment + 3600)
    paid = shop.again(subscription).latest_invoice
    assert (paid.id, paid.status, paid.automatically_finalizes_at) == (draft.id, "paid", None)
    assert paid.status_transitions.finalized_at == paid.status_transitions.paid_at == moment + 3600


def test_an_account_may_have_its_renewals_charged_at_once(shop: Shop) -> None:
    shop.control("invoices", {"draft_seconds": 0})
    subscription = shop.subscribe(trial_end=shop.now() + DAY)
    shop.advance_to(subscription.trial_end)
    assert shop.again(subscription).latest_invoice.status == "paid"


def test_at_the_end_of_a_trial_the_charge_is_made_and_the_next_period_follows_from_there(shop: Shop) -> None:
    subscription = shop.subscribe(price=shop.price(interval="week", count=2))
    moment = shop.now() + 30 * DAY
    shop.skip_to(subscription, moment)
    shop.advance_to(moment - 1)
    assert shop.again(subscription).status == "trialing"
    shop.advance_to(moment)
    renewed = shop.again(subscription)
    assert renewed.status == "active"
    assert period(renewed) == (moment, moment + 14 * DAY)
    assert [(invoice.billing_reason, invoice.total) for invoice in shop.invoices(subscription)] == [
        ("subscription_create", 1999),
        ("subscription_update", 0),
        ("subscription_cycle", 1999),
    ]


def test_several_periods_pass_in_order_when_the_clock_moves_far(shop: Shop) -> None:
    weekly, monthly = shop.subscribe(price=shop.price(interval="week")), shop.subscribe(price=shop.price(interval="month"))
    shop.later(days=29)
    shop.later(days=8)
    assert len(shop.invoices(weekly)) == 1 + 5
    assert len(shop.invoices(monthly)) == 1 + 1
    moments = [event.created for event in shop.events("invoice.paid")]
    assert moments == sorted(moments)
    assert {invoice.created for invoice in shop.invoices(weekly)} == {weekly.created + weeks * 7 * DAY for weeks in range(6)}


@pytest.mark.parametrize(
    ("interval", "count", "ends"),
    [
        ("month", 1, ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]),
        ("month", 3, ["2027-01-31", "2027-04-30", "2027-07-31", "2027-10-31"]),
        ("year", 1, ["2027-01-31", "2028-01-31", "2029-01-31", "2030-01-31"]),
        ("week", 4, ["2027-01-31", "2027-02-28", "2027-03-28", "2027-04-25"]),
    ],
)
def test_a_period_ends_on_the_anchors_day_or_the_last_of_a_short_month(shop: Shop, interval: str, count: int, ends: list[str]) -> None:
    subscription = shop.subscribe(
        price=shop.price(interval=interval, count=count), trial_end=int(datetime(2027, 1, 31, 9, tzinfo=UTC).timestamp())
    )
    seen = []
    for _ in ends:
        end = period(shop.again(subscription))[1]
        seen.append(f"{datetime.fromtimestamp(end, UTC):%Y-%m-%d}")
        shop.advance_to(end)
    assert seen == ends


def test_a_later_anchor_makes_the_first_period_shorter_and_its_charge_smaller(account: Account) -> None:
    anchor = account.now() + 7 * DAY
    subscription = account.subscribe(price=account.price(2000, "week", 2), billing_cycle_anchor=anchor, expand=["latest_invoice"])
    assert (period(subscription)[1], subscription.latest_invoice.total) == (anchor, 1000)


def test_a_later_anchor_without_prorating_leaves_the_first_period_free(shop: Shop) -> None:
    anchor = shop.now() + 7 * DAY
    subscription = shop.subscribe(billing_cycle_anchor=anchor, proration_behavior="none")
    assert (subscription.status, subscription.latest_invoice) == ("active", None)
    shop.advance_to(anchor)
    assert [invoice.total for invoice in shop.invoices(subscription)] == [1999]


def test_an_anchor_after_the_next_natural_date_is_refused(account: Account) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        account.subscribe(billing_cycle_anchor=account.now() + 40 * DAY)
    assert refused.value.param == "billing_cycle_anchor"


def test_a_renewal_that_falls_due_by_itself_has_happened_when_anyone_asks(shop: Shop) -> None:
    customer, price = shop.customer(), shop.price()
    subscription = shop.subscribe(customer, price, trial_end=shop.now() + 2)
    wait_until(lambda: shop.now() >= subscription.trial_end)
    assert shop.again(subscription).status == "active"


def test_the_subscriptions_own_card_goes_before_the_customers(shop: Shop) -> None:
    customer = shop.customer()
    own = shop.v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": customer.id})
    subscription = shop.subscribe(customer, trial_end=shop.now() + DAY, default_payment_method=own.id)
    shop.charge_at(subscription.trial_end)
    assert shop.again(subscription).status == "past_due"


def test_without_any_card_a_subscription_that_must_be_paid_is_refused(account: Account) -> None:
    customer = account.customer(card=None)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        account.subscribe(customer)
    assert refused.value.code == "resource_missing"
    assert account.v1.subscriptions.list({"customer": customer.id}).data == []
