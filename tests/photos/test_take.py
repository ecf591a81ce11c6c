"""Alice sends photos, one by one, as the script of a form does."""

import http.client
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.kit.uploads import LARGEST_FILE
from portal.photos import actions
from portal.photos.models import A_DAY, Photo, PhotoDay
from tests.browser import Browser
from tests.ground import at_once
from tests.photos.builders import DRAFT, opened, photo, send

NAMES = [
    "../../../../etc/passwd", "..\\..\\boot.ini", "/etc/passwd", "C:\\CON", "-rf", "a\x00.jpg", "x" * 4096, "\u202egpj.exe", "%2e%2e%2fx",
    "photo.jpg.php", "a%0D%0ASet-Cookie: x=1.jpg", 'a";filename="b.html', "ünï—cødé 🍯.heic", " ", "con.jpg:stream", "$(id).jpg",
]  # fmt: skip
TOO_LARGE = "A photo may have 10 MB at most, and this one has more. Choose a smaller one."


def kept(app: Flask) -> list[Photo]:
    with app.app_context():
        return list(db.session.scalars(select(Photo).order_by(Photo.id)))


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_a_photo_is_kept_and_shown(app: Flask, browser: Browser, folder: Path, alice: int) -> None:
    answer = send(browser, photo("HEIF"))
    (row,) = kept(app)
    assert (answer.status_code, row.customer_id, row.draft, row.attached_to, row.made_at <= now()) == (200, alice, DRAFT, None, True)
    assert files(folder) == [f"{row.name}-small.jpg", f"{row.name}.jpg"] and row.size == sum(
        p.stat().st_size for p in folder.rglob("*.jpg")
    )
    (address,) = re.findall(r'src="(/photos/[^"]+)"', answer.text)
    shown = browser.client.get(address)
    assert opened(shown.data).size == (320, 240)


def test_only_we_may_read_what_lies_there(browser: Browser, folder: Path) -> None:
    send(browser, photo())
    assert {path.stat().st_mode & 0o777 for path in folder.rglob("*.jpg")} == {0o600}
    assert {path.stat().st_mode & 0o077 for path in folder.glob("*")} == {0}


@pytest.mark.parametrize("name", NAMES)
def test_what_it_was_called_is_forgotten(app: Flask, browser: Browser, folder: Path, name: str) -> None:
    answer = send(browser, photo(), name)
    assert answer.status_code == 200, answer.text
    (row,) = kept(app)
    assert re.fullmatch("[0-9a-f]{32}", row.name) and files(folder) == [f"{row.name}-small.jpg", f"{row.name}.jpg"]
    shown = browser.client.get(re.findall(r'src="(/photos/[^"]+)"', answer.text)[0])
    assert shown.headers["Content-Disposition"] == f'inline; filename="photo-{row.id}.jpg"'
    assert "Set-Cookie" not in shown.headers or "x=1" not in shown.headers["Set-Cookie"]


@pytest.mark.parametrize("content", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", photo("PNG")[:60]])
def test_what_is_no_photo_is_refused_with_a_sentence(app: Flask, browser: Browser, folder: Path, content: bytes) -> None:
    answer = send(browser, content, "photo.jpg")
    assert (answer.status_code, answer.mimetype) == (422, "text/plain")
    assert answer.text == "This file is not a photo that we can read. Send a JPEG, PNG, WebP or HEIC."
    assert kept(app) == [] and files(folder) == []


@pytest.mark.parametrize("draft", ["", "short", "x" * 65, "../../etc/passwd/xxxxxxxx"])
def test_a_draft_is_one_of_ours(app: Flask, browser: Browser, draft: str) -> None:
    assert send(browser, photo(), draft=draft).status_code == 400
    assert kept(app) == []


def test_ten_megabytes_are_taken_and_one_byte_more_is_not(app: Flask, browser: Browser) -> None:
    whole = photo() + b"\0" * (LARGEST_FILE - len(photo()))
    assert over_http(app, browser, whole)[0] == 200
    assert over_http(app, browser, whole + b"\0") == (413, TOO_LARGE)
    assert len(kept(app)) == 1


def test_a_larger_one_is_refused_before_it_is_read_whole(app: Flask, browser: Browser) -> None:
    """REL U3: more was announced, and is never sent."""
    beginning = photo() + b"\0" * (LARGEST_FILE - len(photo()) + 70_000)
    assert over_http(app, browser, beginning, unsent=400_000) == (413, TOO_LARGE)
    assert kept(app) == []


def test_one_that_does_not_get_on_is_cut_off(app: Flask, browser: Browser) -> None:
    """REL U3: after a minute; here after a second."""
    app.config["UPLOAD_SECONDS"] = 1
    began = monotonic()
    assert over_http(app, browser, photo()[:1000], unsent=400_000)[0] == 408
    assert monotonic() - began >= 1


def over_http(
    app: Flask, browser: Browser, content: bytes, unsent: int = 0, url: str = "/photos", more: dict[str, str] | None = None
) -> tuple[int, str]:
    """The same over real HTTP; `unsent` bytes more are announced than come. What was answered."""
    fields = {"csrf_token": browser.token(), "draft": DRAFT} | (more or {})
    head = "".join(f'--xyz\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items())
    head += '--xyz\r\nContent-Disposition: form-data; name="photos"; filename="photo"\r\n\r\n'
    body = head.encode() + content + (b"" if unsent else b"\r\n--xyz--\r\n")
    cookie = browser.client.get_cookie("portal")
    headers = {"Cookie": f"portal={cookie.value if cookie else ''}", "Content-Type": "multipart/form-data; boundary=xyz"}
    connection = http.client.HTTPConnection(urlsplit(app.config["PORTAL_BASE_URL"]).netloc, timeout=60)
    connection.putrequest("POST", url)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.putheader("Content-Length", str(len(body) + unsent))
    connection.endheaders()
    with suppress(BrokenPipeError, ConnectionResetError):  # it was answered before
        connection.send(body)
    answer = connection.getresponse()
    said = answer.status, answer.read().decode()
    connection.close()
    return said


def test_the_eleventh_is_refused(app: Flask, browser: Browser, folder: Path) -> None:
    for _ in range(10):
        assert send(browser, photo()).status_code == 200
    answer = send(browser, photo())
    assert (answer.status_code, answer.text) == (422, "Ten photos are the most. Take one out before you add another.")
    assert len(kept(app)) == 10 and len(files(folder)) == 20
    assert send(browser, photo(), draft="another-form-of-alices").status_code == 200


def test_of_twenty_at_once_ten_are_kept(app: Flask, alice: int, folder: Path) -> None:
    """REL U4."""
    assert sorted(sent_at_once(app, alice, 20)) == [200] * 10 + [422] * 10
    assert len(kept(app)) == 10 and len(files(folder)) == 20


def test_a_day_has_an_end_also_for_twenty_at_once(app: Flask, alice: int, folder: Path) -> None:
    """REL U4: of what may be sent in a day, room for five photos is left."""
    with app.app_context(), transaction():
        actions.count(A_DAY - 5 * len(photo()) - 1, customer_id=alice, at=now())
    assert sorted(sent_at_once(app, alice, 20)) == [200] * 5 + [429] * 15
    assert len(kept(app)) == 5 and len(files(folder)) == 10
    with app.app_context():
        assert db.session.scalars(select(PhotoDay.sent)).one() == A_DAY - 1


def sent_at_once(app: Flask, alice: int, count: int) -> list[int]:
    browsers = [Browser(app) for _ in range(count)]
    for browser in browsers:
        browser.sign_in(alice)
        browser.token()
    return at_once(app, count, lambda number: send(browsers[number], photo()).status_code)


def test_what_was_refused_counts_too_and_tomorrow_is_another_day(app: Flask, browser: Browser, time: Callable[[timedelta], None]) -> None:
    assert send(browser, b"x" * 1000).status_code == 422
    with app.app_context(), transaction():
        assert db.session.scalars(select(PhotoDay.sent)).one() == 1000
        db.session.execute(update(PhotoDay).values(sent=A_DAY))
    answer = send(browser, photo())
    assert (answer.status_code, answer.text.startswith("You have sent as many photos as we can take from you in one day.")) == (429, True)
    time(timedelta(days=1))
    assert send(browser, photo()).status_code == 200


def test_one_that_waits_is_taken_out_again(app: Flask, browser: Browser, folder: Path) -> None:
    send(browser, photo())
    (row,) = kept(app)
    for _ in range(2):  # two taps
        browser.post("/photos/remove", {"remove": str(row.id)}, expect=204)
    assert kept(app) == [] and files(folder) == []


def test_where_nothing_can_be_written_there_is_a_sentence(app: Flask, browser: Browser, tmp_path: Path) -> None:
    """REL U9. The disk itself is filled in `test_full_disk.py`."""
    (tmp_path / "a file").write_text("")
    app.config["PHOTOS_DIR"] = str(tmp_path / "a file" / "photos")
    answer = send(browser, photo())
    assert (answer.status_code, answer.text.startswith("We can’t keep photos at the moment.")) == (507, True)
    assert kept(app) == []
    browser.get("/account")


@pytest.mark.parametrize("parts", [1001, 5000])
def test_a_form_of_too_many_parts_is_refused(app: Flask, browser: Browser, parts: int) -> None:
    """REL R7."""
    assert over_http(app, browser, photo(), more={f"field{number}": "x" for number in range(parts)})[0] == 413


@pytest.mark.parametrize("url", ["/photos", "/sign-out"])
def test_a_field_that_is_too_large_is_refused(app: Flask, browser: Browser, url: str) -> None:
    """REL R7."""
    assert over_http(app, browser, photo(), url=url, more={"words": "x" * 500_001})[0] == 413


def test_a_form_without_files_takes_no_megabytes(app: Flask, browser: Browser) -> None:
    assert over_http(app, browser, b"x" * 1_100_000, url="/sign-out")[0] == 413


def test_every_photo_is_somebodys(app: Flask) -> None:
    assert Browser(app).client.post("/photos").status_code == 403
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Photo)) == 0
