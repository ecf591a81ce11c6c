"""A lead reads all that was done, by whom, to whom, and whether it is as it was written."""

from flask import Flask
from sqlalchemy import select

from portal import outbox, timeline
from portal.accounts.models import Customer
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.support.models import Look
from portal.timeline import Actor
from portal.timeline.findings import Finding
from portal.timeline.models import Check
from tests.browser import Browser, words
from tests.questions import asked
from tests.subscriptions.builders import Box


def write(app: Flask, customer_id: int, number: int, deed: str = "noted", by: Actor | None = None) -> None:
    with app.app_context(), transaction():
        alice = db.session.get_one(Customer, customer_id)
        for turn in range(number):
            timeline.note(alice, deed, by=by or Actor(customer_id=customer_id), at=now(), facts={"turn": turn})


def test_an_agent_may_not(desk: Browser) -> None:
    desk.get("/desk/audit", expect=403)


def test_it_shows_who_did_what_to_whom_and_from_where(app: Flask, lead: Browser, alice: Box, jonas: int) -> None:
    write(app, alice.customer_id, 1, by=Actor(customer_id=alice.customer_id, staff_id=jonas))
    page = words(lead.get("/desk/audit"))
    assert f"Jonas, for customer {alice.customer_id}" in page
    assert "Not checked yet" in page
    with app.app_context():
        assert db.session.scalars(select(Look.page).where(Look.customer_id == alice.customer_id)).all() == ["history"]


def test_it_is_looked_through_by_who_whom_what_and_day(app: Flask, lead: Browser, alice: Box, jonas: int) -> None:
    write(app, alice.customer_id, 1, "by herself")
    write(app, alice.customer_id, 1, "by Jonas", by=Actor(staff_id=jonas))
    write(app, alice.customer_id, 1, "by the clock", by=timeline.SCHEDULE)
    with app.app_context():
        email = db.session.get_one(Customer, alice.customer_id).email
    for wanted, there, not_there in (
        (f"who=staff:{jonas}", "by Jonas", "by herself"),
        ("who=schedule", "by the clock", "by Jonas"),
        ("who=customers", "by herself", "by the clock"),
        (f"whom={email}", "by herself", "by the clock"),
        (f"whom=customer:{alice.customer_id}", "by the clock", "nothing"),
        ("deed=by+Jonas", "by Jonas", "by herself"),
        (f"day={now():%Y-%m-%d}", "by herself", "nothing"),
        ("whom=nobody@example.com", "Nothing was found", "by herself"),
        ("day=2020-01-01", "Nothing was found", "by herself"),
    ):
        found = [item.get_text() for item in lead.get(f"/desk/audit?{wanted}").select("section.card")]
        assert there in " ".join(found), wanted
        assert not_there not in " ".join(found), wanted


def test_deeds_stand_there_in_words_and_those_that_exist_are_offered(app: Flask, lead: Browser, alice: Box) -> None:
    for deed in "skipped", "card added", "of an older version":
        write(app, alice.customer_id, 1, deed)
    page = lead.get("/desk/audit?who=customers")
    assert [words(told) for told in page.select("ol.lines > li b")][:3] == ["of an older version", "Card added", "Delivery skipped"]
    offered = {str(one["value"]): words(one) for one in page.select("#deed option")}
    assert offered["skipped"] == "Delivery skipped" and offered["of an older version"] == "of an older version"
    assert "paused" not in offered and list(offered.values())[1:] == sorted(list(offered.values())[1:], key=str.casefold)
    chosen = lead.get("/desk/audit?deed=skipped")
    assert len(chosen.select("ol.lines > li")) == 1 and chosen.select('#deed option[value="skipped"][selected]')
    assert lead.get("/desk/audit?deed=paused").select('#deed option[value="paused"][selected]'), "what was asked for stays in the form"


def test_older_ones_are_a_page_away(app: Flask, lead: Browser, alice: Box) -> None:
    write(app, alice.customer_id, 120, "many")
    seen, address = [], "/desk/audit?deed=many"
    while address:
        page = lead.get(address)
        seen += [item.get_text() for item in page.select("ol.lines > li summary")]
        older = page.find("a", string="Older ones")
        address = str(older["href"]) if older else ""
    assert len(seen) == len(set(seen)) == 120


def test_it_asks_as_often_for_many_as_for_one(app: Flask, lead: Browser, alice: Box) -> None:
    write(app, alice.customer_id, 1)
    with asked(app) as few:
        lead.get("/desk/audit")
    write(app, alice.customer_id, 45)
    with asked(app) as many:
        lead.get("/desk/audit")
    assert len(many) <= len(few)


def test_what_the_nightly_walk_found_stands_above(app: Flask, lead: Browser, alice: Box) -> None:
    write(app, alice.customer_id, 3)
    with app.app_context():
        with transaction():
            outbox.want_task(timeline.CHECK, {}, at=now())
        outbox.work_until_idle()
    assert "Whole up to entry" in words(lead.get("/desk/audit"))


def test_what_is_no_number_or_no_day_filters_nothing(lead: Browser) -> None:
    for wanted in ("before=x", "before=99999999999999999999", "day=x", "who=staff:x", "who=staff:99999999999", "whom=99999999999"):
        lead.get(f"/desk/audit?{wanted}")


def test_what_a_walk_found_is_told_in_words_with_what_to_do(app: Flask, lead: Browser) -> None:
    told = {
        "changed": ("The history is not as it was written.", "a backup tells what stood there"),
        "rewritten": ("The history is not as it was written.", "portal audit begin-anew"),
        "cut": ("The newest entries of the history are gone.", "portal audit begin-anew"),
        "anchors gone": ("The proofs of the history are missing.", "brings the file back"),
    }
    assert set(told) == set(Finding)
    for finding, (what, advice) in told.items():
        with app.app_context(), transaction():
            db.session.add(Check(began_at=now(), at=now(), is_done=True, problem="Here.", finding=finding))
        page = words(lead.get("/desk/audit"))
        assert what in page
        assert advice in page
