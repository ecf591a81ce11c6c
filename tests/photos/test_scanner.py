"""Where the shop has a virus scanner, it looks at everything first. REL U8."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from portal import doctor, outbox
from portal.config import Misconfigured, from_environment
from portal.kit.clock import now, wall
from portal.kit.db import transaction
from tests.browser import Browser
from tests.harness.clamd import EICAR, Clamd, clamd
from tests.photos.builders import photo, send
from tests.photos.test_take import files, kept


@pytest.fixture
def scanner(app: Flask) -> Iterator[Clamd]:
    with clamd() as there:
        app.config["SCANNER_URL"] = there.url
        yield there


def locked_away(folder: Path) -> list[Path]:
    return sorted((folder / "quarantine").glob("*"))


def test_what_it_lets_pass_is_taken(app: Flask, browser: Browser, scanner: Clamd) -> None:
    content = photo()
    assert send(browser, content).status_code == 200
    assert len(kept(app)) == 1
    assert scanner.sizes == [len(content)], "all of it, as it came"


@pytest.mark.parametrize("content", [EICAR, photo() + EICAR], ids=["alone", "behind a photo"])
def test_what_it_finds_something_in_is_locked_away_and_the_customer_is_told(
    app: Flask, browser: Browser, folder: Path, scanner: Clamd, content: bytes
) -> None:
    answer = send(browser, content, "IMG_1.jpg")
    assert answer.status_code == 422
    assert "Our virus scanner found something in this file" in answer.text
    assert kept(app) == []
    (file,) = locked_away(folder)
    assert file.read_bytes() == content
    assert (file.stat().st_mode & 0o777, file.suffix) == (0o600, "")
    assert browser.client.get(f"/photos/{file.name}").status_code == 404
    assert send(browser, photo()).status_code == 200, "another one is taken"


@pytest.mark.parametrize("says", ["stream: lost the database ERROR", "INSTREAM size limit exceeded. ERROR", "what?"])
def test_what_it_can_not_check_is_not_taken(app: Flask, browser: Browser, folder: Path, scanner: Clamd, says: str) -> None:
    scanner.says = says
    answer = send(browser, photo())
    assert answer.status_code == 503
    assert "We can’t check photos for viruses at the moment." in answer.text
    assert kept(app) == [] and files(folder) == []


def test_while_it_is_away_nothing_is_taken_and_afterwards_all_is(app: Flask, browser: Browser, scanner: Clamd) -> None:
    there = app.config["SCANNER_URL"]
    app.config["SCANNER_URL"] = "tcp://127.0.0.1:1"
    assert send(browser, photo()).status_code == 503
    app.config["SCANNER_URL"] = there
    assert send(browser, photo()).status_code == 200


def test_what_was_locked_away_goes_after_a_month(app: Flask, browser: Browser, folder: Path, scanner: Clamd) -> None:
    for _ in range(2):
        send(browser, EICAR)
    old, young = locked_away(folder)
    month_ago = (wall() - timedelta(days=30, minutes=1)).timestamp()
    os.utime(old, (month_ago, month_ago))
    with app.app_context():
        with transaction():
            outbox.want_task("sweep photos", {}, at=now())
        outbox.work_until_idle()
    assert locked_away(folder) == [young]


def test_the_doctor_asks_whether_it_is_there(app: Flask, scanner: Clamd) -> None:
    with app.app_context():
        assert doctor.virus_scanner() == [doctor.Finding(True, "The virus scanner answers.")]
        app.config["SCANNER_URL"] = "tcp://127.0.0.1:1"
        (finding,) = doctor.virus_scanner()
        assert not finding.is_fine and "tcp://127.0.0.1:1, does not answer" in finding.sentence
        app.config["SCANNER_URL"] = None
        assert doctor.virus_scanner() == []


@pytest.mark.parametrize("url", ["3310", "http://127.0.0.1:3310", "tcp://", "tcp://host:many", "tcp://host:1/path"])
def test_an_address_that_is_none_is_named_at_the_start(url: str) -> None:
    with pytest.raises(Misconfigured, match="SCANNER_URL is wrong"):
        from_environment({"SCANNER_URL": url})
