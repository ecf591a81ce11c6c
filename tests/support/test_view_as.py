"""Jonas sees Alice's pages as she does: he says why, looks, and leaves (REL I1, I3, I4, I7)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select

from portal.accounts.models import Customer, Ended, Mode, Session
from portal.kit.db import db, transaction
from portal.timeline.models import ChainHead
from tests.accounts.builders import customer, staff
from tests.browser import Browser, attribute, words
from tests.subscriptions.builders import Box
from tests.support.conftest import looks
from tests.support.test_queue import task
from tests.support.viewing import REASON, acts, begins_view, deeds, is_in, is_skipped, key_of, views

Time = Callable[[timedelta], None]


def test_jonas_sees_what_alice_sees(app: Flask, desk: Browser, alice: Box) -> None:
    hers = words(alice.browser.get("/").select_one("main") or pytest.fail("no page"))
    page = begins_view(desk, alice.customer_id)
    banner = words(page.select_one(".watch") or pytest.fail("no banner"))
    assert "You are Jonas, looking as alice@example.com" in banner and "Look only." in banner
    seen = words(desk.get("/").select_one("main") or pytest.fail("no page"))
    assert seen == hers
    [view] = views(app)
    assert (view.reason, view.why, view.mode, view.ended_at) == (REASON, "phone", Mode.LOOK, None)
    assert view.ends_at - view.started_at == timedelta(minutes=30)
    assert ("impersonation started", alice.customer_id, view.staff_id, view.id) in deeds(app)
    assert looks(app)[-1] == (view.staff_id, alice.customer_id, "view")


@pytest.mark.parametrize("reason", ["", "abc", "too short", "   a    b    ", "x" * 201])
def test_without_a_sentence_nothing_begins(app: Flask, desk: Browser, alice: Box, reason: str) -> None:
    page = begins_view(desk, alice.customer_id, 422, reason=reason)
    assert page.select_one("#reason-error") and not page.select(".watch")
    assert views(app) == []


def test_who_took_the_second_step_long_ago_takes_it_again(app: Flask, desk: Browser, alice: Box, time: Time) -> None:
    time(timedelta(minutes=16))
    token = desk.token()
    answer = desk.client.post(f"/desk/customers/{alice.customer_id}/view", data={"csrf_token": token, "why": "phone", "reason": REASON})
    assert (answer.status_code, answer.location) == (303, "/desk/your-sign-in/confirm")
    assert views(app) == []


def test_where_the_history_can_not_be_written_there_is_no_view(app: Flask, desk: Browser, alice: Box) -> None:
    before = key_of(desk)
    desk.get(f"/desk/customers/{alice.customer_id}/view")
    with app.app_context(), transaction():
        head = db.session.scalars(select(ChainHead.entry_hash)).one()
        db.session.execute(delete(ChainHead))
    app.config["PROPAGATE_EXCEPTIONS"] = False
    desk.post(f"/desk/customers/{alice.customer_id}/view", {"why": "other", "reason": REASON}, expect=500)
    assert views(app) == [] and key_of(desk) == before
    assert desk.client.get("/subscriptions").status_code == 303, "her pages stay closed"
    with app.app_context(), transaction():
        db.session.add(ChainHead(entry_hash=head))
    assert not desk.get("/desk").select(".watch")


def test_the_session_goes_on_under_another_key_at_both_ends(app: Flask, desk: Browser, alice: Box) -> None:
    before = key_of(desk)
    begins_view(desk, alice.customer_id)
    during = key_of(desk)
    assert before != during and not is_in(app, before) and is_in(app, during)
    page = desk.post("/desk/viewing/leave")
    assert "You are back at the desk" in words(page) and not page.select(".watch")
    assert not is_in(app, during) and is_in(app, key_of(desk))
    [view] = views(app)
    assert view.ended_by is Ended.LEFT and view.ended_at
    assert desk.client.get("/subscriptions").status_code == 303


def test_a_form_from_before_counts_no_more(app: Flask, desk: Browser, alice: Box) -> None:
    token = desk.token()
    begins_view(desk, alice.customer_id)
    answer = desk.client.post("/desk/viewing/mode", data={"csrf_token": token, "mode": "act"})
    assert answer.status_code == 403 and views(app)[0].mode is Mode.LOOK


def test_nobody_views_themselves_or_a_colleague(app: Flask, desk: Browser, alice: Box) -> None:
    with app.app_context(), transaction():
        himself = customer("jonas@halfjar.example").id
        staff("selin@halfjar.example", "Selin", role="lead")
        colleague = customer("selin@halfjar.example").id
    for person in himself, colleague:
        assert "Who works here is not viewed" in words(desk.get(f"/desk/customers/{person}/view"))
        page = desk.post(f"/desk/customers/{person}/view", {"why": "phone", "reason": REASON}, expect=403)
        assert "Who works here is not viewed" in words(page)
    assert views(app) == []


def test_no_view_begins_within_another(app: Flask, desk: Browser, alice: Box) -> None:
    """A who views B could otherwise view A."""
    with app.app_context(), transaction():
        bob = customer("bob@example.com").id
    begins_view(desk, alice.customer_id)
    assert "viewing somebody already" in words(desk.get(f"/desk/customers/{bob}/view"))
    desk.post(f"/desk/customers/{bob}/view", {"why": "phone", "reason": REASON})
    assert [view.customer_id for view in views(app)] == [alice.customer_id]


def test_who_only_looks_changes_nothing(app: Flask, desk: Browser, alice: Box) -> None:
    begins_view(desk, alice.customer_id)
    before = len(deeds(app))
    for target in None, "dialog#sheet":
        page = desk.post(alice.skip(0), target=target, expect=403)
        assert "Look only. Choose “Act for them” first" in words(page)
    assert len(deeds(app)) == before and not is_skipped(app, alice)


def test_forms_are_there_and_closed_until_he_acts(app: Flask, desk: Browser, alice: Box) -> None:
    begins_view(desk, alice.customer_id)
    sheet = desk.get(alice.skip(0))
    assert sheet.select("main form[method=post] fieldset[disabled] button") and "Look only" in words(sheet.main or sheet)
    desk.post("/desk/viewing/mode", {"mode": "act"})
    sheet = desk.get(alice.skip(0))
    assert sheet.select("main form[method=post] button") and not sheet.select("main fieldset[disabled]")


def test_acting_is_a_second_step_and_carries_both_names(app: Flask, desk: Browser, alice: Box) -> None:
    begins_view(desk, alice.customer_id)
    asked = desk.get("/desk/viewing/act")
    assert "with both your names" in words(asked)
    page = desk.post("/desk/viewing/mode", {"mode": "act"})
    assert "You act for them." in words(page)
    desk.post(alice.skip(0))
    [view] = views(app)
    assert deeds(app)[-1] == ("skipped", alice.customer_id, view.staff_id, view.id)
    assert is_skipped(app, alice)
    desk.post("/desk/viewing/mode", {"mode": "look"})
    desk.post(alice.unskip(0), expect=403)


def test_alices_own_session_does_not_notice(app: Flask, desk: Browser, alice: Box) -> None:
    """Neither when she came last, nor where she is signed in, nor how often she looked (REL I11)."""

    def stands() -> list[object]:
        with app.app_context():
            sessions = db.session.scalars(select(Session).where(Session.customer_id == alice.customer_id))
            person = db.session.get_one(Customer, alice.customer_id)
            return [*[(one.id, one.last_seen_at, one.key_hash) for one in sessions], person.email_verified_at]

    before = stands()
    acts(desk, alice.customer_id)
    for page in "/", "/subscriptions", "/orders", "/account", "/account/devices", "/account/payment":
        assert desk.get(page).select(".watch"), page
    assert stands() == before
    assert alice.browser.get("/account") and not alice.browser.get("/account").select(".watch")


def test_the_banner_stands_on_every_page_also_of_errors_and_of_the_desk(app: Flask, desk: Browser, alice: Box) -> None:
    begins_view(desk, alice.customer_id)
    for page in "/", "/desk", f"/desk/customers/{alice.customer_id}", "/desk/viewing/act", "/desk/your-sign-in":
        assert desk.get(page).select("body > .watch"), page
    assert desk.get("/nothing-here", expect=404).select("body > .watch")


def test_at_the_desk_the_banner_leads_back_to_her_pages(desk: Browser, alice: Box) -> None:
    begins_view(desk, alice.customer_id)
    assert desk.get("/desk").select('body > .watch a[href="/"]') and not desk.get("/orders").select('body > .watch a[href="/"]')


def test_who_acts_goes_on_where_he_was_also_without_javascript(desk: Browser, alice: Box) -> None:
    begins_view(desk, alice.customer_id)
    desk.get("/account/addresses")
    back = attribute(desk.get("/desk/viewing/act"), "[name=back]")
    desk.post("/desk/viewing/mode", {"mode": "act", "back": back})
    assert desk.at == "/account/addresses"
    desk.post("/desk/viewing/mode", {"mode": "look", "back": "//elsewhere.example/x"}, expect=404)
    assert desk.answer.request.host == "localhost"


def test_whoever_is_no_staff_finds_nothing_there(app: Flask, alice: Box) -> None:
    for page in f"/desk/customers/{alice.customer_id}/view", "/desk/viewing/act":
        alice.browser.get(page, expect=404)
    for page in f"/desk/customers/{alice.customer_id}/view", "/desk/viewing/mode", "/desk/viewing/leave":
        alice.browser.post(page, {"mode": "act", "reason": REASON}, expect=404)


def test_what_only_she_decides_is_closed_also_while_he_acts(app: Flask, desk: Browser, alice: Box) -> None:
    acts(desk, alice.customer_id)
    before = len(deeds(app))
    assert desk.get("/account").select('main form[action="/sign-out"] fieldset[disabled]'), "it would sign him out of the desk"
    page = desk.get("/account/devices")
    assert page.select("main form fieldset[disabled]") and "Only the customer can do this" in words(page)
    refused = desk.post("/account/devices/sign-out-others", expect=403)
    assert "Only the customer can do this" in words(refused)
    assert len(deeds(app)) == before


def test_for_which_task_is_kept_and_told_to_both(app: Flask, desk: Browser, lead: Browser, alice: Box) -> None:
    """The history has its number, with a way to it; she reads what it was about."""
    number = task(app, "no scan", "Alice", timedelta(hours=1))
    form = desk.get(f"/desk/customers/{alice.customer_id}/view")
    assert form.select_one(f'input[name=why][value="task:{number}"][checked]'), "the most urgent is chosen"
    begins_view(desk, alice.customer_id, why=f"task:{number}")
    (view,) = views(app)
    assert (view.why, view.task_id) == ("task", number)
    told = words(alice.browser.get("/account/visits"))
    assert f"About a parcel of yours. “{REASON}”" in told
    assert lead.get("/desk/audit?deed=impersonation+started").select(f'a[href="/desk/tasks/{number}"]')


def test_it_is_for_no_task_of_anybody_elses(app: Flask, desk: Browser, alice: Box) -> None:
    number = task(app, "no scan", "Bob", timedelta(hours=1))
    for why in f"task:{number}", "task", "task:", "task:999999999999999999999", "nonsense":
        begins_view(desk, alice.customer_id, why=why)
        desk.post("/desk/viewing/leave")
    assert {(view.why, view.task_id) for view in views(app)} == {("other", None)}
