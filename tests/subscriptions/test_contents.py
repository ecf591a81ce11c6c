"""The rules of what is in a box, in memory."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from portal import create_app
from portal.accounts.models import Customer
from portal.catalog.models import Price, Product, SwapGroup, Variant
from portal.kit.refusal import Refusal
from portal.subscriptions.models import Subscription, SubscriptionItem
from portal.subscriptions.models.contents import MOST_PRODUCTS
from portal.subscriptions.refusals import AlreadyInside, BelowMinimum, NothingLeft, NotInside, NotInTheGroup, NotInTheRange, WrongQuantity
from portal.subscriptions.rhythm import Rhythm
from tests.settings import settings

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
CHARGE = datetime(2026, 12, 23, 9, tzinfo=UTC)
TEAS, PANTRY = SwapGroup(name="tea"), SwapGroup(name="pantry")


@pytest.fixture(autouse=True)
def shop() -> Iterator[None]:
    """Its minimum is 5.00 euros."""
    with create_app(settings("sqlite://")).app_context():
        yield


def variant(name: str, group: SwapGroup | None = TEAS, currency: str = "EUR", **amounts: int) -> Variant:
    """Amounts by rhythm, such as `month=980` or `week=300`."""
    prices = [Price(every_count=1, every_unit=unit, amount=amount, currency=currency) for unit, amount in amounts.items()]
    made = Variant(sku=name, name="", swap_group=group, prices=prices)
    Product(name=name, picture="", variants=[made])
    return made


def box(*inside: tuple[Variant, int], currency: str = "EUR") -> Subscription:
    """Comes each month, and was charged before."""
    made = Subscription(
        customer=Customer(email="alice@example.com", name="Alice"), provider_ref="sub_1", name="Box", currency=currency,
        every_count=1, every_unit="month", started_at=AT, status="active",
    )  # fmt: skip
    for one, quantity in inside:
        price = one.price_for(1, "month", currency)
        assert price
        made.items.append(SubscriptionItem(price=price, quantity=quantity))
    made.plan.begin(CHARGE, CHARGE)
    return made


def pieces(of: Subscription) -> dict[str, int]:
    return {item.price.variant.product.name: item.quantity for item in of.contents.items}


@pytest.mark.parametrize("quantity", [0, -1, 100, 10**9])
def test_a_quantity_is_from_1_to_99(quantity: int) -> None:
    one = box((variant("Highland", month=980), 1))
    with pytest.raises(WrongQuantity):
        one.contents.set_quantity(one.items[0], quantity)


def test_what_is_in_the_box_already_is_not_added_again() -> None:
    highland = variant("Highland", month=980)
    one = box((highland, 1))
    with pytest.raises(AlreadyInside):
        one.contents.add(one.contents.slot_for(highland), 1)


def test_what_was_taken_out_and_is_added_again_is_the_same_row() -> None:
    highland, sencha = variant("Highland", month=980), variant("Sencha", month=1180)
    one = box((highland, 1), (sencha, 2))
    row = one.items[1]
    one.contents.remove(row)
    with pytest.raises(NotInside):
        one.contents.set_quantity(row, 3)
    one.contents.add(one.contents.slot_for(sencha), 3)
    assert one.items[1] is row and pieces(one) == {"Highland": 1, "Sencha": 3}


def test_the_last_one_stays() -> None:
    one = box((variant("Highland", month=980), 1))
    with pytest.raises(NothingLeft):
        one.contents.remove(one.items[0])


def test_a_box_holds_so_many_products() -> None:
    one = box(*((variant(f"Tea {number}", month=980), 1) for number in range(MOST_PRODUCTS)))
    with pytest.raises(NotInTheRange):
        one.contents.add(one.contents.slot_for(variant("One more", month=100)), 1)


@pytest.mark.parametrize(
    "other", [variant("Oats", PANTRY, month=420), variant("Alone", None, month=420)], ids=["of another group", "of none"]
)
def test_only_what_is_of_the_group_takes_its_place(other: Variant) -> None:
    one = box((variant("Highland", month=980), 1))
    with pytest.raises(NotInTheGroup):
        one.contents.swap(one.items[0], other)


def test_what_is_of_no_group_is_not_swapped_for_another_of_none() -> None:
    one = box((variant("Gift card", None, month=980), 1))
    with pytest.raises(NotInTheGroup):
        one.contents.swap(one.items[0], variant("Alone", None, month=420))


@pytest.mark.parametrize(
    "other", [variant("Weekly", week=400), variant("For dollars", currency="USD", month=400)], ids=["weekly", "in dollars"]
)
def test_what_does_not_come_that_often_or_for_this_money_can_not_be_put_in(other: Variant) -> None:
    one = box((variant("Highland", month=980), 1))
    with pytest.raises(NotInTheRange):
        one.contents.swap(one.items[0], other)
    with pytest.raises(NotInTheRange):
        one.contents.slot_for(other)


def test_what_the_shop_offers_no_more_can_not_be_put_in() -> None:
    old = variant("Matcha", month=2400)
    old.prices[0].is_offered = False
    one = box((variant("Highland", month=980), 1))
    with pytest.raises(NotInTheRange):
        one.contents.swap(one.items[0], old)


def test_below_the_minimum_nothing_becomes_less_and_more_is_welcome() -> None:
    one = box((variant("Highland", month=980), 1), (variant("Oats", PANTRY, month=420), 1))
    with pytest.raises(BelowMinimum):
        one.contents.remove(one.items[0])
    small = box((variant("Oats", PANTRY, month=120), 2))
    with pytest.raises(BelowMinimum):
        small.contents.set_quantity(small.items[0], 1)
    small = box((variant("Oats", PANTRY, month=120), 2))
    small.contents.set_quantity(small.items[0], 3)
    assert small.contents.total == 360


def test_the_minimum_is_in_the_money_of_the_shop() -> None:
    one = box((variant("For yen", currency="JPY", month=450), 2), currency="JPY")
    one.contents.set_quantity(one.items[0], 1)
    assert one.contents.total == 450


@pytest.mark.parametrize("rhythm", [Rhythm(0, "week"), Rhythm(6, "day"), Rhythm(400, "day"), Rhythm(13, "month"), Rhythm(10**9, "year")])
def test_it_comes_neither_too_often_nor_too_seldom(rhythm: Rhythm) -> None:
    one = box((variant("Highland", month=980), 1))
    with pytest.raises(Refusal, match="between every 7 and every 365 days"):
        one.contents.come_every(rhythm, at=AT)
    assert one.rhythm == Rhythm(1, "month")


def test_in_another_rhythm_each_has_the_price_of_that_rhythm_or_of_the_nearest() -> None:
    one = box((variant("Highland", month=980, week=900), 1), (variant("Sencha", month=1180), 1))
    days = [delivery.charge_at for delivery in one.scheduled]
    one.contents.come_every(Rhythm(1, "week"), at=AT)
    assert [item.price.amount for item in one.items] == [900, 1180]
    assert [item.price.is_offered for item in one.items] == [True, False]
    assert one.scheduled[0].charge_at == days[0]
    assert {(later.charge_at - before.charge_at).days for before, later in zip(one.scheduled, one.scheduled[1:], strict=False)} == {7}


def test_what_is_out_and_offered_no_more_does_not_bind_the_rest() -> None:
    old = variant("Matcha", month=2400)
    one = box((variant("Highland", month=980), 1), (old, 1))
    one.contents.remove(one.items[1])
    old.prices[0].is_offered = False
    one.contents.come_every(Rhythm(2, "week"), at=AT)
    assert one.contents.total == 980


def test_in_a_rhythm_of_their_own_all_that_is_offered_at_all_can_be_put_in() -> None:
    one = box((variant("Highland", month=980), 1))
    one.contents.come_every(Rhythm(10, "week"), at=AT)
    assert one.contents.is_of_their_own
    one.contents.swap(one.items[0], variant("Sencha", month=1180, week=1000))
    assert (one.contents.total, one.items[0].price.every_count) == (1180, 10)


def test_one_that_has_ended_is_left_alone() -> None:
    one = box((variant("Highland", month=980), 1), (variant("Sencha", month=1180), 1))
    one.status = "canceled"
    deeds: list[Callable[[], None]] = [
        lambda: one.contents.set_quantity(one.items[0], 2),
        lambda: one.contents.remove(one.items[0]),
        lambda: one.contents.swap(one.items[0], variant("Camomile", month=780)),
        lambda: one.contents.come_every(Rhythm(2, "week"), at=AT),
    ]
    for deed in deeds:
        with pytest.raises(Refusal, match="has ended"):
            deed()
