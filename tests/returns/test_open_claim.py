"""Alice says what went wrong with her order, and is told until when she has an answer."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from portal.accounts.models import Customer
from portal.carriers import ParcelStatus
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.orders.models import LineCancellation, Order, OrderLine, Shipment
from portal.photos.models import Photo
from portal.returns.models import Claim, ClaimLine, ClaimStatus
from portal.returns.policy.standard import STANDARD
from portal.tasks.models import StaffTask
from portal.timeline import Entry
from tests.accounts.builders import customer
from tests.browser import Browser, attribute, words
from tests.ground import at_once
from tests.mail import Mail, text
from tests.photos.builders import photo
from tests.returns.conftest import bought

Move = Callable[[timedelta], None]
HONEY, OIL = "quantity-1", "quantity-2"
"""The lines of the first order there is."""


def claims(app: Flask) -> list[Claim]:
    with app.app_context():
        return list(db.session.scalars(select(Claim).order_by(Claim.id)))


def opens(
    browser: Browser, kind: str = "missing", number: str = "1001", sent: dict[str, str] | None = None, expect: int = 200
) -> BeautifulSoup:
    """The form, filled in and sent as a browser does it; what is not named stays as it stands there."""
    page = browser.get(f"/orders/{number}/claim/{kind}")
    draft = attribute(page, "[name=draft]")
    return browser.post(
        f"/orders/{number}/claim/{kind}", {"draft": draft, "wish": "refund", OIL: "1", "words": "", **(sent or {})}, expect=expect
    )


def sends(browser: Browser, kind: str, sent: dict[str, str], *photos: bytes) -> TestResponse:
    """The same with photos in the form, as without a script."""
    draft = attribute(browser.get(f"/orders/1001/claim/{kind}"), "[name=draft]")
    files = [(BytesIO(content), "IMG.HEIC") for content in photos] or [(BytesIO(b""), "")]
    data = {"csrf_token": browser.token(), "draft": draft, "wish": "refund", OIL: "1", "words": "", **sent, "photos": files}
    with browser.app.app_context():
        return browser.client.post(f"/orders/1001/claim/{kind}", data=data, headers={"Referer": "http://localhost/"})


def test_from_the_order_it_is_three_taps(browser: Browser) -> None:
    page = browser.get("/orders/1001")
    assert page.select_one('a[href="/orders/1001/claim"]')
    page = browser.get("/orders/1001/claim")
    assert [link["href"] for link in page.select('main a[href^="/orders/1001/claim/"]')] == [
        f"/orders/1001/claim/{kind}" for kind in ("not_here", "damaged", "missing", "wrong")
    ]
    page = browser.get("/orders/1001/claim/not_here")
    assert attribute(page, f"[name={HONEY}] [selected]") == "3" and page.select_one(f"[name={OIL}][checked]")
    assert "You have an answer by Tue 24 Nov, 10:0" in words(page)


def test_it_is_kept_and_answered_in_time(app: Flask, browser: Browser, mail: Mail, work: Callable[[], None], alice: int) -> None:
    page = opens(browser, "not_here", sent={HONEY: "2", OIL: "", "words": "Nobody rang."})
    (claim,) = claims(app)
    assert browser.at == f"/claims/{claim.reference}" and claim.reference in words(page)
    assert "We answer by Tue 24 Nov, 10:0" in words(page) and "Nobody rang." in words(page)
    with app.app_context():
        kept = db.session.get_one(Claim, claim.id)
        assert (kept.kind, kept.wish, kept.status, kept.customer_id) == ("not_here", "refund", ClaimStatus.OPEN, alice)
        assert [(line.order_line_id, line.quantity) for line in kept.lines] == [(1, 2)]
        assert kept.answer_by == (kept.opened_at + timedelta(days=1)).replace(second=0, microsecond=0)
        task = db.session.scalars(select(StaffTask)).one()
        assert (task.kind, task.subject, task.due_at, task.customer_id) == ("claim", f"claim:{kept.id}", kept.answer_by, alice)
        entry = db.session.scalars(select(Entry)).one()
        assert (entry.deed, entry.subject, entry.customer_id) == ("open claim", f"claim:{kept.id}", alice)
        assert "Nobody rang." not in str(entry.facts)
    work()
    (message,) = mail.to("alice@example.com")
    assert message["Subject"] == f"We look into it: claim {claim.reference}"
    assert claim.reference in text(message) and "You have an answer by" in text(message)


def test_the_order_shows_it(app: Flask, browser: Browser) -> None:
    opens(browser)
    (claim,) = claims(app)
    page = browser.get("/orders/1001")
    assert page.select_one(f'a[href="/claims/{claim.reference}"]') and "Answer by Tue 24 Nov, 10:0" in words(page)


def test_a_double_tap_makes_one_claim(app: Flask, alice: int, browser: Browser) -> None:
    draft = attribute(browser.get("/orders/1001/claim/missing"), "[name=draft]")
    browsers = [Browser(app) for _ in range(6)]
    for other in browsers:
        other.sign_in(alice)
        other.token()
    sent = {"draft": draft, "wish": "refund", OIL: "1", "words": ""}
    at_once(app, len(browsers), lambda number: browsers[number].post("/orders/1001/claim/missing", {**sent}) and None)
    browser.post("/orders/1001/claim/missing", {**sent})  # and once more, much later
    assert len(claims(app)) == 1
    assert {other.at for other in (browser, *browsers)} == {f"/claims/{claims(app)[0].reference}"}
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(StaffTask)) == 1


def test_of_many_at_once_no_more_is_claimed_than_was_bought(app: Flask, alice: int) -> None:
    browsers = [Browser(app) for _ in range(8)]
    for other in browsers:
        other.sign_in(alice)
        other.token()

    def claim_two(number: int) -> None:
        sent = {"draft": f"a-draft-of-number-{number}", "wish": "refund", HONEY: "2", "words": ""}
        browsers[number].client.post("/orders/1001/claim/missing", data={"csrf_token": browsers[number].token(), **sent})

    at_once(app, len(browsers), claim_two)
    with app.app_context():
        assert db.session.scalar(select(func.sum(ClaimLine.quantity)).where(ClaimLine.order_line_id == 1)) == 2


def test_what_is_claimed_already_is_not_offered_again(app: Flask, browser: Browser) -> None:
    opens(browser, sent={HONEY: "2"})
    page = browser.get("/orders/1001/claim/damaged")
    assert (
        not page.select(f"select[name={HONEY}]") and page.select_one(f"[type=checkbox][name={HONEY}]") and not page.select(f"[name={OIL}]")
    )
    opens(browser, sent={HONEY: "1", OIL: ""})
    assert "All of this order is claimed already." in words(browser.get("/orders/1001/claim"))
    browser.get("/orders/1001/claim/damaged")
    assert browser.at == "/orders/1001/claim"


@pytest.mark.parametrize(
    "sent", [{OIL: ""}, {OIL: "0"}, {OIL: "-1"}, {OIL: "1e9"}, {OIL: "NaN"}, {OIL: "٣"}, {OIL: "", "quantity-99": "1"}]
)
def test_nothing_chosen_is_refused_and_what_was_typed_stays(app: Flask, browser: Browser, sent: dict[str, str]) -> None:
    page = opens(browser, expect=422, sent={**sent, "words": "The bag was open."})
    assert "Choose at least one product." in words(page) and "The bag was open." in words(page)
    assert page.select_one("[name=wish][value=refund][checked]")
    assert claims(app) == []


def test_what_was_cancelled_before_it_was_packed_can_not_be_claimed(app: Flask, browser: Browser) -> None:
    with app.app_context(), transaction():
        oil = db.session.scalars(select(OrderLine).where(OrderLine.sku == "OIL")).one()
        db.session.add(LineCancellation(line=oil, before=0, quantity=1, amount=1440, at=now()))
    assert "Olive oil" not in words(browser.get("/orders/1001/claim/missing"))
    opens(browser, sent={OIL: "1"}, expect=422)
    assert claims(app) == []


def test_more_than_was_bought_is_never_claimed(app: Flask, browser: Browser) -> None:
    opens(browser, sent={HONEY: "4", OIL: "999999"})
    with app.app_context():
        assert list(db.session.scalars(select(ClaimLine.quantity))) == [3, 1]


@pytest.mark.parametrize("name", ["words", "why_no_photo"])
def test_what_is_too_long_is_refused(browser: Browser, name: str) -> None:
    assert "Please keep it to" in words(opens(browser, "damaged", expect=422, sent={name: "x" * 2001}))


@pytest.mark.parametrize("kind", ["damaged", "wrong"])
def test_a_photo_is_asked_for_or_the_reason_why_there_is_none(app: Flask, browser: Browser, kind: str) -> None:
    page = opens(browser, kind, expect=422, sent={"words": "Broken."})
    assert "Add a photo, or say in a few words why there is none." in words(page) and "Broken." in words(page)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Entry)) == 0
    page = opens(browser, kind, sent={"why_no_photo": "I have thrown it away."})
    assert "No photo: I have thrown it away." in words(page)


def test_photos_come_with_the_form(app: Flask, browser: Browser) -> None:
    answer = sends(browser, "damaged", {}, photo("HEIF"), photo())
    (claim,) = claims(app)
    assert answer.location == f"/claims/{claim.reference}"
    with app.app_context():
        assert set(db.session.scalars(select(Photo.attached_to))) == {f"claim:{claim.id}"}
    page = browser.get(answer.location)
    shown = [browser.client.get(str(image["src"])) for image in page.select(".photos img")]
    assert [(one.status_code, one.mimetype) for one in shown] == [(200, "image/jpeg")] * 2


def test_a_photo_that_is_refused_costs_neither_words_nor_the_other_photos(app: Flask, browser: Browser) -> None:
    answer = sends(browser, "damaged", {"words": "Broken."}, photo(), b"no photo", photo("PNG"))
    page = BeautifulSoup(answer.text, "html.parser")
    assert answer.status_code == 422 and "This file is not a photo that we can read." in words(page) and "Broken." in words(page)
    assert len(page.select(".photos li")) == 2 and claims(app) == []
    draft = attribute(page, "[name=draft]")
    browser.post("/orders/1001/claim/damaged", {"draft": draft, "wish": "refund", OIL: "1", "words": "Broken."})
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Photo).where(Photo.attached_to == "claim:1")) == 2


def test_without_a_script_one_is_added_and_taken_out_by_buttons(app: Flask, browser: Browser) -> None:
    page = BeautifulSoup(sends(browser, "damaged", {"words": "Broken.", "add": "1"}, photo()).text, "html.parser")
    assert len(page.select(".photos li")) == 1 and "Broken." in words(page)
    sent = {"draft": attribute(page, "[name=draft]"), "wish": "refund", OIL: "1", "words": "Broken."}
    page = browser.post("/orders/1001/claim/damaged", {**sent, "remove": attribute(page, "[name=remove]")})
    assert not page.select(".photos li") and "Broken." in words(page) and claims(app) == []


def test_where_no_photo_can_be_kept_the_form_stays(app: Flask, browser: Browser) -> None:
    """REL U9."""
    app.config["PHOTOS_DIR"] = "/dev/null/photos"
    answer = sends(browser, "damaged", {"words": "Broken."}, photo())
    assert answer.status_code == 422 and "We can’t keep photos at the moment." in answer.text and "Broken." in answer.text


def test_what_is_on_its_way_is_not_missed_yet(app: Flask, browser: Browser, alice: int, time: Move) -> None:
    with app.app_context(), transaction():
        bought(db.session.get_one(Customer, alice), "1002", days_ago=1)
        db.session.execute(update(Shipment).where(Shipment.ref == "parcel-1002").values(expected_on=date(2026, 11, 25)))
    page = browser.get("/orders/1002/claim")
    assert "Expected by Wednesday 25 November" in words(page) and not page.select('a[href$="/claim/not_here"]')
    page = opens(browser, "not_here", "1002", expect=422, sent={OIL: "", "quantity-3": "1"})
    assert "It is expected by Wednesday 25 November" in words(page)
    opens(browser, "damaged", "1002", sent={OIL: "", "quantity-3": "1", "why_no_photo": "Seen through the shop’s window."})
    time(timedelta(days=3))
    opens(browser, "not_here", "1002", sent={OIL: "", "quantity-4": "1"})
    assert [claim.kind for claim in claims(app)] == ["damaged", "not_here"]


@pytest.mark.parametrize("status", [ParcelStatus.FAILURE, ParcelStatus.RETURN_TO_SENDER])
def test_what_the_carrier_gave_up_is_missed_at_once(app: Flask, browser: Browser, alice: int, status: ParcelStatus) -> None:
    with app.app_context(), transaction():
        bought(db.session.get_one(Customer, alice), "1002", days_ago=0)
        db.session.execute(update(Shipment).where(Shipment.ref == "parcel-1002").values(status=status))
    assert browser.get("/orders/1002/claim").select('a[href$="/claim/not_here"]')


def test_it_is_taken_back_once_and_can_be_claimed_again(app: Flask, browser: Browser) -> None:
    opens(browser)
    (claim,) = claims(app)
    page = browser.post(f"/claims/{claim.reference}/cancel")
    assert "Taken back." in words(page) and not page.select('form[action$="/cancel"]')
    with app.app_context():
        assert db.session.scalars(select(Claim.status)).one() is ClaimStatus.CANCELED
        assert db.session.scalars(select(StaffTask.done_at)).one() is not None
        assert list(db.session.scalars(select(Entry.deed).order_by(Entry.id))) == ["open claim", "cancel claim"]
    page = browser.post(f"/claims/{claim.reference}/cancel")
    assert "This claim has been decided already" in words(page)
    opens(browser)
    assert len(claims(app)) == 2


def test_bob_can_neither_claim_nor_see_nor_take_back_what_is_alices(app: Flask, browser: Browser) -> None:
    opens(browser)
    (claim,) = claims(app)
    with app.app_context(), transaction():
        bobs = customer("bob@example.com").id
    bob = Browser(app)
    bob.sign_in(bobs)
    for path in "/orders/1001/claim", "/orders/1001/claim/missing", f"/claims/{claim.reference}":
        bob.get(path, expect=404)
    bob.post("/orders/1001/claim/missing", {"wish": "refund", OIL: "1", "words": ""}, expect=404)
    bob.post(f"/claims/{claim.reference}/cancel", expect=404)
    assert claims(app)[0].status is ClaimStatus.OPEN and len(claims(app)) == 1


@pytest.mark.parametrize("kind", ["", "stolen", "NOT_HERE", "not-here"])
def test_there_are_four_things_that_can_be_wrong(browser: Browser, kind: str) -> None:
    browser.get(f"/orders/1001/claim/{kind}", expect=404)


def test_a_number_may_hold_a_slash(app: Flask, browser: Browser, alice: int) -> None:
    with app.app_context(), transaction():
        db.session.execute(update(Order).where(Order.number == "1001").values(number="2026/11/7"))
    opens(browser, number="2026/11/7")
    assert len(claims(app)) == 1 and claims(app)[0].opened_at <= now()


def test_until_the_last_minute_of_its_time_and_not_after(app: Flask, browser: Browser, alice: int, time: Move) -> None:
    """Two years from the delivery, by the shop's clock, as its policy has it."""
    with app.app_context():
        delivered_at = db.session.scalars(select(Shipment.delivered_at)).one() or pytest.fail("nothing came")
        zone = app.config["SHOP"].zone
        last_day = delivered_at.astimezone(zone).date() + timedelta(days=STANDARD.claim_days)
        over = datetime.combine(last_day + timedelta(days=1), clock_time(), zone)
    time(over - timedelta(minutes=1) - now())
    browser.sign_in(alice)
    opens(browser)
    assert len(claims(app)) == 1
    time(over - now())
    browser.sign_in(alice)
    page = opens(browser, sent={OIL: "", HONEY: "1", "words": "It is bitter."}, expect=422)
    assert f"The time to report a problem with Linden honey ended on {last_day:%A} {last_day.day} {last_day:%B}" in words(page)
    assert "It is bitter." in words(page) and len(claims(app)) == 1
