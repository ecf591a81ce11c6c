"""A figure, what it should be, and whether it is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    name: str
    figure: float
    unit: str
    target: float | None = None
    """None for what is only told."""
    higher_is_better: bool = False

    @property
    def is_missed(self) -> bool:
        if self.target is None:
            return False
        return self.figure < self.target if self.higher_is_better else self.figure > self.target
