import re
import signal
import smtplib
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

import pytest
from flask import Flask

from portal import create_app
from portal.demo import mailbox
from portal.kit import clock
from portal.kit.db import db, transaction
from tests.accounts.builders import customer
from tests.accounts.door import ask, said
from tests.browser import Browser
from tests.settings import settings

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "mailbox"


@pytest.fixture
def app(time: Callable[[timedelta], None], folder: Path, database_url: str) -> Iterator[Flask]:
    with mailbox.running(folder) as port:
        app = create_app(settings(database_url, SMTP_URL=f"smtp://127.0.0.1:{port}", MAILBOX_FOLDER=str(folder)))
        yield app
        with app.app_context():
            db.engine.dispose()


def put(folder: Path, name: int, text: str, subject: str = "Hello", html: str = "") -> None:
    message = EmailMessage()
    message["To"], message["Subject"], message["Date"] = "mira@example.com", subject, format_datetime(clock.now())
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    (folder / f"{name:020}.eml").write_bytes(bytes(message))


def test_a_mail_of_the_portal_shows_here_with_its_code_and_a_link_that_works(app: Flask, work: Callable[[], None]) -> None:
    with app.app_context(), transaction():
        customer("mira@example.com", "Mira")
    browser = Browser(app)
    assert "No mail yet" in browser.get("/demo/mailbox").text
    ask(browser, "mira@example.com")
    work()
    page = browser.get("/demo/mailbox")
    code = said(page, ".figure")
    assert re.fullmatch(r"\d{3} \d{3}", code) and said(page, "article h2") == f"{code} is your code for Halfjar"
    (link,) = page.select("article .pre a")
    browser.get(str(link["href"]).replace("http://localhost", ""))
    browser.post(browser.at)
    assert browser.signed_in


def test_the_newest_is_first_and_the_page_asks_for_more_by_itself(app: Flask, folder: Path) -> None:
    put(folder, 1, "one", "First")
    put(folder, 2, "two", "Second")
    page = Browser(app).get("/demo/mailbox")
    assert [heading.text for heading in page.select("article h2")] == ["Second", "First"]
    (block,) = page.select("#mails")
    assert block["hx-get"] == "/demo/mailbox?asked=1"


def test_what_is_in_a_mail_is_only_shown(app: Flask, folder: Path) -> None:
    put(folder, 1, "<script>alert(1)</script> https://shop.example/?a=1&b=2 javascript:alert(1)", "<b>", "<p style='color:red'>Hi")
    page = Browser(app).get("/demo/mailbox")
    assert not page.select("article script") and "<script>alert(1)</script>" in page.text
    assert [link["href"] for link in page.select("article .pre a")] == ["https://shop.example/?a=1&b=2"]
    browser = Browser(app)
    browser.client.get("/demo/mailbox/1")
    policy = browser.client.get("/demo/mailbox/1").headers["Content-Security-Policy"]
    assert "style-src 'self' 'unsafe-inline'" in policy and "script-src 'self';" in policy


@pytest.mark.parametrize("path", ["/demo/mailbox/2", "/demo/mailbox/-1", "/demo/mailbox/..%2f..%2fetc%2fpasswd"])
def test_a_mail_that_is_not_there_is_not_found(app: Flask, folder: Path, path: str) -> None:
    put(folder, 1, "text only")
    assert app.test_client().get(path).status_code == 404
    assert app.test_client().get("/demo/mailbox/1").status_code == 404


def test_outside_the_demo_there_is_no_mailbox(database_url: str) -> None:
    app = create_app({**settings(database_url), "DEMO": False})
    browser = Browser(app)
    for path in ("/demo/mailbox", "/demo/mailbox/1"):
        browser.get(path, expect=404)
    assert not [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("demo")]
    assert "mailbox" not in browser.get("/sign-in").text
    ask(browser)
    assert "mailbox" not in browser.answer.text
    with app.app_context():
        db.engine.dispose()


def test_it_runs_as_a_process_of_its_own(folder: Path) -> None:
    command = [sys.executable, "-m", "portal.demo.mailbox", "--port", "0", "--folder", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        found = re.search(r"127\.0\.0\.1:(\d+)", process.stdout.readline())
        assert found
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = "a@example.com", "b@example.com", "Hello"
        with smtplib.SMTP("127.0.0.1", int(found[1])) as server:
            server.send_message(message)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    (kept,) = folder.iterdir()
    assert kept.suffix == ".eml" and b"Subject: Hello" in kept.read_bytes()
