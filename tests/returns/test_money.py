"""RETURNS.md, order A, in EUR: 19 % added, 10 % off the order."""

import pytest

from portal.returns.models import Outcome
from portal.returns.money import Because, Kind, MoneyLine, Paid, Part, as_json, bonus, explain, from_json, limited, reckon, total, worth

ONE, TWO, THREE = Paid(8999, 1710, 3), Paid(4455, 846, 1), Paid(1809, 344, 2)


def test_a_whole_line() -> None:
    assert worth(TWO, [0]).amount == 4455 + 846 == 5301


def test_one_unit_at_a_time_whichever_comes_first() -> None:
    assert [worth(ONE, [number]).amount for number in range(3)] == [3570, 3569, 3570]
    assert worth(ONE, [2, 0, 1]).amount == 10709


@pytest.mark.parametrize(("restocking_bp", "label", "expected"), [(1500, 590, 5478), (0, 0, 7139), (0, 590, 6549)])
def test_two_come_back_changed_mind_defective_or_withdrawn(restocking_bp: int, label: int, expected: int) -> None:
    lines = reckon([Part(1, ONE, [0, 1], restocking_bp=restocking_bp)], label=label)
    assert total(lines) == expected
    if restocking_bp:
        assert [(line.kind, line.amount) for line in lines] == [(Kind.GOODS, 7139), (Kind.RESTOCKING, -1071), (Kind.LABEL, -590)]


@pytest.mark.parametrize(("goes_out", "back"), [(3570, 0), (7128, 0), (2380, 1190)])
def test_an_exchange(goes_out: int, back: int) -> None:
    assert total(reckon([Part(1, ONE, [0], Outcome.EXCHANGE, goes_out=goes_out)], label=590)) == back


def test_a_discount_of_the_order() -> None:
    lines = [Paid(540, 0, 1), Paid(360, 0, 1)]
    assert [worth(line, [0]).amount for line in lines] == [540, 360]


def test_where_prices_include_tax_it_is_the_of_which_of_what_goes_back() -> None:
    assert worth(Paid(1000, 160, 3, tax_included=True), [0]) == worth(Paid(1000, 160, 3, tax_included=True), [2])
    found = worth(Paid(1000, 160, 3, tax_included=True), [1])
    assert (found.amount, found.tax) == (334, 54)


def test_in_parts_it_comes_to_the_same() -> None:
    whole = reckon([Part(1, ONE, [0, 1, 2], Outcome.STORE_CREDIT, restocking_bp=1500, bonus_bp=1000, deduction=4000)], label=590)
    first = reckon([Part(1, ONE, [0], Outcome.STORE_CREDIT, restocking_bp=1500, bonus_bp=1000, deduction=4000)], label=590)
    kept = {line.kind: -line.amount for line in first}
    assert total(first) == 0 and kept[Kind.DEDUCTION] == 3570
    done = {"before": [0], "deducted": kept[Kind.DEDUCTION], "restocked": kept.get(Kind.RESTOCKING, 0)}
    rest = Part(1, ONE, [1, 2], Outcome.STORE_CREDIT, restocking_bp=1500, bonus_bp=1000, deduction=4000, **done)  # type: ignore[arg-type]
    assert total(first) + total(reckon([rest], label=590)) == total(whole)


def test_fees_never_make_it_less_than_nothing() -> None:
    lines = reckon([Part(1, Paid(300, 0, 1), [0], restocking_bp=1500, deduction=200)], label=590)
    assert [(line.kind, line.amount) for line in lines] == [
        (Kind.GOODS, 300), (Kind.DEDUCTION, -200), (Kind.RESTOCKING, -45), (Kind.LABEL, -55),
    ]  # fmt: skip


def test_the_bonus_is_a_line_of_its_own_and_lost_with_what_it_was_for() -> None:
    lines = reckon([Part(1, TWO, [0], Outcome.STORE_CREDIT, bonus_bp=1000)])
    assert (total(lines), bonus(lines)) == (5831, 530)
    assert total(limited(lines, 5301)) == 5831
    assert total(limited(lines, 5300)) == 5830, "not by a cent"
    assert (total(limited(lines, 1000)), bonus(limited(lines, 1000))) == (1530, 530)
    assert total(limited(lines, 0)) == 0


def test_what_differs_is_explained_line_by_line() -> None:
    estimate = reckon([Part(1, ONE, [0, 1], restocking_bp=1500), Part(2, TWO, [0])], label=590)
    final = reckon([Part(1, ONE, [0], restocking_bp=1500, deduction=500, finding="stained"), Part(2, TWO, [0])])
    found = explain(estimate, final)
    assert sum(one.amount for one in found) == total(final) - total(estimate)
    assert [(one.kind, one.because, one.amount) for one in found] == [
        (Kind.GOODS, Because.FEWER, -3569), (Kind.RESTOCKING, Because.FOLLOWS, 535), (Kind.LABEL, Because.WAY_BACK, 590),
        (Kind.DEDUCTION, Because.FOUND, -500),
    ]  # fmt: skip
    assert found[0].facts["units"] == [2, 1] and found[3].facts["finding"] == "stained"
    assert explain(estimate, estimate) == ()


def test_it_is_kept_as_it_is() -> None:
    lines = (MoneyLine(Kind.GOODS, 7139, 1, 2, {"goods": 5999, "tax": 1140}), MoneyLine(Kind.LABEL, -590))
    assert from_json(as_json(lines)) == lines
