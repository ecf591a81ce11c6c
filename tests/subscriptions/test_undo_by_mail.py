"""What is confirmed is told in one mail, with a link for each change that undoes just that one."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from email.message import EmailMessage

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import event, select

from portal.accounts.models import Customer
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.kit.seals import seal
from portal.outbox.models import Task
from portal.subscriptions import actions, links
from portal.subscriptions.models import Subscription
from portal.timeline import SCHEDULE, Actor, Entry
from tests.accounts.builders import address, staff
from tests.browser import Browser, words
from tests.conftest import Work
from tests.mail import Mail, html, text
from tests.stripe import Stripe
from tests.subscriptions.builders import Box
from tests.subscriptions.conftest import Both
from tests.subscriptions.ends import deeds, is_ending_there, undo_in
from tests.subscriptions.test_at_once import browsers, post_at_once

pytestmark = pytest.mark.slow
ALICE = "alice@example.com"


def told(mail: Mail, email: str = ALICE) -> list[EmailMessage]:
    """The mails that say what was confirmed."""
    return [letter for letter in mail.to(email) if "confirmed" in letter["Subject"]]


def undos(letter: EmailMessage) -> list[str]:
    """The paths of its links, in their order; the same in both forms of the mail."""
    plain = re.findall(r"https?://[^/\s]+(/undo/\S+)", text(letter))
    assert plain == re.findall(r"https?://[^/\s]+(/undo/[^\"\s]+)\"", html(letter))
    return plain


def read(letter: EmailMessage) -> str:
    return " ".join(text(letter).split())


def stranger(app: Flask) -> Browser:
    """Nobody is signed in here."""
    return Browser(app)


def quantity(box: Box, app: Flask) -> str:
    with app.app_context():
        item = db.session.get_one(Subscription, box.id).items[0]
        return f"{box.page}/products/{item.id}/quantity"


@contextmanager
def writing_nothing(app: Flask) -> Iterator[None]:
    """Not even what is rolled back: on SQLite that would wait for whoever writes."""
    written: list[str] = []

    def look(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if not statement.startswith(("SELECT", "PRAGMA", "BEGIN")):
            written.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", look)
    yield
    event.remove(engine, "before_cursor_execute", look)
    assert written == []


@pytest.fixture
def skipped(alice: Box, mail: Mail, work: Work) -> str:
    """Alice skipped her next box, and has the mail: the link in it."""
    alice.browser.post(alice.skip(0))
    work()
    (letter,) = told(mail)
    (link,) = undos(letter)
    return link


def test_once_the_provider_has_it_a_mail_names_the_change_and_what_comes_next(alice: Box, mail: Mail, work: Work) -> None:
    alice.browser.post(alice.skip(0))
    assert mail.to(ALICE) == []
    work()
    (letter,) = mail.to(ALICE)
    assert letter["Subject"] == "Pantry box: your change is confirmed"
    history = words(alice.browser.get(alice.page))
    assert "- Mon 28 Dec skipped" in read(letter) and "Mon 28 Dec skipped" in history
    assert "Undo it until Mon 21 December, 10:00:" in read(letter)
    assert "Next delivery: Monday 25 January, €14.90. Change it until Thu 21 January, 10:00." in read(letter)
    assert "Mon 28 Dec skipped" in words(BeautifulSoup(html(letter), "html.parser"))


def test_two_quick_changes_are_one_mail_with_a_link_for_each(app: Flask, alice: Box, mail: Mail, work: Work) -> None:
    alice.browser.post(alice.skip(0))
    alice.browser.post(quantity(alice, app), {"quantity": "2"})
    work()
    (letter,) = told(mail)
    assert letter["Subject"] == "Pantry box: your changes are confirmed"
    first, second = undos(letter)
    assert first != second
    assert "Sidamo coffee beans: 2 instead of 1" in read(letter)
    assert "€29.80" in read(letter)


def test_each_link_undoes_its_own_change_and_no_other(app: Flask, alice: Box, both: Both, mail: Mail, work: Work) -> None:
    alice.browser.post(alice.skip(0))
    alice.browser.post(quantity(alice, app), {"quantity": "2"})
    work()
    skip, more = undos(told(mail)[0])
    assert "Undone: Sidamo coffee beans: 2 instead of 1" in words(stranger(app).post(more))
    assert both.here(alice) == date(2027, 1, 23)
    stranger(app).post(skip)
    work()
    assert both.here(alice) == both.there(alice) == date(2026, 12, 23)


def test_what_was_undone_before_it_was_confirmed_is_no_mail(alice: Box, mail: Mail, both: Both, work: Work) -> None:
    alice.browser.post(undo_in(alice.browser.post(alice.skip(0))))
    work()
    assert both.is_confirmed(alice)
    assert mail.to(ALICE) == []


def test_of_two_only_the_one_that_stands_is_told(app: Flask, alice: Box, mail: Mail, work: Work) -> None:
    alice.browser.post(undo_in(alice.browser.post(alice.skip(0))))
    alice.browser.post(quantity(alice, app), {"quantity": "2"})
    work()
    (letter,) = told(mail)
    assert "skipped" not in read(letter)
    assert len(undos(letter)) == 1


def test_an_undo_of_what_was_confirmed_is_told_too(skipped: str, app: Flask, mail: Mail, work: Work) -> None:
    stranger(app).post(skipped)
    work()
    letter = told(mail)[-1]
    assert "Undone: Mon 28 Dec skipped" in read(letter)
    assert "If you want it after all, make the change again." in read(letter)
    assert undos(letter) == []


def test_a_sync_that_runs_again_writes_no_second_mail(skipped: str, app: Flask, alice: Box, mail: Mail, stripe: Stripe, work: Work) -> None:
    stripe.v1.subscriptions.update(alice.ref, {"metadata": {"note": "looked at"}})
    work()
    assert len(mail.to(ALICE)) == 1


def test_what_the_provider_refused_is_not_confirmed(alice: Box, mail: Mail, stripe: Stripe, work: Work) -> None:
    stripe.faults({"kind": "refuse", "when": {"method": "POST", "path_prefix": "/v1/subscriptions/"}, "times": 1, "message": "No."})
    alice.browser.post(alice.skip(0))
    work()
    work()
    assert [letter["Subject"] for letter in mail.to(ALICE)] == ["Your change to Pantry box could not be made"]


def test_what_the_provider_changed_is_not_told_as_the_customers(alice: Box, mail: Mail, stripe: Stripe, work: Work) -> None:
    stripe.v1.subscriptions.update(alice.ref, {"trial_end": int((now() + timedelta(days=40)).timestamp()), "proration_behavior": "none"})
    work()
    assert mail.to(ALICE) == []


def test_what_went_by_itself_is_no_mail(app: Flask, alice: Box, both: Both, mail: Mail, work: Work) -> None:
    with app.app_context(), transaction():
        actions.skip_delivery(db.session.get_one(Subscription, alice.id).scheduled[0], by=SCHEDULE, at=now())
    work()
    assert both.is_confirmed(alice)
    assert mail.to(ALICE) == []


def test_what_is_confirmed_only_as_all_of_it_ends_is_no_mail(alice: Box, mail: Mail, stripe: Stripe, work: Work) -> None:
    stripe.faults({"when": {"path_prefix": "/v1/subscriptions"}, "kind": "500", "rate": 1.0})
    alice.browser.post(alice.skip(0))
    alice.browser.post(f"{alice.page}/cancel", {"when": "now"})
    work()
    stripe.no_faults()
    stripe.later(minutes=15)
    work()
    assert stripe.v1.subscriptions.retrieve(alice.ref).status == "canceled"
    assert ["is cancelled" in letter["Subject"] for letter in mail.to(ALICE)] == [True]


def test_what_support_did_is_told_and_says_so(app: Flask, alice: Box, mail: Mail, work: Work) -> None:
    with app.app_context(), transaction():
        by = Actor(customer_id=alice.customer_id, staff_id=staff().id)
        actions.skip_delivery(db.session.get_one(Subscription, alice.id).scheduled[0], by=by, at=now())
    work()
    (letter,) = told(mail)
    assert "Done by Jonas of Halfjar for you." in read(letter)
    assert len(undos(letter)) == 1


def test_of_two_changes_of_the_same_only_the_later_has_a_link(app: Flask, alice: Box, mail: Mail, work: Work) -> None:
    alice.browser.post(quantity(alice, app), {"quantity": "2"})
    alice.browser.post(quantity(alice, app), {"quantity": "3"})
    work()
    (letter,) = told(mail)
    assert "Changed again since: undo what came later first." in read(letter)
    assert len(undos(letter)) == 1


def test_a_code_that_was_used_says_that_it_stays(alice: Box, mail: Mail, stripe: Stripe, work: Work) -> None:
    coupon = stripe.v1.coupons.create({"percent_off": 10, "duration": "forever"})
    stripe.v1.promotion_codes.create({"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "WINTER"})
    alice.browser.post(f"{alice.page}/code", {"code": "WINTER"})
    work()
    (letter,) = told(mail)
    assert "Discount code WINTER A code that was used can’t be undone." in read(letter)
    assert undos(letter) == []


def test_a_move_says_until_when_it_can_go_back_to_its_day(alice: Box, mail: Mail, work: Work) -> None:
    alice.browser.post(alice.move(0), {"to": "2027-01-05", "which": "one"})
    work()
    assert "Undo it until Mon 21 December, 10:00:" in read(told(mail)[0])


def test_an_undone_pause_is_over(app: Flask, alice: Box, both: Both, mail: Mail, work: Work) -> None:
    alice.browser.post(f"{alice.page}/pause", {"how": "open"})
    work()
    (letter,) = told(mail)
    assert "Nothing is sent or charged as things stand." in read(letter)
    (link,) = undos(letter)
    assert "Mon 28 Dec" in words(stranger(app).get(link))
    assert "What holds now Monday 28 December" in words(stranger(app).post(link))
    work()
    assert both.here(alice) == both.there(alice) == date(2026, 12, 23)


def test_a_resumption_can_go_back_to_the_pause_while_the_old_day_is_to_come(
    app: Flask, alice: Box, both: Both, mail: Mail, work: Work
) -> None:
    alice.browser.post(f"{alice.page}/pause", {"how": "open"})
    alice.browser.post(f"{alice.page}/resume", {"to": "2027-01-05"})
    work()
    (letter,) = told(mail)
    assert "Paused Changed again since" in read(letter)
    assert "Resumed, next on Tue 5 Jan Undo it until Wed 23 December, 10:00:" in read(letter)
    (link,) = undos(letter)
    assert "Nothing is sent or charged until you resume it." in words(stranger(app).post(link))


def test_another_address_can_be_taken_back_until_the_box_locks(app: Flask, alice: Box, mail: Mail, stripe: Stripe, work: Work) -> None:
    with app.app_context(), transaction():
        address(alice.customer_id, at=now())
        ada = address(alice.customer_id, name="Ada Okafor", line1="Rosenweg 3", postcode="99423", city="Weimar", at=now()).id
    alice.browser.post(f"{alice.page}/address", {"address": str(ada)})
    work()
    assert "Rosenweg" in str(stripe.v1.subscriptions.retrieve(alice.ref).metadata)
    (letter,) = told(mail)
    assert "New delivery address Undo it until Mon 21 December, 10:00:" in read(letter)
    (link,) = undos(letter)
    page = words(stranger(app).get(link))
    assert "The boxes go again where they went before." in page
    assert "Rosenweg" not in page
    stranger(app).post(link)
    work()
    assert "Rosenweg" not in str(stripe.v1.subscriptions.retrieve(alice.ref).metadata)


def test_a_new_beginning_says_that_it_stays(alice: Box, mail: Mail, stripe: Stripe, work: Work) -> None:
    stripe.v1.subscriptions.cancel(alice.ref)
    work()
    alice.browser.post(f"{alice.page}/again")
    work()
    (letter,) = told(mail)
    assert "This can’t be undone, but you can cancel at any time." in read(letter)
    assert "Next delivery: Saturday 28 November" in read(letter)
    assert undos(letter) == []


def test_the_page_shows_what_would_be_put_back_and_changes_nothing(skipped: str, app: Flask, alice: Box, both: Both) -> None:
    before = deeds(app, alice)
    browser = stranger(app)
    with writing_nothing(app):
        page = browser.get(skipped)
    assert "Undo this change? Mon 28 Dec skipped" in words(page)
    assert words(page.select(".compare tbody tr")[0]) == "Mon 25 Jan 1 piece, €14.90 Mon 28 Dec 1 piece, €14.90"
    assert [words(button) for button in page.select("main button")] == ["Undo it"]
    assert browser.answer.headers["Referrer-Policy"] == "no-referrer"
    assert browser.client.head(skipped).status_code == 200
    assert both.here(alice) == date(2027, 1, 23)
    assert deeds(app, alice) == before


def test_looking_at_an_undone_swap_writes_nothing(app: Flask, pantry: Box, shelf: dict[str, int], mail: Mail, work: Work) -> None:
    """What is put back there is another row, which a page has to follow without writing."""
    with app.app_context():
        tea = next(
            item.id for item in db.session.get_one(Subscription, pantry.id).items if item.price.variant.product.name == "Highland tea"
        )
    pantry.browser.post(f"{pantry.page}/products/{tea}/swap", {"to": str(shelf["Sencha"])})
    work()
    (link,) = undos(told(mail, "dora@example.com")[0])
    with writing_nothing(app):
        page = stranger(app).get(link)
    assert [words(cell) for cell in page.select(".compare tbody tr:first-child td")] == [
        "Mon 28 Dec 3 pieces, €20.20", "Mon 28 Dec 3 pieces, €18.20",
    ]  # fmt: skip
    assert "Undone: Highland tea swapped for Sencha" in words(stranger(app).post(link))


def test_nobody_is_signed_in_by_it(skipped: str, app: Flask) -> None:
    browser = stranger(app)
    browser.post(skipped)
    assert not browser.signed_in
    assert "Sign in" in words(browser.get("/"))


def test_the_button_puts_it_back_and_the_history_says_by_which_way(skipped: str, app: Flask, alice: Box, both: Both, work: Work) -> None:
    page = words(stranger(app).post(skipped))
    assert "Undone. What it changed is as it was before." in page
    assert "Undone: Mon 28 Dec skipped" in page
    assert "What holds now Monday 28 December €14.90" in page
    work()
    assert both.here(alice) == both.there(alice) == date(2026, 12, 23)
    assert "By the link in the mail" in words(alice.browser.get(alice.page))
    with app.app_context():
        entry = db.session.scalars(select(Entry).order_by(Entry.id.desc())).first()
        assert entry and (entry.deed, entry.customer_id, entry.facts["by_mail"]) == ("undone", alice.customer_id, True)


def test_a_second_tap_says_that_it_is_undone_already(skipped: str, app: Flask, alice: Box) -> None:
    browser = stranger(app)
    browser.post(skipped)
    assert "This was undone already." in words(browser.post(skipped))
    assert deeds(app, alice).count("undone") == 1
    assert "Undone: Mon 28 Dec skipped" in words(stranger(app).get(skipped))


def test_two_taps_at_once_undo_it_once(skipped: str, app: Flask, alice: Box, both: Both) -> None:
    post_at_once(browsers(app, alice, 4), [skipped] * 4)
    assert deeds(app, alice).count("undone") == 1
    assert both.here(alice) == date(2026, 12, 23)


def test_what_was_undone_on_the_page_is_undone_already_here(skipped: str, app: Flask, alice: Box) -> None:
    form = alice.browser.get(alice.page).select_one(".timeline form")
    assert form
    alice.browser.post(str(form["action"]))
    page = stranger(app).get(skipped)
    assert "Undone: Mon 28 Dec skipped" in words(page)
    assert not page.select("main form")


def test_once_it_locked_the_page_says_so(skipped: str, app: Flask, both: Both, alice: Box, stripe: Stripe) -> None:
    stripe.later(days=28, hours=1)
    for page in stranger(app).get(skipped, expect=409), stranger(app).post(skipped, expect=409):
        assert "This delivery locked on Mon 21 December, 10:00" in words(page)
        assert "What holds now" in words(page)
        assert not page.select("main form")
    assert both.here(alice) == date(2027, 1, 23)


def test_what_was_changed_since_is_named(app: Flask, alice: Box, mail: Mail, work: Work) -> None:
    alice.browser.post(alice.move(0), {"to": "2027-01-05", "which": "one"})
    work()
    (link,) = undos(told(mail)[0])
    alice.browser.post(alice.move(0), {"to": "2027-01-07", "which": "one"})
    for page in stranger(app).get(link, expect=409), stranger(app).post(link, expect=409):
        assert "changed since: the day of the delivery" in words(page)


def test_what_has_ended_since_cannot_be_undone(skipped: str, app: Flask, alice: Box, stripe: Stripe, work: Work) -> None:
    stripe.v1.subscriptions.cancel(alice.ref)
    work()
    assert "has ended" in words(stranger(app).post(skipped, expect=409))


def test_a_link_that_is_not_ours_opens_nothing(skipped: str, app: Flask, alice: Box, both: Both) -> None:
    with app.app_context():
        other_purpose, no_such = seal(links.RECEIPT, 1), links.undo_key(10**12)
        by_name = seal(links.UNDO, "1")
    for path in "/undo/x", skipped[:-1], f"{skipped}A", f"/undo/{other_purpose}", f"/undo/{no_such}", f"/undo/{by_name}":
        stranger(app).get(path, expect=404)
        stranger(app).post(path, expect=404)
    assert both.here(alice) == date(2027, 1, 23)


def test_of_what_was_never_offered_the_page_says_that_it_stays(app: Flask, alice: Box) -> None:
    """The first entry of a history is that the first box was charged."""
    with app.app_context():
        link = f"/undo/{links.undo_key(1)}"
    assert "This can’t be undone." in words(stranger(app).post(link, expect=409))


def test_somebody_else_who_is_signed_in_sees_and_does_just_this(skipped: str, bob: Box, both: Both, alice: Box) -> None:
    page = bob.browser.get(skipped)
    assert "Mon 28 Dec skipped" in words(page)
    assert ALICE not in page.get_text()
    bob.browser.post(skipped)
    assert both.here(alice) == date(2026, 12, 23)
    bob.browser.get(alice.page, expect=404)


def test_the_page_speaks_to_the_customer(skipped: str, app: Flask, alice: Box) -> None:
    with app.app_context(), transaction():
        customer = db.session.get_one(Customer, alice.customer_id)
        customer.locale, customer.time_zone = "en", "America/New_York"
    assert "Until Mon 21 Dec, 04:00" in words(stranger(app).get(skipped))


def test_a_cancellation_has_its_own_mail_and_its_link(app: Flask, alice: Box, mail: Mail, stripe: Stripe, work: Work) -> None:
    alice.browser.post(f"{alice.page}/cancel", {"when": "now"})
    work()
    (letter,) = mail.to(ALICE)
    assert "Undo it until 10:10, without signing in:" in read(letter)
    (link,) = undos(letter)
    assert is_ending_there(stripe, alice)
    assert "Mon 28 Dec" in words(stranger(app).get(link))
    assert "What holds now Monday 28 December" in words(stranger(app).post(link))
    work()
    assert not is_ending_there(stripe, alice)
    assert ["goes on" in letter["Subject"] for letter in mail.to(ALICE)] == [False, True]


def test_of_two_cancellations_the_one_at_once_is_undone_and_the_other_stands(
    app: Flask, alice: Box, mail: Mail, stripe: Stripe, work: Work
) -> None:
    for when in "end", "now":
        alice.browser.post(f"{alice.page}/cancel", {"when": when})
    work()
    *_links, link = undos(mail.newest(ALICE))
    asked = words(stranger(app).get(link))
    assert "It still ends on Wednesday 23 December. Nothing more is sent or charged." in asked and "paused" not in asked
    assert "Undone. It still ends on Wednesday 23 December." in words(stranger(app).post(link))


def test_after_ten_minutes_the_link_of_a_cancellation_undoes_nothing(
    app: Flask, alice: Box, mail: Mail, stripe: Stripe, work: Work
) -> None:
    alice.browser.post(f"{alice.page}/cancel", {"when": "now"})
    work()
    (link,) = undos(mail.newest(ALICE))
    stripe.later(minutes=10)
    assert "the subscription has ended" in words(stranger(app).post(link, expect=409))


def test_what_waits_to_be_sent_opens_nothing(alice: Box, app: Flask, mail: Mail, work: Work) -> None:
    mail.answers = ["451 Later"] * 3
    alice.browser.post(alice.skip(0))
    work()
    with app.app_context():
        kept = [task.payload for task in db.session.scalars(select(Task).where(Task.kind == "mail", Task.done_at.is_(None)))]
        (key,) = [links.undo_key(change["entry_id"]) for payload in kept for change in payload["context"]["changes"]]
    assert kept and key not in str(kept)
