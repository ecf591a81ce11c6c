"""Nobody sends it: the customer is reminded twice, once each, and then it is over and its units are free."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from portal import outbox
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.returns.actions import sending
from portal.returns.models import Exchange, ExchangeStatus, ReturnItem, ReturnParcel, ReturnStatus
from portal.tasks.models import StaffTask
from tests.browser import Browser, words
from tests.ground import at_once
from tests.mail import Mail
from tests.returns.way_back.conftest import SentBack, free

Work = Callable[[], None]


@pytest.fixture
def watch(app: Flask, work: Work) -> Work:
    def watch() -> None:
        with app.app_context(), transaction():
            outbox.want_task("watch returns", {}, at=now())
        work()

    return watch


def subjects(mail: Mail) -> list[str]:
    return [str(one["Subject"]) for one in mail.to("alice@example.com")]


def test_reminded_twice_and_then_over(app: Flask, sent_back: SentBack, mail: Mail, browser: Browser, work: Work, watch: Work) -> None:
    sent_back.never_leaves()
    work()
    seen = []
    for days in 8, 2, 2, 2, 1:
        sent_back.stripe.later(days=days)
        watch()
        watch()
        seen.append((sent_back.now().reminded, sent_back.now().status))
    approved, expired = ReturnStatus.APPROVED, ReturnStatus.EXPIRED
    assert seen == [(0, approved), (1, approved), (1, approved), (2, approved), (2, expired)]
    assert [one for one in subjects(mail) if "eminder" in one or one.startswith("Send return")] == [
        "Send return R-1001-TEST by Monday 7 December", "Last reminder: send return R-1001-TEST by Monday 7 December"
    ]  # fmt: skip
    assert len(subjects(mail)) == 4 and free(app) == [0, 1, 2]
    work()
    assert sent_back.bought()[0]["refund_status"] == "submitted"
    page = browser.get(f"/returns/{sent_back.rma}")
    assert "was not sent in time" in words(page) and page.select_one('a[href="/orders/1001/return"]')
    assert browser.client.get(f"/returns/{sent_back.rma}/label.pdf").status_code == 404


def test_what_was_scanned_is_never_over(sent_back: SentBack, work: Work, watch: Work, mail: Mail) -> None:
    work()
    for days in 2, 20, 2, 2:
        sent_back.stripe.later(days=days)
        watch()
    assert (sent_back.now().status, sent_back.now().reminded) == (ReturnStatus.APPROVED, 0)


def test_a_worker_that_was_away_reminds_first_and_leaves_time(sent_back: SentBack, work: Work, watch: Work) -> None:
    sent_back.never_leaves()
    work()
    sent_back.stripe.later(days=30)
    watch()
    assert (sent_back.now().status, sent_back.now().reminded) == (ReturnStatus.APPROVED, 1)
    sent_back.stripe.later(days=1)
    watch()
    assert (sent_back.now().status, sent_back.now().reminded) == (ReturnStatus.APPROVED, 2)
    sent_back.stripe.later(days=2)
    watch()
    assert sent_back.now().status is ReturnStatus.EXPIRED


def test_a_scan_in_the_same_moment_or_later_is_kept_and_somebody_is_told(sent_back: SentBack, work: Work, watch: Work) -> None:
    sent_back.never_leaves()
    work()
    for days in 10, 4, 3:
        sent_back.stripe.later(days=days)
        watch()
    assert sent_back.now().status is ReturnStatus.EXPIRED
    sent_back.carriers.scan(sent_back.parcel().tracking_number, "in_transit")
    sent_back.stripe.later(seconds=5)
    work()
    assert sent_back.now().sent_at is not None and sent_back.now().status is ReturnStatus.EXPIRED
    with sent_back.app.app_context():
        assert [task.facts["why"] for task in db.session.scalars(select(StaffTask))] == ["on its way all the same"]


def test_what_went_out_for_it_already_is_for_somebody_to_say(sent_back: SentBack, work: Work, watch: Work) -> None:
    sent_back.never_leaves()
    work()
    with sent_back.app.app_context(), transaction():
        item = db.session.scalars(select(ReturnItem)).one()
        gone = Exchange(
            sku="HON",
            title="Linden honey",
            picture="",
            quantity=1,
            unit_amount=890,
            credit=890,
            difference=0,
            currency="EUR",
            asked_at=now(),
        )
        gone.return_item_id, gone.status = item.id, ExchangeStatus.FULFILLED
        db.session.add(gone)
    for days in 10, 4, 3, 1:
        sent_back.stripe.later(days=days)
        watch()
    assert sent_back.now().status is ReturnStatus.APPROVED
    with sent_back.app.app_context():
        assert len(db.session.scalars(select(StaffTask)).all()) == 1


def test_of_many_watchers_at_once_one_reminds(app: Flask, sent_back: SentBack, mail: Mail, work: Work) -> None:
    from portal.returns.actions import waiting

    sent_back.never_leaves()
    work()
    sent_back.stripe.later(days=10)
    at_once(app, 6, lambda _: sent_back.does(lambda return_, *, by, at: waiting.watch(return_, at=at)))
    work()
    assert sent_back.now().reminded == 1 and len(subjects(mail)) == 2


def test_approved_again_it_has_one_parcel(app: Flask, sent_back: SentBack) -> None:
    sent_back.does(lambda return_, *, by, at: sending.prepare_way_back(return_, at=at))
    with app.app_context():
        assert len(db.session.scalars(select(ReturnParcel)).all()) == 1
