"""The table of docs/decisions/when-dates-can-change.md, all of it."""

from itertools import product

import pytest

from portal.subscriptions.policy import BY_STATUS, Obstacle, obstacle

RUNNING = ("active", "trialing")


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        ("canceled", Obstacle.ENDED),
        ("incomplete_expired", Obstacle.ENDED),
        ("incomplete", Obstacle.NOT_STARTED),
        ("past_due", Obstacle.UNPAID),
        ("unpaid", Obstacle.UNPAID),
        ("paused", Obstacle.PAUSED),
    ],
)
def test_a_status_that_says_no_says_it_whatever_else_is_so(status: str, answer: Obstacle) -> None:
    for paused, ending, charging, charged in product([False, True], repeat=4):
        found = obstacle(status, is_paused=paused, is_ending=ending, is_charging=charging, was_ever_charged=charged)
        assert found is answer


@pytest.mark.parametrize(("status", "paused", "ending", "charging", "charged"), list(product(RUNNING, *[[False, True]] * 4)))
def test_one_that_runs_is_asked_one_thing_after_the_other(status: str, paused: bool, ending: bool, charging: bool, charged: bool) -> None:
    found = obstacle(status, is_paused=paused, is_ending=ending, is_charging=charging, was_ever_charged=charged)
    in_trial = status == "trialing" and not charged
    expected = [
        (paused, Obstacle.PAUSED), (ending, Obstacle.ENDING), (charging, Obstacle.CHARGING), (in_trial, Obstacle.IN_TRIAL),
    ]  # fmt: skip
    assert found is next((answer for is_so, answer in expected if is_so), None)


def test_all_statuses_of_stripe_are_known_and_a_new_one_changes_nothing_blindly() -> None:
    known = {"active", "trialing", "past_due", "unpaid", "incomplete", "incomplete_expired", "canceled", "paused"}
    assert BY_STATUS.keys() == known
    with pytest.raises(KeyError):
        obstacle("on_holiday", is_paused=False, is_ending=False, is_charging=False, was_ever_charged=True)
