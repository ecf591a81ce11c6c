"""A lead reads all that was done, by whom, to whom, and whether it is as it was written."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import select, update

from portal import outbox, timeline
from portal.accounts.models import Customer, Staff
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.orders.models import Order
from portal.returns.actions.claims import Asked, open_claim
from portal.returns.models import ClaimKind, Wish
from portal.support.models import Look
from portal.tasks.actions import open_task, put_off
from portal.tasks.models import StaffTask
from portal.timeline import Actor, Entry
from portal.timeline.checking import first_break
from portal.timeline.findings import Finding
from portal.timeline.models import Check
from tests.browser import Browser, words
from tests.conftest import Work
from tests.orders.builders import order, parcel
from tests.questions import asked
from tests.subscriptions.builders import Box


def write(app: Flask, customer_id: int, number: int, deed: str = "noted", by: Actor | None = None) -> None:
    with app.app_context(), transaction():
        alice = db.session.get_one(Customer, customer_id)
        for turn in range(number):
            timeline.note(alice, deed, by=by or Actor(customer_id=customer_id), at=now(), facts={"turn": turn})


def test_an_agent_may_not(desk: Browser) -> None:
    assert "This is for leads and administrators." in words(desk.get("/desk/audit", expect=403))


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


def test_it_is_looked_through_by_the_number_of_an_order_with_its_parcels_and_claims(app: Flask, lead: Browser, alice: Box) -> None:
    with app.app_context(), transaction():
        owner = db.session.get_one(Customer, alice.customer_id)
        one, other = order(owner, now(), number="HA-1"), order(owner, now(), number="HA-2")
        parcel(one, ref="P-77")
        damaged = Asked(ClaimKind.DAMAGED, {one.lines[0].id: 1}, Wish.REFUND, "It leaks.", "No camera", "a-draft")
        claim = open_claim(one, damaged, by=Actor(customer_id=owner.id), at=now()).reference
        timeline.note(other, "by the clock", by=timeline.SCHEDULE, at=now(), facts={})
    for whom, found in ("HA-1", 2), ("%23HA-1", 2), (claim, 1), ("HA-2", 1), ("HA-3", 0):
        entries = lead.get(f"/desk/audit?whom={whom}").select("ol.lines > li")
        assert [("by the clock" in words(one)) == (whom == "HA-2") for one in entries] == [True] * found, whom


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


def order_of(app: Flask, box: Box) -> str:
    with app.app_context():
        number = db.session.scalars(select(Order.number).where(Order.customer_id == box.customer_id)).first()
    assert number
    return number


def cancel_lines(app: Flask, box: Box, times: int) -> None:
    """As the history has it when a line of her order is cancelled."""
    with app.app_context(), transaction():
        order = db.session.scalars(select(Order).where(Order.customer_id == box.customer_id)).first()
        assert order
        facts = {"order": order.number, "line": 1, "title": "Honey", "quantity": 2, "amount": 1780, "currency": "EUR"}
        for _turn in range(times):
            timeline.note(order, "line cancelled", by=Actor(customer_id=box.customer_id), at=now(), facts=facts)


def test_what_stands_beside_a_deed_is_told_in_words_with_amounts_moments_and_links(
    app: Flask, lead: Browser, alice: Box, work: Work
) -> None:
    work()
    cancel_lines(app, alice, 1)
    page = lead.get("/desk/audit?deed=line+cancelled")
    number = order_of(app, alice)
    (row,) = page.select("ol.lines > li")
    assert words(row.select("b")[0]) == f"Order {number} without 2 × Honey", "the customer's own sentence"
    assert "Amount: €17.80" in words(row) and "Quantity: 2" in words(row) and "EUR" not in words(row)
    assert len(row.select(f'a[href="/desk/orders/{number}"]')) == 2
    with app.app_context(), transaction():
        order = db.session.scalars(select(Order)).first()
        assert order
        task = db.session.get_one(StaffTask, open_task("money back", order, key="x", customer_id=alice.customer_id, due_at=now(), at=now()))
        put_off(task, now() + timedelta(days=1), by=db.session.scalars(select(Staff)).one(), at=now())
    (row,) = lead.get("/desk/audit?deed=put+task+off").select("ol.lines > li")
    assert (
        "Kind: Give money back by hand" in words(row) and "Until: Tue 24 Nov, 10:00" in words(row) and row.select('a[href="/desk/tasks/1"]')
    )
    assert "Put off by: – → The lead" in words(row)


def test_a_change_of_a_box_is_told_as_its_customer_reads_it(app: Flask, lead: Browser, alice: Box, work: Work) -> None:
    work()
    alice.browser.post(alice.skip(0))
    theirs = [words(one) for one in lead.get(f"/desk/customers/{alice.customer_id}").select(".timeline li > b")]
    for deed in "skipped", "charged":
        (row,) = lead.get(f"/desk/audit?deed={deed}").select("ol.lines > li")
        told = words(row.select("b")[0])
        assert told in theirs and told.endswith(deed)
        assert row.select(f'a[href="/desk/customers/{alice.customer_id}"]'), "whose it is, also where the provider tells of it"
    (row,) = lead.get("/desk/audit?deed=skipped").select("ol.lines > li")
    assert "Status: planned → skipped" in words(row)


def test_what_somebody_said_is_read_by_a_lead_until_it_is_erased(app: Flask, lead: Browser, alice: Box) -> None:
    with app.app_context(), transaction():
        person = db.session.get_one(Customer, alice.customer_id)
        said = {"reason": "Too sweet for me"}
        timeline.note(person, "change declined", by=Actor(customer_id=person.id), at=now(), facts={}, personal=said)
    assert "Reason: – → Too sweet for me" in words(lead.get("/desk/audit?deed=change+declined"))
    with app.app_context():
        with transaction():
            db.session.execute(update(Entry).where(Entry.deed == "change declined").values(personal=None))
        assert first_break() is None
    assert "Too sweet" not in lead.get("/desk/audit?deed=change+declined").text


def test_it_asks_as_often_for_many_as_for_one(app: Flask, lead: Browser, alice: Box, work: Work) -> None:
    work()
    write(app, alice.customer_id, 1)
    cancel_lines(app, alice, 1)
    with asked(app) as few:
        lead.get("/desk/audit")
    write(app, alice.customer_id, 20)
    cancel_lines(app, alice, 20)
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
            db.session.add(Check(began_at=now(), at=now(), entry=7, is_done=True, problem="Here.", finding=finding))
        page = words(lead.get("/desk/audit"))
        assert "Up to entry 7 it is as it was written." in page
        assert what in page
        assert advice in page
