"""Plays with a subscription for so many steps, and says how it went."""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.subscriptions.chance.checks import Chain, Illegal, Unequal
from tests.subscriptions.chance.machine import AnyOrder
from tests.subscriptions.chance.sides import Sides

EACH = 40
"""Steps with one subscription, at the most."""


@dataclass
class Played:
    steps: int = 0
    illegal: int = 0
    unequal: int = 0
    seconds: float = 0
    stories: list[str] = field(default_factory=list)
    """Of what went wrong: what was done until then."""


def play(sides: Sides, *, steps: int, number: int, shrinks: bool = False, tell: Callable[[str], object] = lambda story: None) -> Played:
    """At least so many steps, the same ones for the same `number`. `tell` is told at once of what goes wrong.

    An end by anything but an illegal state or a difference is no result: it is raised.
    """
    chain, began, played = Chain(), monotonic(), Played()
    with sides.app.app_context():
        chain.look()
    while sides.counts["steps"] < steps:
        machine = type("AnyOrder", (AnyOrder,), {"sides": sides, "chain": chain})
        machine = seed(number * 10000 + sides.counts["examples"])(machine)
        try:
            run_state_machine_as_test(machine, settings=_settings(steps - sides.counts["steps"], shrinks))
        except (Illegal, Unequal) as problem:
            played.illegal += isinstance(problem, Illegal)
            played.unequal += isinstance(problem, Unequal)
            played.stories.append(_story(problem))
            tell(played.stories[-1])
    played.steps, played.seconds = sides.counts["steps"], monotonic() - began
    return played


def _settings(steps: int, shrinks: bool) -> settings:
    return settings(
        max_examples=max(1, min(10, steps // EACH)),
        stateful_step_count=EACH,
        deadline=None,
        report_multiple_bugs=False,
        database=None,
        phases=[Phase.generate, *([Phase.shrink] if shrinks else [])],
        print_blob=False,
        suppress_health_check=list(HealthCheck),
    )


def _story(problem: AssertionError) -> str:
    done = [line for note in getattr(problem, "__notes__", []) for line in note.splitlines() if "after_each_step" not in line]
    return "\n".join([f"{type(problem).__name__}: {problem}", *done])
