"""Links that open the receipt of a withdrawal without signing in: whoever has one may look at just that."""

from portal.kit.seals import seal, unseal

WITHDRAWAL = "receipt of a withdrawal"


def withdrawal_key(reference: str) -> str:
    return seal(WITHDRAWAL, reference)


def withdrawal_of(sealed: str) -> str | None:
    """Its reference; None of what we did not give out."""
    return unseal(WITHDRAWAL, sealed, str)
