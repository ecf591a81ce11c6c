"""What came of a scenario: how much was done and killed, and each thing that went wrong, in a sentence."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from flask import Flask

from bench.stage import Stage
from tests.stripe import Stripe


class Standing(Protocol):
    """What a scenario needs that starts no process of its own: a stage, or what a test has anyway."""

    app: Flask
    stripe: Stripe

    def move(self, by: timedelta) -> None:
        """Let time pass on both sides."""


@dataclass
class Outcome:
    changes: int
    kills: int
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    out_of_order: list[str] = field(default_factory=list)
    note: str = ""

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.twice or self.out_of_order)


class Scenario(Protocol):
    name: str
    begin: datetime
    """Where both clocks start."""
    lease_seconds: int

    def run(self, stage: Stage, workers: int) -> Outcome: ...
