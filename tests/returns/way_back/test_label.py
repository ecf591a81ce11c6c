"""A code or a label is bought once, by the worker, and the page shows it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.outbox.models import Sync
from portal.returns.actions import sending, starting
from portal.returns.models import ReturnLabel, Way
from portal.returns.refusals import NotToSend, TooManyLabels
from portal.tasks.models import StaffTask
from tests.accounts.builders import customer
from tests.browser import Browser, words
from tests.returns.way_back.conftest import SentBack

Work = Callable[[], None]
Returning = Callable[..., SentBack]


def test_the_page_says_that_it_is_being_made_and_then_shows_the_code(sent_back: SentBack, browser: Browser, work: Work) -> None:
    page = browser.get(f"/returns/{sent_back.rma}")
    assert "Your code is being made" in words(page)
    asks = page.select_one("#way_back")
    assert asks and str(asks["hx-get"]) == f"/returns/{sent_back.rma}/send?asked=1"
    work()
    page = browser.get(f"/returns/{sent_back.rma}")
    assert "Show this at the counter of DHL" in words(page) and sent_back.parcel().tracking_number in words(page)
    code, asks = page.select_one("img.qr"), page.select_one("#way_back")
    assert code and asks and not asks.get("hx-get")
    answer = browser.client.get(str(code["src"]))
    assert (answer.mimetype, answer.data[:4], answer.headers["Cache-Control"]) == ("image/png", b"\x89PNG", "no-store")
    label = browser.client.get(f"/returns/{sent_back.rma}/label.pdf")
    assert (label.mimetype, label.data[:5], label.headers["Cache-Control"]) == ("application/pdf", b"%PDF-", "no-store")


def test_it_is_asked_for_with_the_address_of_then_and_as_a_return(sent_back: SentBack, work: Work) -> None:
    work()
    (one,) = sent_back.bought()
    assert one["is_return"] and one["reference"] == sent_back.label().key
    assert (one["from_address"]["name"], one["from_address"]["street1"]) == ("Alice İnan", "Quillgasse 77")
    assert (one["to_address"]["name"], one["to_address"]["city"]) == ("Halfjar Returns", "Hamburg")
    assert (sent_back.label().amount, sent_back.label().currency, sent_back.parcel().carrier) == (490, "EUR", "dhl")
    assert sent_back.parcel().valid_until and sent_back.now().send_by


@pytest.mark.parametrize("path", ["/v2/shipments", "/v2/shipments/shp_"])
@pytest.mark.parametrize("kind", ["lost_after", "truncated", "500", "429", "lost_before"])
def test_whatever_is_lost_on_the_way_there_is_one_label(sent_back: SentBack, work: Work, kind: str, path: str) -> None:
    """EasyPost takes no key under which it would do a thing once: what was bought is found by its name there."""
    sent_back.stripe.faults({"kind": kind, "method": "POST", "path_prefix": path, "times": 1})
    for _ in range(3):
        work()
        sent_back.stripe.later(minutes=6)
    assert len(sent_back.bought()) == 1
    assert sent_back.parcel().tracking_number == sent_back.bought()[0]["number"]


def test_killed_between_buying_and_learning_the_next_worker_finds_it(
    sent_back: SentBack, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """Nothing is tidied up, as by a kill."""

    def killed(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(sending, "learn_label", killed)
        with pytest.raises(Killed):
            work()
    assert len(sent_back.bought()) == 1 and sent_back.label().done_at is None
    with sent_back.app.app_context(), transaction():
        db.session.execute(update(Sync).values(leased_until=None))  # its time is over
    work()
    assert len(sent_back.bought()) == 1 and sent_back.label().done_at is not None


def test_a_carrier_without_codes_gives_a_label(returning: Returning, browser: Browser, work: Work) -> None:
    made = returning()
    made.shop_says(carrier="ups")
    made.approve()
    work()
    page = browser.get(f"/returns/{made.rma}")
    assert "UPS has no codes where you are" in words(page) and page.select_one(f'a[href="/returns/{made.rma}/label.pdf"]')
    assert (made.label().amount, browser.client.get(f"/returns/{made.rma}/code").status_code) == (635, 404)


def test_what_the_carrier_refuses_is_told_and_somebody_looks_at_it(returning: Returning, browser: Browser, work: Work) -> None:
    made = returning(Way.LABEL)
    made.shop_says(grams=60000)
    made.approve()
    work()
    page = browser.get(f"/returns/{made.rma}")
    assert "The carrier gave us no label" in words(page) and made.bought() == []
    with made.app.app_context():
        assert "heavy" in str(db.session.scalars(select(StaffTask.facts)).all())
    browser.post(f"/returns/{made.rma}/other-way", {"way": "own"})
    assert "Send it to this address" in words(browser.get(f"/returns/{made.rma}"))


def test_where_no_labels_are_bought_it_goes_with_the_customers_own_postage(returning: Returning, browser: Browser, work: Work) -> None:
    made = returning(Way.OWN, country="CH")
    made.approve()
    work()
    page = browser.get(f"/returns/{made.rma}")
    assert "Halfjar Returns Hafenstraße 12 20457 Hamburg" in words(page)
    assert not page.select_one("#way-code") and made.sold()["labels"] == []
    browser.post(f"/returns/{made.rma}/other-way", {"way": "code"}, expect=400)


def test_nobody_elses_label_is_there(sent_back: SentBack, work: Work) -> None:
    work()
    with sent_back.app.app_context(), transaction():
        bob = customer("bob@example.com", "Bob").id
    other = Browser(sent_back.app)
    other.sign_in(bob)
    for name in "label.pdf", "code", "slip.pdf", "send", "receipt":
        assert other.client.get(f"/returns/{sent_back.rma}/{name}").status_code == 404
    for name in "other-way", "number", "pick-up", "receipt":
        other.post(f"/returns/{sent_back.rma}/{name}", {"way": "own", "number": "ABC1234567"}, expect=404)


def test_a_label_that_is_too_old_is_replaced_and_handed_back(sent_back: SentBack, browser: Browser, work: Work) -> None:
    sent_back.never_leaves()
    work()
    first = sent_back.bought()[0]["number"]
    with sent_back.app.app_context(), transaction():
        parcel = db.session.merge(sent_back.parcel())
        parcel.valid_until = now() - timedelta(hours=1)
    assert "This label is too old" in words(browser.get(f"/returns/{sent_back.rma}"))
    browser.post(f"/returns/{sent_back.rma}/other-way", {"way": "code"})
    browser.post(f"/returns/{sent_back.rma}/other-way", {"way": "code"})
    work()
    assert len(sent_back.bought()) == 2 and sent_back.parcel().tracking_number != first
    assert [one["refund_status"] for one in sent_back.bought() if one["number"] == first] == ["submitted"]


def test_no_return_costs_more_than_five_labels(sent_back: SentBack) -> None:
    for way in (Way.LABEL, Way.OWN) * 2:
        sent_back.does(sending.go_another_way, way)
    with pytest.raises(TooManyLabels):
        sent_back.does(sending.go_another_way, Way.CODE)
    with sent_back.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(ReturnLabel)) == 3


def test_a_return_that_is_taken_back_gives_its_postage_back_too(sent_back: SentBack, work: Work) -> None:
    sent_back.never_leaves()
    work()
    sent_back.does(starting.cancel)
    work()
    assert sent_back.bought()[0]["refund_status"] == "submitted" and sent_back.label().handed_back_at
    with pytest.raises(NotToSend):
        sent_back.does(sending.go_another_way, Way.OWN)


def test_a_label_that_comes_after_the_return_was_taken_back_is_handed_back(sent_back: SentBack, work: Work) -> None:
    sent_back.never_leaves()
    sent_back.does(starting.cancel)
    work()
    assert [one["refund_status"] for one in sent_back.bought()] == ["submitted"]


def test_without_a_service_any_more_somebody_is_asked(app: Flask, sent_back: SentBack, work: Work) -> None:
    app.extensions["carriers"] = None
    work()
    assert sent_back.label().refusal.startswith("There is no carrier service")
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(StaffTask)) == 1
