from typing import Any

import pytest
from flask import Flask

from portal.kit.clock import now
from portal.kit.db import transaction
from tests.accounts.builders import address
from tests.billing.builders import Payer, payer
from tests.conftest import Work
from tests.stripe import Stripe

BOOK = "/account/addresses"
HOME: dict[str, str] = {
    "name": "Elif Yılmaz", "line1": "Bağdat Caddesi No: 123/4", "line2": "Daire 7", "postcode": "34710", "city": "Kadıköy",
    "region": "İstanbul", "country": "TR", "phone": "+90 216 123 45 67",
}  # fmt: skip


def shipping(payer: Payer) -> dict[str, Any] | None:
    """Where the provider has it that things go."""
    found = payer.stripe.v1.customers.retrieve(payer.ref).shipping
    return found.to_dict() if found else None


def add(payer: Payer, **changed: str) -> None:
    payer.browser.get(f"{BOOK}/new")
    payer.browser.post(f"{BOOK}/new", {**HOME, **changed})


def test_the_address_for_all_deliveries_reaches_the_provider(alice: Payer, work: Work) -> None:
    assert shipping(alice) is None
    add(alice)
    work()
    assert shipping(alice) == {
        "name": "Elif Yılmaz",
        "phone": "+90 216 123 45 67",
        "address": {
            "line1": "Bağdat Caddesi No: 123/4",
            "line2": "Daire 7",
            "postal_code": "34710",
            "city": "Kadıköy",
            "state": "İstanbul",
            "country": "TR",
        },
    }


def test_the_next_one_follows_and_so_does_its_undo(alice: Payer, work: Work) -> None:
    add(alice)
    work()
    add(alice, line1="Rosenweg 3", line2="", postcode="99423", city="Weimar", region="", country="DE", phone="", for_all="1")
    work()
    there = shipping(alice)
    assert there and there["address"]["line1"] == "Rosenweg 3" and not there["address"]["line2"] and not there["address"]["state"]
    page = alice.browser.post(f"{BOOK}/1/for-all")
    undo = page.select_one("#notice form")
    assert undo
    work()
    there = shipping(alice)
    assert there and there["address"]["line1"] == "Bağdat Caddesi No: 123/4"
    alice.browser.post(str(undo["action"]))
    work()
    there = shipping(alice)
    assert there and there["address"]["line1"] == "Rosenweg 3"


def test_what_the_provider_has_already_is_not_sent_again(alice: Payer, stripe: Stripe, work: Work) -> None:
    add(alice, line2="", phone="")
    work()
    stripe.forget_requests()
    add(alice, line1="Rosenweg 3")  # in the book only
    page = alice.browser.post(f"{BOOK}/2/for-all")
    undo = page.select_one("#notice form")
    assert undo
    alice.browser.post(str(undo["action"]))
    work()
    asked = [request for request in stripe.requests() if request["path"].startswith("/v1/customers/")]
    assert asked and not [request for request in asked if request["method"] == "POST"]


def test_it_is_sent_with_the_first_look_at_an_account_too(app: Flask, stripe: Stripe, work: Work) -> None:
    alice = payer(app, stripe)
    with app.app_context(), transaction():
        address(alice.box.customer_id, at=now())
    other = payer(app, stripe)
    work()
    there = shipping(other)
    assert there and there["address"]["line1"] == "Lindenallee 12"


@pytest.mark.parametrize("field", ["name", "line1", "line2", "city"])
def test_the_longest_address_is_taken(alice: Payer, work: Work, field: str) -> None:
    longest = {"name": 80, "line1": 80, "line2": 80, "city": 60}[field] * "Ş"
    add(alice, **{field: longest})
    work()
    there = shipping(alice)
    assert there and longest in (there["name"], *there["address"].values())
