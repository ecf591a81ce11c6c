"""Links that show one parcel without signing in, and nothing of anybody's: docs/decisions/where-a-parcel-is.md"""

from datetime import datetime, timedelta

from portal.kit.seals import seal, unseal

TRACKING = "where a parcel is"
OPEN_FOR = timedelta(days=30)
"""So long after the delivery a link still opens."""


def tracking_key(shipment_id: int) -> str:
    """For an address. It gives nothing away."""
    return seal(TRACKING, shipment_id)


def shipment_of(sealed: str) -> int | None:
    """Which parcel it is for; None of what we did not give out."""
    return unseal(TRACKING, sealed, int)


def is_over(delivered_at: datetime | None, *, at: datetime) -> bool:
    """Whether the link of a parcel that was delivered then has ended."""
    return delivered_at is not None and at >= delivered_at + OPEN_FOR
