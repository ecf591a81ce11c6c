from typing import Any

import pytest
import stripe

from tests.sandbox.account import DAY, Account, period
from tests.sandbox.shop import Shop


def whole(account: Account, subscription: Any, **more: Any) -> dict[str, Any]:
    """All that we ever send, at once."""
    moment = account.now() + 40 * DAY
    return {
        "items": [{"id": subscription["items"].data[0].id, "price": account.price(2500).id, "quantity": 2}],
        "discounts": [{"coupon": account.coupon(duration="forever").id}],
        "trial_end": moment,
        "pause_collection": {"behavior": "void", "resumes_at": moment},
        "cancel_at_period_end": True,
        "cancellation_details": {"comment": "Enough", "feedback": "unused"},
        "metadata": {"portal_version": "7"},
        "proration_behavior": "none",
        **more,
    }


def test_one_update_can_change_everything(account: Account) -> None:
    subscription = account.subscribe()
    params = whole(account, subscription)
    changed = account.v1.subscriptions.update(subscription.id, params)
    (item,) = changed["items"].data
    assert (item.id, item.price.unit_amount, item.quantity) == (subscription["items"].data[0].id, 2500, 2)
    assert len(changed.discounts) == 1
    assert (changed.trial_end, period(changed)[1], changed.cancel_at) == (params["trial_end"],) * 3
    assert changed.pause_collection.resumes_at == params["trial_end"]
    assert (changed.cancellation_details.feedback, changed.metadata["portal_version"]) == ("unused", "7")
    back = account.v1.subscriptions.update(
        subscription.id,
        {
            "pause_collection": "",
            "trial_end": params["trial_end"] + DAY,
            "discounts": "",
            "cancel_at_period_end": False,
            "proration_behavior": "none",
        },
    )
    assert (back.pause_collection, back.discounts, back.cancel_at) == (None, [], None)
    assert period(back)[1] == params["trial_end"] + DAY


@pytest.mark.parametrize(
    "wrong",
    [
        {"discounts": [{"promotion_code": "promo_unknown"}]},
        {"items": [{"id": "si_unknown", "quantity": 2}]},
        {"trial_end": 1},
        {"pause_collection": {"behavior": "void", "resumes_at": 1}},
        {"default_payment_method": "pm_unknown"},
    ],
)
def test_if_one_part_is_refused_nothing_is_changed_or_told(account: Account, wrong: dict[str, Any]) -> None:
    subscription = account.subscribe()
    coupon = account.coupon()
    params = whole(account, subscription, **{"discounts": [{"coupon": coupon.id}], **wrong})
    before = account.v1.subscriptions.retrieve(subscription.id).to_dict()
    with pytest.raises(stripe.InvalidRequestError):
        account.v1.subscriptions.update(subscription.id, params)
    assert account.v1.subscriptions.retrieve(subscription.id).to_dict() == before
    assert account.v1.coupons.retrieve(coupon.id).times_redeemed == 0
    assert account.events("customer.subscription.updated", about=subscription) == []


def test_one_update_is_told_once(shop: Shop) -> None:
    subscription = shop.subscribe()
    shop.v1.subscriptions.update(subscription.id, whole(shop, subscription))
    (told,) = shop.events("customer.subscription.updated")
    changed = told.data.previous_attributes.to_dict()
    assert {"items", "discounts", "trial_end", "pause_collection", "cancel_at_period_end", "metadata"} <= changed.keys()


def test_a_subscription_begins_with_a_date_a_card_a_code_and_notes_and_once_per_key(account: Account) -> None:
    customer, once = account.customer(), account.once()
    account.v1.subscriptions.cancel(account.subscribe(customer).id)
    card = account.v1.payment_methods.attach("pm_card_mastercard", {"customer": customer.id})
    code = account.code()
    params = {
        "customer": customer.id,
        "items": [{"price": account.price(1000).id, "quantity": 2}, {"price": account.price(500).id}],
        "trial_end": account.now() + 9 * DAY,
        "default_payment_method": card.id,
        "discounts": [{"promotion_code": code.id}],
        "metadata": {"portal_version": "1", "portal_key": "begin-1"},
        "proration_behavior": "none",
    }
    first, second = (account.v1.subscriptions.create(params, once) for _ in range(2))
    assert (first.id, first.discounts) == (second.id, second.discounts)
    assert (first.status, first.default_payment_method, first.metadata["portal_key"]) == ("trialing", card.id, "begin-1")
    assert account.v1.promotion_codes.retrieve(code.id).times_redeemed == 1
    listed = account.v1.subscriptions.list({"customer": customer.id, "status": "all"}).data
    assert [one.status for one in listed] == ["trialing", "canceled"]
    assert account.preview(first).amount_due == 2000


def test_a_beginning_that_is_refused_leaves_nothing_behind_and_may_be_tried_with_another_key(account: Account) -> None:
    customer = account.customer()
    inactive = account.code(active=False)
    for discounts in ([{"promotion_code": inactive.id}], [{"coupon": account.coupon(amount_off=500, currency="usd").id}]):
        with pytest.raises(stripe.InvalidRequestError):
            account.subscribe(customer, trial_end=account.now() + 9 * DAY, discounts=discounts)
    assert account.v1.subscriptions.list({"customer": customer.id, "status": "all"}).data == []
    assert account.subscribe(customer, trial_end=account.now() + 9 * DAY).status == "trialing"
