from typing import Any

import pytest
import requests
from easypost.easypost_client import EasyPostClient
from easypost.errors.api.invalid_request_error import InvalidRequestError
from easypost.errors.api.not_found_error import NotFoundError
from easypost.errors.api.unauthorized_error import UnauthorizedError

from sandbox.journeys import AT_ONCE
from tests.sandbox.shop import Shop

HOUR = 3600


@pytest.fixture
def easypost(shop: Shop) -> Any:
    """The real SDK. Not typed: it knows no types of what it reads."""
    return EasyPostClient("EZTK_test", api_base=f"{shop.url}/v2", timeout=5)


def statuses(tracker: Any) -> list[str]:
    return [scan.status for scan in tracker.tracking_details]


def test_a_parcel_goes_its_way_with_the_clock(shop: Shop, easypost: Any) -> None:
    made = easypost.tracker.create(tracking_code="JD1", carrier="DHLParcel")
    assert (made.status, statuses(made), made.carrier, made.tracking_code) == ("pre_transit", ["pre_transit"], "DHLParcel", "JD1")
    shop.later(seconds=23 * HOUR)
    assert statuses(easypost.tracker.retrieve(made.id)) == ["pre_transit", "in_transit", "in_transit"]
    shop.later(days=3)
    arrived = easypost.tracker.retrieve(made.id)
    assert (arrived.status, arrived.est_delivery_date[:10]) == ("delivered", arrived.tracking_details[-1].datetime[:10])


def test_the_same_number_is_the_same_tracker(easypost: Any) -> None:
    assert easypost.tracker.create(tracking_code="JD1").id == easypost.tracker.create(tracking_code="JD1").id
    assert easypost.tracker.create(tracking_code="JD2").id != easypost.tracker.create(tracking_code="JD1").id


@pytest.mark.parametrize(("number", "status"), AT_ONCE.items())
def test_the_numbers_for_tests_are_in_their_state_from_the_start(easypost: Any, number: str, status: str) -> None:
    assert easypost.tracker.create(tracking_code=number, carrier="USPS").status == status


def test_each_journey_ends_as_it_says(shop: Shop, easypost: Any) -> None:
    ends = {
        "attempt": "delivered",
        "held": "available_for_pickup",
        "returned": "return_to_sender",
        "lost": "failure",
        "silent": "in_transit",
    }
    made = {}
    for journey in ends:
        shop.control("parcels", {"number": journey, "journey": journey})
        made[journey] = easypost.tracker.create(tracking_code=journey).id
    shop.later(days=6)
    assert {journey: easypost.tracker.retrieve(ref).status for journey, ref in made.items()} == ends


def test_both_ways_to_give_the_key_are_taken_and_no_live_key(shop: Shop, easypost: Any) -> None:
    ref = easypost.tracker.create(tracking_code="JD1").id
    assert requests.get(f"{shop.url}/v2/trackers/{ref}", auth=("EZTK_test", ""), timeout=10).ok
    assert requests.get(f"{shop.url}/v2/trackers/{ref}", timeout=10).status_code == 401
    with pytest.raises(UnauthorizedError):
        EasyPostClient("EZAKlive", api_base=f"{shop.url}/v2").tracker.retrieve(ref)


def test_what_is_wrong_is_refused_in_its_words(easypost: Any) -> None:
    for params in {"tracking_code": "not a number"}, {"tracking_code": "JD1", "amount": 5}:
        with pytest.raises(InvalidRequestError):
            easypost.tracker.create(**params)
    with pytest.raises(NotFoundError):
        easypost.tracker.retrieve("trk_none")


def test_what_nobody_knows_can_not_be_asked_for(shop: Shop) -> None:
    for name, sent in {
        "parcels": {"number": "JD1", "journey": "to the moon"}, "parcels/scans": {"number": "nobody’s", "status": "in_transit"}
    }.items():  # fmt: skip
        assert requests.post(f"{shop.url}/_sandbox/{name}", json=sent, timeout=10).status_code == 400
    shop.control("parcels", {"number": "JD1", "journey": "none"})
    assert requests.post(f"{shop.url}/_sandbox/parcels/scans", json={"number": "JD1", "colour": "red"}, timeout=10).status_code == 400


ALICE = {"name": "Alice", "street1": "Quillgasse 77", "city": "Berlin", "zip": "10115", "country": "DE"}
SHOP = {"name": "Halfjar", "street1": "Hafenstraße 12", "city": "Hamburg", "zip": "20457", "country": "DE"}


def test_postage_is_sold_once(easypost: Any) -> None:
    made = easypost.shipment.create(reference="label-1", is_return=True, to_address=ALICE, from_address=SHOP, parcel={"weight": 35.3})
    assert (made.from_address.name, made.to_address.name, made.postage_label) == ("Alice", "Halfjar", None)
    with pytest.raises(InvalidRequestError):
        easypost.shipment.generate_form(made.id, "label_qr_code")
    bought = easypost.shipment.buy(made.id, rate={"id": made.rates[0].id})
    with pytest.raises(InvalidRequestError) as refused:
        easypost.shipment.buy(made.id, rate={"id": made.rates[1].id})
    assert refused.value.code == "SHIPMENT.POSTAGE.EXISTS"
    found = easypost.shipment.retrieve("label-1")
    assert (found.id, found.tracking_code, found.selected_rate.rate) == (made.id, bought.tracking_code, "4.90")
    assert requests.get(bought.postage_label.label_url, timeout=10).content.startswith(b"%PDF-")
    form = easypost.shipment.generate_form(made.id, "label_qr_code").forms[0]
    assert requests.get(form.form_url, timeout=10).content.startswith(b"\x89PNG")


def test_what_no_carrier_takes_has_no_rates(easypost: Any) -> None:
    for to_address, weight in (ALICE, 99999), ({**ALICE, "zip": ""}, 20):
        made = easypost.shipment.create(to_address=to_address, from_address=SHOP, parcel={"weight": weight})
        assert not made.rates and made.messages[0].type == "rate_error"


def test_a_parcel_that_is_sent_back_goes_its_way_with_the_clock(shop: Shop, easypost: Any) -> None:
    made = easypost.shipment.create(to_address=ALICE, from_address=SHOP, parcel={"weight": 20})
    number = easypost.shipment.buy(made.id, rate={"id": made.rates[0].id}).tracking_code
    ref = easypost.tracker.create(tracking_code=number, carrier="DHLParcel").id
    assert statuses(easypost.tracker.retrieve(ref)) == ["pre_transit"]
    assert easypost.shipment.refund(made.id).refund_status == "submitted"
    shop.later(days=4)
    assert statuses(easypost.tracker.retrieve(ref))[-1] == "delivered"
