from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kit.shares import part


def test_the_worked_example() -> None:
    """RETURNS.md, order A: line 1, one unit at a time; its goods and its tax apart."""
    assert [part(8999, 3, k, 1) + part(1710, 3, k, 1) for k in range(3)] == [3570, 3569, 3570]
    assert part(8999, 3, 0, 2) + part(1710, 3, 0, 2) == 7139
    assert part(4455, 1, 0, 1) + part(846, 1, 0, 1) == 5301
    assert [part(100, 2, 0, 1), part(101, 2, 0, 1), part(101, 2, 1, 1)] == [50, 51, 50]


@given(st.integers(0, 10**12), st.integers(1, 60), st.data())
def test_all_parts_add_up_to_the_amount_and_none_is_below_zero(amount: int, quantity: int, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(1, quantity - 1)))) if quantity > 1 else []
    edges = [0, *cuts, quantity]
    parts = [part(amount, quantity, one, other - one) for one, other in pairwise(edges)]
    assert sum(parts) == amount
    assert min(parts) >= 0


def test_there_is_no_part_of_more_than_there_is() -> None:
    for before, units in (0, 3), (2, 1), (-1, 1), (0, -1):
        with pytest.raises(ValueError):
            part(100, 2, before, units)
