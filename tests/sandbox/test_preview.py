import pytest
import stripe

from tests.sandbox.account import DAY, Account, period
from tests.sandbox.shop import Shop


def test_a_preview_is_the_next_renewal_and_nothing_is_kept_of_it(account: Account) -> None:
    subscription = account.subscribe(quantity=2)
    invoices = account.invoices(subscription)
    preview = account.preview(subscription)
    assert preview.id.startswith("upcoming_in_")
    assert (preview.billing_reason, preview.status, preview.number) == ("upcoming", "draft", None)
    assert (preview.total, preview.amount_due, preview.currency) == (3998, 3998, "eur")
    assert preview.lines.data[0].period.start == preview.created == period(subscription)[1]
    assert len(account.invoices(subscription)) == len(invoices)
    assert account.again(subscription).latest_invoice.id == subscription.latest_invoice
    assert account.events(about=preview) == []
    with pytest.raises(stripe.InvalidRequestError):
        account.v1.invoices.retrieve(preview.id)


def test_a_preview_leaves_no_trace_and_the_charge_is_as_it_said(shop: Shop) -> None:
    discounts = [{"coupon": shop.coupon(duration="repeating", duration_in_months=3).id}]
    subscription = shop.subscribe(trial_end=shop.now() + 9 * DAY, discounts=discounts)
    events = len(shop.events())
    preview = shop.preview(subscription)
    assert len(shop.events()) == events
    assert shop.again(subscription).status == "trialing"
    shop.charge_at(subscription.trial_end)
    charged = shop.again(subscription).latest_invoice
    for name in ("subtotal", "total", "amount_due", "period_start", "period_end", "created", "discounts", "currency"):
        assert preview[name] == charged[name], name
    assert (preview.total, preview.total_discount_amounts[0].amount) == (1599, 400)


def test_of_a_trial_it_is_the_charge_at_its_end(account: Account) -> None:
    moment = account.now() + 9 * DAY
    subscription = account.subscribe(account.customer(card=None), trial_end=moment)
    preview = account.preview(subscription)
    assert (preview.total, preview.created, preview.lines.data[0].period.start) == (1999, moment, moment)


def test_a_discount_that_will_have_ended_by_then_is_not_in_it(shop: Shop) -> None:
    coupon = shop.coupon(duration="repeating", duration_in_months=1)
    subscription = shop.subscribe(discounts=[{"coupon": coupon.id}], expand=["latest_invoice"])
    assert subscription.latest_invoice.total == 1599
    assert shop.preview(subscription).total == 1999
    assert shop.again(subscription).discounts == subscription.discounts


def test_other_terms_can_be_tried(account: Account) -> None:
    subscription = account.subscribe()
    item, moment = subscription["items"].data[0].id, account.now() + 40 * DAY
    dearer = account.price(2500)
    details = {"items": [{"id": item, "price": dearer.id, "quantity": 3}], "trial_end": moment, "proration_behavior": "none"}
    preview = account.preview(subscription, subscription_details=details)
    assert (preview.total, preview.created) == (7500, moment)
    now = account.again(subscription)
    assert (now["items"].data[0].quantity, now.status, period(now)) == (1, "active", period(subscription))


def test_another_interval_or_a_trial_that_ends_now_is_previewed_as_it_is_charged_now(account: Account) -> None:
    subscription = account.subscribe(account.customer(), price=account.price(interval="month"))
    weekly = [{"id": subscription["items"].data[0].id, "price": account.price(1500, interval="week").id}]
    preview = account.preview(subscription, subscription_details={"items": weekly, "proration_behavior": "none"})
    assert (preview.total, preview.status, preview.billing_reason) == (1500, "draft", "upcoming")
    assert preview.created < period(subscription)[1]
    trial = account.subscribe(trial_end=account.now() + 9 * DAY)
    preview = account.preview(trial, subscription_details={"trial_end": "now"})
    assert (preview.total, preview.status) == (1999, "draft")
    assert account.again(trial).status == "trialing"


def test_a_code_can_be_tried_without_redeeming_it(account: Account) -> None:
    subscription = account.subscribe(discounts=[{"coupon": account.coupon(duration="forever").id}])
    code = account.code(account.coupon(percent_off=50))
    preview = account.preview(subscription, discounts=[{"promotion_code": code.id}], expand=["discounts.promotion_code"])
    assert (preview.total, preview.discounts[0].promotion_code.id) == (999, code.id), "what is taken off, 999.5, is rounded up"
    assert account.preview(subscription, discounts="").total == 1999
    assert account.preview(subscription).total == 1599
    assert account.v1.promotion_codes.retrieve(code.id).times_redeemed == 0
    with pytest.raises(stripe.InvalidRequestError):
        account.preview(subscription, discounts=[{"promotion_code": account.code(active=False).id}])


def test_what_waits_for_the_next_invoice_is_in_it_and_goes_on_waiting(account: Account) -> None:
    subscription = account.subscribe()
    item = account.v1.invoice_items.create(
        {"customer": subscription.customer, "subscription": subscription.id, "amount": 450, "currency": "eur", "description": "Mug"}
    )
    assert account.preview(subscription).total == 1999 + 450
    assert account.v1.invoice_items.retrieve(item.id).invoice is None


def test_while_paused_there_is_a_preview_all_the_same(account: Account) -> None:
    subscription = account.subscribe()
    account.v1.subscriptions.update(subscription.id, {"pause_collection": {"behavior": "void"}})
    assert account.preview(subscription).amount_due == 1999


def test_nothing_is_upcoming_of_one_that_is_over_or_ends_with_its_period(account: Account) -> None:
    subscription = account.subscribe()
    trying = {"subscription_details": {"cancel_at_period_end": True}}
    none(account, subscription, **trying)
    account.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    none(account, subscription)
    assert account.preview(subscription, subscription_details={"cancel_at_period_end": False}).total == 1999
    account.v1.subscriptions.cancel(subscription.id)
    none(account, subscription)


def none(account: Account, subscription: stripe.Subscription, **more: object) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        account.preview(subscription, **more)
    assert refused.value.code == "invoice_upcoming_none"


def test_another_customers_subscription_or_a_past_trial_is_refused(account: Account) -> None:
    subscription = account.subscribe()
    for more in (
        {"customer": account.customer().id},
        {"subscription_details": {"trial_end": account.now() - DAY, "proration_behavior": "none"}},
        {"subscription_details": {"items": [{"id": "si_unknown", "quantity": 2}], "proration_behavior": "none"}},
    ):
        with pytest.raises(stripe.InvalidRequestError):
            account.preview(subscription, **more)
    assert account.preview(subscription, customer=subscription.customer).total == 1999
