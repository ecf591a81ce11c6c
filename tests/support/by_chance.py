"""Somebody who works here does whatever a customer's pages offer, in any order, and fills in what comes to hand (REL I2)."""

from collections import Counter
from random import Random
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag

from tests.browser import Browser

START = (
    "/", "/subscriptions", "/orders", "/account/addresses", "/account/addresses/new", "/account/payment", "/account/language",
    "/account/billing",
)  # fmt: skip
MOST_KNOWN = 300
"""Addresses, of which the oldest are forgotten first."""
NOT_HERS = ("/desk", "/static", "/sign-out", "/demo", "/styleguide", "/account/devices")
TYPED = ("Lindenallee 12", "04105", "Leipzig", "Mira Okafor", "2", "")


class Wanderer:
    def __init__(self, desk: Browser, seed: int) -> None:
        self.desk, self.random = desk, Random(seed)
        self.known = list(START)
        self.counts: Counter[int] = Counter()
        """How often a form was answered with which status."""

    def step(self) -> None:
        """Open a page, and send one of its forms, if there is any."""
        path = self.random.choice(self.known if self.random.random() < 0.7 else self.known[-15:])
        answer = self.desk.client.get(path, follow_redirects=True)
        main = BeautifulSoup(answer.text, "html.parser").main if answer.mimetype == "text/html" else None
        if main is None:
            return
        self._learn(main)
        forms = [form for form in main.select("form[method=post]") if not str(form["action"]).startswith(NOT_HERS)]
        if forms:
            form = self.random.choice(forms)
            sent = self.desk.client.post(str(form["action"]), data=self._filled(form), headers={"Referer": f"http://localhost{path}"})
            self.counts[sent.status_code] += 1
            if sent.status_code == 303 and urlsplit(sent.location).netloc == "":
                self._know(sent.location)

    def _learn(self, main: Tag) -> None:
        for link in main.select("a[href^='/']"):
            self._know(str(link["href"]))

    def _know(self, path: str) -> None:
        if not path.startswith(NOT_HERS) and path not in self.known:
            self.known = [*START, *[*self.known[len(START) :], path][-MOST_KNOWN:]]

    def _filled(self, form: Tag) -> dict[str, str | list[str]]:
        """As it stands there, with another choice here and there."""
        sent: dict[str, str | list[str]] = {}
        for field in form.select("input[name], textarea[name], select[name]"):
            name, kind = str(field["name"]), str(field.get("type", "text"))
            if field.name == "select":
                sent[name] = str(self.random.choice(field.select("option"))["value"])
            elif kind in ("radio", "checkbox"):
                if field.has_attr("checked") or self.random.random() < 0.4:
                    sent[name] = str(field.get("value", "on"))
            elif kind == "hidden":
                sent[name] = str(field["value"])
            elif kind != "file":
                sent[name] = str(field.get("value", "")) or field.get_text() or self.random.choice(TYPED)
        buttons = form.select("button[name]")
        if buttons:
            pressed = self.random.choice(buttons)
            sent[str(pressed["name"])] = str(pressed.get("value", ""))
        return sent
