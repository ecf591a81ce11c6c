"""The carrier service as a test sees it: the stand-in's own controls, and what the portal heard."""

from datetime import datetime
from typing import Any

import requests
from flask import Flask
from sqlalchemy import select

from portal import carriers
from portal.carriers import actions
from portal.carriers.models import Tracker
from portal.carriers.port import Tracking
from portal.kit.clock import now
from portal.kit.db import db, transaction

KEY, SECRET = "EZTK_test", "carrier_sandbox"


class Carriers:
    def __init__(self, app: Flask, url: str) -> None:
        self.app, self.url = app, url
        self.told: list[tuple[Tracking, datetime]] = []
        """What a listener heard, in its order."""

    def hear(self, tracking: Tracking, at: datetime) -> None:
        self.told.append((tracking, at))

    def control(self, name: str, sent: dict[str, Any] | None = None) -> Any:
        address = f"{self.url}/_sandbox/parcels{name}"
        answer = requests.get(address, timeout=30) if sent is None else requests.post(address, json=sent, timeout=30)
        assert answer.ok, answer.text
        return answer.json()

    def send_webhooks_to(self, url: str) -> None:
        self.control("/webhook", {"url": url})

    def prepare(self, number: str, journey: str = "none", carrier: str = "", begins: datetime | None = None) -> None:
        """What becomes of this parcel by itself: see sandbox/journeys.py."""
        self.control("", {"number": number, "journey": journey, "carrier": carrier, "begins": begins and int(begins.timestamp())})

    def scan(self, number: str, status: str, detail: str = "status_update", at: datetime | None = None, **more: Any) -> None:
        """The carrier says something. `tell=False`: without a webhook; `double=49`: fifty times; `forged=True`; `late=2.5`: in seconds."""
        moment = {"at": int(at.timestamp())} if at else {}
        self.control("/scans", {"number": number, "status": status, "detail": detail, **moment, **more})

    def ref(self, number: str) -> str:
        (ref,) = (parcel["id"] for parcel in self.control("")["parcels"] if parcel["number"] == number)
        return str(ref)

    def follow(self, number: str, carrier: str = "dhl") -> None:
        with self.app.app_context(), transaction():
            actions.follow(carrier, number, at=now())

    def tracker(self, number: str) -> Tracker:
        with self.app.app_context():
            return db.session.scalars(select(Tracker).where(Tracker.number == number)).one()

    def switch_on(self) -> None:
        self.app.extensions["carriers"] = carriers.EasyPost(KEY, self.url, [SECRET])
        self.send_webhooks_to(self.app.config["PORTAL_BASE_URL"] + "/webhooks/easypost")
