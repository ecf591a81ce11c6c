"""Mira is written to when an exchange costs more, when it sold out, and when the time to pay is over; and she may choose again."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import func, select

from portal import outbox
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.kit.shop import shop
from portal.returns.actions.dispatching import SOLD_OUT
from portal.returns.actions.exchanging import DAYS_TO_PAY
from portal.returns.models import Exchange, ExchangeStatus, Outcome, Return, ReturnItem
from portal.tasks.models import StaffTask
from portal.timeline import note
from tests.billing.builders import give
from tests.browser import words
from tests.mail import Mail, html, text
from tests.returns.swapping import BY, exchanged, returned, stock
from tests.returns.test_pay_difference import Mira
from tests.returns.test_pay_difference import app as app
from tests.returns.test_pay_difference import mira as mira
from tests.returns.test_pay_difference import work as work

Move = Callable[[timedelta], None]
Work = Callable[[], None]


def told(mail: Mail, subject: str) -> list[str]:
    return [text(message) for message in mail.to("mira@example.com") if subject in message["Subject"]]


def test_what_it_costs_more_is_told_once_with_the_page_and_the_last_day(mira: Mira, mail: Mail, work: Work) -> None:
    mira.go_on()
    work()
    (one,) = told(mail, "Pay the difference for Coat")
    with mira.app.app_context():
        last_day = now().astimezone(shop().zone).date() + timedelta(days=DAYS_TO_PAY)
    assert "Coat costs €35.58 more than what you send back." in one
    assert f"You can pay until {last_day:%A} {last_day.day} {last_day:%B}." in one
    assert f"{mira.app.config['PORTAL_BASE_URL']}{mira.pay}" in one
    assert mira.pay in html(mail.to("mira@example.com")[-1])
    with mira.app.app_context():
        rma = db.session.scalars(select(Return.rma)).one()
    assert f"Pay by {last_day:%A} {last_day.day} {last_day:%B}; after that you get the money" in words(mira.browser.get(f"/returns/{rma}"))


def test_who_has_paid_is_told_no_more(mira: Mira, mail: Mail, work: Work, time: Move) -> None:
    give(mira.start(), "4242")
    work()
    time(timedelta(days=DAYS_TO_PAY + 1))
    the_clock_looks(mira)
    assert mira.exchange().status is ExchangeStatus.APPROVED
    assert len(told(mail, "Pay the difference")) == 1 and told(mail, "not sent") == []


def test_who_does_not_pay_gets_the_money_after_the_last_minute(mira: Mira, mail: Mail, work: Work, time: Move) -> None:
    work()
    pay_by = mira.exchange().pay_by
    assert pay_by
    time(pay_by - now() - timedelta(minutes=1))
    the_clock_looks(mira)
    assert mira.exchange().status is ExchangeStatus.AWAITING_PAYMENT
    time(pay_by - now())
    for _ in range(2):
        the_clock_looks(mira)
    assert mira.exchange().status is ExchangeStatus.CANCELED
    with mira.app.app_context():
        assert db.session.scalars(select(ReturnItem.outcome)).one() is Outcome.REFUND
    (one,) = told(mail, "Coat is not sent")
    assert "You get the money for Shirt that you send back" in one


def test_what_sold_out_is_told_and_something_else_may_be_chosen(mira: Mira, mail: Mail, work: Work) -> None:
    other = sold_out(mira)
    work()
    (one,) = told(mail, "Shirt, L is sold out")
    assert "which you wanted instead of Shirt, sold out before it could go out." in one and f"/returns/exchanges/{other}/instead" in one
    with mira.app.app_context():
        rma = db.session.get_one(Exchange, other).item.return_.rma  # type: ignore[union-attr]
    page = mira.browser.get(f"/returns/{rma}")
    assert page.select_one(f'a[href="/returns/exchanges/{other}/instead"]') and "Take the money instead" in words(page)
    page = mira.browser.post(f"/returns/exchanges/{other}/instead", {}, expect=422)
    assert "Choose what you would like instead." in words(page) and not page.select("[value=SHIRT-L]")
    page = mira.browser.post(f"/returns/exchanges/{other}/instead", {"instead": "SHIRT-S"})
    assert "It goes on with what you chose." in words(page)
    work()
    with mira.app.app_context():
        chosen = db.session.get_one(Exchange, other)
        assert (chosen.sku, chosen.status, chosen.is_sold_out) == ("SHIRT-S", ExchangeStatus.APPROVED, False)
        open_ones = select(func.count(StaffTask.id)).where(StaffTask.kind == SOLD_OUT, StaffTask.done_at.is_(None))
        assert db.session.scalar(open_ones) == 0
    mira.browser.post(f"/returns/exchanges/{other}/instead", {"instead": "MILD-750"})
    assert mira.browser.at == f"/returns/{rma}"
    mira.browser.get("/returns/exchanges/999/instead", expect=404)


def sold_out(mira: Mira) -> int:
    """Another shirt of the same order, in a size of which there is none left once it is accepted."""
    with mira.app.app_context(), transaction():
        first = db.session.get_one(Return, mira.return_id)
        item = returned(first.items[0].line.order, is_instant=True)
        exchange = exchanged(item, "SHIRT-L")
        stock("SHIRT-L", 0)
        note(item.return_, "approve return", by=BY, at=now(), facts={})
        return exchange.id


def the_clock_looks(mira: Mira) -> None:
    with mira.app.app_context():
        with transaction():
            outbox.want_task("watch returns", {}, at=now())
        outbox.work_until_idle()
