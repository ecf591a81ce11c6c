"""Links that open one thing without signing in: whoever has one may look at just that, for as long as there is a portal."""

from portal.kit.seals import seal, unseal

RECEIPT = "receipt of a cancellation"
UNDO = "undo of a change"


def receipt_key(reference: str) -> str:
    return seal(RECEIPT, reference)


def receipt_of(sealed: str) -> str | None:
    """The reference of the cancellation; None of what we did not give out."""
    return unseal(RECEIPT, sealed, str)


def undo_key(entry_id: int) -> str:
    return seal(UNDO, entry_id)


def undo_of(sealed: str) -> int | None:
    """The entry to undo; None of what we did not give out."""
    return unseal(UNDO, sealed, int)
