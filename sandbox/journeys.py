"""What becomes of a parcel by itself, as its carrier would tell it: hours after it was announced, and what is said then."""

from dataclasses import dataclass

HOUR = 3600
Step = tuple[float, str, str, str, str]
"""Hours, status, detail, the carrier's words, where."""

_ANNOUNCED: tuple[Step, ...] = ((0, "pre_transit", "label_created", "Shipment information received", ""),)
_TAKEN: tuple[Step, ...] = (
    *_ANNOUNCED,
    (6, "in_transit", "received_at_origin_facility", "Accepted at the depot", "Hamburg"),
    (22, "in_transit", "arrived_at_facility", "Processed in the parcel centre", "Halle"),
)
_OUT: tuple[Step, ...] = (*_TAKEN, (46, "out_for_delivery", "out_for_delivery", "Loaded onto the delivery vehicle", "Berlin"))


@dataclass(frozen=True)
class Journey:
    steps: tuple[Step, ...]
    expected: float | None = 51
    """Hours until the carrier expects to deliver it; None if it does not say."""


JOURNEYS = {
    "none": Journey((), None),
    "announced": Journey(_ANNOUNCED, None),
    "usual": Journey((*_OUT, (51, "delivered", "arrived_at_destination", "Delivered", "Berlin"))),
    "attempt": Journey(
        (
            *_OUT,
            (51, "in_transit", "delivery_exception", "Nobody was at home; we try again on the next working day", "Berlin"),
            (70, "out_for_delivery", "out_for_delivery", "Loaded onto the delivery vehicle", "Berlin"),
            (75, "delivered", "arrived_at_destination", "Delivered", "Berlin"),
        )
    ),
    "held": Journey(
        (
            *_OUT,
            (51, "available_for_pickup", "arrived_at_pickup_location", "Waits at Kiosk Linde, Lindenallee 4, to be picked up", "Berlin"),
        )
    ),
    "returned": Journey((*_OUT, (51, "return_to_sender", "refused", "Not taken; goes back to the sender", "Berlin"))),
    "customs": Journey((*_TAKEN, (30, "in_transit", "held", "Held by customs", "Basel"))),
    "lost": Journey((*_TAKEN, (120, "failure", "lost", "The parcel can’t be found", "Halle"))),
    "silent": Journey(_TAKEN),
    "sent back": Journey(
        (
            *_ANNOUNCED,
            (30, "in_transit", "received_at_origin_facility", "Handed over at the parcel shop", "Berlin"),
            (48, "in_transit", "arrived_at_facility", "Processed in the parcel centre", "Halle"),
            (76, "delivered", "arrived_at_destination", "Delivered", "Hamburg"),
        ),
        None,
    ),
}
AT_ONCE = {
    "EZ1000000001": "pre_transit",
    "EZ2000000002": "in_transit",
    "EZ3000000003": "out_for_delivery",
    "EZ4000000004": "delivered",
    "EZ5000000005": "return_to_sender",
    "EZ6000000006": "failure",
    "EZ7000000007": "unknown",
}
"""EasyPost's numbers for tests: each is in this state from the start. Source: docs.easypost.com/docs/trackers."""
