"""Each change of a subscription and of the address book: prepared, it changes nothing; approved, it is the very same deed."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import Customer
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.prepared.models import Outcome
from portal.subscriptions.models import Subscription
from portal.timeline import Entry
from tests.accounts.builders import address
from tests.browser import Sent, words
from tests.conftest import Work
from tests.mail import Mail, html, text
from tests.prepared.builders import approve, counted, prepared, suggestions, views
from tests.stripe import Stripe
from tests.subscriptions.builders import SHELF, Box, stock, subscribe
from tests.subscriptions.test_address import ADA
from tests.subscriptions.test_code import give_out


@dataclass(frozen=True)
class World:
    box: Box
    shelf: dict[str, int]
    items: dict[str, int]
    ada: int
    """An address in the book that is not for all deliveries."""

    def item(self, name: str, deed: str) -> str:
        return f"{self.box.page}/products/{self.items[name]}/{deed}"


Path = Callable[[World], str]


@dataclass(frozen=True)
class Change:
    path: Path
    told: str
    """What the customer reads."""
    form: Sent | Callable[[World], Sent] = field(default_factory=dict)
    first: tuple[Path, Sent] | None = None
    """What the customer did before."""


CHANGES = {
    "skip": Change(lambda at: at.box.skip(0), "Skip Mon 28 Dec"),
    "unskip": Change(lambda at: at.box.unskip(0), "Send Mon 28 Dec after all", first=(lambda at: at.box.skip(0), {})),
    "move": Change(lambda at: at.box.move(0), "Move Mon 28 Dec to Mon 4 Jan", {"to": "2027-01-04"}),
    "move all": Change(lambda at: at.box.move(0), "and all later, from Mon 4 Jan on", {"to": "2027-01-04", "which": "later"}),
    "quantity": Change(lambda at: at.item("Rolled oats", "quantity"), "Rolled oats: 5 instead of 2", {"quantity": "5"}),
    "swap": Change(
        lambda at: at.item("Highland tea", "swap"), "Swap Highland tea for Sencha", lambda at: {"to": str(at.shelf["Sencha"])}
    ),
    "remove": Change(lambda at: at.item("Rolled oats", "remove"), "Take Rolled oats out"),
    "add": Change(lambda at: f"{at.box.page}/add", "Add 2 × Honey", lambda at: {"variant": str(at.shelf["Honey"]), "quantity": "2"}),
    "frequency": Change(lambda at: f"{at.box.page}/frequency", "Send it every 2 weeks In 4 weeks, about", {"every": "2-week"}),
    "pause": Change(lambda at: f"{at.box.page}/pause", "Pause", {"how": "open"}),
    "resume": Change(
        lambda at: f"{at.box.page}/resume", "Resume, next on", {"to": "2027-01-04"}, (lambda at: f"{at.box.page}/pause", {"how": "open"})
    ),
    "cancel": Change(lambda at: f"{at.box.page}/cancel", "Cancel for the end of the period", {"when": "end"}),
    "cancel at once": Change(lambda at: f"{at.box.page}/cancel", "Cancel now", {"when": "now"}),
    "keep": Change(lambda at: f"{at.box.page}/keep", "Keep it after all", {}, (lambda at: f"{at.box.page}/cancel", {"when": "end"})),
    "code": Change(lambda at: f"{at.box.page}/code", "Use the discount code WINTER10", {"code": "WINTER10"}),
    "address": Change(
        lambda at: f"{at.box.page}/address", "Send it to another address Ada Okafor, Rosenweg 3", lambda at: {"address": str(at.ada)}
    ),
    "address new": Change(lambda at: f"{at.box.page}/address/new", "Send it to another address", ADA | {"line1": "Neugasse 1"}),
    "book: add": Change(lambda at: "/account/addresses/new", "Add an address to the book", ADA | {"line1": "Neugasse 1"}),
    "book: correct": Change(lambda at: f"/account/addresses/{at.ada}", "Correct an address Ada", ADA | {"line1": "Neugasse 1"}),
    "book: choose": Change(lambda at: f"/account/addresses/{at.ada}/for-all", "Send all deliveries to another address Ada"),
    "book: remove": Change(lambda at: f"/account/addresses/{at.ada}/remove", "Take an address out of the book"),
    "language": Change(
        lambda at: "/account/language", "Use another language or time zone English Lisbon", {"locale": "en", "time_zone": "Europe/Lisbon"}
    ),
}  # fmt: skip


DORA = "dora@example.com"
BOTH = "Prepared by Jonas of Halfjar, approved by you."
UNTOLD = {"book: add", "book: correct", "book: choose", "book: remove", "language"}
"""No mail comes of what is about the customer alone."""


@pytest.fixture
def world(app: Flask, stripe: Stripe) -> World:
    give_out(stripe)
    shelf = stock(app, stripe, SHELF)
    box = subscribe(app, stripe, email=DORA, contents={"Highland tea": 1, "Rolled oats": 2})
    with app.app_context(), transaction():
        address(box.customer_id, at=now())
        ada = address(box.customer_id, name="Ada Okafor", line1="Rosenweg 3", postcode="99423", city="Weimar", at=now()).id
        db.session.get_one(Customer, box.customer_id).locale = "en"
        items = {item.price.variant.product.name: item.id for item in db.session.get_one(Subscription, box.id).items}
    return World(box, shelf, items, ada)


@pytest.mark.parametrize("name", CHANGES)
def test_prepared_it_changes_nothing_and_approved_it_is_that_deed(
    app: Flask, world: World, jonas_id: int, mail: Mail, work: Work, name: str
) -> None:
    change, browser = CHANGES[name], world.box.browser
    if change.first:
        browser.post(change.first[0](world), change.first[1])
        work()
    jonas, before, newest = views(app, jonas_id, world.box.customer_id), counted(app), last(app)
    form = change.form(world) if callable(change.form) else change.form
    jonas.post(change.path(world), form)
    (one,) = prepared(app)
    assert counted(app) == before
    assert [entry.deed for entry in since(app, newest)] == ["change prepared"]
    card = suggestions(browser.get("/suggestions"))
    assert change.told in card and card.count("Neugasse 1") < 2
    newest = last(app)
    approve(browser, at="/suggestions")
    (one,), written = prepared(app), since(app, newest)
    assert one.ended_as is Outcome.APPROVED
    assert [(entry.subject.partition(":")[0], entry.deed) for entry in written] == [
        (told["subject"].partition(":")[0], told["deed"]) for told in one.told
    ]
    assert {(entry.customer_id, entry.staff_id, entry.facts["prepared"]) for entry in written} == {(world.box.customer_id, None, one.id)}
    assert isinstance(browser.get("/suggestions"), BeautifulSoup)
    known = len(mail.to(DORA))
    work()
    told_by_mail = [(words_of(text(letter)), words(BeautifulSoup(html(letter), "html.parser"))) for letter in mail.to(DORA)[known:]]
    assert bool(told_by_mail) == (name not in UNTOLD)
    assert [(BOTH in plain, BOTH in rich) for plain, rich in told_by_mail] == [(True, True)] * len(told_by_mail)
    if name not in UNTOLD:
        assert "You approved what Jonas had prepared" in words(browser.get(world.box.page))


def words_of(plain: str) -> str:
    return " ".join(plain.split())


def last(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(Entry.id).order_by(Entry.id.desc()).limit(1)) or 0


def since(app: Flask, entry_id: int) -> list[Entry]:
    with app.app_context():
        return list(db.session.scalars(select(Entry).where(Entry.id > entry_id).order_by(Entry.id)))
