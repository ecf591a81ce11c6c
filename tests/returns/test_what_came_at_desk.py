"""Something else came, or it was lost on its way, or came after its last day: what Jonas says of it at the desk, and what follows."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.orders.models import Order
from portal.returns import hold_return
from portal.returns.actions import starting
from portal.returns.models import Acceptance, Payout, Reception, Return, ReturnStatus, TakenUnit, free_units
from portal.returns.money import Kind, MoneyLine, as_json
from portal.timeline import Actor
from tests.browser import Browser, words
from tests.mail import Mail, text
from tests.photos.builders import photo
from tests.returns.builders import sent_back
from tests.returns.test_desk_returns import HERE, begins, inspects, item, receives, stands


def promised(app: Flask) -> None:
    """It was accepted, for the money back."""
    return_id = begins(app, ReturnStatus.APPROVED)
    with app.app_context(), transaction():
        db.session.get_one(Return, return_id).estimate = as_json([MoneyLine(Kind.GOODS, 1780, item(app).id, 2)])


def paid(app: Flask) -> list[int]:
    with app.app_context():
        return list(db.session.scalars(select(Payout.amount)))


def test_something_else_needs_a_photo_and_is_looked_at_before_money_goes(
    app: Flask, desk: Browser, alice: int, mail: Mail, work: Callable[[], None]
) -> None:
    promised(app)
    assert "Add a photo: the customer sees what you see." in words(receives(desk, "0", "wrong"))
    page = receives(desk, "0", "wrong", photo("HEIF"))
    assert (item(app).received, item(app).reception, item(app).acceptance) == (0, Reception.WRONG_ITEM, Acceptance.MANUAL_REVIEW)
    assert "Something else came, 0 of 2" in words(page) and "Came, to be looked at 1" in words(desk.get("/desk/returns"))
    assert "That is more than came." in words(inspects(desk, {"accepted": "2"}))
    inspects(desk, {"accepted": "0", "finding": "wrong_item", "note": "There is a candle in the parcel."})
    assert (item(app).acceptance, stands(app).status) == (Acceptance.REJECTED, ReturnStatus.CLOSED)
    assert paid(app) == []
    hers = Browser(app)
    hers.sign_in(alice)
    page = hers.get(f"/returns/{HERE.rpartition('/')[2]}")
    assert "What we found: There is a candle in the parcel." in words(page) and "I don’t agree" in words(page)
    work()
    told = [text(message) for message in mail.to("alice@example.com")]
    assert len(told) == 2 and any("There is a candle in the parcel." in one for one in told)
    assert any("Instead of Linden honey something else came." in one and "0 of 2" not in one for one in told)


def test_when_the_right_thing_comes_after_all_it_is_paid(app: Flask, desk: Browser, alice: int) -> None:
    begins(app, ReturnStatus.APPROVED)
    receives(desk, "0", "wrong", photo("HEIF"))
    receives(desk, "2")
    assert (item(app).received, item(app).reception) == (2, Reception.RECEIVED)
    inspects(desk, {"accepted": "2"})
    desk.post(f"{HERE}/refund")
    assert paid(app) == [1780]


def test_what_was_lost_on_its_way_is_paid_as_if_it_had_come(
    app: Flask, desk: Browser, alice: int, mail: Mail, work: Callable[[], None]
) -> None:
    begins(app, ReturnStatus.APPROVED)
    page = receives(desk, "0", "lost")
    assert (item(app).received, item(app).reception) == (0, Reception.LOST_IN_TRANSIT)
    assert "Lost on its way, 0 of 2" in words(page) and "Came, to be looked at 1" in words(desk.get("/desk/returns"))
    inspects(desk, {"accepted": "2"})
    page = desk.post(f"{HERE}/refund")
    assert paid(app) == [1780] and "The money is on its way back." in words(page)
    work()
    (message,) = [one for one in mail.to("alice@example.com") if "was lost" in text(one)]
    assert "Linden honey was lost on its way to us. For you it counts as if it had come." in text(message)
    assert message["Subject"] == "News of your return R-TEST-0001"


def test_of_two_one_came_and_one_was_lost(app: Flask, desk: Browser, alice: int) -> None:
    begins(app, ReturnStatus.APPROVED)
    receives(desk, "1", "lost")
    assert (item(app).received, item(app).acceptable) == (1, 2)
    inspects(desk, {"accepted": "2"})
    desk.post(f"{HERE}/refund")
    assert paid(app) == [1780]


def test_what_was_said_to_be_lost_and_comes_all_the_same_is_received(app: Flask, desk: Browser, alice: int) -> None:
    begins(app, ReturnStatus.APPROVED)
    receives(desk, "0", "lost")
    receives(desk, "2")
    assert (item(app).received, item(app).reception, item(app).acceptance) == (2, Reception.RECEIVED, Acceptance.PENDING)


def test_one_that_had_expired_is_received_all_the_same(app: Flask, desk: Browser, alice: int, mail: Mail, work: Callable[[], None]) -> None:
    expires(app)
    page = desk.get(HERE)
    assert "Expired" in words(page) and page.select("form[action$='/receive']")
    page = receives(desk, "2")
    assert (stands(app).status, item(app).received) == (ReturnStatus.APPROVED, 2)
    with app.app_context():
        assert len(list(db.session.scalars(select(TakenUnit).where(TakenUnit.return_item_id == item(app).id)))) == 2
    inspects(desk, {"accepted": "2"})
    desk.post(f"{HERE}/refund")
    assert paid(app) == [1780]
    work()
    assert any("All of it has come." in text(message) for message in mail.to("alice@example.com"))


def test_one_that_had_expired_and_whose_units_are_in_another_is_not(app: Flask, desk: Browser, alice: int) -> None:
    expires(app)
    with app.app_context(), transaction():
        order = db.session.scalars(select(Order)).one()
        sent_back(order, {0: 3}, rma="R-TEST-0002", at=now())
    page = receives(desk, "2")
    assert "is in another return by now" in words(page)
    assert (stands(app).status, item(app).received) == (ReturnStatus.EXPIRED, 0)
    with app.app_context(), transaction():
        other = hold_return(select(Return).where(Return.rma == "R-TEST-0002")) or pytest.fail("it is gone")
        starting.cancel(other, by=Actor(customer_id=alice), at=now())
    receives(desk, "2")
    assert stands(app).status is ReturnStatus.APPROVED


def expires(app: Flask) -> None:
    begins(app, ReturnStatus.EXPIRED)
    with app.app_context(), transaction():
        for unit in db.session.scalars(select(TakenUnit)):
            db.session.delete(unit)
    with app.app_context():
        assert {len(numbers) for numbers in free_units(db.session.scalars(select(Order)).one()).values()} == {3, 1}


@pytest.mark.parametrize("how", ["good", "damaged", "wrong", "lost"])
def test_more_than_was_announced_is_refused_however_it_came(app: Flask, desk: Browser, alice: int, how: str) -> None:
    begins(app, ReturnStatus.APPROVED)
    page = receives(desk, "3", how)
    assert "That is more than came. Look at the quantities again." in words(page) and item(app).received == 0
