from typing import Any

import pytest
import stripe

from tests.sandbox.account import Account
from tests.sandbox.shop import Shop


def mug(account: Account, amount: int = 450, name: str = "Mug") -> Any:
    product = account.v1.products.create({"name": name})
    return account.v1.prices.create({"currency": "eur", "product": product.id, "unit_amount": amount})


def put_on(account: Account, invoice: Any, price: Any, quantity: int = 1) -> Any:
    params = {"customer": invoice.customer, "invoice": invoice.id, "pricing": {"price": price.id}, "quantity": quantity}
    return account.v1.invoice_items.create(params)


def write(account: Account, **more: Any) -> Any:
    customer = account.customer()
    return account.v1.invoices.create({"customer": customer.id, "currency": "eur", **more})


def test_an_invoice_by_hand_is_filled_finalized_and_paid(account: Account) -> None:
    invoice = write(account, metadata={"note": "fair"})
    assert (invoice.billing_reason, invoice.status, invoice.total, invoice.parent) == ("manual", "draft", 0, None)
    price = mug(account)
    item = put_on(account, invoice, price, 3)
    assert item.invoice == invoice.id
    put_on(account, invoice, mug(account, 1200, "Filter"))
    there = account.v1.invoices.retrieve(invoice.id)
    assert (there.total, there.status) == (3 * 450 + 1200, "draft")
    line = next(line for line in there.lines.data if line.quantity == 3)
    assert (line.parent.type, line.pricing.price_details.product) == ("invoice_item_details", price.product)
    assert account.v1.invoices.finalize_invoice(invoice.id).status == "open"
    paid = account.v1.invoices.pay(invoice.id)
    assert (paid.status, paid.amount_paid, paid.metadata["note"]) == ("paid", 2550, "fair")
    assert len(account.v1.charges.list({"customer": invoice.customer}).data) == 1


def test_its_discount_and_its_tax_are_spread_over_its_lines(account: Account) -> None:
    rate = account.v1.tax_rates.create({"display_name": "VAT", "percentage": 10, "inclusive": False})
    invoice = write(account, discounts=[{"coupon": account.coupon(percent_off=20).id}], default_tax_rates=[rate.id])
    put_on(account, invoice, mug(account, 1000), 2)
    put_on(account, invoice, mug(account, 500, "Filter"))
    there = account.v1.invoices.retrieve(invoice.id)
    assert (there.subtotal, there.total) == (2500, 2200)
    shares = {line.amount: (line.discount_amounts[0].amount, line.taxes[0].amount) for line in there.lines.data}
    assert shares == {2000: (400, 160), 500: (100, 40)}


def test_its_delivery_has_a_cost_and_a_goal_of_its_own(account: Account) -> None:
    goal = {"name": "Bob", "address": {"line1": "Hafenstr. 1", "city": "Hamburg", "postal_code": "20457", "country": "DE"}}
    cost = {"display_name": "Parcel", "type": "fixed_amount", "fixed_amount": {"amount": 490, "currency": "eur"}}
    invoice = write(account, shipping_details=goal, shipping_cost={"shipping_rate_data": cost})
    put_on(account, invoice, mug(account))
    there = account.v1.invoices.retrieve(invoice.id)
    assert (there.subtotal, there.total, there.shipping_cost.amount_total) == (450, 940, 490)
    assert there.shipping_details.address.city == "Hamburg"


def test_what_waits_for_the_next_invoice_comes_along_only_if_that_is_asked_for(account: Account) -> None:
    customer = account.customer()
    account.v1.invoice_items.create({"customer": customer.id, "amount": 700, "currency": "eur"})
    params = {"customer": customer.id, "currency": "eur"}
    assert account.v1.invoices.create(params).total == 0
    assert account.v1.invoices.create({**params, "pending_invoice_items_behavior": "include"}).total == 700


def test_once_it_is_finalized_nothing_is_put_on_it(account: Account) -> None:
    invoice = write(account)
    put_on(account, invoice, mug(account))
    account.v1.invoices.finalize_invoice(invoice.id)
    with pytest.raises(stripe.InvalidRequestError):
        put_on(account, invoice, mug(account))
    with pytest.raises(stripe.InvalidRequestError):
        account.v1.invoices.finalize_invoice(invoice.id)


def test_an_item_of_another_customer_is_refused(account: Account) -> None:
    invoice, other = write(account), account.customer()
    with pytest.raises(stripe.InvalidRequestError):
        account.v1.invoice_items.create({"customer": other.id, "invoice": invoice.id, "amount": 100, "currency": "eur"})


def test_one_over_nothing_is_paid_when_it_is_finalized(account: Account) -> None:
    invoice = write(account, discounts=[{"coupon": account.coupon(percent_off=100).id}])
    put_on(account, invoice, mug(account))
    assert account.v1.invoices.finalize_invoice(invoice.id).status == "paid"


def test_it_goes_on_by_itself_only_if_that_is_asked_for(shop: Shop) -> None:
    waits, goes = write(shop), write(shop, auto_advance=True)
    for invoice in waits, goes:
        put_on(shop, invoice, mug(shop))
    shop.later(seconds=3600)
    assert [shop.v1.invoices.retrieve(invoice.id).status for invoice in (waits, goes)] == ["draft", "paid"]


def test_one_that_is_declined_is_tried_again_and_touches_no_subscription(shop: Shop) -> None:
    invoice = write(shop, auto_advance=True)
    subscription = shop.subscribe(customer=shop.v1.customers.retrieve(invoice.customer))
    put_on(shop, invoice, mug(shop))
    shop.decline_from_now_on(shop.v1.customers.retrieve(invoice.customer))
    shop.later(seconds=3600)
    there = shop.v1.invoices.retrieve(invoice.id)
    assert (there.status, there.attempt_count, shop.again(subscription).status) == ("open", 1, "active")
    shop.pay_from_now_on(shop.v1.customers.retrieve(invoice.customer))
    shop.later(days=3)
    assert shop.v1.invoices.retrieve(invoice.id).status == "paid"
