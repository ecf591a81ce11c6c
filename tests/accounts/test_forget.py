from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from sqlalchemy import func, select

from portal import outbox
from portal.accounts.models import Session, SignIn
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.kit.limits import RecentUse
from tests.accounts.door import Work, ask, asked, press
from tests.browser import Browser
from tests.mail import Mail

Move = Callable[[timedelta], None]


def test_what_is_over_is_forgotten_after_a_day(app: Flask, alice: int, work: Work, time: Move) -> None:
    def kept() -> list[int | None]:
        with app.app_context():
            return [db.session.scalar(select(func.count()).select_from(model)) for model in (SignIn, RecentUse, Session)]

    def forget() -> None:
        with app.app_context(), transaction():
            outbox.want_task("forget old sign-ins", {}, at=now())
        work()

    ask(Browser(app))
    browser, still_in = Browser(app), Browser(app)
    still_in.sign_in(alice)
    browser.sign_in(alice)
    browser.post("/sign-out")
    forget()
    assert kept() == [1, 2, 2]
    time(timedelta(days=1, minutes=1))
    forget()
    assert kept() == [0, 0, 1]
    still_in.get("/account")


def test_and_the_next_one_gets_a_mail_although_the_database_counts_from_one_again(
    app: Flask, alice: int, mail: Mail, work: Work, time: Move
) -> None:
    asked(Browser(app), mail, work)
    time(timedelta(days=2))
    with app.app_context(), transaction():
        outbox.want_task("forget old sign-ins", {}, at=now())
    work()
    browser = Browser(app)
    press(browser, asked(browser, mail, work))
    assert browser.signed_in and len(mail.received) == 2


def test_a_mail_whose_asking_is_forgotten_does_not_leave(app: Flask, alice: int, mail: Mail, work: Work, time: Move) -> None:
    ask(Browser(app))
    with app.app_context(), transaction():
        db.session.delete(db.session.scalars(select(SignIn)).one())
    work()
    assert not mail.received
