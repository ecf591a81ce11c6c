import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult
from flask import Flask
from jinja2 import ChoiceLoader, DictLoader
from sqlalchemy import select

from portal.accounts.models import Customer
from portal.kit import clock
from portal.kit.db import db, transaction
from portal.notifications import letters, post
from portal.notifications.actions import send_mail
from portal.notifications.models import Message
from portal.outbox.models import Task
from tests.mail import Mail, html, mail_server, text

Move = Callable[[timedelta], None]
Work = Callable[[], None]
TEMPLATES = {
    "emails/trial/hello/subject.txt": "Hello {{ name }},\n your box leaves {{ day }}",
    "emails/trial/hello/body.txt": "It is {{ at }} for {{ name }}.\n\n\n\nBye.",
    "emails/trial/hello/body.html": """{% extends "emails/layout.html" %}{% block title %}Hello{% endblock %}{% block body %}
{% from "emails/_pieces.html" import heading, text, strong, button, figure with context %}{{ heading("Hello " ~ name) }}
{{ text("It is ") }}{{ strong(at) }}{{ button(base_url ~ "/x", "Open") }}{{ figure("407 119") }}{% endblock %}""",
}
CONTEXT = {"name": "Alice & Söhne", "day": "Friday", "at": "ten"}


@pytest.fixture(autouse=True)
def templates(app: Flask) -> None:
    loader = app.jinja_loader
    assert loader
    app.jinja_loader = ChoiceLoader([DictLoader(TEMPLATES), loader])


def want(app: Flask, alice: int, key: str | None = None, **context: str) -> None:
    with app.app_context(), transaction():
        send_mail("trial/hello", to=db.session.get_one(Customer, alice), context=CONTEXT | context, at=clock.now(), key=key)


def history(app: Flask) -> list[Message]:
    with app.app_context():
        return list(db.session.scalars(select(Message)))


def task(app: Flask) -> Task:
    with app.app_context():
        return db.session.scalars(select(Task)).one()


def test_a_mail_has_text_and_html_and_says_that_a_machine_wrote_it(app: Flask, alice: int, mail: Mail, work: Work) -> None:
    want(app, alice)
    assert not mail.received, "nothing leaves before the commit, nor without the worker"
    work()
    (sent,) = mail.received
    assert (sent["Subject"], sent["From"]) == ("Hello Alice & Söhne, your box leaves Friday", "Halfjar <hello@halfjar.example>")
    assert (sent["Reply-To"], sent["Auto-Submitted"]) == ("help@halfjar.example", "auto-generated")
    assert abs(parsedate_to_datetime(sent["Date"]) - datetime(2026, 11, 23, 9, tzinfo=UTC)) < timedelta(minutes=1)
    assert text(sent) == "It is ten for Alice & Söhne.\n\nBye.\n"
    assert "Hello Alice &amp; Söhne</h1>" in html(sent) and 'lang="en"' in html(sent)
    assert all(len(line) < 998 for line in sent.as_bytes().splitlines())


def test_it_is_kept_in_the_history_without_its_words(app: Flask, alice: int, mail: Mail, work: Work) -> None:
    want(app, alice)
    work()
    (kept,) = history(app)
    assert (kept.customer_id, kept.template, kept.message_id) == (alice, "trial/hello", mail.received[0]["Message-ID"])
    assert abs(kept.sent_at - clock.now()) < timedelta(minutes=1) and kept.refused_at is None


def test_one_key_is_one_mail(app: Flask, alice: int, mail: Mail, work: Work) -> None:
    for _ in range(2):
        want(app, alice, key="reminder:7")
    want(app, alice)
    work()
    assert len(mail.received) == 2


def test_a_mail_that_leaves_twice_can_be_told(app: Flask, alice: int, mail: Mail, work: Work) -> None:
    want(app, alice, key="reminder:7")
    work()
    with app.app_context(), transaction():  # the worker died after sending, before it could say so
        db.session.scalars(select(Task)).one().done_at = None
        db.session.delete(db.session.scalars(select(Message)).one())
    work()
    assert len(mail.received) == 2 and len({sent["Message-ID"] for sent in mail.received}) == 1 == len(history(app))


def test_a_change_that_was_taken_back_sends_nothing(app: Flask, alice: int, mail: Mail, work: Work) -> None:
    def change() -> None:
        with transaction():
            send_mail("trial/hello", to=db.session.get_one(Customer, alice), context=CONTEXT, at=clock.now())
            raise RuntimeError("and now it is taken back")

    with app.app_context(), pytest.raises(RuntimeError):
        change()
    work()
    assert not mail.received


def test_a_server_that_is_away_gets_it_later(app: Flask, alice: int, mail: Mail, work: Work, time: Move) -> None:
    there, app.config["SMTP_URL"] = app.config["SMTP_URL"], "smtp://127.0.0.1:9"
    want(app, alice)
    work()
    assert task(app).attempts == 1 and task(app).done_at is None and not history(app)
    app.config["SMTP_URL"] = there
    time(timedelta(seconds=5))
    work()
    assert len(mail.received) == 1 and task(app).done_at


def test_an_address_that_takes_no_mail_is_not_tried_for_hours(app: Flask, alice: int, mail: Mail, work: Work) -> None:
    mail.answers = ["550 5.1.1 No such user"]
    want(app, alice)
    work()
    (kept,) = history(app)
    assert kept.refused_at and task(app).done_at and not mail.received


def test_one_that_is_full_is_tried_again_and_the_address_is_not_in_the_error(app: Flask, alice: int, mail: Mail, work: Work) -> None:
    mail.answers = ["452 4.2.2 Full"]
    want(app, alice)
    work()
    error = task(app).error
    assert error and "452" in error and "alice" not in error and not history(app)


def test_no_header_can_be_smuggled_in(app: Flask, alice: int, mail: Mail, work: Work) -> None:
    want(app, alice, name="Alice\r\nBcc: eve@example.com")
    work()
    (sent,) = mail.received
    assert sent["Bcc"] is None and sent["Subject"] == "Hello Alice Bcc: eve@example.com, your box leaves Friday"
    to = letters.Addressee("alice@example.com\r\nBcc: eve@example.com", None, None, None)
    with app.app_context(), pytest.raises(ValueError):
        letters.write("trial/hello", to, CONTEXT, key="x", at=clock.now())


def test_what_a_person_wrote_is_never_a_template_nor_markup(app: Flask, alice: int, mail: Mail, work: Work) -> None:
    want(app, alice, name="{{ 7 * 7 }}<script>%s${7}")
    work()
    (sent,) = mail.received
    assert "{{ 7 * 7 }}<script>%s${7}" in text(sent) and "{{ 7 * 7 }}&lt;script&gt;%s${7}" in html(sent)


def test_never_inside_a_transaction(app: Flask) -> None:
    with app.app_context():
        to = letters.Addressee("alice@example.com", None, None, None)
        message = letters.write("trial/hello", to, CONTEXT, key="x", at=clock.now())
        with pytest.raises(RuntimeError), transaction():
            post.send(message)
        db.session.scalars(select(Message)).all()
        with pytest.raises(RuntimeError):
            post.send(message)


def test_a_server_that_says_nothing_is_given_up(app: Flask, alice: int, work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(post, "SECONDS", 0.2)
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        app.config["SMTP_URL"] = f"smtp://127.0.0.1:{silent.getsockname()[1]}"
        want(app, alice)
        work()
    error = task(app).error
    assert error and "timed out" in error


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
         "subjectAltName=DNS:localhost", "-keyout", "key.pem", "-out", "cert.pem"],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip
    return folder


@pytest.fixture
def tls(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """That of a server whose certificate we trust."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))
    return context


@pytest.fixture
def safe_server(tls: ssl.SSLContext) -> Iterator[tuple[Mail, list[tuple[bytes, bytes]]]]:
    """One that offers STARTTLS, and takes mail only over it and from who has the password."""
    given: list[tuple[bytes, bytes]] = []

    def authenticate(server: object, session: object, envelope: object, mechanism: str, data: object) -> AuthResult:
        given.append((data.login, data.password))  # type: ignore[attr-defined]
        return AuthResult(success=True)

    with mail_server(tls_context=tls, require_starttls=True, authenticator=authenticate, auth_required=True) as mail:
        yield mail, given


def test_where_tls_is_offered_it_is_used_and_the_password_with_it(
    app: Flask, alice: int, work: Work, safe_server: tuple[Mail, list[tuple[bytes, bytes]]]
) -> None:
    mail, given = safe_server
    app.config["SMTP_URL"] = mail.url.replace("//127.0.0.1", "//portal%40shop:p%3Aw@localhost")
    want(app, alice)
    work()
    assert len(mail.received) == 1 and given == [(b"portal@shop", b"p:w")]


def test_tls_from_the_start(app: Flask, alice: int, work: Work, tls: ssl.SSLContext) -> None:
    with mail_server(ssl_context=tls) as mail:
        app.config["SMTP_URL"] = mail.url.replace("smtp://127.0.0.1", "smtps://localhost")
        want(app, alice)
        work()
    assert len(mail.received) == 1


def test_a_server_that_is_somebody_else_gets_neither_password_nor_mail(
    app: Flask, alice: int, work: Work, safe_server: tuple[Mail, list[tuple[bytes, bytes]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    mail, given = safe_server
    app.config["SMTP_URL"] = mail.url.replace("//127.0.0.1", "//portal:secret@localhost")
    want(app, alice)
    work()
    error = task(app).error
    assert not mail.received and not given and error and "CERTIFICATE_VERIFY_FAILED" in error and "secret" not in error


def test_without_tls_the_password_stays_here(app: Flask, alice: int, mail: Mail, work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(post, "LOCAL", set())
    app.config["SMTP_URL"] = mail.url.replace("//", "//portal:secret@")
    want(app, alice)
    work()
    error = task(app).error
    assert not mail.received and error and error.startswith("NotSafe") and "secret" not in error


@pytest.mark.parametrize("brand", ["#17604b", "#ffe14d", "#000000", "#ffffff", "#8a2be2", "#e2001a", "#777777", "#00ff88"])
def test_the_shops_colour_can_be_read_in_both_mails(brand: str) -> None:
    light, dark = letters.accents(brand)
    assert letters._contrast(light, "#fffdfa") >= 4.5, "white on the button"
    assert letters._contrast(dark, "#14110e") >= 4.5 and letters._contrast(dark, "#1f1c19") >= 4.5, "black on it, and it on the box"


def test_a_colour_that_is_dark_enough_stays_what_it_is() -> None:
    assert letters.accents("#17604b")[0] == "#17604b"
