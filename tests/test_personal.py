"""What names a person stands only in columns that are marked so: the history keeps it out of its hashes, and erasure finds it there."""

from datetime import datetime
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from portal.accounts.models import Customer
from portal.kit.clock import now
from portal.kit.db import Model, db, transaction
from portal.orders.commands import imports
from portal.subscriptions import actions
from portal.subscriptions.models import Subscription
from portal.timeline import Actor
from portal.webhooks.actions import add_endpoint
from portal.webhooks.models import Message
from portal.webhooks.vocabulary import CHOSEN
from tests.accounts.builders import address
from tests.conftest import Work
from tests.orders.builders import csv
from tests.stripe import Stripe
from tests.subscriptions.builders import subscribe

EMAIL, NAME, STREET, COMMENT = "xanthippe@example.com", "Xanthippe Quill", "Quillgasse 77", "Because of my knee"
ELSEWHERE = {
    ("task", "payload"): "a mail that waits to leave; the row goes once it has",
    ("timeline", "personal"): "the place for it: outside the hash, and emptied by erasure",
}


def unmarked(told: str) -> set[tuple[str, str]]:
    """The columns without the mark in which this stands."""
    found = set()
    for table in Model.metadata.sorted_tables:
        columns = [column for column in table.columns if not column.info.get("personal")]
        for row in db.session.execute(select(*columns)):
            found |= {(table.name, column.name) for column, value in zip(columns, row, strict=True) if told in str(value)}
    return found


def test_what_names_a_person_stands_where_it_can_be_found_again(app: Flask, stripe: Stripe, work: Work, tmp_path: Path) -> None:
    with app.app_context(), transaction():
        add_endpoint("http://127.0.0.1:9/", CHOSEN, by=Actor(system="command line"), at=now())
    box = subscribe(app, stripe, email=EMAIL)
    by = Actor(customer_id=box.customer_id)

    def change(at: datetime) -> None:
        subscription = db.session.get_one(Subscription, box.id)
        subscription.customer.name = NAME
        address(box.customer_id, name=NAME, line1="Elsewhere 1", at=at)
        actions.send_to(subscription, address(box.customer_id, name=NAME, line1=STREET, at=at), by=by, at=at)

    with app.app_context(), transaction():
        change(now())
    work()
    box.browser.post("/sign-out")
    box.browser.post("/sign-in", {"email": EMAIL})
    file = csv(tmp_path, f"A-1,2026-03-01 10:00,{EMAIL},EUR,HON,Linden honey,2,8.90")
    assert app.test_cli_runner().invoke(imports, ["orders", str(file)]).exit_code == 0
    box.sign_in()
    with app.app_context(), transaction():
        subscription = db.session.get_one(Subscription, box.id)
        _entry, asked = actions.cancel(subscription, at_once=False, by=by, at=now())
        actions.give_reasons(asked, ["other"], COMMENT, by=by, at=now())
    work()
    with app.app_context():
        assert db.session.scalars(select(Customer.name).where(Customer.email == EMAIL)).one() == NAME
        assert STREET in str(db.session.get_one(Subscription, box.id).raw)
        assert len(db.session.scalars(select(Message.id)).all()) > 3, "what is told to others is looked at too"
        for told in EMAIL, NAME, STREET, COMMENT:
            places = unmarked(told) - ELSEWHERE.keys()
            assert not places, f"{told} stands in {sorted(places)}: mark the column with info={{'personal': True}}, or leave it out"
