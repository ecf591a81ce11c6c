"""Jonas, at the desk, decides about what Alice sends back: each deed keeps who did it, and Alice is told."""

import re
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select

from portal.accounts.models import Customer
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.orders.models import Order, OrderedLine
from portal.photos.models import Photo
from portal.returns.models import Payout, Return, ReturnItem, ReturnStatus
from portal.support.models import Look
from portal.tasks.models import StaffTask
from portal.timeline import Entry
from tests.accounts.builders import customer, staff
from tests.browser import Browser, attribute, words
from tests.ground import at_once
from tests.mail import Mail, text
from tests.orders.builders import order
from tests.photos.builders import photo
from tests.questions import asked
from tests.returns.builders import sent_back

RMA = "R-TEST-0001"
HERE = f"/desk/returns/{RMA}"


@pytest.fixture
def back(app: Flask, alice: int) -> int:
    """Alice wants to send two honeys back, and somebody has to look at it."""
    return begins(app)


def begins(app: Flask, status: ReturnStatus = ReturnStatus.NEEDS_REVIEW, rma: str = RMA) -> int:
    with app.app_context(), transaction():
        bought = db.session.scalars(select(Order)).first()
        assert bought
        return sent_back(bought, {0: 2}, status=status, rma=rma, review=["often"], at=now()).id


def stands(app: Flask) -> Return:
    with app.app_context():
        return db.session.scalars(select(Return).where(Return.rma == RMA)).one()


def item(app: Flask) -> ReturnItem:
    with app.app_context():
        return db.session.scalars(select(ReturnItem).order_by(ReturnItem.id)).first() or pytest.fail("nothing comes back")


def deeds(app: Flask) -> list[tuple[str, bool, bool]]:
    """What was done, and whether it names staff and the customer."""
    with app.app_context():
        rows = db.session.scalars(select(Entry).order_by(Entry.id))
        return [(row.deed, row.staff_id is not None, row.customer_id is not None) for row in rows]


def sends(desk: Browser, path: str, sent: dict[str, str], *photos: bytes, field: str = "photos") -> BeautifulSoup:
    """A form with files, as a browser does it."""
    files = [(BytesIO(content), "IMG.HEIC") for content in photos] or [(BytesIO(b""), "")]
    token = desk.token()
    with desk.app.app_context():
        answer = desk.client.post(path, data={"csrf_token": token, **sent, field: files}, headers={"Referer": f"http://localhost{HERE}"})
    return desk.get(answer.location) if answer.status_code == 303 else BeautifulSoup(answer.text, "html.parser")


def receives(desk: Browser, here: str = "2", how: str = "good", *photos: bytes) -> BeautifulSoup:
    page = desk.get(HERE)
    field = str(page.select_one("[name^=here-]")["name"]).partition("-")[2]  # type: ignore[index]
    names = {f"{name}-{field}": attribute(page, f"[name={name}-{field}]") for name in ("seen", "draft")}
    return sends(desk, f"{HERE}/receive", names | {f"here-{field}": here, f"how-{field}": how}, *photos, field=f"photos-{field}")


def inspects(desk: Browser, sent: dict[str, str], *photos: bytes, seen: str = "") -> BeautifulSoup:
    page = desk.get(HERE)
    form = page.select_one("form[action$='/inspect']") or pytest.fail("nothing can be decided here")
    there = {"seen": seen or attribute(form, "[name=seen]"), "draft": attribute(form, "[name=draft]")}
    return sends(desk, str(form["action"]), there | {"deduction": "", "finding": "", "note": ""} | sent, *photos)


def test_the_queue_says_why_it_is_there_and_names_nobody(app: Flask, desk: Browser, back: int) -> None:
    page = desk.get("/desk/returns")
    assert "To be decided 1" in words(page) and "Linden honey ×2" in words(page) and "Many returns in a short time" in words(page)
    assert "Alice" not in words(page)
    with app.app_context():
        assert list(db.session.scalars(select(Look.page))) == []


def test_who_opens_it_leaves_a_trace(app: Flask, desk: Browser, back: int, alice: int) -> None:
    assert "Alice" in words(desk.get(HERE))
    with app.app_context():
        assert [(look.customer_id, look.page) for look in db.session.scalars(select(Look))] == [(alice, "return")]
    desk.get("/desk/returns/R-NONE-0000", expect=404)


def test_it_is_approved_by_one_of_two_who_press_at_once(app: Flask, desk: Browser, jonas: int, back: int, mail: Mail) -> None:
    browsers = [Browser(app) for _ in range(4)]
    for other in browsers:
        other.sign_in_staff(jonas)
        other.token()
    answers = at_once(app, 4, lambda number: browsers[number]._send("POST", f"{HERE}/approve", {"csrf_token": browsers[number].token()}))
    assert sorted(answer.status_code for answer in answers) == [303, 409, 409, 409]
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert "It is approved already." in refused.text
    assert stands(app).status is ReturnStatus.APPROVED
    assert [deed for deed in deeds(app) if deed[0] == "approve return"] == [("approve return", True, True)]


def test_it_is_declined_with_a_reason_in_alices_words(app: Flask, desk: Browser, back: int, mail: Mail, work: Callable[[], None]) -> None:
    with app.app_context(), transaction():
        db.session.scalars(select(Customer)).one().locale = "tr"
    page = desk.post(f"{HERE}/decline", {"reason": "", "words": "The jar is empty."}, expect=422)
    assert "Say why: the reason is kept." in words(page) and "The jar is empty." in words(page)
    desk.post(f"{HERE}/decline", {"reason": "used", "words": "The jar is empty."})
    assert (stands(app).status, stands(app).decline_reason) == (ReturnStatus.DECLINED, "used")
    work()
    (message,) = mail.to("alice@example.com")
    assert "Denemenin ötesinde kullanılmış" in text(message) and "The jar is empty." in text(message)


def test_it_comes_in_parts_and_each_is_told(app: Flask, desk: Browser, mail: Mail, alice: int, work: Callable[[], None]) -> None:
    begins(app, ReturnStatus.APPROVED)
    receives(desk, "1")
    assert (item(app).received, item(app).reception) == (1, "partially_received")
    assert "Came, to be looked at 1" in words(desk.get("/desk/returns"))
    receives(desk, "2")
    assert (item(app).received, item(app).reception) == (2, "received")
    work()
    assert len(mail.to("alice@example.com")) == 2


def test_what_came_damaged_needs_a_photo_that_alice_sees(app: Flask, desk: Browser, alice: int) -> None:
    begins(app, ReturnStatus.APPROVED)
    page = receives(desk, "2", "damaged")
    assert "Add a photo: the customer sees what you see." in words(page)
    assert item(app).received == 0
    receives(desk, "2", "damaged", photo("HEIF"))
    assert item(app).acceptance == "manual_review"
    with app.app_context():
        kept = db.session.scalars(select(Photo)).one()
        assert (kept.attached_to, kept.customer_id, kept.staff_id is not None) == (f"return_item:{item(app).id}", alice, True)
    hers = Browser(app)
    hers.sign_in(alice)
    page = hers.get(f"/returns/{RMA}")
    assert hers.client.get(attribute(page, ".photos img", "src")).mimetype == "image/jpeg"


def test_what_was_typed_stays_where_it_is_refused(app: Flask, desk: Browser, alice: int) -> None:
    begins(app, ReturnStatus.APPROVED)
    receives(desk)
    page = inspects(desk, {"accepted": "1", "finding": "used", "note": "One is half empty."})
    assert "Add a photo: the customer sees what you see." in words(page) and "One is half empty." in words(page)
    for amount in "lots", "-1", "1e309", "NaN", "1.234", "99999999999":
        assert "Write how many, and an amount such as 4.20." in words(inspects(desk, {"accepted": "2", "deduction": amount}))
    assert "More can’t be kept back" in words(inspects(desk, {"accepted": "2", "deduction": "99", "finding": "used", "note": "Used."}))
    assert item(app).acceptance == "pending"


def test_one_is_rejected_with_reason_words_and_photo_and_the_other_is_paid(
    app: Flask, desk: Browser, alice: int, mail: Mail, work: Callable[[], None]
) -> None:
    begins(app, ReturnStatus.APPROVED)
    receives(desk)
    page = inspects(desk, {"accepted": "1", "finding": "used", "note": "One is half empty.", "deduction": "0,90"}, photo())
    assert "Pay back €8.00" in words(page)
    assert "Accepted, to be paid back 1" in words(desk.get("/desk/returns"))
    page = desk.post(f"{HERE}/refund")
    assert "The money is on its way back." in words(page) and "€8.00 given by hand" in words(page)
    with app.app_context():
        payout = db.session.scalars(select(Payout)).one()
    assert (payout.amount, payout.by_hand, stands(app).status) == (800, 800, ReturnStatus.APPROVED)
    desk.post(f"{HERE}/payouts/{payout.id}/done")
    assert stands(app).status is ReturnStatus.CLOSED
    assert all(names_staff and names_her for _, names_staff, names_her in deeds(app))
    with app.app_context():
        assert list(db.session.scalars(select(StaffTask.id).where(StaffTask.done_at.is_(None)))) == []


def test_fifty_who_press_at_once_pay_once_and_are_told_the_same(app: Flask, desk: Browser, jonas: int, alice: int) -> None:
    """REL K1."""
    begins(app, ReturnStatus.APPROVED)
    assert "Nothing is to be paid back" in words(desk.post(f"{HERE}/refund", expect=422))
    receives(desk)
    inspects(desk, {"accepted": "2"})
    browsers = [Browser(app) for _ in range(50)]
    for other in browsers:
        other.sign_in_staff(jonas)
        other.token()
    at_once(app, 50, lambda number: browsers[number].post(f"{HERE}/refund") and None)
    assert {other.at for other in browsers} == {HERE}
    with app.app_context():
        assert list(db.session.scalars(select(Payout.amount))) == [1780]


def test_whoever_decides_on_an_old_page_is_told(app: Flask, desk: Browser, alice: int) -> None:
    begins(app, ReturnStatus.APPROVED)
    receives(desk)
    seen = attribute(desk.get(HERE), "form[action$='/inspect'] [name=seen]")
    inspects(desk, {"accepted": "2"})
    begins_again = inspects(desk, {"accepted": "2"}, seen=seen) if stands(app).status is ReturnStatus.APPROVED else desk.get(HERE)
    assert "Somebody changed this meanwhile." in words(begins_again)


def test_above_the_limit_a_lead_pays(app: Flask, desk: Browser, lead: Browser, alice: int) -> None:
    app.config["SHOP"] = replace(app.config["SHOP"], agents_refund={"EUR": 1000})
    begins(app, ReturnStatus.APPROVED)
    receives(desk)
    page = inspects(desk, {"accepted": "2"})
    assert "A lead has to pay this back" in words(page) and not page.select("form[action$='/refund']")
    assert "This is for a lead to decide" in words(desk.post(f"{HERE}/refund", expect=422))
    with app.app_context():
        assert list(db.session.scalars(select(Payout.id))) == []
    lead.post(f"{HERE}/refund")
    with app.app_context():
        assert list(db.session.scalars(select(Payout.amount))) == [1780]


def test_more_than_came_is_for_a_lead_with_a_reason_that_is_kept(app: Flask, desk: Browser, lead: Browser, alice: int) -> None:
    begins(app, ReturnStatus.APPROVED)
    receives(desk, "1")
    told = {"accepted": "2", "against": "She has been with us for ten years."}
    assert "That is more than came." in words(inspects(desk, told | {"against": ""}))
    assert "This is for a lead to decide" in words(inspects(desk, told))
    inspects(lead, told)
    assert (item(app).accepted, stands(app).note_of_staff) == (2, "She has been with us for ten years.")


def test_what_never_comes_is_alices_again(app: Flask, desk: Browser, alice: int) -> None:
    begins(app, ReturnStatus.APPROVED)
    receives(desk, "1")
    inspects(desk, {"accepted": "1"})
    page = desk.get(HERE)
    form = page.select_one("form[action$='/miss-the-rest']") or pytest.fail("the rest is still waited for")
    desk.post(str(form["action"]), {"seen": attribute(form, "[name=seen]")})
    with app.app_context():
        one = db.session.scalars(select(ReturnItem)).one()
        assert (one.missing, len(one.units)) == (1, 1)


def test_a_closed_one_is_opened_again_with_a_reason(app: Flask, desk: Browser, alice: int) -> None:
    begins(app, ReturnStatus.CLOSED)
    desk.post(f"{HERE}/reopen", {"why": ""}, expect=422)
    desk.post(f"{HERE}/reopen", {"why": "A second parcel came."})
    assert (stands(app).status, stands(app).note_of_staff) == (ReturnStatus.APPROVED, "A second parcel came.")


def test_alice_reads_what_was_done_at_the_desk_and_by_whom(desk: Browser, browser: Browser, back: int) -> None:
    """A10."""
    desk.post(f"{HERE}/approve")
    desk.post(f"{HERE}/notes", {"staff": "Third time this year.", "customer": ""})
    receives(desk)
    inspects(desk, {"accepted": "2"})
    desk.get(HERE)
    [visit] = browser.get("/account/visits").select("main ol.timeline > li")
    done = [words(line) for line in visit.select(".block-line")]
    assert done == [
        f"Return {RMA} approved", f"Return {RMA}: it has come", f"Return {RMA}: 2 of 2 × Linden honey accepted"
    ]  # fmt: skip
    assert "Jonas, support" in words(visit) and "Done at the desk:" in words(visit) and "times at the desk" in words(visit)


def test_notes_for_staff_are_never_alices_to_see(app: Flask, desk: Browser, alice: int, back: int) -> None:
    desk.post(f"{HERE}/notes", {"staff": "Third time this year.", "customer": "We write on Monday."})
    hers = Browser(app)
    hers.sign_in(alice)
    page = hers.get(f"/returns/{RMA}")
    assert "We write on Monday." in words(page) and "Third time" not in words(page)
    desk.post(f"{HERE}/notes", {"staff": "Third time this year.", "customer": "We write on Monday."})
    assert [deed for deed, _, _ in deeds(app)] == ["note on return", "word on return"]


def test_who_takes_it_owns_the_task(app: Flask, desk: Browser, alice: int) -> None:
    begins(app, ReturnStatus.APPROVED)
    receives(desk)
    assert "nobody" in words(desk.get("/desk/returns"))
    desk.post(f"{HERE}/take")
    assert re.search(r"Jonas, ", words(desk.get("/desk/returns")))
    assert not desk.get(HERE).select('form[action$="/take"]'), "it is theirs"


def test_who_comes_second_is_told_whose_it_is_and_may_take_it_from_them(app: Flask, desk: Browser, jonas: int, alice: int) -> None:
    begins(app, ReturnStatus.APPROVED)
    receives(desk)
    with app.app_context(), transaction():
        mira, ida = (staff(f"{name.lower()}@halfjar.example", name).id for name in ("Mira", "Ida"))
    second, third = Browser(app), Browser(app)
    for browser, who in (second, mira), (third, ida):
        browser.sign_in_staff(who)
        browser.get(HERE)
    desk.post(f"{HERE}/take")
    page = second.post(f"{HERE}/take", expect=409)
    assert "Jonas has it already" in words(page) and "Take it from Jonas" in words(page)
    assert attribute(page, "[name=whose]") == str(jonas)
    second.post(f"{HERE}/take", {"whose": str(jonas)})
    assert "Mira has it already" in words(third.post(f"{HERE}/take", {"whose": str(jonas)}, expect=409)), "it is Mira's by now"
    desk.post(f"{HERE}/take", {"whose": str(mira)})
    with app.app_context(), transaction():
        db.session.scalars(select(StaffTask)).one().done_at = now()
    assert "It is done already" in words(third.post(f"{HERE}/take", expect=409))


def test_the_queue_asks_the_same_number_of_times_for_one_and_for_many(app: Flask, desk: Browser, alice: int) -> None:
    begins(app)
    with asked(app) as few:
        desk.get("/desk/returns")
    with app.app_context(), transaction():
        for number in range(8):
            bought = order(customer(), now(), OrderedLine("Linden honey", "HON", 2, 890))
            db.session.flush()
            sent_back(bought, {0: 1}, status=ReturnStatus.NEEDS_REVIEW, rma=f"R-MORE-{number:04}", at=now())
    with asked(app) as many:
        desk.get("/desk/returns")
    assert len(many) == len(few) > 0
