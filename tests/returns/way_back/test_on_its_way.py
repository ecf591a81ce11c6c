"""What is sent back is followed like any other parcel; the customer's own number, a receipt and a van count too."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from random import Random

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import func, select

from portal.carriers import ParcelStatus, Scan
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.photos.models import Photo
from portal.returns.actions import sending
from portal.returns.actions.hearing import take_scans
from portal.returns.models import Return, ReturnParcel, ReturnPickUp, ReturnScan, ReturnStatus, Way
from portal.returns.refusals import NotToSend
from portal.tasks.models import StaffTask
from tests.browser import Browser, attribute, words
from tests.photos.builders import photo
from tests.returns.way_back.conftest import SentBack

Work = Callable[[], None]
Returning = Callable[..., SentBack]


def test_its_scans_are_kept_once_and_shown(sent_back: SentBack, browser: Browser, work: Work) -> None:
    work()
    assert sent_back.now().sent_at is None, "a label is no scan"
    for hours in 31, 18, 28:
        sent_back.stripe.later(hours=hours)
        work()
        work()
    parcel, return_ = sent_back.parcel(), sent_back.now()
    assert (parcel.status, parcel.delivered_at is not None) == (ParcelStatus.DELIVERED, True)
    assert parcel.sent_at and return_.sent_at == parcel.sent_at and parcel.delivered_at and parcel.sent_at < parcel.delivered_at
    with sent_back.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(ReturnScan)) == 4
    page = words(browser.get(f"/returns/{sent_back.rma}"))
    assert "Berlin: Handed over at the parcel shop" in page and "Show this at the counter" not in page


def test_in_whatever_order_news_comes_it_is_where_its_carrier_says(sent_back: SentBack, work: Work) -> None:
    work()
    at = now()
    steps = "pre_transit", "in_transit", "out_for_delivery", "delivered"
    scans = [Scan(name, ParcelStatus(name), None, at + timedelta(minutes=number)) for number, name in enumerate(steps)]
    mixed = [*scans, *scans]
    Random(7).shuffle(mixed)
    for scan in mixed:
        with sent_back.app.app_context(), transaction():
            parcel = db.session.get_one(ReturnParcel, sent_back.parcel().id)
            take_scans(db.session.get_one(Return, sent_back.id), parcel, [scan], source="carrier", at=at)
    assert (sent_back.parcel().status, sent_back.now().sent_at) == (ParcelStatus.DELIVERED, scans[1].happened_at)


def test_after_the_first_scan_it_can_not_be_taken_back(sent_back: SentBack, browser: Browser, work: Work) -> None:
    work()
    sent_back.stripe.later(hours=31)
    work()
    browser.post(f"/returns/{sent_back.rma}/cancel")
    assert sent_back.now().status is ReturnStatus.APPROVED
    with pytest.raises(NotToSend):
        sent_back.does(sending.go_another_way, Way.OWN)


def test_one_that_is_lost_is_for_somebody_at_the_shop(sent_back: SentBack, work: Work) -> None:
    sent_back.never_leaves()
    work()
    sent_back.carriers.scan(sent_back.parcel().tracking_number, "failure", "lost")
    sent_back.stripe.later(seconds=5)
    work()
    with sent_back.app.app_context():
        (task,) = db.session.scalars(select(StaffTask)).all()
        assert task.facts["why"].startswith("lost")


def test_the_customers_own_number_is_followed_once(returning: Returning, browser: Browser, work: Work) -> None:
    made = returning(Way.OWN)
    made.approve()
    for wrong, told in ("abc", "That is no number"), ("JD 1001 0000", "number of another parcel"):
        page = browser.post(f"/returns/{made.rma}/number", {"carrier": "dhl", "number": wrong}, expect=422)
        assert told in words(page) and attribute(page, "#number", "value") == wrong
    browser.post(f"/returns/{made.rma}/number", {"carrier": "dhl", "number": " 00340-434 1234 "})
    browser.post(f"/returns/{made.rma}/number", {"carrier": "dhl", "number": "003404341234"})
    browser.post(f"/returns/{made.rma}/number", {"carrier": "no such", "number": "003404341234"}, expect=400)
    assert made.parcel().tracking_number == "003404341234"
    work()
    made.stripe.later(days=3)
    work()
    assert made.now().sent_at is not None and made.parcel().delivered_at is not None


def test_a_photo_of_the_receipt_counts_as_sent(sent_back: SentBack, browser: Browser) -> None:
    form = browser.get(f"/returns/{sent_back.rma}/receipt")
    draft = attribute(form, "[name=draft]", "value")
    page = browser.post(f"/returns/{sent_back.rma}/receipt", {"draft": draft}, expect=422)
    assert "Add a photo of the receipt." in words(page)
    data = {"csrf_token": browser.token(), "draft": draft, "photos": [(BytesIO(photo()), "IMG.HEIC")]}
    with sent_back.app.app_context():
        browser.client.post(f"/returns/{sent_back.rma}/receipt", data=data, headers={"Referer": "http://localhost/"})
        assert db.session.scalars(select(Photo.attached_to)).one() == f"return_parcel:{sent_back.parcel().id}"
    assert sent_back.now().sent_at is not None
    assert "You showed us the receipt" in words(browser.get(f"/returns/{sent_back.rma}"))


def test_a_van_comes_once_at_a_time_that_is_offered(returning: Returning, browser: Browser, work: Work) -> None:
    made = returning(Way.PICK_UP)
    made.approve()
    work()
    page = browser.get(f"/returns/{made.rma}")
    first = str(page.select("[name=window]")[0]["value"])
    assert len(page.select("[name=window]")) == 6 and "24 Nov, 09:00 to 13:00" in words(page), words(page)
    browser.post(f"/returns/{made.rma}/pick-up", {"window": "20200101T0900"}, expect=422)
    made.stripe.faults({"kind": "lost_after", "method": "POST", "path_prefix": "/v2/pickups/", "times": 1})
    browser.post(f"/returns/{made.rma}/pick-up", {"window": first})
    browser.post(f"/returns/{made.rma}/pick-up", {"window": first})
    assert "We are asking for somebody to come" in words(browser.get(f"/returns/{made.rma}"))
    work()
    made.stripe.later(minutes=6)
    work()
    (van,) = made.sold()["pickups"]
    assert van["status"] == "scheduled" and van["address"]["name"] == "Alice İnan"
    assert van["confirmation"] in words(browser.get(f"/returns/{made.rma}"))
    with made.app.app_context():
        assert db.session.scalars(select(ReturnPickUp.amount)).one() == 290


def test_the_slip_names_what_is_inside(app: Flask, sent_back: SentBack, browser: Browser) -> None:
    answer = browser.client.get(f"/returns/{sent_back.rma}/slip.pdf")
    assert (answer.status_code, answer.mimetype, answer.data[:5]) == (200, "application/pdf", b"%PDF-")
    (page,) = PdfReader(BytesIO(answer.data)).pages
    told = page.extract_text()
    for word in sent_back.rma, "Linden honey", "Order 1001", "Halfjar Returns", "20457 Hamburg", "Return slip":
        assert word in told
