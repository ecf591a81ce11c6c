"""Postage as EasyPost sells it: a shipment costs nothing until it is bought, is bought once, and goes its way by the clock."""

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import segno
from fpdf import FPDF

from sandbox.errors import Json
from sandbox.parcels import Parcels
from sandbox.store import Store, new_id

if TYPE_CHECKING:
    from sandbox.clock import Clock

SHIPMENT, PICKUP = "Shipment", "Pickup"
RATES = (("DHLParcel", "Return", "4.90"), ("UPS", "Standard", "6.35"))
"""What our account has."""
WITH_CODE = {"DHLParcel", "USPS"}
"""EasyPost tells of codes for USPS only; the demo's shop is in Germany, where the largest carrier has them too."""
HEAVIEST = 1100
"""Ounces: what these carriers take."""
NEEDED = ("street1", "city", "zip", "country")
PICKUP_RATE = "2.90"
BY_ITSELF = "sent back"


class NotSold(Exception):
    """What EasyPost answers with 422: its code, and its words."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Labels:
    def __init__(self, store: Store, clock: "Clock", parcels: Parcels) -> None:
        self._store, self._clock, self._parcels = store, clock, parcels

    def create(self, asked: Json) -> Json:
        if (reference := asked.get("reference")) is not None and not isinstance(reference, str):
            raise NotSold("SHIPMENT.INVALID_PARAMS", "The reference is a string.")
        there, here = asked["to_address"], asked["from_address"]
        if asked.get("is_return"):
            there, here = here, there
        shipment = {
            "id": new_id("shp"), "object": SHIPMENT, "created": self._clock.now(), "reference": reference,
            "is_return": bool(asked.get("is_return")), "to_address": there, "from_address": here,
            "weight": float(asked["parcel"]["weight"]), "rates": [], "messages": [],
            "selected": None, "number": None, "code": False, "refund_status": None,
        }  # fmt: skip
        missing = [name for name in NEEDED for address in (there, here) if not address.get(name)]
        for carrier, service, amount in RATES:
            if missing or not 0 < shipment["weight"] <= HEAVIEST:
                said = f"{missing[0]} is missing" if missing else "This parcel is too heavy or weighs nothing"
                shipment["messages"].append({"carrier": carrier, "type": "rate_error", "message": said, "carrier_account_id": "ca_sandbox"})
            else:
                rate = {"id": new_id("rate"), "carrier": carrier, "service": service, "rate": amount}
                shipment["rates"].append(rate)
        with self._store.transaction():
            self._store.put(shipment)
        return shipment

    def get(self, ref: str) -> Json | None:
        """By its id, or by the reference that it was given, of which EasyPost keeps no two apart: the newest."""
        named = (one for one in self._store.all(SHIPMENT) if one["reference"] == ref)
        return self._store.find(ref, SHIPMENT) or next(named, None)

    def buy(self, shipment: Json, rate_id: str) -> Json:
        with self._store.transaction():
            shipment = self._store.get(SHIPMENT, shipment["id"])
            if shipment["selected"]:
                raise NotSold("SHIPMENT.POSTAGE.EXISTS", "Postage already exists for this shipment.")
            if (rate := next((one for one in shipment["rates"] if one["id"] == rate_id), None)) is None:
                raise NotSold("SHIPMENT.POSTAGE.FAILURE", "The rate is none of this shipment.")
            count = 1 + sum(1 for one in self._store.all(SHIPMENT) if one["selected"])
            shipment["selected"], shipment["number"] = rate, f"RET{self._clock.now() % 100000:05}{count:05}"
            self._store.put(shipment)
        journey = self._store.setting("return journey", BY_ITSELF)
        self._parcels.prepare(rate["carrier"], shipment["number"], journey, None)
        self._parcels.follow(rate["carrier"], shipment["number"])
        return shipment

    def code(self, shipment: Json) -> Json:
        if not shipment["selected"]:
            raise NotSold("SHIPMENT.FORM.UNPURCHASED", "Forms are made of shipments that were bought.")
        if shipment["selected"]["carrier"] not in WITH_CODE:
            raise NotSold("FORM.CARRIER.UNSUPPORTED", "This carrier has no such form.")
        with self._store.transaction():
            shipment["code"] = True
            self._store.put(shipment)
        return shipment

    def refund(self, shipment: Json) -> Json:
        tracker = self._parcels.known(shipment["number"]) if shipment["number"] else None
        if tracker is None:
            raise NotSold("SHIPMENT.REFUND.UNAVAILABLE", "There is no postage to refund.")
        scanned = any(scan["told"] and scan["status"] != "pre_transit" for scan in tracker["scans"])
        with self._store.transaction():
            shipment["refund_status"] = shipment["refund_status"] or ("rejected" if scanned else "submitted")
            self._store.put(shipment)
        return shipment

    def create_pickup(self, asked: Json) -> Json:
        shipment = self.get(str(asked["shipment"]["id"]))
        if shipment is None or not shipment["selected"]:
            raise NotSold("PICKUP.SHIPMENT.INVALID", "A pickup is for a shipment that was bought.")
        if not asked["min_datetime"] < asked["max_datetime"] or _unix(asked["max_datetime"]) <= self._clock.now():
            raise NotSold("PICKUP.TIME.INVALID", "The window is over, or ends before it begins.")
        pickup = {
            "id": new_id("pickup"), "object": PICKUP, "created": self._clock.now(), "reference": asked.get("reference"),
            "status": "unknown", "confirmation": None, "address": asked["address"],
            "min_datetime": asked["min_datetime"], "max_datetime": asked["max_datetime"],
            "shipment": shipment["id"], "carrier": shipment["selected"]["carrier"],
        }  # fmt: skip
        with self._store.transaction():
            self._store.put(pickup)
        return pickup

    def pickup(self, ref: str) -> Json | None:
        named = (one for one in self._store.all(PICKUP) if one["reference"] == ref)
        return self._store.find(ref, PICKUP) or next(named, None)

    def buy_pickup(self, pickup: Json, carrier: str, service: str) -> Json:
        with self._store.transaction():
            pickup = self._store.get(PICKUP, pickup["id"])
            if pickup["status"] == "scheduled":
                raise NotSold("PICKUP.ALREADY_SCHEDULED", "This pickup is scheduled already.")
            if (carrier, service) != (pickup["carrier"], "NextDay"):
                raise NotSold("PICKUP.RATE.INVALID", "There is no such rate.")
            pickup["status"], pickup["confirmation"] = "scheduled", f"PU{self._clock.now() % 1000000:06}"
            self._store.put(pickup)
        return pickup

    def all(self) -> list[Json]:
        return self._store.all(SHIPMENT)

    def pickups(self) -> list[Json]:
        return self._store.all(PICKUP)

    def go_on_as(self, journey: str) -> None:
        """What becomes of parcels whose labels are bought from now on."""
        with self._store.transaction():
            self._store.set("return journey", journey)


def shown(shipment: Json, address: str) -> Json:
    """As EasyPost shows it. Files stand at `address`."""
    made, bought = _moment(shipment["created"]), shipment["selected"]
    rates = [_rate(shipment, rate) for rate in shipment["rates"]]
    label = {
        "id": f"pl_{shipment['id']}", "object": "PostageLabel", "label_type": "default", "label_file_type": "application/pdf",
        "label_url": f"{address}/_sandbox/labels/{shipment['id']}.pdf", "label_pdf_url": None, "label_zpl_url": None, "label_size": "4x6",
        "label_resolution": 300, "label_date": made,
    }  # fmt: skip
    form = {
        "id": f"form_{shipment['id']}", "object": "Form", "mode": "test", "form_type": "label_qr_code", "submitted_electronically": True,
        "form_url": f"{address}/_sandbox/labels/{shipment['id']}.png",
    }  # fmt: skip
    return {
        "id": shipment["id"], "object": SHIPMENT, "mode": "test", "created_at": made, "updated_at": made,
        "reference": shipment["reference"], "is_return": shipment["is_return"],
        "to_address": shipment["to_address"], "from_address": shipment["from_address"],
        "parcel": {"object": "Parcel", "weight": shipment["weight"]}, "rates": rates, "messages": shipment["messages"],
        "selected_rate": _rate(shipment, bought) if bought else None, "postage_label": label if bought else None,
        "tracking_code": shipment["number"], "forms": [form] if shipment["code"] else [], "refund_status": shipment["refund_status"],
    }  # fmt: skip


def shown_pickup(pickup: Json) -> Json:
    made = _moment(pickup["created"])
    rate = {
        "id": f"pickuprate_{pickup['id']}", "object": "PickupRate", "mode": "test", "carrier": pickup["carrier"], "service": "NextDay",
        "rate": PICKUP_RATE, "currency": "EUR", "pickup_id": pickup["id"],
    }  # fmt: skip
    return {
        "id": pickup["id"], "object": PICKUP, "mode": "test", "created_at": made, "updated_at": made, "status": pickup["status"],
        "reference": pickup["reference"], "min_datetime": pickup["min_datetime"], "max_datetime": pickup["max_datetime"],
        "is_account_address": False, "instructions": None, "messages": [], "confirmation": pickup["confirmation"],
        "address": pickup["address"], "carrier_accounts": [], "pickup_rates": [rate],
    }  # fmt: skip


def label(shipment: Json) -> bytes:
    """A label of 4 by 6 inches, which is good for looking at."""
    pdf = FPDF(unit="in", format=(4, 6))
    pdf.set_auto_page_break(False)
    pdf.set_margin(0.3)
    pdf.add_page()
    for size, words in (16, f"{shipment['selected']['carrier']} RETURN"), (9, "SPECIMEN, NOT POSTAGE"), (9, "From"), *_lines(
        shipment["from_address"]
    ), (9, "To"), *_lines(shipment["to_address"]), (14, shipment["number"]):  # fmt: skip
        pdf.set_font("Helvetica", size=size)
        pdf.cell(text=words.encode("latin-1", "replace").decode("latin-1"), new_x="LMARGIN", new_y="NEXT", h=size / 50)
    return bytes(pdf.output())


def code(shipment: Json) -> bytes:
    picture = io.BytesIO()
    segno.make(shipment["number"], error="m", micro=False).save(picture, kind="png", scale=8, border=2)
    return picture.getvalue()


def _lines(address: Json) -> list[tuple[int, str]]:
    told = [address.get("name"), address.get("street1"), address.get("street2"), f"{address['zip']} {address['city']}", address["country"]]
    return [(11, str(line)) for line in told if line]


def _rate(shipment: Json, rate: Json) -> Json:
    return {**rate, "object": "Rate", "mode": "test", "currency": "EUR", "shipment_id": shipment["id"], "delivery_days": 2}


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _unix(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()
