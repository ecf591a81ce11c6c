"""Tax that is part of a price, and tax that comes on top of it."""

from typing import Any

import pytest
import stripe

from tests.sandbox.account import Account


def rate(account: Account, *, inclusive: bool) -> str:
    return str(account.v1.tax_rates.create({"display_name": "VAT", "percentage": 19, "inclusive": inclusive}).id)


def first_invoice(account: Account, rates: list[str]) -> Any:
    return account.again(account.subscribe(default_tax_rates=rates)).latest_invoice


def told(invoice: Any) -> list[tuple[str, int]]:
    return [(tax.tax_behavior, tax.amount) for tax in invoice.total_taxes]


def test_tax_that_is_included_is_part_of_the_subtotal_and_of_the_total(account: Account) -> None:
    included = first_invoice(account, [rate(account, inclusive=True)])
    without = first_invoice(account, [])
    assert (included.subtotal, included.total) == (without.subtotal, without.total)
    assert told(included) == [("inclusive", int(without.total * 19 / 119 + 0.5))]
    assert included.total_excluding_tax == without.total - included.total_taxes[0].amount
    assert included.lines.data[0].taxes[0].tax_behavior == "inclusive"


def test_tax_that_is_not_comes_on_top_and_a_preview_says_so(account: Account) -> None:
    invoice = first_invoice(account, [rate(account, inclusive=False)])
    (tax,) = invoice.total_taxes
    assert (tax.tax_behavior, tax.taxable_amount) == ("exclusive", invoice.subtotal)
    assert invoice.amount_paid == invoice.subtotal + tax.amount
    preview = account.v1.invoices.create_preview({"subscription": invoice.parent.subscription_details.subscription})
    assert (told(preview), preview.total) == ([("exclusive", tax.amount)], invoice.total)


def test_the_rates_of_a_subscription_are_shown_whole_and_can_be_taken_away(account: Account) -> None:
    subscription = account.subscribe(default_tax_rates=[ref := rate(account, inclusive=True)])
    assert [shown.id for shown in subscription.default_tax_rates] == [ref]
    assert not account.v1.subscriptions.update(subscription.id, {"default_tax_rates": ""}).default_tax_rates
    with pytest.raises(stripe.InvalidRequestError, match="No such tax"):
        account.subscribe(default_tax_rates=["txr_none"])
