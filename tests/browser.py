"""A browser without a screen: it keeps cookies, follows redirects as htmx does, and checks every page that it opens."""

from collections.abc import Callable

from bs4 import BeautifulSoup, Tag
from flask import Flask
from werkzeug.test import TestResponse

from portal.accounts import actions
from portal.accounts.models import Customer, Person, Staff
from portal.kit.clock import now
from portal.kit.db import db, transaction

Sent = dict[str, str | list[str]]


def words(page: BeautifulSoup | Tag) -> str:
    """All that is to be read on it, in one line, with plain blanks."""
    return " ".join(page.get_text(" ").split())


def attribute(page: BeautifulSoup | Tag, selector: str, name: str = "value") -> str:
    """Of the first element that the selector finds."""
    found = page.select_one(selector)
    assert found, f"nothing is {selector} here"
    return str(found[name])


class Browser:
    def __init__(self, app: Flask, user_agent: str = "Mozilla/5.0 (Macintosh) Gecko/20100101 Firefox/140.0") -> None:
        self.app, self.client, self.at = app, app.test_client(), "/"
        self.agent = {"User-Agent": user_agent}
        self.answer: TestResponse
        """The last one, redirects followed."""
        self._token: str | None = None

    def sign_in(self, customer_id: int) -> None:
        """By a session of its own, as the door opens it, without the mail."""
        self._open(lambda: db.session.get_one(Customer, customer_id))

    def sign_in_staff(self, staff_id: int) -> None:
        self._open(lambda: db.session.get_one(Staff, staff_id))

    def get(self, url: str, target: str | None = None, expect: int = 200) -> BeautifulSoup:
        """Open a page; with `target`, ask for that block of it by htmx."""
        return self._settle(self._send("GET", url, target=target), target, expect)

    def post(self, url: str, data: Sent | None = None, target: str | None = None, expect: int = 200) -> BeautifulSoup:
        """Send a form from the page we are at. The token is of a form there; where there is none, of a page that has one."""
        sent = {"csrf_token": self.token(), **(data or {})}
        return self._settle(self._send("POST", url, sent, target), target, expect)

    def token(self) -> str:
        if self._token is None:
            at = self.at
            self.get(("/desk/your-sign-in" if self._is_staff else "/account") if self.signed_in else "/sign-in")
            self.at = at
        return self._token or ""

    @property
    def signed_in(self) -> bool:
        with self.client.session_transaction() as session:
            return "_user_id" in session

    @property
    def _is_staff(self) -> bool:
        with self.client.session_transaction() as session:
            return "desk" in session

    def _open(self, find: Callable[[], Person]) -> None:
        with self.app.app_context(), transaction():
            key = actions.open_session(person := find(), device="Firefox, Mac", at=now())
        with self.client.session_transaction() as session:
            session.clear()
            session.permanent = True
            session["_user_id"] = key
            if isinstance(person, Staff):
                session["desk"] = True
        self._token = None

    def _send(self, method: str, url: str, data: Sent | None = None, target: str | None = None) -> TestResponse:
        headers = {**self.agent, "Referer": f"http://localhost{self.at}"}
        if target:
            headers |= {"HX-Request": "true", "HX-Target": target, "HX-Current-URL": f"http://localhost{self.at}"}
        # A context of its own: one that a test holds open would carry the last request's reader into this one.
        with self.app.app_context():
            return self.client.open(url, method=method, data=data, headers=headers)

    def _settle(self, answer: TestResponse, target: str | None, expect: int) -> BeautifulSoup:
        url = answer.request.full_path.rstrip("?")
        for _ in range(5):
            if answer.status_code == 303:
                assert answer.location.startswith("/"), answer.location
                url = answer.location
                answer = self._send("GET", url, target=target)
            elif go := answer.headers.get("HX-Redirect") or ("HX-Refresh" in answer.headers and self.at):
                url, target = str(go), None
                answer = self._send("GET", url)
            else:
                break
        self.answer = answer
        assert answer.status_code == expect, f"{url}: {answer.status}"
        page = BeautifulSoup(answer.text, "html.parser")
        self._check(page, url)
        if target is None and answer.request.method == "GET":
            self.at = url
        return page

    def _check(self, page: BeautifulSoup, url: str) -> None:
        ids = [element["id"] for element in page.select("[id]")]
        assert len(ids) == len(set(ids)), f"{url}: two elements have one id: {sorted(map(str, ids))}"
        for form in page.select("form[method=post]"):
            assert form.select_one("[name=csrf_token]"), f"{url}: a form without a token: {form}"
        token = page.select_one("[name=csrf_token]")
        if token or page.html:
            self._token = str(token["value"]) if token else None
