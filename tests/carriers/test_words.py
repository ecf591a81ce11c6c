from datetime import UTC, date, datetime
from typing import Any

import pytest

from portal.carriers import Incident, ParcelStatus
from portal.carriers.easypost_words import DETAILS, STATUSES, incident_of, status_of, tracking_of

S, I = ParcelStatus, Incident  # noqa: E741


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("unknown", S.UNKNOWN), ("pre_transit", S.PRE_TRANSIT), ("in_transit", S.IN_TRANSIT), ("out_for_delivery", S.OUT_FOR_DELIVERY),
        ("delivered", S.DELIVERED), ("available_for_pickup", S.AVAILABLE_FOR_PICKUP), ("return_to_sender", S.RETURN_TO_SENDER),
        ("failure", S.FAILURE), ("cancelled", S.CANCELLED), ("error", S.UNKNOWN),
        ("teleported", S.UNKNOWN), ("", S.UNKNOWN), (None, S.UNKNOWN), (7, S.UNKNOWN), ({}, S.UNKNOWN),
    ],
)  # fmt: skip
def test_each_of_its_words_is_one_of_ours_and_a_new_one_is_unknown(word: object, status: ParcelStatus) -> None:
    assert status_of(word) is status


def test_none_of_our_words_is_out_of_its_reach() -> None:
    assert set(STATUSES.values()) == set(ParcelStatus)


@pytest.mark.parametrize(
    ("status", "detail", "words", "incident"),
    [
        (S.IN_TRANSIT, "delivery_exception", "Nobody was at home", I.NOBODY_THERE),
        (S.OUT_FOR_DELIVERY, "delivery_exception", "", I.NOBODY_THERE),
        (S.IN_TRANSIT, "address_correction", "", I.ADDRESS),
        (S.RETURN_TO_SENDER, "refused", "", I.REFUSED),
        (S.RETURN_TO_SENDER, "return", "", None),
        (S.IN_TRANSIT, "delayed", "", I.DELAYED),
        (S.IN_TRANSIT, "weather_delay", "", I.DELAYED),
        (S.IN_TRANSIT, "missorted", "", I.DELAYED),
        (S.IN_TRANSIT, "damaged", "", I.DAMAGED),
        (S.FAILURE, "lost", "", I.LOST),
        (S.FAILURE, "failure", "", I.OTHER),
        (S.FAILURE, "unknown", "", I.OTHER),
        (S.FAILURE, None, "", I.OTHER),
        (S.IN_TRANSIT, "held", "Held by customs", I.CUSTOMS),
        (S.IN_TRANSIT, "status_update", "Clearance delay", I.CUSTOMS),
        (S.IN_TRANSIT, "status_update", "Customs clearance completed", None),
        (S.IN_TRANSIT, "held", "", I.OTHER),
        (S.AVAILABLE_FOR_PICKUP, "held", "", None),
        (S.AVAILABLE_FOR_PICKUP, "arrived_at_pickup_location", "", None),
        (S.IN_TRANSIT, "transit_exception", "", I.OTHER),
        (S.IN_TRANSIT, "awaiting_information", "", I.OTHER),
        (S.IN_TRANSIT, "expired", "", None),
        (S.DELIVERED, "delivery_exception", "", None),
        (S.IN_TRANSIT, "abducted", "", None),
        (S.IN_TRANSIT, ["held"], "", None),
    ],
)
def test_what_went_wrong(status: ParcelStatus, detail: object, words: str, incident: Incident | None) -> None:
    assert incident_of(status, detail, words) is incident


def test_every_detail_that_it_has_was_thought_of() -> None:
    """All 28 of them. Source: docs.easypost.com/docs/trackers."""
    assert len(DETAILS) == 28
    for detail in DETAILS:
        for status in ParcelStatus:
            incident_of(status, detail, "")


def scan(**said: Any) -> dict[str, Any]:
    return {"status": "in_transit", "status_detail": "arrived_at_facility", "datetime": "2026-11-24T08:00:00Z", "message": "Here", **said}


def tracker(*scans: Any, **said: Any) -> dict[str, Any]:
    return {"id": "trk_1", "object": "Tracker", "tracking_details": list(scans), "status": "in_transit", **said}


def test_moments_are_the_carriers_with_its_zone_or_in_utc() -> None:
    told = ["2026-11-24T08:00:00Z", "2026-11-24T09:00:00+01:00", "2026-11-24T08:00:00"]
    scans = tracking_of(tracker(*(scan(datetime=moment, message=str(number)) for number, moment in enumerate(told)))).scans
    assert {one.happened_at for one in scans} == {datetime(2026, 11, 24, 8, tzinfo=UTC)}


def test_a_scan_that_was_told_twice_has_one_name_and_another_one_another() -> None:
    first, again, other, moved = tracking_of(tracker(scan(), scan(), scan(message="There"), scan(datetime="2026-11-24T08:00:01Z"))).scans
    assert first.ref == again.ref
    assert len({first.ref, other.ref, moved.ref}) == 3
    assert tracking_of({**tracker(scan()), "id": "trk_2"}).scans[0].ref != first.ref


@pytest.mark.parametrize(
    "broken",
    [
        tracker(scan(datetime=None), scan(datetime="yesterday"), None, 7, "x"),
        tracker(scan(tracking_location="Halle", message=None, status=None, status_detail={})),
        {"id": "trk_1", "tracking_details": None, "carrier_detail": None, "est_delivery_date": "soon", "status": "in_transit"},
        {"id": "trk_1"},
    ],
)
def test_what_is_broken_or_missing_is_no_reason_to_fail(broken: dict[str, Any]) -> None:
    tracking = tracking_of(broken)
    assert (tracking.ref, tracking.expected_on) == ("trk_1", None)
    assert len(tracking.scans) <= 1


def test_the_expected_day_is_that_where_the_parcel_goes() -> None:
    local = {"est_delivery_date_local": "2026-11-26"}
    assert tracking_of(tracker(est_delivery_date="2026-11-25T23:00:00Z", carrier_detail=local)).expected_on == date(2026, 11, 26)
    assert tracking_of(tracker(est_delivery_date="2026-11-25T23:00:00Z", carrier_detail={})).expected_on == date(2026, 11, 25)
    assert tracking_of(tracker()).expected_on is None


def test_where_it_waits_is_the_place_of_the_scan_that_says_so() -> None:
    here = {"city": "Berlin", "state": None, "country": "DE", "zip": "10115"}
    waits = scan(status="available_for_pickup", status_detail="arrived_at_pickup_location", tracking_location=here)
    assert tracking_of(tracker(scan(), waits)).held_at == "Berlin, DE"
    assert tracking_of(tracker(scan())).held_at == ""


def test_a_status_without_a_scan_is_told_once() -> None:
    said = tracker(scan(), status="delivered", status_detail="arrived_at_destination", updated_at="2026-11-25T10:00:00Z")
    again = {**said, "updated_at": "2026-11-25T12:00:00Z"}
    (_, one), (_, two) = tracking_of(said).scans, tracking_of(again).scans
    assert (one.status, one.happened_at.hour, one.ref == two.ref) == (S.DELIVERED, 10, True)
    assert [one.status for one in tracking_of(tracker(scan(), status="error", updated_at="2026-11-25T10:00:00Z")).scans] == [S.IN_TRANSIT]


def test_words_are_one_line_and_not_endless() -> None:
    (told,) = tracking_of(tracker(scan(message=" Left\n the   depot " + "x" * 1000))).scans
    assert told.words.startswith("Left the depot x") and len(told.words) == 500


def test_the_newest_scan_is_the_latest_by_the_carriers_clock() -> None:
    late, early = scan(datetime="2026-11-25T08:00:00Z", status="delivered"), scan()
    newest = tracking_of(tracker(late, early)).newest
    assert newest and newest.status is S.DELIVERED
    assert tracking_of({"id": "trk_1"}).newest is None
