"""The desk's pages about what was sent."""

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import Role
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.timeline import Entry
from portal.webhooks import actions, queries
from tests.accounts.builders import customer, staff
from tests.browser import Browser, words
from tests.webhooks.conftest import BY, add, dispatches, endpoint, happens, work
from tests.webhooks.receiver import Receiver


@pytest.fixture
def lead(app: Flask) -> Browser:
    return at_the_desk(app, Role.LEAD)


def at_the_desk(app: Flask, role: Role) -> Browser:
    with transaction():
        person = staff(f"{role}@halfjar.example", role=role).id
    browser = Browser(app)
    browser.sign_in_staff(person)
    return browser


def test_a_lead_sees_where_news_goes_what_was_sent_and_how_each_try_went(lead: Browser, shop: Receiver, box: int) -> None:
    add(shop, ["subscription.changed"])
    shop.answers(500, "<b>out of order</b>")
    happens(box)
    work()
    index = lead.get("/desk/webhooks")
    for told in shop.url, "1 message waits", "Trying again", "Answer 500":
        assert told in words(index)
    (dispatch,) = dispatches()
    one = lead.get(f"/desk/webhooks/{dispatch.id}")
    assert dispatch.message.body in one.get_text() and shop.refs[0] in words(one)
    assert "<b>out of order</b>" in one.get_text() and one.find("b", string="out of order") is None


def test_what_was_sent_can_be_sent_again_and_that_is_written_down(lead: Browser, shop: Receiver, box: int) -> None:
    add(shop)
    happens(box)
    work()
    (dispatch,) = dispatches()
    page = lead.get(f"/desk/webhooks/{dispatch.id}")
    assert "Arrived" in words(page)
    again = lead.post(f"/desk/webhooks/{dispatch.id}/send-again")
    assert "It is sent again, with the same webhook-id." in words(again) and "Trying again" in words(again)
    work()
    assert len(shop.refs) == 2 and len(set(shop.refs)) == 1
    assert "Arrived" in words(lead.get(f"/desk/webhooks/{dispatch.id}"))
    entry = db.session.scalars(select(Entry).order_by(Entry.id.desc()).limit(1)).one()
    assert entry.deed == "sent again" and entry.staff_id


def test_to_an_endpoint_that_is_removed_nothing_is_sent_again(lead: Browser, shop: Receiver, box: int) -> None:
    added = add(shop)
    happens(box)
    work()
    with transaction():
        actions.remove_endpoint(db.session.get_one(type(endpoint(added.id)), added.id), by=BY, at=now())
    (dispatch,) = dispatches()
    assert lead.get(f"/desk/webhooks/{dispatch.id}").select_one("form[action$=send-again]") is None
    lead.post(f"/desk/webhooks/{dispatch.id}/send-again", expect=404)
    work()
    assert len(shop.received) == 1


def test_while_an_endpoint_is_off_that_is_said(lead: Browser, shop: Receiver, box: int) -> None:
    add(shop)
    happens(box)
    shop.answers(410)
    work()
    (dispatch,) = dispatches()
    assert "Switched off" in words(lead.get("/desk/webhooks"))
    lead.get(f"/desk/webhooks/{dispatch.id}")
    assert "it is switched off, or removed" in words(lead.post(f"/desk/webhooks/{dispatch.id}/send-again"))


def test_the_log_has_pages_and_can_leave_out_what_has_arrived(lead: Browser, shop: Receiver, box: int) -> None:
    add(shop, ["subscription.changed"])
    happens(box, times=queries.SHOWN + 2)
    work()
    shop.answers(500)
    happens(box)
    work()
    assert len(lead.get("/desk/webhooks").select("ol a[href^='/desk/webhooks/']")) == queries.SHOWN
    older = lead.get("/desk/webhooks").find("a", string="Older")
    assert older and len(lead.get(str(older["href"])).select("ol a[href^='/desk/webhooks/']")) == 3
    assert len(lead.get("/desk/webhooks?show=open").select("ol a[href^='/desk/webhooks/']")) == 1


@pytest.mark.parametrize(("role", "status"), [(Role.AGENT, 403), (Role.LEAD, 200), (Role.ADMIN, 200)])
def test_an_agent_is_refused(app: Flask, shop: Receiver, box: int, role: Role, status: int) -> None:
    add(shop)
    happens(box)
    work()
    browser = at_the_desk(app, role)
    browser.get("/desk/webhooks", expect=status)
    browser.get(f"/desk/webhooks/{dispatches()[0].id}", expect=status)
    browser.post(f"/desk/webhooks/{dispatches()[0].id}/send-again", expect=status)
    assert ("/desk/webhooks" in str(browser.get("/desk"))) is (status == 200)


def test_for_a_customer_it_is_not_there(app: Flask) -> None:
    with transaction():
        mira = customer().id
    browser = Browser(app)
    browser.sign_in(mira)
    browser.get("/desk/webhooks", expect=404)
    browser.get("/desk/webhooks/1", expect=404)
