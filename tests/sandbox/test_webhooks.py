import socket
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest
import requests

import sandbox
from tests.sandbox.account import DAY
from tests.sandbox.endpoint import Endpoint, wait_until
from tests.sandbox.shop import Shop


@pytest.fixture
def told(shop: Shop, endpoint: Endpoint) -> Endpoint:
    shop.control("webhooks", {"url": endpoint.url})
    return endpoint


def test_what_happens_is_told_in_order_and_signed(shop: Shop, told: Endpoint) -> None:
    subscription = shop.subscribe()
    listed = shop.events()
    arrived = told.wait_for(len(listed))
    assert [event.id for event in arrived] == [event.id for event in listed]
    assert arrived[-1].type == "customer.subscription.created"
    assert arrived[-1].data.object.id == subscription.id


def test_the_signature_has_the_walls_time_also_when_the_clock_was_moved(shop: Shop, told: Endpoint) -> None:
    shop.later(days=20)
    shop.customer(card=None)
    (event,) = told.wait_for(1)
    assert event.created >= time.time() + 19 * DAY
    signed_at = int(told.received[0][1].split(",")[0].removeprefix("t="))
    assert abs(signed_at - time.time()) < 5


def test_it_is_told_again_until_it_was_taken_and_the_body_stays_the_same(shop: Shop, told: Endpoint) -> None:
    told.statuses += [500, 302]
    shop.customer(card=None)
    events = told.wait_for(3)
    assert len({event.id for event in events}) == 1
    assert len({body for body, _ in told.received}) == 1
    wait_until(lambda: shop.control("webhooks")["waiting"] == 0)
    time.sleep(0.1)
    assert len(told.received) == 3


@pytest.mark.parametrize("broken", ["not an address", "http://127.0.0.1:9/webhooks", "garbage"])
def test_an_endpoint_that_is_broken_is_tried_again_once_it_works(shop: Shop, endpoint: Endpoint, broken: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        Thread(target=_answer_garbage, args=[server], daemon=True).start()
        address = f"http://127.0.0.1:{server.getsockname()[1]}/" if broken == "garbage" else broken
        shop.control("webhooks", {"url": address})
        shop.customer(card=None)
        time.sleep(0.1)
        shop.control("webhooks", {"url": endpoint.url})
        (event,) = endpoint.wait_for(1)
    assert event.type == "customer.created"


def _answer_garbage(server: socket.socket) -> None:
    with suppress(OSError):
        while True:
            connection, _ = server.accept()
            with connection:
                connection.recv(100_000)
                connection.sendall(b"garbage\r\n\r\n")


def test_an_event_knows_whether_it_was_taken(shop: Shop, told: Endpoint) -> None:
    shop.control("webhooks", {"paused": True})
    shop.customer(card=None)
    assert [event.pending_webhooks for event in shop.events()] == [1]
    assert len(shop.v1.events.list({"delivery_success": False}).data) == 1
    assert told.received == []
    shop.control("webhooks", {"paused": False})
    told.wait_for(1)
    wait_until(lambda: len(shop.v1.events.list({"delivery_success": True}).data) == 1)
    assert [event.pending_webhooks for event in shop.events()] == [0]


def test_on_request_each_is_told_twice(shop: Shop, told: Endpoint) -> None:
    shop.control("webhooks", {"double": True})
    shop.subscribe()
    events = told.wait_for(2 * len(shop.events()))
    assert set(Counter(event.id for event in events).values()) == {2}


def test_on_request_they_are_out_of_order(shop: Shop, told: Endpoint) -> None:
    shop.control("webhooks", {"shuffle": True, "paused": True})
    for _ in range(3):
        shop.subscribe()
    listed = [event.id for event in shop.events()]
    shop.control("webhooks", {"paused": False})
    arrived = [event.id for event in told.wait_for(len(listed))]
    assert sorted(arrived) == sorted(listed)
    assert arrived != listed


def test_under_way_is_what_somebody_is_about_to_be_told_of_of_parcels_too(shop: Shop, endpoint: Endpoint) -> None:
    endpoint.statuses += [500] * 50
    shop.control("webhooks", {"url": endpoint.url})
    shop.customer(card=None)
    assert shop.control("webhooks")["under_way"] == 1
    shop.control("webhooks", {"url": ""})
    assert (shop.control("webhooks")["waiting"], shop.control("webhooks")["under_way"]) == (1, 0)
    shop.control("parcels/webhook", {"url": endpoint.url})
    requests.post(
        f"{shop.url}/v2/trackers", json={"tracker": {"tracking_code": "JD1"}}, headers={"Authorization": "Bearer EZTK_test"}, timeout=30
    )
    assert shop.control("webhooks")["under_way"] == 1
    shop.control("webhooks", {"paused": True})
    assert shop.control("webhooks")["under_way"] == 0


def test_a_refused_request_tells_nobody(shop: Shop, told: Endpoint) -> None:
    with pytest.raises(Exception, match="No such payment_method"):
        shop.customer("pm_unknown")
    shop.customer(card=None)
    assert [event.type for event in told.wait_for(1)] == ["customer.created"]


def test_what_was_not_told_yet_survives_a_restart_with_everything_else(tmp_path: Path, endpoint: Endpoint) -> None:
    database = str(tmp_path / "sandbox.sqlite")
    with sandbox.running(database, "http://127.0.0.1:9/webhooks") as url:
        shop = Shop(url)
        customer = shop.v1.customers.create({"name": "Alice"}, {"idempotency_key": "once"})
        shop.later(days=20)
        moved = shop.now()
    with sandbox.running(database, endpoint.url) as url:
        shop = Shop(url)
        (event,) = endpoint.wait_for(1)
        assert event.data.object.id == customer.id
        assert shop.now() >= moved
        assert shop.v1.customers.create({"name": "Alice"}, {"idempotency_key": "once"}).id == customer.id
