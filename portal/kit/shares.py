"""What a part of an amount is, to the cent: docs/decisions/before-it-is-packed.md

All parts together make the amount.
"""

from collections.abc import Sequence


def part(amount: int, quantity: int, before: int, units: int) -> int:
    """Of an amount for so many units, what the next `units` come to after `before` others. All parts add up to the amount.

    In minor units, which an amount never is below zero.
    """
    if not 0 <= before <= before + units <= quantity:
        raise ValueError(f"{before} and {units} of {quantity}")
    return _rounded(amount * (before + units), quantity) - _rounded(amount * before, quantity)


def spread(amount: int, weights: Sequence[int]) -> list[int]:
    """In whole units, by largest remainder, the first of equals; all of it on the first where nothing weighs anything."""
    whole = sum(weights)
    if not whole:
        return [amount, *[0] * (len(weights) - 1)]
    shares = [amount * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda at: -(amount * weights[at] % whole))
    for at in by_remainder[: amount - sum(shares)]:
        shares[at] += 1
    return shares


def at_rate(amount: int, share: int, whole: int) -> int:
    """What is to this amount as the share is to the whole, which is not 0."""
    return _rounded(amount * share, whole)


def _rounded(amount: int, quantity: int) -> int:
    """Half a cent is a cent."""
    return (2 * amount + quantity) // (2 * quantity)
