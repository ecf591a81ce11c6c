"""The book and what goes to its addresses, changed in the same moment from two devices."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from flask import Flask

from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.subscriptions.models import Subscription
from tests.accounts.builders import address
from tests.browser import Browser
from tests.subscriptions.builders import Box

pytestmark = pytest.mark.slow
ROUNDS = 12
ADA = {"name": "Ada Okafor", "line1": "Rosenweg 5", "line2": "", "postcode": "99423", "city": "Weimar", "country": "DE", "phone": ""}


@pytest.fixture
def devices(app: Flask, alice: Box) -> list[Browser]:
    with app.app_context(), transaction():
        address(alice.customer_id, at=now())
    opened = [Browser(app) for _ in range(2)]
    for browser in opened:
        browser.sign_in(alice.customer_id)
        browser.get("/account/addresses/new")
    return opened


def add(app: Flask, box: Box, number: int) -> int:
    with app.app_context(), transaction():
        return address(box.customer_id, name="Ada Okafor", line1=f"Rosenweg {number}", at=now()).id


def together(*deeds: Callable[[], int]) -> list[int]:
    with ThreadPoolExecutor(len(deeds)) as threads:
        return [running.result() for running in [threads.submit(deed) for deed in deeds]]


def post(browser: Browser, path: str, **sent: str) -> int:
    """The answer's status, whichever it is."""
    return browser._send("POST", path, {"csrf_token": browser._token or "", **sent}).status_code


def goes_to_what_is_in_the_book(app: Flask, box: Box) -> bool:
    with app.app_context():
        goal = db.session.get_one(Subscription, box.id).address
        return goal is None or goal.is_listed


def test_what_is_removed_while_it_is_chosen_is_one_or_the_other(app: Flask, alice: Box, devices: list[Browser]) -> None:
    one, other = devices
    for number in range(ROUNDS):
        ada = add(app, alice, 100 + number)
        answers = together(
            partial(post, one, f"/account/addresses/{ada}/remove"),
            partial(post, other, f"{alice.page}/address", address=str(ada)),
        )
        assert set(answers) <= {303, 404}
        assert goes_to_what_is_in_the_book(app, alice)


def test_what_is_corrected_while_it_is_chosen_is_the_corrected_one(app: Flask, alice: Box, devices: list[Browser]) -> None:
    one, other = devices
    for number in range(ROUNDS):
        ada = add(app, alice, 100 + number)
        answers = together(
            partial(post, one, f"/account/addresses/{ada}", **ADA | {"line1": f"Rosenweg {200 + ada}"}),
            partial(post, other, f"{alice.page}/address", address=str(ada)),
        )
        assert set(answers) <= {303, 404}
        assert goes_to_what_is_in_the_book(app, alice)


def test_a_correction_and_a_skip_wait_for_each_other_in_one_order(app: Flask, alice: Box, devices: list[Browser]) -> None:
    one, other = devices
    ada = add(app, alice, 100)
    assert post(one, f"{alice.page}/address", address=str(ada)) == 303
    for number in range(ROUNDS):
        deed = alice.skip(1) if number % 2 == 0 else alice.unskip(1)
        correction = ADA | {"line1": f"Rosenweg {number}"}
        answers = together(
            partial(post, one, f"/account/addresses/{ada}", **correction),
            partial(post, other, deed),
        )
        assert answers == [303, 303]
        with app.app_context():
            ada = db.session.get_one(Subscription, alice.id).address_id or 0
        assert goes_to_what_is_in_the_book(app, alice)
