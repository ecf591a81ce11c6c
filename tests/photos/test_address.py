"""Where a photo is looked at: a signed address, for its owner, for five minutes. REL A11, U6."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from portal.kit.db import transaction
from tests.accounts.builders import customer, staff
from tests.browser import Browser
from tests.photos.builders import opened, photo, send


@pytest.fixture
def address(browser: Browser) -> str:
    """Of Alice's photo."""
    return str(re.findall(r'src="(/photos/[^"]+)"', send(browser, photo()).text)[0])


def test_alice_sees_hers(browser: Browser, address: str) -> None:
    answer = browser.client.get(address)
    assert (answer.status_code, answer.mimetype, opened(answer.data).size) == (200, "image/jpeg", (320, 240))
    assert answer.headers["X-Content-Type-Options"] == "nosniff" and answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Security-Policy"].endswith("; sandbox")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert re.fullmatch(r'inline; filename="photo-\d+\.jpg"', answer.headers["Content-Disposition"])


def test_for_anybody_else_nothing_is_there(app: Flask, browser: Browser, address: str) -> None:
    with app.app_context(), transaction():
        bobs, jonas = customer("bob@example.com").id, staff().id
    bob, worker = Browser(app), Browser(app)
    bob.sign_in(bobs)
    worker.sign_in_staff(jonas)
    for other in bob, worker, Browser(app):
        for method in "GET", "HEAD":
            assert other.client.open(address, method=method).status_code == 404
    browser.post("/sign-out")
    assert browser.client.get(address).status_code == 404


def test_after_five_minutes_nothing_is_there(browser: Browser, address: str, time: Callable[[timedelta], None]) -> None:
    time(timedelta(seconds=290))
    assert browser.client.get(address).status_code == 200
    time(timedelta(seconds=20))
    assert browser.client.get(address).status_code == 404


def test_an_address_is_one_that_we_gave_out(browser: Browser, address: str) -> None:
    made_up = ["x", "1", address[8:-1], address[8:] + "x", f"{address[8:20]}AAAA{address[24:]}", "..", "%2e%2e%2fsecret-key", "a" * 5000]
    for sealed in made_up:
        assert browser.client.get(f"/photos/{sealed}").status_code in (404, 405), sealed


def test_what_lies_on_the_disk_is_not_served_by_its_name(browser: Browser, address: str, app: Flask) -> None:
    assert browser.client.get("/static/../instance/photos").status_code == 404
    assert browser.client.get(f"/photos/{app.config['PHOTOS_DIR']}").status_code == 404


def test_bob_takes_none_of_alices_photos_out(app: Flask, browser: Browser, address: str) -> None:
    with app.app_context(), transaction():
        bobs = customer("bob@example.com").id
    bob = Browser(app)
    bob.sign_in(bobs)
    bob.post("/photos/remove", {"remove": "1"}, expect=204)
    assert browser.client.get(address).status_code == 200
