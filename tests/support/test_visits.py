"""Alice reads who looked at her account, and is told by mail of what was changed for her (A10)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask

from portal.accounts.models import Staff
from portal.kit import clock
from portal.kit.db import db, transaction
from portal.support.actions.looking import look_at
from portal.support.queries.visits import SHOWN
from portal.support.sentences import AT_DESK, done_told
from tests.accounts.builders import staff
from tests.browser import Browser, Sent, attribute, words
from tests.conftest import Work
from tests.mail import Mail, text
from tests.questions import asked
from tests.subscriptions.builders import Box
from tests.support.conftest import looks
from tests.support.viewing import REASON, acts, begins_view, deeds

Time = Callable[[timedelta], None]
HERE, SOMETHING = "/account/visits", "Something else was changed"
WORDED = {
    "customer": ["address added", "address corrected", "address chosen for all", "address removed", "change language", "undone"],
    "orders": ["line cancelled", "other address"],
    "return_": [
        "submit return", "cancel return", "object to return", "exchange chosen again", "exchange called off", "other way back",
        "order pick-up", "tell parcel number", "show receipt",
    ],
    "claim": ["open claim", "cancel claim"],
    "billing_account": ["paid", "not paid"],
}  # fmt: skip


def test_nobody_has_looked_yet(alice: Box) -> None:
    assert alice.browser.get("/account").select(f'a[href="{HERE}"]')
    assert "Nobody has looked yet" in words(alice.browser.get(HERE))


def test_a_look_stands_there_with_name_reason_and_how_long(desk: Browser, alice: Box, time: Time, mail: Mail, work: Work) -> None:
    begins_view(desk, alice.customer_id)
    assert "going on now" in words(alice.browser.get(HERE))
    time(timedelta(minutes=6))
    desk.post("/desk/viewing/leave")
    told = words(alice.browser.get(HERE))
    for part in "Jonas, support", "6 minutes", f"You asked by phone. “{REASON}”", "Looked, changed nothing.":
        assert part in told, part
    work()
    assert mail.to("alice@example.com") == [], "a look is no reason for a mail"


def test_one_whose_time_is_up_does_not_go_on_though_nobody_has_ended_it(desk: Browser, alice: Box, time: Time) -> None:
    begins_view(desk, alice.customer_id)
    time(timedelta(hours=2))
    told = words(alice.browser.get(HERE))
    assert "30 minutes" in told and "going on now" not in told and "Looked, changed nothing." in told


def test_what_was_changed_stands_there_and_comes_by_mail(desk: Browser, alice: Box, mail: Mail, work: Work) -> None:
    acts(desk, alice.customer_id)
    desk.post(alice.skip(0))
    desk.post("/desk/viewing/leave")
    told = words(alice.browser.get(HERE))
    assert "Changed for you:" in told and "skipped" in told
    work()
    [letter] = [letter for letter in mail.to("alice@example.com") if "changed something for you" in str(letter["Subject"])]
    assert str(letter["Subject"]).startswith("Jonas of ")
    assert "skipped" in text(letter) and REASON in text(letter) and HERE in text(letter)


def test_what_he_was_refused_is_no_change(desk: Browser, alice: Box, mail: Mail, work: Work) -> None:
    acts(desk, alice.customer_id)
    desk.post("/account/devices/sign-out-others", expect=403)
    desk.post("/desk/viewing/leave")
    assert "Looked, changed nothing." in words(alice.browser.get(HERE))
    work()
    assert mail.to("alice@example.com") == []


def test_what_is_done_at_the_desk_meanwhile_is_nothing_of_hers(app: Flask, admin: Browser, alice: Box, mail: Mail, work: Work) -> None:
    begins_view(admin, alice.customer_id)
    before = len(deeds(app))
    rules: Sent = {"windows.default": "31", "note": "More time"}
    admin.post("/desk/policy", {**rules, "seen": attribute(admin.post("/desk/policy", rules), "input[name=seen]")})
    assert {deed[1:] for deed in deeds(app)[before:]} == {(None, 1, None)}
    admin.post("/desk/viewing/leave")
    assert "Looked, changed nothing." in words(alice.browser.get(HERE))
    work()
    assert mail.to("alice@example.com") == []


def test_looks_at_the_desk_are_one_line_a_day_for_each_person(desk: Browser, lead: Browser, alice: Box, time: Time) -> None:
    for _ in range(3):
        desk.get(f"/desk/customers/{alice.customer_id}")
    lead.get(f"/desk/customers/{alice.customer_id}")
    time(timedelta(days=1))
    with desk.app.app_context(), transaction():
        jonas = db.session.query(Staff).filter_by(name="Jonas").one()
        look_at([alice.customer_id], page="customer", by=jonas, at=clock.now())
    told = words(alice.browser.get(HERE))
    assert told.count("Jonas, support") == 2 and told.count("The lead, head of support") == 1
    assert told.count("Looked you up 3 times at the desk") == 1 and told.count("Looked you up once at the desk") == 2


def test_lists_that_she_stands_in_are_one_calm_line_and_no_looks_at_her(app: Flask, desk: Browser, alice: Box) -> None:
    desk.get(f"/desk/customers/{alice.customer_id}")
    for _ in range(2):
        desk.get("/desk/search/suggestions?q=alice")
    with app.app_context(), transaction():
        ada = staff("ada@halfjar.example", "Ada")
        for page in "queue", "history", "incident":
            look_at([alice.customer_id], page=page, by=ada, at=clock.now())
    told = words(alice.browser.get(HERE))
    assert told.count("Jonas, support") == 1 and "Looked you up once at the desk." in told and "Ada, support" not in told
    assert told.count("You also stood in lists that Ada, Jonas worked through. None of your pages was opened for that.") == 1
    assert "You also stood" not in words(alice.browser.get(f"{HERE}?before=2020-01-01")), "once is enough"
    assert [page for _who, _whom, page in looks(app)] == ["customer", "search", "search", "queue", "history", "incident"], "leads see each"


def test_deeds_at_the_desk_stand_by_day_and_person_and_what_staff_note_does_not(desk: Browser, alice: Box, time: Time) -> None:
    """From the first moment to the last; in a list with the views, by time."""
    here = f"/desk/customers/{alice.customer_id}"
    desk.get(here)
    time(timedelta(minutes=11))
    desk.post("/desk/sync/resync", {"customer": "alice@example.com"})
    desk.post(f"{here}/notes", {"note": "She was not amused", "draft": "a-form-of-the-desk-1"})
    time(timedelta(minutes=3))
    begins_view(desk, alice.customer_id)
    desk.post("/desk/viewing/leave")
    page = alice.browser.get(HERE)
    day, view = [words(visit) for visit in page.select("main ol.timeline > li")]
    assert REASON in view and "Done at the desk" not in view
    assert "10:00 until 10:1" in day and "Done at the desk: What the payment provider has of you was looked up anew" in day
    assert "amused" not in words(page)


def test_the_list_is_in_pages_of_whole_days_and_asks_as_often_however_long(app: Flask, desk: Browser, alice: Box) -> None:
    with app.app_context(), transaction():
        jonas = db.session.query(Staff).filter_by(name="Jonas").one()
        for days in range(3 * SHOWN):
            look_at([alice.customer_id], page="customer", by=jonas, at=clock.now() - timedelta(days=days))
    with asked(app) as first:
        page = alice.browser.get(HERE)
    assert len(page.select("main ol.timeline > li")) == SHOWN and len(first) <= 7
    seen = SHOWN
    while older := page.select_one(f'main a[href^="{HERE}?before="]'):
        page = alice.browser.get(str(older["href"]))
        seen += len(page.select("main ol.timeline > li"))
    assert seen == 3 * SHOWN
    assert "Nothing older" in words(alice.browser.get(f"{HERE}?before=2000-01-01"))
    assert alice.browser.get(f"{HERE}?before=nonsense").select("main ol.timeline")


def test_nobody_reads_it_of_somebody_else(desk: Browser, alice: Box) -> None:
    assert desk.client.get(HERE).status_code == 303


def test_whatever_he_may_do_for_her_has_words(app: Flask) -> None:
    """Subscriptions have those of their history; for all else, what the list of `tests/house/test_only_themselves.py` comes to."""
    with app.test_request_context():
        for table, deeds_on_it in WORDED.items():
            for deed in deeds_on_it:
                assert _told(table, deed) != SOMETHING, f"{deed} of {table}"


def test_whatever_he_does_for_her_at_the_desk_has_words(app: Flask) -> None:
    with app.test_request_context():
        for deed in AT_DESK:
            assert any(_told(table, deed) != SOMETHING for table in ("return_", "claim", "orders")), deed


def _told(table: str, deed: str) -> str:
    facts: dict[str, Any] = {
        "rma": "RT-1", "order": "HA-1", "reference": "CL-1", "way": "label", "from": "2026-11-23T09:00:00+00:00",
        "undone": "address added", "amount": 1490, "currency": "EUR", "payout": 1,
    }  # fmt: skip
    return done_told({"subject": f"{table}:1", "deed": deed, "facts": facts})
