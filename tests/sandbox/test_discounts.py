from typing import Any
from uuid import uuid4

import pytest
import stripe

from tests.sandbox.account import DAY, Account, period
from tests.sandbox.shop import Shop


def test_a_code_is_redeemed_when_a_subscription_begins(account: Account) -> None:
    code = account.code()
    shown = ["discounts.promotion_code", "discounts.source.coupon", "latest_invoice"]
    subscription = account.subscribe(discounts=[{"promotion_code": code.id}], expand=shown)
    invoice = subscription.latest_invoice
    assert (invoice.subtotal, invoice.total, invoice.amount_paid) == (1999, 1599, 1599)
    (taken_off,) = invoice.total_discount_amounts
    assert (taken_off.amount, invoice.discounts) == (400, [taken_off.discount])
    assert account.v1.promotion_codes.retrieve(code.id).times_redeemed == 1
    assert account.v1.coupons.retrieve(code.promotion.coupon).times_redeemed == 1


def test_a_subscription_names_its_discounts_and_shows_them_when_asked(account: Account) -> None:
    coupon = account.coupon(duration="forever")
    code = account.code(coupon)
    subscription = account.subscribe(discounts=[{"promotion_code": code.id}])
    (named,) = subscription.discounts
    shown = account.v1.subscriptions.retrieve(subscription.id, {"expand": ["discounts.promotion_code", "discounts.source.coupon"]})
    (discount,) = shown.discounts
    assert (discount.id, discount.subscription, discount.end) == (named, subscription.id, None)
    assert (discount.promotion_code.code, discount.source.coupon.percent_off) == (code.code, 20)
    listed = account.v1.subscriptions.list({"customer": subscription.customer, "expand": ["data.discounts.promotion_code"]})
    assert listed.data[0].discounts[0].promotion_code.id == code.id


def test_one_that_counts_once_is_gone_after_the_first_invoice_with_something_to_pay(shop: Shop) -> None:
    subscription = shop.subscribe(trial_end=shop.now() + 9 * DAY, discounts=[{"coupon": shop.coupon().id}])
    assert shop.again(subscription).latest_invoice.total_discount_amounts == []
    assert len(subscription.discounts) == 1, "a trial's invoice over nothing does not use it up"
    shop.skip_to(subscription, shop.now() + 20 * DAY)
    shop.charge_at(shop.now() + 20 * DAY)
    charged = shop.again(subscription)
    assert (charged.latest_invoice.total, charged.discounts) == (1599, [])
    (told,) = [event for event in shop.events("customer.subscription.updated") if event.data.object.discounts == []]
    assert told.data.previous_attributes.discounts == subscription.discounts
    shown = shop.v1.invoices.retrieve(charged.latest_invoice.id, {"expand": ["discounts", "total_discount_amounts.discount"]})
    assert shown.discounts[0].id == subscription.discounts[0]
    shop.charge_at(period(charged)[1])
    assert shop.again(subscription).latest_invoice.total == 1999


def test_one_that_repeats_ends_after_its_months(shop: Shop) -> None:
    coupon = shop.coupon(duration="repeating", duration_in_months=2)
    subscription = shop.subscribe(discounts=[{"coupon": coupon.id}], expand=["discounts"])
    end = subscription.discounts[0].end
    assert end > shop.now() + 58 * DAY
    for total in (1599, 1999):
        shop.charge_at(period(shop.again(subscription))[1])
        assert shop.again(subscription).latest_invoice.total == total
    renewed = shop.again(subscription)
    assert (renewed.discounts, renewed.latest_invoice.created) == ([], end), "the renewal at its end is the first without it"


def test_one_for_ever_stays(shop: Shop) -> None:
    subscription = shop.subscribe(discounts=[{"coupon": shop.coupon(duration="forever").id}])
    for _ in range(2):
        shop.charge_at(period(shop.again(subscription))[1])
    assert [invoice.total for invoice in shop.invoices(subscription)] == [1599, 1599, 1599]


def test_what_a_pause_makes_void_has_used_one_up_that_counts_once(shop: Shop) -> None:
    subscription = shop.subscribe()
    shop.v1.subscriptions.update(
        subscription.id, {"pause_collection": {"behavior": "void"}, "discounts": [{"coupon": shop.coupon().id}]}
    )  # fmt: skip
    shop.advance_to(period(subscription)[1])
    paused = shop.again(subscription)
    assert (paused.latest_invoice.status, paused.latest_invoice.total, paused.discounts) == ("void", 1599, [])


def test_a_percentage_is_rounded_once_half_up_and_spread_over_the_lines(shop: Shop) -> None:
    a, b, c = shop.price(333), shop.price(334), shop.price(336)
    half = shop.coupon(percent_off=12.5, duration="forever")
    subscription = shop.v1.subscriptions.create({
        "customer": shop.customer().id, "items": [{"price": a.id}, {"price": b.id}, {"price": c.id}], "discounts": [{"coupon": half.id}],
        "expand": ["latest_invoice"],
    })  # fmt: skip
    invoice = subscription.latest_invoice
    assert (invoice.subtotal, invoice.total) == (1003, 1003 - 125), "12.5 % is 125.375"
    assert [line.discount_amounts[0].amount for line in invoice.lines.data] == [41, 42, 42], "41.5, 41.6 and 41.9 of it"
    assert [line.pretax_credit_amounts[0].amount for line in invoice.lines.data] == [41, 42, 42]
    small = shop.subscribe(price=shop.price(100), discounts=[{"coupon": half.id}], expand=["latest_invoice"])
    assert small.latest_invoice.total == 87, "12.5 is 13"


def test_each_discount_takes_off_what_the_earlier_ones_left_and_never_more(account: Account) -> None:
    five, half = account.coupon(amount_off=500, currency="eur"), account.coupon(percent_off=50)
    sent = [{"coupon": five.id}, {"coupon": half.id}]
    invoice = account.subscribe(discounts=sent, price=account.price(2000), expand=["latest_invoice"]).latest_invoice
    assert [entry.amount for entry in invoice.total_discount_amounts] == [500, 750]
    huge = account.coupon(amount_off=5000, currency="eur")
    free = account.subscribe(discounts=[{"coupon": huge.id}], expand=["latest_invoice"]).latest_invoice
    assert (free.total, free.status, free.total_discount_amounts[0].amount) == (0, "paid", 1999)


def test_what_is_sent_takes_the_place_of_the_discounts_that_were_there(account: Account) -> None:
    first, second = account.coupon(duration="forever"), account.coupon(duration="forever")
    subscription = account.subscribe(discounts=[{"coupon": first.id}])
    both = account.v1.subscriptions.update(
        subscription.id, {"discounts": [{"discount": subscription.discounts[0]}, {"coupon": second.id}]}
    )  # fmt: skip
    assert (len(both.discounts), both.discounts[0]) == (2, subscription.discounts[0])
    assert account.v1.coupons.retrieve(first.id).times_redeemed == 1, "one that is kept is not redeemed again"
    one = account.v1.subscriptions.update(subscription.id, {"discounts": [{"discount": both.discounts[1]}]})
    assert one.discounts == both.discounts[1:]
    same = account.v1.subscriptions.update(subscription.id, {"metadata": {"a": "b"}})
    assert same.discounts == one.discounts


def test_an_empty_string_removes_all_discounts(account: Account) -> None:
    subscription = account.subscribe(discounts=[{"coupon": account.coupon(duration="forever").id}])
    assert account.v1.subscriptions.update(subscription.id, {"discounts": ""}).discounts == []


def test_an_expired_code_is_refused(shop: Shop) -> None:
    subscription, soon = shop.subscribe(), shop.now() + 3 * DAY
    code = shop.code(expires_at=soon)
    of_coupon = shop.code(coupon := shop.coupon(redeem_by=soon))
    shop.advance_to(soon)
    for sent in ({"promotion_code": code.id}, {"promotion_code": of_coupon.id}, {"coupon": coupon.id}):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            shop.v1.subscriptions.update(subscription.id, {"discounts": [sent], "metadata": {"a": "b"}})
        assert (refused.value.code, refused.value.param) == ("coupon_expired", f"discounts[0][{next(iter(sent))}]")
    assert shop.again(subscription).metadata.to_dict() == {}
    assert [shop.v1.promotion_codes.retrieve(one.id).active for one in (code, of_coupon)] == [False, False]
    assert shop.v1.coupons.retrieve(coupon.id).valid is False


def test_a_code_that_is_used_up_is_refused(account: Account) -> None:
    code = account.code(max_redemptions=1)
    subscription = account.subscribe(discounts=[{"promotion_code": code.id}])
    spent = account.v1.promotion_codes.retrieve(code.id)
    assert (spent.times_redeemed, spent.active) == (1, False)
    refused(account, subscription, {"promotion_code": code.id})
    coupon = account.coupon(max_redemptions=1)
    of_it = account.code(coupon)
    account.v1.subscriptions.update(subscription.id, {"discounts": [{"coupon": coupon.id}]})
    assert account.v1.coupons.retrieve(coupon.id).valid is False
    assert account.v1.promotion_codes.retrieve(of_it.id).active is False
    refused(account, subscription, {"promotion_code": of_it.id})
    refused(account, subscription, {"coupon": coupon.id})


def test_a_code_that_is_inactive_or_another_customers_or_in_another_currency_or_not_there_is_refused(account: Account) -> None:
    alice, bob = account.customer(), account.customer()
    subscription = account.subscribe(alice)
    refused(account, subscription, {"promotion_code": account.code(active=False).id})
    refused(account, subscription, {"promotion_code": account.code(customer=bob.id).id})
    refused(account, subscription, {"coupon": account.coupon(amount_off=500, currency="usd").id})
    refused(account, subscription, {"promotion_code": "promo_unknown"})
    refused(account, subscription, {"coupon": "unknown"})
    refused(account, subscription, {"discount": "di_unknown"})
    refused(account, subscription, {"promotion_code": account.code(restrictions={"first_time_transaction": True}).id})
    hers = account.code(customer=alice.id)
    updated = account.v1.subscriptions.update(subscription.id, {"discounts": [{"promotion_code": hers.id}]})
    assert len(updated.discounts) == 1


def test_one_coupon_twice_or_a_coupon_and_its_code_in_one_entry_are_refused(account: Account) -> None:
    subscription, coupon = account.subscribe(), account.coupon()
    for sent in ([{"coupon": coupon.id}] * 2, [{"coupon": coupon.id, "promotion_code": account.code(coupon).id}]):
        with pytest.raises(stripe.InvalidRequestError):
            account.v1.subscriptions.update(subscription.id, {"discounts": sent})
    assert account.v1.coupons.retrieve(coupon.id).times_redeemed == 0, "what was refused was not redeemed"


def refused(account: Account, subscription: Any, sent: dict[str, str]) -> None:
    with pytest.raises(stripe.InvalidRequestError) as problem:
        account.v1.subscriptions.update(subscription.id, {"discounts": [sent]})
    assert problem.value.http_status == 400


def test_a_declined_start_that_must_not_be_incomplete_redeems_nothing(account: Account) -> None:
    code, customer = account.code(), account.customer()
    account.decline_from_now_on(customer)
    with pytest.raises(stripe.CardError):
        account.subscribe(customer, discounts=[{"promotion_code": code.id}], payment_behavior="error_if_incomplete")
    assert account.v1.promotion_codes.retrieve(code.id).times_redeemed == 0


def test_what_a_discount_makes_free_needs_no_card(account: Account) -> None:
    free = account.coupon(percent_off=100)
    subscription = account.subscribe(account.customer(card=None), discounts=[{"coupon": free.id}], expand=["latest_invoice"])
    assert (subscription.status, subscription.latest_invoice.status) == ("active", "paid")


def test_codes_are_found_by_their_name_in_any_case(account: Account) -> None:
    name = f"Spring-{uuid4().hex[:8]}"
    coupon = account.coupon()
    code = account.code(coupon, code=name)
    found = account.v1.promotion_codes.list({"code": name.upper(), "active": True, "expand": ["data.promotion.coupon"]}).data
    assert [(one.id, one.code, one.promotion.coupon.id) for one in found] == [(code.id, name, coupon.id)]
    account.v1.promotion_codes.update(code.id, {"active": False})
    assert account.v1.promotion_codes.list({"code": name, "active": True}).data == []
    assert [one.id for one in account.v1.promotion_codes.list({"coupon": coupon.id}).data] == [code.id]
    bobs = account.code(coupon, customer=account.customer().id)
    assert [one.id for one in account.v1.promotion_codes.list({"customer": bobs.customer}).data] == [bobs.id]


def test_a_name_belongs_to_one_active_code(account: Account) -> None:
    name = f"Twice-{uuid4().hex[:8]}"
    code = account.code(code=name)
    with pytest.raises(stripe.InvalidRequestError):
        account.code(code=name.lower())
    account.v1.promotion_codes.update(code.id, {"active": False})
    account.code(code=name.lower())
    with pytest.raises(stripe.InvalidRequestError):
        account.v1.promotion_codes.update(code.id, {"active": True})


def test_a_coupon_that_makes_no_sense_is_refused(account: Account) -> None:
    for params in (
        {"duration": "once"},
        {"percent_off": 20, "amount_off": 500, "currency": "eur"},
        {"amount_off": 500},
        {"percent_off": 0},
        {"percent_off": 101},
        {"percent_off": 20, "duration": "repeating"},
        {"percent_off": 20, "max_redemptions": 0},
        {"percent_off": 20, "redeem_by": account.now() - DAY},
        {"percent_off": 20, "redeem_by": account.now() + 6 * 365 * DAY},
    ):
        with pytest.raises(stripe.InvalidRequestError):
            account.v1.coupons.create(params)
    coupon = account.coupon(max_redemptions=5, redeem_by=account.now() + 9 * DAY)
    for more in ({"max_redemptions": 6}, {"expires_at": account.now() + 10 * DAY}, {"expires_at": account.now() - DAY}, {"code": "a b"}):
        with pytest.raises(stripe.InvalidRequestError):
            account.code(coupon, **more)
