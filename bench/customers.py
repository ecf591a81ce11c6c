"""Customers who skip, send after all, move and undo, through the portal's pages and forms as a browser without a script sends them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from time import sleep
from urllib.parse import urlsplit

import requests
from bs4 import BeautifulSoup, Tag

PATIENCE = 30
TRIES = 20
"""How often a page that can't be opened is opened again: its server may have been killed, and another one starts."""


@dataclass(frozen=True)
class Change:
    """What the portal said was done, or may have done before its answer was lost."""

    deed: str
    """In the words of the history."""
    delivery: int | None = None
    to: date | None = None
    entry: int | None = None
    """Of what is undone, the entry."""


@dataclass(frozen=True)
class Form:
    action: str
    fields: dict[str, str]


Resolve = Callable[["Customer", Change], Change | None]
"""For a change whose answer was lost: what the history says came of it."""


class Customer:
    """One who is signed in, with one subscription. Remembers what the portal told was done."""

    def __init__(self, url: str, cookies: dict[str, str], subscription_id: int, random: Random) -> None:
        self.url, self.subscription_id, self.random = url, subscription_id, random
        self.web = requests.Session()
        for name, value in cookies.items():  # with the name of the host, else it stays beside the one that the portal sets
            self.web.cookies.set(name, value, domain=urlsplit(url).hostname)
        self.accepted: list[Change] = []
        self.unanswered = 0
        self._undo: tuple[Form, str] | None = None

    def change(self, resolve: Resolve) -> bool:
        """Try one thing. Whether the portal said that it was done, or did it although its answer was lost."""
        form, wish = self._choose()
        if form is None or wish is None:
            return False
        try:
            answer = self._send("POST", form.action, form.fields)
        except requests.RequestException:
            self.unanswered += 1
            done = resolve(self, wish)
        else:
            assert answer.status_code != 403, f"{form.action}: {answer.status_code}"
            done = wish if answer.status_code == 303 and self._is_told(answer.headers["Location"], wish) else None
        if done:
            self.accepted.append(done)
        return done is not None

    def _choose(self) -> tuple[Form | None, Change | None]:
        undo, self._undo = self._undo, None
        if undo and self.random.random() < 0.3:
            return undo[0], Change("undone", entry=int(undo[1]))
        page = self._open(f"/subscriptions/{self.subscription_id}")
        deliveries = sorted({int(number) for number in re.findall(r'href="/deliveries/(\d+)', str(page))})
        if not deliveries:
            return None, None
        chosen = self.random.choice(deliveries)
        ways = re.findall(rf'href="(/deliveries/{chosen}/(?:skip|unskip|move))"', str(self._open(f"/deliveries/{chosen}")))
        if not ways:
            return None, None
        way = self.random.choice(sorted(set(ways)))
        if way.endswith("/move"):
            return self._move(way, chosen)
        return _form(self._open(way), way), Change("skipped" if way.endswith("/skip") else "unskipped", chosen)

    def _move(self, way: str, delivery: int) -> tuple[Form | None, Change | None]:
        """By some days, to either side; alone, or with all later ones."""
        day = self._open(way).select_one("[name=to]")
        if day is None:
            return None, None
        to = date.fromisoformat(str(day["value"])) + timedelta(days=self.random.choice([-2, -1, 1, 2, 3, 4]))
        which = self.random.choice(["one", "later"])
        page = self._open(f"{way}?which={which}&to={to.isoformat()}")
        return _form(page, way), Change("moved with later" if which == "later" else "moved", delivery, to)

    def _is_told(self, location: str, wish: Change) -> bool:
        """Whether the page that follows says so; it may offer to undo it."""
        page = self._open(location)
        notice = page.select_one(".notice")
        assert notice, f"{location} says nothing of what was sent"
        undo = notice.select_one("form")
        if undo:
            action = str(undo["action"])
            self._undo = _filled(undo, action), action.split("/")[2]
        return "good" in (notice.get("class") or [])

    def _open(self, path: str) -> BeautifulSoup:
        for _ in range(TRIES):
            try:
                answer = self._send("GET", path)
            except requests.RequestException:
                sleep(0.2)
                continue
            if answer.status_code in (200, 409, 422):
                return BeautifulSoup(answer.text, "html.parser")
            if answer.status_code == 303:
                raise AssertionError(f"{path} leads to {answer.headers['Location']}")
            sleep(0.2)
        raise AssertionError(f"{path} could not be opened")

    def _send(self, method: str, path: str, fields: dict[str, str] | None = None) -> requests.Response:
        headers = {"Referer": f"{self.url}/subscriptions/{self.subscription_id}", "Sec-Fetch-Site": "same-origin"}
        return self.web.request(method, self.url + path, data=fields, headers=headers, timeout=PATIENCE, allow_redirects=False)


def _form(page: BeautifulSoup, action: str) -> Form | None:
    """The one that posts there; None where the page refuses instead."""
    found = page.select_one(f'form[method=post][action="{action}"]')
    return _filled(found, action) if found else None


def _filled(form: Tag, action: str) -> Form:
    return Form(action, {str(field["name"]): str(field.get("value", "")) for field in form.select("input[name]")})
