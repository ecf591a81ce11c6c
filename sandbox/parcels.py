"""Parcels as EasyPost follows them: each with the scans that its carrier has told, or will tell as the clock goes on."""

import hashlib
import json
from datetime import UTC, datetime

from sandbox.clock import Clock
from sandbox.errors import Json
from sandbox.journeys import AT_ONCE, HOUR, JOURNEYS
from sandbox.store import Store, new_id
from sandbox.webhooks import Webhooks

BY_ITSELF = "usual"
"""What a parcel does of which nobody has said anything."""


class Parcels:
    def __init__(self, store: Store, clock: Clock, webhooks: Webhooks) -> None:
        self._store, self._clock, self._webhooks = store, clock, webhooks

    def prepare(self, carrier: str, number: str, journey: str, begins: int | None) -> Json:
        """Say what will become of a parcel, before anybody asks for it or later."""
        if journey not in JOURNEYS:
            raise ValueError(f"{journey} is none of {', '.join(JOURNEYS)}")
        with self._store.transaction():
            parcel = self._find(carrier, number) or self._new(carrier, number)
            parcel["journey"], parcel["begins"] = journey, begins
            if parcel["followed"]:
                self._set_out(parcel)
            self._keep(parcel)
            return parcel

    def follow(self, carrier: str | None, number: str) -> Json:
        """The tracker of this number: the one that there is, or a new one, of which is told."""
        with self._store.transaction():
            parcel = self._find(carrier, number) or self._new(carrier or "", number)
            if not parcel["followed"]:
                parcel["carrier"] = parcel["carrier"] or carrier or _guessed(number)
                parcel["followed"], parcel["created"] = True, self._clock.now()
                self._set_out(parcel)
                self._tell(parcel, "tracker.created")
            self._keep(parcel)
        self._webhooks.wake()
        return shown(parcel)

    def get(self, ref: str) -> Json | None:
        rows = self._store.rows("SELECT body FROM parcel WHERE id = ?", ref)
        found: Json | None = json.loads(str(rows[0][0])) if rows else None
        return found if found and found["followed"] else None

    def known(self, number: str) -> Json | None:
        """Of which somebody has said something, whether it is followed or not."""
        return self._find(None, number)

    def all(self) -> list[Json]:
        return [json.loads(str(body)) for (body,) in self._store.rows("SELECT body FROM parcel ORDER BY seq DESC")]

    def scan(self, number: str, scan: Json, *, tell: bool, double: int, forged: bool, late: float) -> Json:
        """The carrier says something now, whenever it happened; `late` is in seconds of the wall's clock."""
        with self._store.transaction():
            if (parcel := self._find(None, number)) is None:
                raise ValueError(f"Nobody follows {number}.")
            expected = scan.pop("expected", None)
            if scan:
                parcel["scans"].append({**_blank(self._clock.now()), **scan, "told": True})
            parcel["expected"] = expected or parcel["expected"]
            parcel["updated"] = self._clock.now()
            self._keep(parcel)
            if tell:
                self._tell(parcel, "tracker.updated", times=1 + double, forged=forged, late=late)
        self._webhooks.wake()
        return shown(parcel)

    def run_due(self) -> int:
        """Tell what carriers have to say by now, in order. How many things happened."""
        happened = 0
        while self._next():
            happened += 1
        if happened:
            self._webhooks.wake()
        return happened

    def _next(self) -> bool:
        with self._store.transaction():
            rows = self._store.rows("SELECT body FROM parcel WHERE due <= ? ORDER BY due, seq LIMIT 1", self._clock.now())
            if not rows:
                return False
            parcel: Json = json.loads(str(rows[0][0]))
            scan = min((one for one in parcel["scans"] if not one["told"]), key=lambda one: one["at"])
            scan["told"], parcel["updated"] = True, scan["at"]
            self._tell(parcel, "tracker.updated")
            self._keep(parcel)
        return True

    def _new(self, carrier: str, number: str) -> Json:
        now = self._clock.now()
        return {
            "id": new_id("trk"), "carrier": carrier, "number": number, "journey": BY_ITSELF, "begins": None, "followed": False,
            "created": now, "updated": now, "expected": None, "scans": [],
        }  # fmt: skip

    def _set_out(self, parcel: Json) -> None:
        """What has happened by now is known at once; the rest is told when it happens."""
        now = self._clock.now()
        begins = now if parcel["begins"] is None else parcel["begins"]
        if status := AT_ONCE.get(parcel["number"]):
            parcel["scans"] = [{**_blank(begins), "status": status, "told": True}] if status != "unknown" else []
            return
        journey = JOURNEYS[parcel["journey"]]
        parcel["scans"] = [
            {**_blank(at), "status": status, "detail": detail, "message": message, "city": city, "told": at <= now}
            for hours, status, detail, message, city in journey.steps
            for at in [begins + int(hours * HOUR)]
        ]
        parcel["expected"] = _day(begins + int(journey.expected * HOUR)) if journey.expected is not None else None
        parcel["updated"] = max([scan["at"] for scan in parcel["scans"] if scan["told"]], default=now)

    def _find(self, carrier: str | None, number: str) -> Json | None:
        for (body,) in self._store.rows("SELECT body FROM parcel WHERE number = ? ORDER BY seq", number):
            found: Json = json.loads(str(body))
            if not carrier or not found["carrier"] or found["carrier"].lower() == carrier.lower():
                return found
        return None

    def _keep(self, parcel: Json) -> None:
        due = min((scan["at"] for scan in parcel["scans"] if not scan["told"]), default=None) if parcel["followed"] else None
        self._store.change(
            "INSERT INTO parcel (id, number, due, body) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET due = excluded.due, body = excluded.body",
            parcel["id"], parcel["number"], due, json.dumps(parcel),
        )  # fmt: skip

    def _tell(self, parcel: Json, kind: str, *, times: int = 1, forged: bool = False, late: float = 0) -> None:
        """The event holds the tracker as it is now, and so does every try to deliver it."""
        told = {
            "id": new_id("evt"), "object": "Event", "mode": "test", "description": kind, "previous_attributes": {},
            "created_at": _moment(self._clock.now()), "updated_at": _moment(self._clock.now()), "pending_urls": [], "completed_urls": [],
            "status": "pending", "user_id": "user_sandbox", "result": shown(parcel),
        }  # fmt: skip
        for _ in range(times):
            self._webhooks.tell_of_parcel(str(told["id"]), json.dumps(told), forged=forged, late=late)


def shown(parcel: Json) -> Json:
    """As EasyPost shows a tracker."""
    scans = sorted((scan for scan in parcel["scans"] if scan["told"]), key=lambda scan: scan["at"])
    newest = scans[-1] if scans else {"status": "unknown", "detail": "unknown"}
    expected = parcel["expected"]
    return {
        "id": parcel["id"], "object": "Tracker", "mode": "test", "tracking_code": parcel["number"], "status": newest["status"],
        "status_detail": newest["detail"], "created_at": _moment(parcel["created"]), "updated_at": _moment(parcel["updated"]),
        "signed_by": None, "weight": None, "est_delivery_date": f"{expected}T00:00:00Z" if expected else None, "shipment_id": None,
        "carrier": parcel["carrier"], "tracking_details": [_detail(parcel, scan) for scan in scans],
        "carrier_detail": {
            "object": "CarrierDetail", "service": None, "container_type": None, "est_delivery_date_local": expected,
            "est_delivery_time_local": None,
        },
        "public_url": f"https://track.easypost.com/{parcel['id']}", "fees": [],
    }  # fmt: skip


def _detail(parcel: Json, scan: Json) -> Json:
    return {
        "object": "TrackingDetail", "message": scan["message"], "description": "", "status": scan["status"],
        "status_detail": scan["detail"], "datetime": _moment(scan["at"]), "source": parcel["carrier"], "carrier_code": "",
        "tracking_location": {
            "object": "TrackingLocation", "city": scan["city"] or None, "state": None, "country": scan["country"] or None, "zip": None,
        },
        "est_delivery_date": None,
    }  # fmt: skip


def _blank(at: int) -> Json:
    return {"at": at, "status": "in_transit", "detail": "status_update", "message": "", "city": "", "country": "", "told": False}


def _guessed(number: str) -> str:
    """EasyPost finds the carrier by the number; which one, nobody here depends on."""
    return ("DHLParcel", "UPS", "USPS")[hashlib.sha256(number.encode()).digest()[0] % 3]


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _day(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).date().isoformat()
