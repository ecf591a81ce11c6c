from collections.abc import Callable

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import Role, Session, Staff
from portal.cli import commands
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.timeline import Entry
from tests.accounts.door import Work
from tests.browser import Browser
from tests.mail import Mail, text

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Run:
    def run(*arguments: str, code: int = 0) -> Result:
        told = app.test_cli_runner().invoke(commands, ["staff", *arguments])
        assert told.exit_code == code, told.output
        return told

    return run


def test_somebody_is_added_and_told_by_a_mail(app: Flask, run: Run, mail: Mail, work: Work) -> None:
    run("add", " Ada@Halfjar.example ", "--role", "lead", "--name", "Ada\tBrandt")
    work()
    letter = mail.newest("ada@halfjar.example")
    assert letter["Subject"] == "You can sign in to the desk of Halfjar" and "/desk/sign-in" in text(letter)
    with app.app_context():
        ada = db.session.scalars(select(Staff)).one()
        assert (ada.email, ada.name, ada.role) == ("ada@halfjar.example", "Ada Brandt", Role.LEAD)
        entry = db.session.scalars(select(Entry)).one()
        assert (entry.deed, entry.system, entry.facts) == ("staff added", "command line", {"role": "lead"})
    assert "ada@halfjar.example  Ada Brandt  lead  has not signed in yet" in run("list").output


def test_nobody_twice_and_nobody_without_an_address_or_a_role(app: Flask, run: Run) -> None:
    run("add", "ada@halfjar.example", "--role", "agent")
    assert "is staff already" in run("add", "ADA@halfjar.example", "--role", "admin", code=1).output
    assert "no e-mail address" in run("add", "ada", "--role", "agent", code=2).output
    run("add", "tom@halfjar.example", "--role", "king", code=2)
    assert "Nobody here has" in run("role", "tom@halfjar.example", "lead", code=1).output
    with app.app_context():
        assert db.session.scalars(select(Staff.role)).all() == [Role.AGENT]


def test_who_is_disabled_is_out_at_the_very_next_request(app: Flask, run: Run, jonas: int) -> None:
    browsers = [Browser(app) for _ in range(10)]
    for browser in browsers:
        browser.sign_in_staff(jonas)
        browser.get("/desk")
    run("disable", "jonas@halfjar.example")
    for browser in browsers:
        assert browser.client.get("/desk").location == "/desk/sign-in"
    run("enable", "jonas@halfjar.example")
    for browser in browsers:
        assert browser.client.get("/desk").location == "/desk/sign-in", "what was ended stays ended"
    with app.app_context():
        assert None not in db.session.scalars(select(Session.revoked_at)).all()
        assert db.session.scalars(select(Entry.deed).order_by(Entry.id)).all() == ["staff shut out", "staff let in again"]


def test_even_where_a_session_was_forgotten(app: Flask, run: Run, jonas: int) -> None:
    """The row of the member of staff decides too."""
    browser = Browser(app)
    browser.sign_in_staff(jonas)
    with app.app_context(), transaction():
        db.session.get_one(Staff, jonas).disabled_at = now()
    assert browser.client.get("/desk").location == "/desk/sign-in"


def test_a_reset_ends_sessions_and_tells(app: Flask, run: Run, jonas: int, mail: Mail, work: Work) -> None:
    browser = Browser(app)
    browser.sign_in_staff(jonas)
    run("reset-second-step", "jonas@halfjar.example")
    assert browser.client.get("/desk").location == "/desk/sign-in"
    work()
    assert "It was reset from the command line" in text(mail.newest("jonas@halfjar.example"))
