"""The tables of docs/decisions/what-can-change-when.md, all of them, in every combination."""

import re
from itertools import product
from pathlib import Path

import pytest

from portal.subscriptions.policy import ALLOWED, BY_STATUS, CHANGE_OF, UNDOABLE, UNDOING, Change, Obstacle, allows, obstacle
from portal.subscriptions.refusals import why_not

PAGE = Path(__file__).parents[2] / "docs/decisions/what-can-change-when.md"
STATUSES = ("active", "trialing", "past_due", "unpaid", "incomplete", "incomplete_expired", "canceled", "paused")
"""Source: docs.stripe.com/api/subscriptions/object#subscription_object-status."""
FLAGS = {
    "a new beginning was asked for": "is_beginning",
    "`cancel_at_period_end`": "is_ending",
    "payment collection paused": "is_paused",
    "a renewal's invoice not charged yet": "is_charging",
    "never charged": "was_never_charged",
    "with what our terms can’t say": "is_special",
}


def table(heading: str) -> list[list[str]]:
    section = PAGE.read_text(encoding="utf-8").split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line.startswith("|")]
    return [rows[0], *rows[2:]]


def situation(name: str) -> Obstacle | None:
    return None if name == "runs" else Obstacle(name)


@pytest.mark.parametrize("status", STATUSES)
def test_the_situation_is_the_first_row_that_fits(status: str) -> None:
    rows = table("In which situation a subscription is")[1:]
    for values in product([False, True], repeat=len(FLAGS)):
        flags = dict(zip(FLAGS.values(), values, strict=True))
        fits = [
            row[2] for row in rows if (row[0] == "any" or status in re.findall(r"`(\w+)`", row[0])) and (not row[1] or flags[FLAGS[row[1]]])
        ]
        never_charged = flags.pop("was_never_charged")
        found = obstacle(status, **flags, was_ever_charged=not never_charged)
        assert found == situation(fits[0]), (status, flags)


def test_what_can_be_changed_is_the_table() -> None:
    head, *rows = table("What can be changed in it")
    situations = [situation(name) for name in head[1:-1]]
    assert set(situations) == {None, *Obstacle}
    told = {row[0].partition(" (")[0].removesuffix(" of one subscription"): row[1:-1] for row in rows}
    assert told.keys() == {change.value for change in Change} == {change.value for change in ALLOWED}
    for name, cells in told.items():
        for found, cell in zip(situations, cells, strict=True):
            assert allows(Change(name), found) is (cell == "yes"), (name, found)


def test_each_refusal_has_its_sentence() -> None:
    for change, found in product(Change, [None, *Obstacle]):
        if not allows(change, found):
            assert why_not(change, found).endswith(".")


def test_all_statuses_of_stripe_are_known_and_a_new_one_changes_nothing_blindly() -> None:
    assert BY_STATUS.keys() == set(STATUSES)
    with pytest.raises(KeyError):
        obstacle("on_holiday", is_paused=False, is_ending=False, is_charging=False, was_ever_charged=True)


def test_what_is_undone_by_what() -> None:
    assert "code" not in UNDOABLE
    assert "began again" not in UNDOABLE
    assert {CHANGE_OF[deed] for deed in UNDOABLE} == UNDOING.keys()
