"""An imported order is shown to the person whose address it came with, once that address is verified."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Flask
from sqlalchemy import func, select

from portal.accounts.models import Customer
from portal.accounts.news import verified
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.kit.tables import open_table
from portal.orders import landing
from portal.orders.layouts import PLAIN, Known
from portal.orders.models import Order
from portal.orders.reading import ReadOrder, orders
from tests.accounts.builders import customer
from tests.browser import Browser
from tests.conftest import TODAY
from tests.mail import code, mail_server
from tests.orders.builders import BOB, CAROL, HEADER, MIRA, csv, order
from tests.orders.conftest import Import


def sign_in_proves(app: Flask, email: str) -> int:
    """What the door does once a mail has come back."""
    with app.app_context(), transaction():
        person = db.session.scalars(select(Customer).where(Customer.email == email)).one()
        person.email_verified_at = now()
        verified(person)
        return person.id


def numbers_of(app: Flask, customer_id: int) -> list[str]:
    browser = Browser(app)
    browser.sign_in(customer_id)
    return [str(link["href"]).removeprefix("/orders/") for link in browser.get("/orders").select('main a.go[href^="/orders/"]')]


def test_an_order_for_a_verified_address_lands_with_its_customer(app: Flask, bring_in: Import, tmp_path: Path) -> None:
    with app.app_context(), transaction():
        customer("mira@example.com")
    mira = sign_in_proves(app, "mira@example.com")
    bring_in(csv(tmp_path, MIRA.replace("mira@example.com", "Mira@Example.COM"), BOB))
    assert numbers_of(app, mira) == ["A-1"]


def test_an_order_for_an_address_that_nobody_has_verified_is_shown_to_nobody(app: Flask, bring_in: Import, tmp_path: Path) -> None:
    with app.app_context(), transaction():
        mira = customer("mira@example.com").id
    bring_in(csv(tmp_path, MIRA, BOB))
    assert numbers_of(app, mira) == []


def test_a_sign_in_proves_the_address_and_brings_its_orders(app: Flask, bring_in: Import, tmp_path: Path) -> None:
    bring_in(csv(tmp_path, MIRA, BOB))
    mira = sign_in_proves(app, "mira@example.com")
    assert numbers_of(app, mira) == ["A-1"]


def test_the_code_from_the_mail_is_such_a_proof(app: Flask, bring_in: Import, tmp_path: Path, work: Callable[[], None]) -> None:
    bring_in(csv(tmp_path, MIRA, BOB))
    mira = Browser(app)
    with mail_server() as mail:
        app.config["SMTP_URL"] = mail.url
        mira.get("/sign-in")
        mira.post("/sign-in", {"email": "mira@example.com"})
        work()
        mira.post("/sign-in/code", {"code": code(mail.newest("mira@example.com"))})
    assert mira.signed_in
    assert [link["href"] for link in mira.get("/orders").select('main a.go[href^="/orders/"]')] == ["/orders/A-1"]


def test_a_second_run_after_that_finds_the_order_the_same(app: Flask, bring_in: Import, tmp_path: Path) -> None:
    file = csv(tmp_path, MIRA, BOB)
    bring_in(file)
    mira = sign_in_proves(app, "mira@example.com")
    assert "Orders: 0 new, 2 known and the same" in bring_in(file).stdout
    assert numbers_of(app, mira) == ["A-1"]


def test_who_takes_over_an_address_later_gets_none_of_the_orders_that_were_claimed(app: Flask, bring_in: Import, tmp_path: Path) -> None:
    bring_in(csv(tmp_path, MIRA))
    mira = sign_in_proves(app, "mira@example.com")
    with app.app_context(), transaction():
        db.session.get_one(Customer, mira).email = "mira@new.example"
        db.session.flush()
        stranger = customer("mira@example.com").id
    sign_in_proves(app, "mira@example.com")
    assert (numbers_of(app, mira), numbers_of(app, stranger)) == (["A-1"], [])


def test_an_import_gives_a_new_customer_a_name_and_leaves_a_known_one_alone(app: Flask, bring_in: Import, tmp_path: Path) -> None:
    with app.app_context(), transaction():
        customer("bob@example.com", "Bob")
    bring_in(csv(tmp_path, f"{MIRA},Mira", f"{BOB},Robert", header=f"{HEADER},name"))
    with app.app_context():
        people = db.session.execute(select(Customer.email, Customer.name, Customer.email_verified_at).order_by(Customer.email)).all()
    assert [tuple(person) for person in people] == [("bob@example.com", "Bob", None), ("mira@example.com", "Mira", None)]


def test_a_claim_takes_no_order_that_has_an_owner(app: Flask) -> None:
    with app.app_context(), transaction():
        alice, bob = customer("alice@example.com"), customer("bob@example.com")
        order(alice, TODAY).email = bob.email
        alice_id = alice.id
    sign_in_proves(app, "bob@example.com")
    with app.app_context():
        assert db.session.scalars(select(Order.customer_id)).one() == alice_id


def read(file: Path) -> list[ReadOrder]:
    known = Known(now(), ZoneInfo("Europe/Berlin"), None, demo_addresses=False)
    return [one for one in orders(open_table(file), PLAIN, known, lambda _: None) if isinstance(one, ReadOrder)]


def test_two_imports_at_once_write_each_order_once(app: Flask, tmp_path: Path, time: Callable[[timedelta], None]) -> None:
    rows = [row.replace("A-", f"{n}-").replace("@", f"{n % 7}@") for n in range(40) for row in (MIRA, BOB, CAROL)]
    found = read(csv(tmp_path, *rows))

    def land(told: list[ReadOrder]) -> landing.Landed:
        with app.app_context(), transaction():
            return landing.land(told)

    with ThreadPoolExecutor(4) as importers:
        landed = list(importers.map(land, [found, found[::-1], found, found[::-1]]))
    assert sum(each.new for each in landed) == 120
    assert sum(each.same for each in landed) == 360
    assert not any(each.differing for each in landed)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Order)) == 120
