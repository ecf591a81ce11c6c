"""What people call a return or a claim by: short, said over the telephone, and not to be guessed."""

from secrets import SystemRandom

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""None of them is mistaken for another."""


def new_reference(kind: str) -> str:
    """Such as `R-7KQ2-M9XD` for a return, `K-…` for a claim."""
    return f"{kind}-{_four()}-{_four()}"


def _four() -> str:
    return "".join(SystemRandom().choices(LETTERS, k=4))
