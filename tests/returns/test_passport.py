"""Alice sees each of her returns: where it stands, by when, and what she can do about it."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.accounts.models import Customer
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.orders.models import Order
from portal.photos.models import Photo
from portal.returns.models import Acceptance, Reception, Return, ReturnItem, ReturnStatus, TakenUnit, Way, free_units, take_units
from portal.tasks.models import StaffTask
from portal.timeline import Entry
from tests.accounts.builders import customer
from tests.browser import Browser, attribute, words
from tests.photos.builders import photo, send
from tests.questions import questions


def sent_back(app: Flask, whose: int, status: ReturnStatus = ReturnStatus.APPROVED, number: str = "1001", rma: str = "R-AAAA-BBBB") -> int:
    """Two honeys of the order."""
    with app.app_context(), transaction():
        order = db.session.scalars(select(Order).where(Order.number == number)).one()
        honey = order.lines[0]
        item = ReturnItem(line=honey, quantity=2, units=take_units(honey.id, 2, free_units(order)[honey.id]))
        submitted_at = now() - timedelta(days=1)
        made = Return(
            rma=rma, draft=f"a-draft-of-{rma}", currency="EUR", started_at=submitted_at, submitted_at=submitted_at, customer_id=whose,
            status=status, way=Way.CODE, items=[item], send_by=now() + timedelta(days=14), decided_at=submitted_at,
        )  # fmt: skip
        db.session.add(made)
        db.session.flush()
        return made.id


def change(app: Flask, **values: object) -> None:
    with app.app_context(), transaction():
        for name, value in values.items():
            setattr(db.session.scalars(select(Return)).one(), name, value)


def reject(app: Flask) -> None:
    with app.app_context(), transaction():
        item = db.session.scalars(select(ReturnItem)).one()
        item.reception, item.acceptance, item.received = Reception.RECEIVED, Acceptance.REJECTED, 2
        item.finding_note = "The seal is broken."
        item.return_.received_at = now()


def steps(browser: Browser) -> list[str]:
    return [words(step) for step in browser.get("/returns/R-AAAA-BBBB").select(".timeline li")]


def test_each_step_has_its_day_or_the_day_that_is_promised(app: Flask, browser: Browser, alice: int) -> None:
    sent_back(app, alice)
    assert steps(browser) == [
        "Requested Sun 22 Nov, 10:00",
        "Sent by Mon 7 Dec",
        "Received by Wed 9 Dec",
        "Refund issued by Thu 10 Dec",
        "Credited by Thu 17 Dec",
    ]
    change(app, sent_at=now())
    assert steps(browser)[1:4] == ["Sent Mon 23 Nov, 10:00", "Received by Wed 25 Nov", "Refund issued by Thu 26 Nov"]
    change(app, received_at=now())
    assert steps(browser)[2:] == ["Received Mon 23 Nov, 10:00", "Refund issued by Tue 24 Nov", "Credited by Tue 1 Dec"]


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (ReturnStatus.REQUESTED, "We answer by Tue 24 Nov"),
        (ReturnStatus.DECLINED, "We can’t take it back"),
        (ReturnStatus.CANCELED, "You cancelled it"),
        (ReturnStatus.EXPIRED, "It was never sent"),
    ],
)
def test_its_heading_says_what_comes_next_or_how_it_ended(
    app: Flask, browser: Browser, alice: int, status: ReturnStatus, told: str
) -> None:
    sent_back(app, alice, status)
    change(app, closed_at=now())
    assert told in words(browser.get("/returns/R-AAAA-BBBB"))


def test_the_list_has_the_open_ones_first_and_is_read_page_by_page(app: Flask, browser: Browser, alice: int) -> None:
    assert "No return yet" in words(browser.get("/returns"))
    with app.app_context(), transaction():
        for number in range(45):
            made = Return(
                rma=f"R-{number:04}-AAAA", draft=f"a-draft-of-number-{number}", currency="EUR", started_at=now(), submitted_at=now(),
                customer_id=alice, status=ReturnStatus.CLOSED, closed_at=now(),
            )  # fmt: skip
            db.session.add(made)
            db.session.flush()
    sent_back(app, alice)
    assert questions(app, browser, "/returns") <= 6
    page = browser.get("/returns")
    links = [str(link["href"]) for link in page.select("main li a")]
    assert links[:2] == ["/returns/R-AAAA-BBBB", "/returns/R-0044-AAAA"] and len(links) == 21
    page = browser.get(attribute(page, "main .btns a[href*=older_than]", "href"))
    links = [str(link["href"]) for link in page.select("main li a")]
    assert links[0] == "/returns/R-0024-AAAA" and len(links) == 20
    browser.get("/returns?older_than=R-NOBO-DYSS", expect=404)


def test_nobody_sees_or_ends_anybody_elses(app: Flask, alice: int) -> None:
    sent_back(app, alice)
    with app.app_context(), transaction():
        bob = customer("bob@example.com", "Bob").id
    browser = Browser(app)
    browser.sign_in(bob)
    browser.get("/returns/R-AAAA-BBBB", expect=404)
    browser.get("/returns/R-AAAA-BBBB/object/1", expect=404)
    browser.post("/returns/R-AAAA-BBBB/cancel", expect=404)
    browser.post("/returns/R-AAAA-BBBB/object/1", {"words": "Mine."}, expect=404)
    browser.get("/returns?older_than=R-AAAA-BBBB", expect=404)
    assert "No return yet" in words(browser.get("/returns"))


def test_it_is_cancelled_and_its_units_are_free_again(app: Flask, browser: Browser, alice: int) -> None:
    sent_back(app, alice)
    browser.get("/returns/R-AAAA-BBBB")
    page = browser.post("/returns/R-AAAA-BBBB/cancel")
    assert "You cancelled it" in words(page) and not page.select("form[action$=cancel]")
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(TakenUnit)) == 0
        (entry,) = db.session.scalars(select(Entry))
        assert (entry.deed, entry.customer_id) == ("cancel return", alice)


@pytest.mark.parametrize("moment", ["sent_at", "received_at"])
def test_what_is_under_way_is_not_cancelled_any_more(app: Flask, browser: Browser, alice: int, moment: str) -> None:
    sent_back(app, alice)
    change(app, **{moment: now()})
    assert not browser.get("/returns/R-AAAA-BBBB").select("form[action$=cancel]")
    assert "can’t be cancelled any more" in words(browser.post("/returns/R-AAAA-BBBB/cancel"))
    with app.app_context():
        assert db.session.scalars(select(Return)).one().status is ReturnStatus.APPROVED


def test_whoever_does_not_agree_says_so_once_with_photos(app: Flask, browser: Browser, alice: int) -> None:
    sent_back(app, alice)
    browser.get("/returns/R-AAAA-BBBB/object/1")
    assert browser.at == "/returns/R-AAAA-BBBB"  # there is nothing to object to yet
    reject(app)
    page = browser.get("/returns/R-AAAA-BBBB")
    assert "What we found: The seal is broken." in words(page)
    page = browser.get(attribute(page, "a[href*='/object/']", "href"))
    draft = attribute(page, "[name=draft]")
    send(browser, photo(), draft=draft)
    page = browser.post("/returns/R-AAAA-BBBB/object/1", {"draft": draft, "words": " "}, expect=422)
    assert "Say in a few words" in words(page) and len(page.select(".photos li")) == 1
    page = browser.post("/returns/R-AAAA-BBBB/object/1", {"draft": draft, "words": "It was broken when it came."})
    assert "It was broken when it came." in words(page) and not page.select("a[href*='/object/']")
    with app.app_context():
        task = db.session.scalars(select(StaffTask)).one()
        assert (task.kind, task.subject, task.customer_id) == ("return", "return_:1", alice)
        assert db.session.scalars(select(Photo.attached_to)).one() == "return_:1"
        entry = db.session.scalars(select(Entry)).one()
        assert entry.deed == "object to return" and "broken" not in str((entry.after, entry.facts))
    page = browser.post("/returns/R-AAAA-BBBB/object/1", {"words": "Once more."})
    assert "You have told us that already" in words(page)


def test_what_is_objected_to_is_an_item_of_that_return(app: Flask, browser: Browser, alice: int) -> None:
    sent_back(app, alice)
    with app.app_context(), transaction():
        db.session.get_one(Customer, alice)
    page = browser.post("/returns/R-AAAA-BBBB/object/99", {"words": "It is fine."})
    assert "there is nothing to object to" in words(page)
