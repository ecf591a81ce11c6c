"""What a delivery costs, before anybody has asked the provider and after."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.payments import Discount
from portal.subscriptions.totals import Reckoning, Total, with_balance

CHARGE = datetime(2026, 12, 1, 20, tzinfo=UTC)


def discount(percent: float | None = None, amount: int | None = None, *, once: bool = False, ends_at: datetime | None = None) -> Discount:
    return Discount(code="WINTER", percent=percent, amount=amount, is_once=once, ends_at=ends_at)


def told(**other: object) -> dict[str, object]:
    return {
        "version": 3, "charge_at": CHARGE.isoformat(), "currency": "EUR",
        "subtotal": 2000, "discount": 200, "tax": 0, "balance": 0, "due": 1800, **other,
    }  # fmt: skip


def reckoned(
    subtotal: int, known: Discount | None = None, next_total: dict[str, object] | None = None, *, is_next: bool = True, credit: bool = True
) -> Total:
    return Reckoning(3, known, next_total, has_credit=credit).total(subtotal, charge_at=CHARGE, is_next=is_next)


def test_without_the_provider_it_is_the_sum_and_not_exact() -> None:
    assert reckoned(2000) == Total(2000, 0, 0, 0, 2000, is_exact=False)


def test_what_the_provider_said_of_just_this_is_exact() -> None:
    assert reckoned(2000, discount(10), told()) == Total(2000, 200, 0, 0, 1800, is_exact=True)


@pytest.mark.parametrize("other", [{"version": 2}, {"charge_at": (CHARGE + timedelta(days=1)).isoformat()}, {"subtotal": 2100}])
def test_what_it_said_of_other_terms_is_not(other: dict[str, object]) -> None:
    assert reckoned(2000, discount(10), told(**other)) == Total(2000, 200, 0, 0, 1800, is_exact=False)


@pytest.mark.parametrize(
    ("known", "is_next", "off"),
    [
        (discount(12.5), False, 250),
        (discount(33.33), True, 667),
        (discount(amount=500), False, 500),
        (discount(amount=5000), False, 2000),
        (discount(50, once=True), True, 1000),
        (discount(50, once=True), False, 0),
        (discount(50, ends_at=CHARGE), True, 0),
        (discount(50, ends_at=CHARGE + timedelta(seconds=1)), True, 1000),
    ],
)
def test_what_a_discount_takes_off(known: Discount, is_next: bool, off: int) -> None:
    total = reckoned(2000, known, is_next=is_next)
    assert (total.discount, total.due) == (off, 2000 - off)


def test_credit_pays_first_and_never_more_than_there_is_to_pay() -> None:
    assert reckoned(2000, None, told(discount=0, balance=500, due=1500)) == Total(2000, 0, 0, 500, 1500, is_exact=True)
    assert reckoned(400, None, told(balance=500)) == Total(400, 0, 0, 400, 0, is_exact=False)


def test_credit_is_for_the_accounts_first_charge_alone() -> None:
    total = reckoned(2000, None, told(discount=0, balance=500, due=1500), credit=False)
    assert (total.credit, total.due, total.is_exact) == (0, 2000, False)
    assert reckoned(2000, None, told(balance=500), is_next=False).credit == 0


def test_tax_follows_the_rate_of_the_charge_that_was_told() -> None:
    total = reckoned(3000, None, told(discount=0, tax=380, due=2380))
    assert (total.tax, total.due, total.is_exact) == (570, 3570, False)


def test_tax_that_is_included_is_told_and_not_added() -> None:
    total = reckoned(2000, None, told(discount=0, tax_included=319, due=2000))
    assert (total.tax, total.tax_included, total.due, total.is_exact) == (0, 319, 2000, True)
    later = reckoned(3000, None, told(discount=0, tax_included=319, due=2000), is_next=False)
    assert (later.tax_included, later.due) == (479, 3000)


def test_credit_that_came_since_counts_at_once_but_only_about() -> None:
    assert reckoned(2000, None, with_balance(told(discount=0, due=2000), 500)) == Total(2000, 0, 0, 500, 1500, is_exact=False)
    assert reckoned(2000, None, with_balance(told(discount=0, due=2000), -300)).due == 2300
