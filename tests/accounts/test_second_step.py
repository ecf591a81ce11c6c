"""At the desk, a mail is only the first step."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal import outbox
from portal.accounts import actions, authenticator
from portal.accounts.actions import ByApp, Opened, Stopped, TooMany, WrongCode
from portal.accounts.models import MOST_WRONG, AuthenticatorApp, Over, Passkey, RecoveryCode, SecondStep, Session, Staff
from portal.accounts.tokens import digest
from portal.cli import commands
from portal.kit import clock
from portal.kit.db import Model, db, transaction
from portal.timeline import Entry
from tests.accounts.builders import authenticator_app
from tests.accounts.desk import JONAS, App, come_in, first_step, shown_secret
from tests.accounts.door import Work, said, sessions
from tests.browser import Browser
from tests.ground import at_once
from tests.mail import Mail, link, text

Move = Callable[[timedelta], None]


@pytest.fixture
def phone(app: Flask, jonas: int) -> App:
    """The one on which his app is set up."""
    with app.app_context(), transaction():
        return App(authenticator_app(jonas, at=clock.now()))


def under_way(app: Flask, staff_id: int, count: int) -> list[str]:
    """So many who have proven the mail. Their keys."""
    keys = [f"key {number}" for number in range(count)]
    with app.app_context(), transaction():
        db.session.add_all(SecondStep(key_hash=digest(key), staff_id=staff_id, begun_at=clock.now()) for key in keys)
    return keys


def take(key: str, code: str) -> actions.Said:
    with transaction():
        return actions.take_second_step(ByApp(code, clock.wall()), key=key, device="", instead_of=None, at=clock.now())


def test_after_the_mail_nobody_is_in_yet(app: Flask, phone: App, mail: Mail, work: Work) -> None:
    browser = Browser(app)
    page = first_step(browser, mail, work)
    assert browser.answer.request.path == "/desk/sign-in/second-step" and "Now your second step" in said(page, "h1")
    assert not browser.signed_in and sessions(app) == 0
    browser.get("/desk", expect=404)
    browser.get("/desk/sign-in/second-step")
    page = browser.post("/desk/sign-in/second-step", {"code": phone.code()})
    assert browser.answer.request.path == "/desk" and "Waiting for somebody" in said(page, "h1")
    with app.app_context():
        row = db.session.scalars(select(Session)).one()
        assert row.second_step_at == row.created_at and row.staff_id is not None


def test_by_the_link_too(app: Flask, phone: App, mail: Mail, work: Work) -> None:
    browser = Browser(app)
    browser.get("/desk/sign-in")
    browser.post("/desk/sign-in", {"email": JONAS})
    work()
    path = link(mail.newest(JONAS))
    assert path.startswith("/desk/sign-in/link/")
    page = browser.get(path)
    assert "j•••@halfjar.example" in page.text and "then comes the second step" in page.text
    browser.post(path)
    browser.post("/desk/sign-in/second-step", {"code": phone.code()})
    assert browser.signed_in and browser.answer.request.path == "/desk"


def test_the_first_time_an_app_is_set_up(app: Flask, jonas: int, mail: Mail, work: Work) -> None:
    browser = Browser(app)
    page = first_step(browser, mail, work)
    assert browser.answer.request.path == "/desk/sign-in/set-up"
    phone = App(shown_secret(page))
    picture = page.select_one(".qr svg path")
    assert picture and not page.select_one("[style]"), "the policy of our pages takes no inline style"
    assert shown_secret(browser.get("/desk/sign-in/set-up")) == phone.totp.secret, "reloading changes nothing"
    page = browser.post("/desk/sign-in/set-up", {"code": phone.wrong}, expect=422)
    assert "4 tries are left" in said(page, "#code-error") and shown_secret(page) == phone.totp.secret
    page = browser.post("/desk/sign-in/set-up", {"code": phone.code()})
    assert browser.answer.request.path == "/desk/your-sign-in/recovery-codes"
    codes = [found.text for found in page.select(".codes code")]
    assert len(set(codes)) == 10 and all(re.fullmatch(r"([a-z2-7]{4}-){3}[a-z2-7]{4}", code) for code in codes)
    browser.get("/desk/your-sign-in/recovery-codes")
    assert "Keep them where your phone is not" in said(browser.post("/desk/your-sign-in/recovery-codes/kept"))
    browser.get("/desk/your-sign-in/recovery-codes")
    assert browser.answer.request.path == "/desk/your-sign-in", "shown once"
    work()
    assert "An authenticator app was set up." in text(mail.newest(JONAS))
    other = Browser(app)
    come_in(other, mail, work, phone)
    assert other.signed_in


def test_no_secret_of_it_is_at_rest(app: Flask, jonas: int, mail: Mail, work: Work) -> None:
    browser = Browser(app)
    phone = App(shown_secret(first_step(browser, mail, work)))
    page = browser.post("/desk/sign-in/set-up", {"code": phone.code()})
    with browser.client.session_transaction() as cookie:
        key = cookie["_user_id"]
    secrets = [phone.totp.secret, phone.same, key, *(found.text for found in page.select(".codes code"))]
    secrets += [code.replace("-", "") for code in secrets[3:]]
    work()
    with app.app_context():
        rows = [str(row) for table in Model.metadata.sorted_tables for row in db.session.execute(select(table))]
    assert not [secret for secret in secrets if any(secret in row for row in rows)]


def test_who_has_one_cannot_set_up_another_by_the_mail_alone(app: Flask, jonas: int, mail: Mail, work: Work, time: Move) -> None:
    stranger, browser = Browser(app), Browser(app)
    theirs = App(shown_secret(first_step(stranger, mail, work)))
    time(timedelta(seconds=31))
    phone = App(shown_secret(first_step(browser, mail, work)))
    assert theirs.totp.secret != phone.totp.secret, "whoever reads the mails too is shown another one"
    browser.post("/desk/sign-in/set-up", {"code": phone.code()})
    stranger.post("/desk/sign-in/set-up", {"code": theirs.code()})
    assert stranger.answer.request.path == "/desk/sign-in/second-step" and not stranger.signed_in
    stranger.post("/desk/sign-in/second-step", {"code": theirs.code()}, expect=422)


def test_of_five_who_set_one_up_at_once_one_does(app: Flask, jonas: int) -> None:
    keys = under_way(app, jonas, 5)

    def set_up(number: int) -> actions.Said:
        secret = authenticator.new_secret(keys[number], db.session.get_one(Staff, jonas), None)
        proof = ByApp(App(secret).code(), clock.wall())
        with transaction():
            return actions.set_up_second_step(proof, key=keys[number], device="", instead_of=None, at=clock.now())

    said = at_once(app, 5, set_up)
    assert sum(isinstance(one, Opened) for one in said) == 1 and said.count(Over.REPLACED) == 4


def test_a_code_counts_once(app: Flask, jonas: int, phone: App, mail: Mail, work: Work) -> None:
    first, second = under_way(app, jonas, 2)
    with app.app_context():
        assert isinstance(take(first, phone.code()), Opened)
        assert isinstance(take(second, phone.same), WrongCode), "seen over a shoulder, it opens nothing any more"
        assert isinstance(take(second, phone.totp.generate_otp(phone.last - 1)), WrongCode), "nor does the one before it"
        assert isinstance(take(second, phone.code()), Opened)
        assert take(second, phone.same) is Over.SPENT


def test_of_twenty_at_once_with_one_code_one_gets_in(app: Flask, jonas: int, phone: App) -> None:
    keys, code = under_way(app, jonas, 20), phone.code()
    said = at_once(app, 20, lambda number: take(keys[number], code))
    assert sum(isinstance(one, Opened) for one in said) == 1 and sessions(app) == 1


def test_of_thirty_wrong_ones_at_once_five_are_tried(app: Flask, jonas: int, phone: App) -> None:
    keys, wrong = under_way(app, jonas, 30), phone.wrong
    said = at_once(app, 30, lambda number: take(keys[number], wrong))
    assert sum(isinstance(one, WrongCode) for one in said) == 4 and sum(isinstance(one, TooMany) for one in said) == 26
    with app.app_context():
        assert db.session.get_one(Staff, jonas).wrong_steps == 5


def test_five_wrong_ones_end_it_and_a_new_mail_does_not_help(
    app: Flask, jonas: int, phone: App, mail: Mail, work: Work, time: Move
) -> None:
    browser = Browser(app)
    first_step(browser, mail, work)
    for left in ("4 tries are", "3 tries are", "2 tries are", "one try is"):
        page = browser.post("/desk/sign-in/second-step", {"code": phone.wrong}, expect=422)
        assert f"{left} left" in said(page, "#code-error")
    page = browser.post("/desk/sign-in/second-step", {"recovery": "abcd-efgh"})
    assert browser.answer.request.path == "/desk/sign-in" and "Too many wrong tries: this sign-in has ended." in said(page)
    first_step(browser, mail, work)
    page = browser.post("/desk/sign-in/second-step", {"code": phone.code()})
    assert not browser.signed_in and "after 10:10" in said(page)
    time(timedelta(minutes=10, seconds=1))
    first_step(browser, mail, work)
    browser.post("/desk/sign-in/second-step", {"code": phone.code()})
    assert browser.signed_in
    with app.app_context():
        assert db.session.get_one(Staff, jonas).wrong_steps == 0
        his = select(Entry.deed).where(Entry.staff_id == jonas, Entry.deed != "mail proven").order_by(Entry.id)
        assert db.session.scalars(his).all() == ["sign-in locked", "signed in"]


def test_what_is_no_code_is_said_and_not_counted(app: Flask, phone: App, mail: Mail, work: Work) -> None:
    browser = Browser(app)
    first_step(browser, mail, work)
    for typed in ("", "12345", "abc", "\x00"):
        page = browser.post("/desk/sign-in/second-step", {"code": typed}, expect=422)
        assert said(page, "#code-error") == "The app shows six digits. Type those that it shows now."
    browser.post("/desk/sign-in/second-step", {"recovery": ""}, expect=422)
    browser.post("/desk/sign-in/second-step", {"credential": ""}, expect=422)
    browser.post("/desk/sign-in/second-step", {"code": phone.code()})
    assert browser.signed_in


def test_after_a_hundred_wrong_ones_only_an_administrator_helps(app: Flask, jonas: int, phone: App, mail: Mail, work: Work) -> None:
    with app.app_context(), transaction():
        db.session.get_one(Staff, jonas).wrong_steps = MOST_WRONG - 1
    browser = Browser(app)
    first_step(browser, mail, work)
    assert "Your sign-in is stopped." in said(browser.post("/desk/sign-in/second-step", {"code": phone.wrong}))
    (key,) = under_way(app, jonas, 1)
    with app.app_context():
        assert isinstance(take(key, phone.code()), Stopped)
        work()
        assert "nobody can sign in with your address any more" in text(mail.newest(JONAS))
        told = app.test_cli_runner().invoke(commands, ["staff", "reset-second-step", JONAS])
    assert told.exit_code == 0
    page = first_step(Browser(app), mail, work)
    assert "Set up your second step" in said(page, "h1")


def test_a_recovery_code_opens_once_and_a_mail_says_so(app: Flask, jonas: int, mail: Mail, work: Work, time: Move) -> None:
    browser = Browser(app)
    phone = App(shown_secret(first_step(browser, mail, work)))
    one = browser.post("/desk/sign-in/set-up", {"code": phone.code()}).select(".codes code")[3].text
    for number, expect in enumerate((200, 422)):
        time(timedelta(minutes=5))
        other = Browser(app)
        first_step(other, mail, work)
        other.post("/desk/sign-in/second-step", {"recovery": f" {one.upper().replace('-', ' ')} "}, expect=expect)
        assert other.signed_in is (number == 0)
    work()
    assert any("A recovery code was used to sign in." in text(letter) for letter in mail.to(JONAS))
    with app.app_context():
        assert len(db.session.scalars(RecoveryCode.left_of(db.session.get_one(Staff, jonas))).all()) == 9


def test_it_goes_on_only_in_the_browser_that_began_and_for_ten_minutes(app: Flask, phone: App, mail: Mail, work: Work, time: Move) -> None:
    browser, other = Browser(app), Browser(app)
    first_step(browser, mail, work)
    other.post("/desk/sign-in/second-step", {"code": phone.code()})
    assert other.answer.request.path == "/desk/sign-in" and not other.signed_in
    time(timedelta(minutes=10, seconds=1))
    page = browser.post("/desk/sign-in/second-step", {"code": phone.same})
    assert said(page) == "This sign-in has ended. Begin again with a new mail." and not browser.signed_in


def test_who_is_shut_out_amid_it_stays_out(app: Flask, jonas: int, phone: App, mail: Mail, work: Work) -> None:
    browser = Browser(app)
    first_step(browser, mail, work)
    with app.app_context():
        app.test_cli_runner().invoke(commands, ["staff", "disable", JONAS])
    browser.post("/desk/sign-in/second-step", {"code": phone.code()})
    assert browser.answer.request.path == "/desk/sign-in" and not browser.signed_in


def test_nothing_of_the_cookie_before_is_worth_anything_after(app: Flask, phone: App, mail: Mail, work: Work) -> None:
    browser = Browser(app)
    first_step(browser, mail, work)
    with browser.client.session_transaction() as cookie:
        cookie["planted"] = "x"
        before = dict(cookie)
    browser.post("/desk/sign-in/second-step", {"code": phone.code()})
    with browser.client.session_transaction() as cookie:
        after = dict(cookie)
    assert not {"planted", "browser", "second_step"} & after.keys() and after["csrf"] != before["csrf"]
    assert after["_user_id"] != before["second_step"]


def test_an_app_keeps_working_while_the_secret_key_changes(app: Flask, jonas: int, phone: App, work: Work) -> None:
    old = app.config["SECRET_KEY"]
    first, second, third = under_way(app, jonas, 3)
    app.config.update(SECRET_KEY="a new secret", SECRET_KEY_FALLBACKS=[old])
    with app.app_context():
        assert isinstance(take(first, phone.code()), Opened)
        before = db.session.scalars(select(AuthenticatorApp.sealed)).one()
        with transaction():
            outbox.want_task("lock secrets anew", {}, at=clock.now())
        work()
        db.session.rollback()
        assert db.session.scalars(select(AuthenticatorApp.sealed)).one() != before
    app.config.update(SECRET_KEY_FALLBACKS=[])
    with app.app_context():
        assert isinstance(take(second, phone.code()), Opened)
    app.config.update(SECRET_KEY="another secret")
    with app.app_context():
        assert isinstance(take(third, "123456"), WrongCode), "with the key gone it is like a lost phone"
        assert db.session.scalar(select(func.count()).select_from(Passkey)) == 0
