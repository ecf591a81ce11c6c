"""EasyPost's words in ours. Source of its lists: docs.easypost.com/docs/trackers; what is new there is no reason to fail."""

import re
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from hashlib import sha256
from typing import Any

from portal.carriers.port import Incident, ParcelStatus, Scan, Tracking
from portal.kit.money import exponent

Json = dict[str, Any]
STATUSES = {
    "unknown": ParcelStatus.UNKNOWN,
    "pre_transit": ParcelStatus.PRE_TRANSIT,
    "in_transit": ParcelStatus.IN_TRANSIT,
    "out_for_delivery": ParcelStatus.OUT_FOR_DELIVERY,
    "delivered": ParcelStatus.DELIVERED,
    "available_for_pickup": ParcelStatus.AVAILABLE_FOR_PICKUP,
    "return_to_sender": ParcelStatus.RETURN_TO_SENDER,
    "failure": ParcelStatus.FAILURE,
    "cancelled": ParcelStatus.CANCELLED,
    "error": ParcelStatus.UNKNOWN,
}
DETAILS = {
    "address_correction": Incident.ADDRESS,
    "arrived_at_destination": None,
    "arrived_at_facility": None,
    "arrived_at_pickup_location": None,
    "awaiting_information": Incident.OTHER,
    "cancelled": None,
    "damaged": Incident.DAMAGED,
    "delayed": Incident.DELAYED,
    "delivery_exception": Incident.NOBODY_THERE,
    "departed_facility": None,
    "departed_origin_facility": None,
    "expired": None,
    "failure": Incident.OTHER,
    "held": Incident.OTHER,
    "in_transit": None,
    "label_created": None,
    "lost": Incident.LOST,
    "missorted": Incident.DELAYED,
    "out_for_delivery": None,
    "received_at_destination_facility": None,
    "received_at_origin_facility": None,
    "refused": Incident.REFUSED,
    "return": None,
    "status_update": None,
    "transferred_to_destination_carrier": None,
    "transit_exception": Incident.OTHER,
    "unknown": None,
    "weather_delay": Incident.DELAYED,
}
"""`expired`: EasyPost has given up asking the carrier, which says nothing about the parcel."""
AT_CUSTOMS = re.compile(r"\b(customs|clearance)\b", re.IGNORECASE)
CLEARED = re.compile(r"\b(cleared|released|completed?)\b", re.IGNORECASE)
CARRIERS = {
    "amazon": "AmazonMws", "australia_post": "AustraliaPost", "canada_post": "CanadaPost", "dhl": "DHLParcel",
    "dhl_ecommerce": "DHLEcommerce", "dhl_express": "DHLExpress", "dpd": "DPD", "dpd_uk": "DPDUK", "evri": "Evri", "fedex": "FedEx",
    "gls": "GLS", "ontrac": "OnTrac", "royal_mail": "RoyalMail", "ups": "UPS", "usps": "USPS",
}  # fmt: skip
"""What EasyPost calls them. For any other it finds out by the number."""
LONGEST = 500
"""Characters of a carrier's words that are kept."""


def minor(amount: str, currency: str) -> int:
    """Of an amount as it is written, such as `5.90`."""
    return int(Decimal(amount).scaleb(exponent(currency)).quantize(Decimal(1), ROUND_HALF_UP))


def status_of(word: object) -> ParcelStatus:
    """Unknown for a word that is new to us."""
    return STATUSES.get(str(word), ParcelStatus.UNKNOWN)


def incident_of(status: ParcelStatus, detail: object, words: str) -> Incident | None:
    """What went wrong, by the detail; of what is held up, the customs by the carrier's words. Nothing is wrong with what has arrived."""
    if status in (ParcelStatus.DELIVERED, ParcelStatus.CANCELLED):
        return None
    incident = DETAILS.get(str(detail))
    if status is ParcelStatus.AVAILABLE_FOR_PICKUP and incident in (Incident.OTHER, Incident.DELAYED):
        return None  # that it is held there is what this status means
    if incident in (None, Incident.OTHER, Incident.DELAYED) and AT_CUSTOMS.search(words) and not CLEARED.search(words):
        return Incident.CUSTOMS
    return incident or (Incident.OTHER if status is ParcelStatus.FAILURE else None)


def tracking_of(tracker: Json) -> Tracking:
    ref = str(tracker["id"])
    told = [_scan(ref, detail) for detail in tracker.get("tracking_details") or [] if isinstance(detail, dict)]
    scans = [scan for scan in told if scan]
    status = status_of(tracker.get("status"))
    if status is not ParcelStatus.UNKNOWN and status not in {scan.status for scan in scans}:
        scans += _said_without_a_scan(ref, status, tracker)
    waits = [scan for scan in scans if scan.status is ParcelStatus.AVAILABLE_FOR_PICKUP]
    return Tracking(
        ref=ref,
        carrier=str(tracker.get("carrier") or ""),
        number=str(tracker.get("tracking_code") or ""),
        scans=tuple(scans),
        expected_on=_expected_on(tracker),
        held_at=max(waits, key=lambda scan: scan.happened_at).place if waits else "",
    )


def moment(told: object) -> datetime | None:
    """One without a zone is in UTC. Source: docs.easypost.com/docs/trackers."""
    try:
        read = datetime.fromisoformat(str(told))
    except ValueError:
        return None
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def _scan(ref: str, detail: Json) -> Scan | None:
    """None if nobody can say when it was."""
    happened_at = moment(detail.get("datetime"))
    if happened_at is None:
        return None
    status, words, place = status_of(detail.get("status")), _text(detail.get("message")), _place(detail.get("tracking_location"))
    known = "|".join([happened_at.isoformat(), str(detail.get("status")), str(detail.get("status_detail")), words, place])
    incident = incident_of(status, detail.get("status_detail"), words)
    return Scan(f"{ref}:{sha256(known.encode()).hexdigest()[:24]}", status, incident, happened_at, words, place)


def _said_without_a_scan(ref: str, status: ParcelStatus, tracker: Json) -> list[Scan]:
    """Some carriers tell where a parcel is, and nothing of the way."""
    happened_at = moment(tracker.get("updated_at"))
    detail = tracker.get("status_detail")
    return [Scan(f"{ref}:{status}:{detail}", status, incident_of(status, detail, ""), happened_at)] if happened_at else []


def _expected_on(tracker: Json) -> date | None:
    """The day as it is where the parcel goes, if EasyPost knows it; else that of the moment in UTC."""
    local = (tracker.get("carrier_detail") or {}).get("est_delivery_date_local")
    for told in local, tracker.get("est_delivery_date"):
        try:
            return date.fromisoformat(str(told)[:10])
        except ValueError:
            continue
    return None


def _place(told: object) -> str:
    if not isinstance(told, dict):
        return ""
    return _text(", ".join(str(told[name]).strip() for name in ("city", "state", "country") if told.get(name)))


def _text(told: object) -> str:
    """One line."""
    return " ".join(str(told or "").split())[:LONGEST]
