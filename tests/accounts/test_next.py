"""REL L7: where somebody was going is always a path of ours, whatever an address or a header makes of it."""

from collections.abc import Iterator
from urllib.parse import quote, unquote, urlsplit

import pytest
from flask import Flask
from flask.typing import ResponseReturnValue

from portal.accounts.actions import open_session
from portal.accounts.current import sign_in
from portal.accounts.models import Customer, Person, Staff
from portal.kit.clock import now
from portal.kit.db import db, transaction

EVIL = "evil.example"
STARTS = [
    "//", "///", "////", "/\\", "\\\\", "\\/", "/\t/", "/\n/", "/\r\n/", "\t//", " //", "/ /", "/./", "/..//", "/.//", "http:", "http:/",
    "http://", "https://", "HTTPS://", "http:\\\\", "ht\ttp://", "//x@", "/@", "@", "https://localhost@", "https://localhost:80@",
    "https://localhost%40", "//localhost.", "//localhost\\@", "//localhost#@", "//localhost?@", "//localhost;@", "//localhost%00.",
    "%2f%2f",
    "/%2f", "%5c%5c", "/%5c", "%252f%252f", "/%252f", "/%0d%0aLocation:%20//", "/%0a/", "/%09/", "\u3002\u3002//", "//\uff0f", "/\uff0f",
    "\u2044\u2044", "//\u3002", "//[::ffff:127.0.0.1]@", "/;//", "/?//", "/#//",
]  # fmt: skip
WHOLE = [
    "javascript:alert(1)", "JavaScript:alert(1)", "java\tscript:alert(1)", "data:text/html,x", "vbscript:x", "//evil\u3002example",
    "https:evil.example", "//0x7f.1", "//2130706433", "file:///etc/passwd",
]  # fmt: skip
PAYLOADS = [start + EVIL for start in STARTS] + WHOLE


@pytest.fixture
def doors(app: Flask, alice: int, jonas: int) -> Iterator[dict[str, tuple[str, str, str]]]:
    """By door: what stands behind it, what is posted there, and where one comes in, as after the last step."""

    @app.get("/trial-in/<key>")
    def come_in(key: str) -> ResponseReturnValue:
        return sign_in(key)

    with app.app_context(), transaction():
        people: list[Person] = [db.session.get_one(Customer, alice), db.session.get_one(Staff, jonas)]
        customers, staffs = (open_session(person, device="Firefox, Mac", at=now()) for person in people)
    yield {
        "/sign-in": ("/account/devices", "/account/language", f"/trial-in/{customers}"),
        "/desk/sign-in": ("/desk", "/sign-out", f"/trial-in/{staffs}"),
    }
    with app.app_context():
        db.session.rollback()


def is_ours(location: str) -> bool:
    """As a browser reads it: a backslash is a slash to it, and what can't be seen is left out."""
    for read in location, unquote(location), unquote(unquote(location)):
        path = "".join(sign for sign in read.replace("\\", "/") if sign not in "\t\r\n")
        if urlsplit(location).scheme or urlsplit(location).netloc or not path.startswith("/") or urlsplit(path.partition("?")[0]).netloc:
            return False
    return location.isprintable()


@pytest.mark.parametrize("door", ["/sign-in", "/desk/sign-in"])
@pytest.mark.parametrize("way", ["query of the door", "query of the page", "referrer", "current address"])
def test_it_is_a_path_of_ours(app: Flask, doors: dict[str, tuple[str, str, str]], door: str, way: str) -> None:
    assert len(PAYLOADS) >= 60
    behind, posted, come_in = doors[door]
    for payload in PAYLOADS:
        client = app.test_client()
        sent = quote(payload, safe="/:@%?#[];")
        visible = payload.encode("ascii", "ignore").decode().translate(dict.fromkeys(map(ord, "\r\n\t"), None))
        answers = []
        if way == "query of the door":
            for name in "next", "to", "return_to", "url":
                answers.append(client.get(f"{door}?{name}={quote(payload, safe='')}"))
        elif way == "query of the page":
            answers.append(client.get(f"{behind}?next={quote(payload, safe='')}"))
            answers.append(client.get(f"{behind}?{sent}"))
        else:
            name = "Referer" if way == "referrer" else "HX-Current-URL"
            for url in visible, f"http://localhost{visible}", f"http://localhost/{visible}":
                answers.append(client.get(behind, headers={name: url, "HX-Request": "true"}))
                with client.session_transaction() as cookie:
                    cookie["csrf"] = "A" * 43
                answers.append(client.post(posted, headers={name: url, "Origin": "http://localhost"}))
        answers.append(client.get(come_in))
        for answer in answers:
            for header in "Location", "HX-Redirect":
                if told := answer.headers.get(header):
                    assert is_ours(told), (way, payload, told)
        assert answers[-1].status_code == 303
