"""REL L7: where somebody was going is always a path of ours, whatever an address or a header makes of it."""

from collections.abc import Iterator
from urllib.parse import quote

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
        "/sign-in": ("/account/devices", "/account/devices/sign-out-others", f"/trial-in/{customers}"),
        "/desk/sign-in": ("/desk", "/desk/your-sign-in/sign-out-others", f"/trial-in/{staffs}"),
    }
    with app.app_context():
        db.session.rollback()


def is_ours(location: str) -> bool:
    """As a browser reads it: a backslash is a slash to it, what can't be seen is left out, two slashes begin a host, and %2f is none."""
    path = "".join(sign for sign in location.replace("\\", "/") if sign not in "\t\r\n").partition("?")[0]
    return path.startswith("/") and not path.startswith("//") and location.isprintable()


@pytest.mark.parametrize("door", ["/sign-in", "/desk/sign-in"])
@pytest.mark.parametrize("way", ["query of the door", "query of the page", "Referer", "HX-Current-URL"])
def test_it_is_a_path_of_ours(app: Flask, doors: dict[str, tuple[str, str, str]], door: str, way: str) -> None:
    assert len(PAYLOADS) >= 60
    behind, posted, come_in = doors[door]
    for payload in PAYLOADS:
        visible = payload.encode("ascii", "ignore").decode().translate(dict.fromkeys(map(ord, "\r\n\t"), None))
        asked: list[tuple[str, str, dict[str, str]]] = []
        if way == "query of the door":
            asked += [("GET", f"{door}?{name}={quote(payload, safe='')}", {}) for name in ("next", "to", "return_to", "url")]
        elif way == "query of the page":
            asked += [("GET", f"{behind}?next={quote(payload, safe=kept)}", {}) for kept in ("", "/:@%?#[];")]
        else:
            for url in visible, f"http://localhost{visible}", f"http://localhost/{visible}":
                asked += [("GET", behind, {way: url, "HX-Request": "true"}), ("POST", posted, {way: url, "Origin": "http://localhost"})]
        for method, url, headers in asked:
            client = app.test_client()
            answers = [client.open(url, method=method, headers=headers), client.get(come_in)]
            assert answers[-1].status_code == 303
            for answer in answers:
                told = answer.headers.get("Location") or answer.headers.get("HX-Redirect")
                assert told is None or is_ours(told), (method, url, headers, told)
