"""Labels, codes and pick-ups at EasyPost. It knows no key of ours under which it would do a thing once: docs/decisions/way-back.md."""

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

import requests

from portal.carriers.easypost_snags import REFUSED, in_our_words, plain
from portal.carriers.easypost_words import CARRIERS, Json, minor
from portal.carriers.postage_port import BoughtLabel, BoughtPickUp, Paper, Place, WantedLabel, WantedPickUp
from portal.carriers.service_port import NotNow, NotTaken

CODE = "label_qr_code"
OUNCE = 28.349523125
"""Grams. EasyPost weighs in ounces. Source: docs.easypost.com/docs/parcels."""
LARGEST = 4 * 1024 * 1024
"""Bytes of a label or a code."""
BEGINS = {b"%PDF-": "application/pdf", b"\x89PNG\r\n\x1a\n": "image/png", b"GIF8": "image/gif", b"\xff\xd8\xff": "image/jpeg"}
OURS = {theirs: ours for ours, theirs in CARRIERS.items()}
FINAL_REFUNDS = ("submitted", "refunded", "not_applicable", "rejected")


class EasyPostPostage:
    def __init__(self, client: Any) -> None:
        self.client = client

    def prepare(self, wanted: WantedLabel) -> str:
        """The addresses are given as of the way there: `is_return` turns them round. Source: docs.easypost.com/docs/shipments/returns."""
        with in_our_words(*REFUSED):
            made = self.client.shipment.create(
                reference=wanted.reference,
                is_return=True,
                to_address=_address(wanted.customer),
                from_address=_address(wanted.shop),
                parcel={"weight": round(wanted.grams / OUNCE, 1)},
                options={"label_format": "PDF"},
            )
        return str(plain(made)["id"])

    def buy(self, ref: str, carrier: str) -> BoughtLabel:
        shipment = self._shipment(ref)
        if not _label_of(shipment):
            rate = _cheapest(shipment, carrier)
            try:
                with in_our_words(*REFUSED):
                    shipment = plain(self.client.shipment.buy(ref, rate={"id": rate["id"]}))
            except NotTaken:
                shipment = self._shipment(ref)  # somebody of ours may have been quicker: a second label is refused
                if not _label_of(shipment):
                    raise
        return _bought(shipment)

    def code(self, ref: str) -> Paper | None:
        forms = self._shipment(ref).get("forms") or []
        if not any(form.get("form_type") == CODE for form in forms):
            try:
                with in_our_words(*REFUSED):
                    forms = plain(self.client.shipment.generate_form(ref, CODE)).get("forms") or []
            except NotTaken:
                return None
        urls = [str(form["form_url"]) for form in forms if form.get("form_type") == CODE]
        return self.paper(urls[-1]) if urls else None

    def paper(self, url: str) -> Paper:
        """From where EasyPost keeps its files. What is neither a PDF nor a picture is not passed on."""
        own, there = urlsplit(self.client.api_base), urlsplit(url)
        if there.scheme != "https" and there.netloc != own.netloc:
            raise NotNow(f"{there.scheme}://{there.netloc} is no place for a label.")
        try:
            with requests.get(url, timeout=self.client.timeout, stream=True, allow_redirects=False) as answer:
                answer.raise_for_status()
                content = b"".join(_no_more_than(LARGEST + 1, answer.iter_content(64 * 1024)))
        except requests.RequestException as error:
            raise NotNow(f"{type(error).__name__}: {error}") from error
        kind = next((kind for begins, kind in BEGINS.items() if content.startswith(begins)), "")
        if not kind or len(content) > LARGEST:
            raise NotNow("What came instead of a label was none.")
        return Paper(kind, content)

    def prepare_pick_up(self, wanted: WantedPickUp) -> str:
        """Source: docs.easypost.com/docs/pickups."""
        with in_our_words(*REFUSED):
            made = self.client.pickup.create(
                reference=wanted.reference,
                shipment={"id": wanted.label_ref},
                address=_address(wanted.at),
                min_datetime=wanted.begins.isoformat(),
                max_datetime=wanted.ends.isoformat(),
                is_account_address=False,
            )
        return str(plain(made)["id"])

    def buy_pick_up(self, ref: str) -> BoughtPickUp:
        pick_up = self._pick_up(ref)
        if pick_up.get("status") != "scheduled":
            rate = _cheapest_of(pick_up.get("pickup_rates") or [], pick_up)
            try:
                with in_our_words(*REFUSED):
                    pick_up = plain(self.client.pickup.buy(ref, carrier=rate["carrier"], service=rate["service"]))
            except NotTaken:
                pick_up = self._pick_up(ref)
                if pick_up.get("status") != "scheduled":
                    raise
        rate = _cheapest_of(pick_up.get("pickup_rates") or [], pick_up)
        currency = str(rate["currency"]).upper()
        return BoughtPickUp(str(pick_up.get("confirmation") or ""), minor(str(rate["rate"]), currency), currency)

    def hand_back(self, ref: str) -> None:
        """Source: docs.easypost.com/docs/shipments/shipping-refund."""
        if self._shipment(ref).get("refund_status") not in FINAL_REFUNDS:
            with in_our_words(*REFUSED):
                self.client.shipment.refund(ref)

    def _shipment(self, ref: str) -> Json:
        with in_our_words(*REFUSED):
            found: Json = plain(self.client.shipment.retrieve(ref))
            return found

    def _pick_up(self, ref: str) -> Json:
        with in_our_words(*REFUSED):
            found: Json = plain(self.client.pickup.retrieve(ref))
            return found


def _no_more_than(most: int, pieces: Iterable[bytes]) -> Iterator[bytes]:
    read = 0
    for piece in pieces:
        yield piece
        read += len(piece)
        if read >= most:
            return


def _address(place: Place) -> Json:
    told = {
        "name": place.name, "street1": place.street, "street2": place.street2, "city": place.city, "state": place.region,
        "zip": place.postcode, "country": place.country, "phone": place.phone, "email": place.email,
    }  # fmt: skip
    return {name: value for name, value in told.items() if value}


def _label_of(shipment: Json) -> Json:
    label: Json = shipment.get("postage_label") or {}
    return label


def _cheapest(shipment: Json, carrier: str) -> Json:
    rates = [rate for rate in shipment.get("rates") or [] if not carrier or rate.get("carrier") == CARRIERS.get(carrier, carrier)]
    return _cheapest_of(rates, shipment)


def _cheapest_of(rates: list[Json], among: Json) -> Json:
    """Raises NotTaken, with what the carriers said, where there is none."""
    if not rates:
        said = "; ".join(str(message.get("message")) for message in among.get("messages") or [])
        raise NotTaken(said or "No carrier of the account takes this.")
    return min(rates, key=lambda rate: float(rate["rate"]))


def _bought(shipment: Json) -> BoughtLabel:
    rate, label = shipment["selected_rate"], _label_of(shipment)
    currency, theirs = str(rate["currency"]).upper(), str(rate["carrier"])
    return BoughtLabel(
        carrier=OURS.get(theirs, theirs.lower()),
        number=str(shipment["tracking_code"]),
        amount=minor(str(rate["rate"]), currency),
        currency=currency,
        url=str(label.get("label_pdf_url") or label["label_url"]),
    )
