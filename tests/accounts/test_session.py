from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Blueprint, Flask
from flask.typing import ResponseReturnValue
from sqlalchemy import event, select
from sqlalchemy.exc import IntegrityError

from portal.accounts.current import current, signed_in, staff_only
from portal.accounts.models import Customer, Role, Session, Staff
from portal.kit import clock
from portal.kit.db import db, transaction
from tests.browser import Browser

Move = Callable[[timedelta], None]


@pytest.fixture(autouse=True)
def guarded_pages(app: Flask) -> None:
    """What a room above this one looks like."""
    mine, desk = Blueprint("mine", __name__), Blueprint("trial_desk", __name__)
    mine.before_request(signed_in)

    @mine.route("/mine", methods=["GET", "POST"])
    def show() -> ResponseReturnValue:
        return f"<p>{current.customer.name} {current.actor.customer_id}"

    @desk.get("/trial-desk/lead")
    @staff_only(Role.LEAD)
    def show_lead() -> ResponseReturnValue:
        return "<p>of leads"

    @desk.get("/trial-desk")
    @staff_only(Role.AGENT)
    def show_desk() -> ResponseReturnValue:
        return f"<p>{current.staff.name} {current.actor.staff_id}"

    app.register_blueprint(mine)
    app.register_blueprint(desk)


def test_a_customer_who_is_signed_in_gets_in(app: Flask, alice: int) -> None:
    browser = Browser(app)
    browser.sign_in(alice)
    assert browser.get("/mine").text == f"Alice {alice}"


def test_it_costs_one_select(app: Flask, alice: int) -> None:
    browser = Browser(app)
    browser.sign_in(alice)
    statements: list[str] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *told: statements.append(told[2]))
    browser.get("/mine")
    assert len([statement for statement in statements if statement.startswith("SELECT")]) == 1


def test_the_key_lies_in_the_cookie_only(app: Flask, alice: int) -> None:
    browser = Browser(app)
    browser.sign_in(alice)
    with browser.client.session_transaction() as cookie:
        key = cookie["_user_id"]
    with app.app_context():
        kept = db.session.scalars(select(Session.key_hash)).one()
    assert len(key) >= 43 and key not in kept


def test_a_key_that_is_not_ours_lets_nobody_in(app: Flask, alice: int) -> None:
    browser = Browser(app)
    with app.app_context():
        for planted in ("", "1", str(alice), "x" * 43):
            with browser.client.session_transaction() as cookie:
                cookie["_user_id"] = planted
            assert browser.client.get("/mine").status_code == 303


def test_a_revoked_session_ends_at_once(app: Flask, alice: int) -> None:
    browser = Browser(app)
    browser.sign_in(alice)
    browser.get("/mine")
    with app.app_context(), transaction():
        db.session.scalars(select(Session)).one().revoked_at = clock.now()
    assert browser.client.get("/mine").status_code == 303


def test_a_session_ends_after_30_days_however_busy(app: Flask, alice: int, time: Move) -> None:
    """REL S4."""
    browser = Browser(app)
    browser.sign_in(alice)
    for _ in range(3):
        time(timedelta(days=9, hours=23))
        browser.get("/mine")
    time(timedelta(hours=2, minutes=58))
    browser.get("/mine")
    time(timedelta(minutes=3))
    assert browser.client.get("/mine").status_code == 303


def test_and_lasts_as_long_if_nobody_uses_it(app: Flask, alice: int, time: Move) -> None:
    browser = Browser(app)
    browser.sign_in(alice)
    time(timedelta(days=29, hours=23))
    browser.get("/mine")
    time(timedelta(hours=1, minutes=1))
    assert browser.client.get("/mine").status_code == 303


def test_staff_are_out_after_half_an_hour_or_a_shift(app: Flask, jonas: int, time: Move) -> None:
    browser = Browser(app)
    browser.sign_in_staff(jonas)
    assert browser.get("/trial-desk").text == f"Jonas {jonas}"
    time(timedelta(minutes=31))
    assert browser.client.get("/trial-desk").status_code == 303
    browser.sign_in_staff(jonas)
    for _ in range(29):
        time(timedelta(minutes=24))
        browser.get("/trial-desk")
    time(timedelta(minutes=25))
    assert browser.client.get("/trial-desk").status_code == 303


def test_when_somebody_was_seen_is_written_every_few_minutes_only(app: Flask, alice: int, time: Move) -> None:
    def seen() -> timedelta:
        with app.app_context():
            session = db.session.scalars(select(Session)).one()
            return session.last_seen_at - session.created_at

    browser = Browser(app)
    browser.sign_in(alice)
    time(timedelta(minutes=4))
    browser.get("/mine")
    assert seen() == timedelta()
    time(timedelta(minutes=2))
    browser.get("/mine")
    assert timedelta(minutes=6) <= seen() < timedelta(minutes=7)


def test_the_desk_is_not_there_for_customers_nor_customers_pages_for_staff(app: Flask, alice: int, jonas: int) -> None:
    browser = Browser(app)
    browser.sign_in(alice)
    browser.get("/trial-desk", expect=404)
    browser.sign_in_staff(jonas)
    answer = browser.client.get("/mine")
    assert (answer.status_code, answer.location) == (303, "/sign-in")


def test_another_role_counts_from_the_very_next_request(app: Flask, jonas: int) -> None:
    browser = Browser(app)
    browser.sign_in_staff(jonas)
    for role, expect in [(Role.AGENT, 403), (Role.LEAD, 200), (Role.ADMIN, 200), (Role.AGENT, 403)]:
        with app.app_context(), transaction():
            db.session.get_one(Staff, jonas).role = role
        browser.get("/trial-desk")
        browser.get("/trial-desk/lead", expect=expect)


def test_no_row_signs_staff_in_by_a_mail_alone(app: Flask, jonas: int) -> None:
    at = clock.now()
    alone = Session(key_hash="x", customer_id=None, staff_id=jonas, device="", created_at=at, last_seen_at=at)
    with app.app_context(), pytest.raises(IntegrityError), transaction():
        db.session.add(alone)


def test_the_reader_decides_language_and_time(app: Flask, alice: int) -> None:
    with app.app_context(), transaction():
        db.session.get_one(Customer, alice).time_zone = "Europe/Bucharest"

    @app.get("/zone")
    def zone() -> ResponseReturnValue:
        from portal.kit import i18n

        return str(i18n.time_zone())

    browser = Browser(app)
    assert browser.get("/zone").text == "Europe/Berlin"
    browser.sign_in(alice)
    assert browser.get("/zone").text == "Europe/Bucharest"


@pytest.mark.parametrize(
    ("asked", "spoken"), [("en-GB,ro;q=0.5", "en"), ("fr,en;q=0.3", "en"), ("ro", "ro"), ("fr", "ro"), ("", "ro"), ("x;q=z", "ro")]
)
def test_who_is_not_signed_in_is_spoken_to_as_their_browser_asks(app: Flask, asked: str, spoken: str) -> None:
    app.config["SHOP"] = replace(app.config["SHOP"], locale="ro")
    answer = app.test_client().get("/sign-in", headers={"Accept-Language": asked})
    assert f'<html lang="{spoken}">' in answer.text
