"""What can go back, until when, by which right; and if not, why: each rule alone, and all of them together whatever the facts are."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.config import read_shop
from portal.returns.models import FlagKind, Outcome, Way
from portal.returns.policy.eligibility import Code, Right, Still, Verdict, judge
from portal.returns.policy.facts import LineFacts, Parcel
from portal.returns.policy.standard import FILE, STANDARD, body_of
from portal.returns.policy.terms import Terms, read

SHOP = read_shop(Path("shop.toml"))
PLACED = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""A Monday."""
CAME = datetime(2026, 3, 4, 13, 30, tzinfo=UTC)
"""The Wednesday after."""
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
LAW = datetime(2026, 3, 18, 23, tzinfo=UTC)
"""Midnight in Berlin, at the end of the 14th day after CAME: a Wednesday, and no holiday."""


def terms(**told: Any) -> Terms:
    return read({**body_of(FILE), **told})


def line(*parcels: Parcel, **told: Any) -> LineFacts:
    """Two pieces of olive oil that went to Germany and came on CAME, but for what is told."""
    known: dict[str, Any] = {"sku": "PAN-OIL", "category": "food", "country": "DE", "quantity": 2, "placed_at": PLACED}
    return LineFacts(**known | {"parcels": parcels or (Parcel(2, delivered_at=CAME),)} | told)


def seen(facts: LineFacts, at: datetime, rules: Terms = STANDARD) -> Verdict:
    return judge(facts, rules, at=at, shop=SHOP)


def why(verdict: Verdict) -> list[tuple[Code, str]]:
    return [(against.code, against.rule) for against in verdict.against]


def test_it_can_go_back_until_the_last_minute_of_the_last_day_and_not_one_later() -> None:
    for country, rights in (("DE", (Right.WITHDRAWAL, Right.POLICY)), ("CH", (Right.POLICY,))):
        last, late = (seen(line(country=country), at) for at in (LAW - MINUTE, LAW))
        assert (last.rights, last.units, last.before) == (rights, 2, LAW)
        assert (late.rights, late.still) == ((), (Still.CLAIM, Still.WRITE))
        assert (Code.RETURN_WINDOW_EXPIRED, "windows.categories.food") in why(late)
        assert late.against[-1].over_at == LAW and late.against[-1].days == 14


def test_all_reasons_are_kept_in_the_order_of_the_rules() -> None:
    rules = terms(final_sale={"categories": ["food"]}, returns_per_order=1)
    verdict = seen(line(returns_of_order=1, flag=FlagKind.BLOCKED), LAW + 900 * DAY, rules)
    assert why(verdict) == [
        (Code.RETURN_WINDOW_EXPIRED, "withdrawal.days"), (Code.FINAL_SALE, "final_sale.categories.food"),
        (Code.RETURN_WINDOW_EXPIRED, "windows.categories.food"), (Code.OTHER, "returns_per_order"), (Code.OTHER, "blocked"),
    ]  # fmt: skip
    assert verdict.still == (Still.WRITE,), "two years on, nothing is claimed any more"


@pytest.mark.parametrize(
    ("rules", "facts", "rule"),
    [
        ({"final_sale": {"products": ["PAN-*"]}}, {}, "final_sale.products.PAN-*"),
        ({"returns_per_order": 1}, {"returns_of_order": 1}, "returns_per_order"),
        ({"windows": {"default": 0}}, {}, "windows.default"),
        ({}, {"flag": FlagKind.BLOCKED}, "blocked"),
    ],
)
def test_the_law_counts_whatever_the_policy_says(rules: dict[str, Any], facts: dict[str, Any], rule: str) -> None:
    verdict = seen(line(**facts), CAME + 5 * DAY, terms(**rules))
    assert verdict.rights == (Right.WITHDRAWAL,) and verdict.before == LAW and [told for _, told in why(verdict)] == [rule]
    assert not seen(line(country="US", **facts), CAME + 5 * DAY, terms(**rules)).may_return, "there is no such law there"


def test_the_law_has_its_exceptions() -> None:
    rules = terms(withdrawal={"excluded": {"categories": ["food"]}}, final_sale={"categories": ["food"]})
    assert why(seen(line(), CAME + DAY, rules)) == [
        (Code.OTHER, "withdrawal.excluded.categories.food"), (Code.FINAL_SALE, "final_sale.categories.food"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("came", "ends"),
    [
        ((2026, 3, 7), (2026, 3, 23)),  # the 14th day is a Saturday
        ((2026, 3, 8), (2026, 3, 23)),  # and a Sunday
        ((2026, 3, 9), (2026, 3, 23)),
        ((2027, 3, 12), (2027, 3, 30)),  # Good Friday, then Easter
        ((2026, 12, 11), (2026, 12, 28)),  # Christmas, its second day, then Sunday
    ],
)
def test_the_laws_time_ends_on_a_working_day(came: tuple[int, int, int], ends: tuple[int, int, int]) -> None:
    at = datetime(*came, 12, tzinfo=SHOP.zone).astimezone(UTC)
    verdict = seen(line(Parcel(2, delivered_at=at)), at)
    assert verdict.withdraw_before == datetime(*ends, tzinfo=SHOP.zone).astimezone(UTC) + DAY


def test_the_laws_time_begins_with_the_last_parcel_of_the_order() -> None:
    still_coming = line(Parcel(2, delivered_at=CAME), Parcel(0, shipped_at=CAME, is_followed=True))
    verdict = seen(still_coming, CAME + 60 * DAY)
    assert verdict.rights == (Right.WITHDRAWAL,) and verdict.before is None and verdict.policy_before == LAW
    came = line(Parcel(2, delivered_at=CAME), Parcel(0, delivered_at=CAME + 7 * DAY))
    assert seen(came, CAME).withdraw_before == LAW + 7 * DAY
    lost = line(Parcel(2, delivered_at=CAME), Parcel(0, shipped_at=CAME, never_comes=True))
    assert seen(lost, CAME).withdraw_before == LAW, "what never comes is not waited for"


def test_of_a_subscription_the_first_box_counts() -> None:
    verdict = seen(line(first_box=CAME - 28 * DAY), CAME + DAY)
    assert verdict.rights == (Right.POLICY,) and why(verdict) == [(Code.RETURN_WINDOW_EXPIRED, "withdrawal.days")]


def test_only_what_has_come_can_go_back() -> None:
    part = line(Parcel(1, delivered_at=CAME), Parcel(1, shipped_at=CAME, is_followed=True))
    assert seen(part, CAME).units == 1
    none = line(Parcel(2, shipped_at=PLACED, is_followed=True))
    assert (seen(none, CAME).rights, why(seen(none, CAME)), seen(none, CAME).still) == (
        (), [(Code.UNFULFILLED, "arrival")], (Still.WAIT, Still.WRITE),
    )  # fmt: skip
    lost = seen(line(Parcel(2, shipped_at=PLACED, never_comes=True)), CAME)
    assert why(lost) == [(Code.UNFULFILLED, "lost")] and lost.still == (Still.CLAIM, Still.WRITE)


def test_where_nobody_tells_of_the_delivery_time_runs_from_when_it_should_be_there_and_a_buffer() -> None:
    due = datetime(2026, 3, 3, 23, tzinfo=UTC)
    """Wednesday 4 March in Berlin: two days after it was sent."""
    for facts in (line(Parcel(2, shipped_at=PLACED)), line(parcels=(), placed_at=PLACED)):
        assert why(seen(facts, due - MINUTE)) == [(Code.UNFULFILLED, "arrival")]
        verdict = seen(facts, due)
        assert verdict.units == 2 and verdict.policy_before == LAW + STANDARD.buffer_days * DAY
        assert verdict.withdraw_before is not None and verdict.withdraw_before >= verdict.policy_before


def test_a_unit_that_is_taken_is_not_free() -> None:
    assert seen(line(returned=1), CAME).units == 1
    gone = seen(line(returned=2), CAME)
    assert (why(gone), gone.still) == ([(Code.RETURNED, "returned")], (Still.SEE, Still.WRITE))
    cancelled = seen(line(parcels=(), cancelled=2), CAME)
    assert (why(cancelled), cancelled.still) == ([(Code.UNFULFILLED, "cancelled")], ())
    half = line(Parcel(1, delivered_at=CAME), Parcel(1, never_comes=True), missed=1)
    assert seen(half, CAME).units == 1, "one is claimed because it never came; the other one is there"
    both = line(Parcel(1, delivered_at=CAME), Parcel(1, shipped_at=CAME, is_followed=True), returned=1)
    assert why(seen(both, CAME)) == [(Code.UNFULFILLED, "arrival"), (Code.RETURNED, "returned")]


@pytest.mark.parametrize(
    ("windows", "rule", "days"),
    [
        ({"default": 14}, "windows.default", 14),
        ({"default": 14, "categories": {"food": 14}}, "windows.categories.food", 14),
        ({"default": 30, "categories": {"food": 14}}, "windows.default", 30),
        ({"default": 30, "categories": {"food": 14}, "several": "nearest"}, "windows.categories.food", 14),
        ({"default": 14, "markets": {"EU": 20, "DE": 25}, "several": "nearest"}, "windows.markets.DE", 25),
        ({"default": 14, "categories": {"food": 20}, "products": {"PAN-OIL": 20, "PAN-*": 21}}, "windows.products.PAN-*", 21),
        ({"default": 14, "products": {"PAN-*": 3, "PAN-OIL": 2}, "several": "nearest"}, "windows.products.PAN-*", 3),
        ({"default": 14, "categories": {"care": 60}, "markets": {"US": 90}, "products": {"COF-*": 90}}, "windows.default", 14),
    ],
)
def test_of_several_windows_the_longest_counts_or_the_nearest(windows: dict[str, Any], rule: str, days: int) -> None:
    verdict = seen(line(), CAME, terms(windows=windows))
    assert (verdict.window, verdict.days) == (rule, days)
    assert verdict.policy_before == (datetime(2026, 3, 4, tzinfo=SHOP.zone) + (days + 1) * DAY).astimezone(UTC)


def test_a_season_gives_more_and_never_less() -> None:
    for until, rule in (("2026-06-30", "seasons"), ("2026-03-05", "windows.categories.food")):
        season = {"bought_from": "2026-03-02", "bought_until": "2026-03-02", "until": until}
        verdict = seen(line(), CAME, terms(seasons=[season]))
        assert verdict.window == rule
        assert seen(line(placed_at=PLACED - DAY), CAME, terms(seasons=[season])).window == "windows.categories.food"


def test_exchange_only_is_for_the_policy_alone() -> None:
    rules = terms(exchange_only={"categories": ["food"]})
    assert not seen(line(), CAME, rules).swap_only
    assert seen(line(country="CH"), CAME, rules).swap_only


def test_fees_are_for_the_customers_own_doing() -> None:
    rules = terms(fees={"restocking_bp": 1500, "label": {"EUR": 590}, "pick_up": {"EUR": 990}, "spared": ["exchange"]})
    assert rules.restocking_bp("changed_mind", Outcome.REFUND, may_withdraw=False) == 1500
    assert rules.restocking_bp("changed_mind", Outcome.REFUND, may_withdraw=True) == 0
    assert rules.restocking_bp("changed_mind", Outcome.EXCHANGE, may_withdraw=False) == 0
    assert rules.restocking_bp("defective", Outcome.REFUND, may_withdraw=False) == 0
    assert rules.restocking_bp("skin", Outcome.REFUND, may_withdraw=False) == 0, "the shop bears it"
    mine, theirs = ("changed_mind", Outcome.REFUND), ("defective", Outcome.REFUND)
    assert rules.way_fee(Way.LABEL, "EUR", [mine]) == rules.way_fee(Way.CODE, "EUR", [("", Outcome.REFUND)]) == 590
    assert rules.way_fee(Way.PICK_UP, "EUR", [mine]) == 990
    assert rules.way_fee(Way.LABEL, "EUR", [mine, theirs]) == rules.way_fee(Way.OWN, "EUR", [mine]) == 0
    assert rules.way_fee(Way.LABEL, "TRY", [mine]) == 0


moments = st.integers(0, 600 * 24 * 60).map(lambda minutes: PLACED + minutes * MINUTE)
parcels = st.builds(
    Parcel,
    units=st.integers(0, 3),
    delivered_at=st.none() | moments,
    shipped_at=st.none() | moments,
    is_followed=st.booleans(),
    never_comes=st.booleans(),
)
facts = st.builds(
    LineFacts,
    sku=st.sampled_from(["PAN-OIL", "CAR-BAL", ""]),
    category=st.sampled_from(["food", "care", "gift_card", ""]),
    country=st.sampled_from(["DE", "TR", "US", "RO"]),
    quantity=st.integers(1, 5),
    placed_at=moments,
    parcels=st.lists(parcels, max_size=3).map(tuple),
    cancelled=st.integers(0, 2),
    returned=st.integers(0, 3),
    missed=st.integers(0, 2),
    first_box=st.none() | moments,
    returns_of_order=st.integers(0, 6),
    flag=st.sampled_from([None, *FlagKind]),
)
days = st.integers(0, 60)
some_terms = st.builds(
    lambda default, food, product, several, most: terms(
        windows={"default": default, "categories": {"food": food}, "products": {"CAR-*": product}, "several": several},
        returns_per_order=most,
    ),
    days, days, days, st.sampled_from(["longest", "nearest"]), st.integers(1, 5),
)  # fmt: skip


@settings(deadline=None)
@given(facts, some_terms, moments)
def test_whatever_is_known_there_is_a_right_or_a_reason(known: LineFacts, rules: Terms, at: datetime) -> None:
    verdict = seen(known, at, rules)
    assert verdict.may_return or (verdict.against and (verdict.still or why(verdict)[0] == (Code.UNFULFILLED, "cancelled")))
    assert 0 <= verdict.units <= max(0, known.free)
    assert not verdict.may_return or verdict.units
    for right, ends in ((Right.WITHDRAWAL, verdict.withdraw_before), (Right.POLICY, verdict.policy_before)):
        assert right not in verdict.rights or ends is None or at < ends
    assert verdict.before is None or at < verdict.before


@settings(deadline=None)
@given(facts, some_terms, moments)
def test_the_law_never_depends_on_the_shop(known: LineFacts, rules: Terms, at: datetime) -> None:
    stricter = terms(windows={"default": 0}, final_sale={"products": ["*"]}, exchange_only={"products": ["*"]}, returns_per_order=1)
    blocked = replace(known, flag=FlagKind.BLOCKED, returns_of_order=9)
    assert seen(blocked, at, stricter).may_withdraw == seen(known, at, rules).may_withdraw


@settings(deadline=None)
@given(facts, some_terms, moments, st.integers(0, 60 * 24 * 60))
def test_what_is_over_stays_over(known: LineFacts, rules: Terms, at: datetime, minutes: int) -> None:
    later = at + minutes * MINUTE
    over = {rule for code, rule in why(seen(known, at, rules)) if code is Code.RETURN_WINDOW_EXPIRED and not known.parcels}
    assert over <= {rule for _, rule in why(seen(known, later, rules))}


@settings(deadline=None)
@given(facts, moments, days, days)
def test_a_longer_window_takes_nothing_away(known: LineFacts, at: datetime, one: int, more: int) -> None:
    shorter, longer = (seen(known, at, terms(windows={"default": number})) for number in (one, one + more))
    assert set(shorter.rights) <= set(longer.rights) and shorter.units == longer.units
