"""Each entry says from which request it comes, and who sent that (REL G5)."""

from flask import Flask
from sqlalchemy import select, update

from portal import timeline
from portal.accounts.models import Customer
from portal.kit.db import db, transaction
from portal.kit.origin import NOWHERE, origin
from portal.timeline import Entry
from portal.timeline.checking import first_break
from tests.accounts.builders import customer
from tests.browser import Browser
from tests.timeline.conftest import ALICE, TODAY, Jar


def change_language(app: Flask, **headers: str) -> tuple[str, Entry]:
    with app.app_context(), transaction():
        alice = customer().id
    browser = Browser(app)
    browser.sign_in(alice)
    data = {"csrf_token": browser.token(), "locale": "tr", "time_zone": "Europe/Istanbul"}
    answer = browser.client.post("/account/language", data=data, headers=headers, environ_overrides={"REMOTE_ADDR": "203.0.113.9"})
    assert answer.status_code == 303
    entry = db.session.scalars(select(Entry).where(Entry.subject == timeline.key(db.session.get_one(Customer, alice)))).one()
    return answer.headers["X-Request-Id"], entry


def test_a_deed_has_the_name_of_its_request_as_the_answer_and_the_logs_do(app: Flask) -> None:
    with app.app_context():
        answered, entry = change_language(app, **{"X-Request-Id": "proxy-20261123-1"})
        assert (answered, entry.request_id, entry.ip) == ("proxy-20261123-1", "proxy-20261123-1", "203.0.113.9")
        assert entry.at.utcoffset() is not None
        assert (list(entry.before.values()), list(entry.after.values())) == (
            [{"locale": None, "time_zone": None}],
            [{"locale": "tr", "time_zone": "Europe/Istanbul"}],
        )
        assert first_break() is None


def test_what_comes_after_the_request_has_none(app: Flask, jar: Jar) -> None:
    change_language(app)
    assert origin() is NOWHERE
    with transaction():
        entry = timeline.note(jar, "noted", by=ALICE, at=TODAY, facts={})
        assert (entry.request_id, entry.ip) == (None, None)


def test_the_address_can_be_forgotten_and_the_request_can_not(app: Flask) -> None:
    with app.app_context():
        change_language(app)
        with transaction():
            db.session.execute(update(Entry).values(ip=None, personal=None))
        assert first_break() is None


def test_an_entry_of_before_there_were_requests_still_holds(jar: Jar) -> None:
    """This is the hash that the first version of the portal gave to this entry."""
    with transaction():
        entry = timeline.note(jar, "noted", by=ALICE, at=TODAY, facts={"number": 1})
        assert entry.entry_hash == "865b96fc94fe6de0166b0733e087dd82f9bb706043bf24fa658496374ddec6c1"
