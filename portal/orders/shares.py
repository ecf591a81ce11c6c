"""What part of a line is worth, to the cent: docs/decisions/before-it-is-packed.md"""


def part(amount: int, quantity: int, before: int, units: int) -> int:
    """Of an amount for so many units, what the next `units` come to after `before` others. All parts add up to the amount.

    In minor units, which an amount never is below zero.
    """
    if not 0 <= before <= before + units <= quantity:
        raise ValueError(f"{before} and {units} of {quantity}")
    return _rounded(amount * (before + units), quantity) - _rounded(amount * before, quantity)


def _rounded(amount: int, quantity: int) -> int:
    """Half a cent is a cent."""
    return (2 * amount + quantity) // (2 * quantity)
