"""REL L6: whatever a request says of the host, a mail's link leads to the portal, and another host's name is refused."""

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from portal.kit.db import db, transaction
from tests.accounts.builders import customer, staff
from tests.accounts.door import Work
from tests.mail import Mail, text

NAME = "my.halfjar.example"
BASE = f"https://{NAME}"
EVIL = "evil.example"
OURS: list[dict[str, str]] = [
    {},
    {"Host": f"{NAME}:443"},
    {"Host": f"{NAME}:8443"},
    {"Host": NAME.upper()},
    {"X-Forwarded-Host": EVIL},
    {"X-Forwarded-Host": f"{NAME}, {EVIL}"},
    {"Forwarded": f"host={EVIL};proto=https"},
    {"X-Host": EVIL},
    {"X-Forwarded-Server": EVIL},
    {"X-Original-Host": EVIL},
    {"X-Original-URL": f"https://{EVIL}/sign-in"},
    {"X-Rewrite-URL": f"https://{EVIL}/sign-in"},
]
"""Taken, and led astray by nothing."""
THEIRS = [
    EVIL,
    f"{NAME}.{EVIL}",
    f"{EVIL}.{NAME}",
    f"{NAME}, {EVIL}",  # what a server makes of two
    f"{NAME}@{EVIL}",
    f"{NAME}:443@{EVIL}",
    f"{NAME}#{EVIL}",
    f"{NAME}.",
    f"{NAME}/{EVIL}",
    f"{EVIL}:443",
    "localhost",
    "127.0.0.1",
    "[::1]",
    "",
]


@pytest.mark.parametrize("door", ["/sign-in", "/desk/sign-in"])
def test_a_link_leads_to_the_portal_whatever_the_host(app: Flask, mail: Mail, work: Work, door: str) -> None:
    app.config.update(PORTAL_BASE_URL=BASE, DEMO=False, TESTING=False)
    with app.app_context(), transaction():
        for number in range(len(OURS)):
            customer(f"person{number}@example.com") if door == "/sign-in" else staff(f"person{number}@example.com")
    client = app.test_client()
    page = BeautifulSoup(client.get(door, base_url=BASE).text, "html.parser")
    field = page.select_one("main [name=csrf_token]")
    assert field
    for number, headers in enumerate(OURS):
        form = {"csrf_token": field["value"], "email": f"person{number}@example.com"}
        answer = client.post(door, data=form, base_url=BASE, headers=headers)
        assert (answer.status_code, answer.location) == (303, f"{door}/sent"), headers
    work()
    links = [line for message in mail.received for line in text(message).splitlines() if "://" in line]
    assert len(mail.received) == len(OURS)
    assert all(line.strip().startswith(f"{BASE}{door}/link/") for line in links), links
    with app.app_context():
        db.session.rollback()


@pytest.mark.parametrize("door", ["/sign-in", "/desk/sign-in"])
def test_another_name_is_refused_at_the_door(app: Flask, mail: Mail, work: Work, door: str) -> None:
    app.config.update(PORTAL_BASE_URL=BASE, DEMO=False, TESTING=False)
    client = app.test_client()
    for host in THEIRS:
        for answer in client.get(door, headers={"Host": host}), client.post(door, data={"email": "x@example.com"}, headers={"Host": host}):
            assert answer.status_code == 400, host
            assert EVIL not in answer.text and "Location" not in answer.headers
    work()
    assert mail.received == []


@pytest.mark.parametrize("door", ["/sign-in", "/desk/sign-in"])
def test_an_address_with_another_host_in_the_request_line_is_no_way_in(app: Flask, door: str) -> None:
    """The absolute form, as a proxy's client sends it: the host of the address counts then."""
    app.config.update(PORTAL_BASE_URL=BASE, DEMO=False, TESTING=False)
    answer = app.test_client().get(f"https://{EVIL}{door}")
    assert answer.status_code == 400
