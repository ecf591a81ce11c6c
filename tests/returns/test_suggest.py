"""A return tells the subscription that brings the same product: fewer boxes, another kind, and what is in exchange comes first."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from portal import create_app, outbox
from portal.accounts.models import Customer
from portal.catalog.models import SwapGroup, Variant
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.kit.shop import shop
from portal.orders.models import OrderedLine
from portal.returns.actions import exchanging
from portal.returns.actions.holding import hold_what_comes_first
from portal.returns.models import Exchange, Return, ReturnItem
from portal.returns.policy.terms import Suggests
from portal.returns.queries.suggestions import suggestions
from portal.subscriptions.actions import move_delivery
from portal.subscriptions.models import Subscription
from portal.timeline import Entry, note
from tests.browser import words
from tests.harness.serving import serve
from tests.mail import Mail, text
from tests.returns.swapping import BY, bought, returned
from tests.settings import settings
from tests.stripe import Stripe
from tests.subscriptions.builders import CAMOMILE, SENCHA, TEA, Box, stock, subscribe


@pytest.fixture
def app(stripe: Stripe, mail: Mail, database_url: str, tmp_path: Path) -> Iterator[Flask]:
    app = create_app(settings(database_url, STRIPE_API_BASE=stripe.url, SMTP_URL=mail.url, PHOTOS_DIR=str(tmp_path)))
    with ExitStack() as ending:
        app.config["PORTAL_BASE_URL"] = ending.enter_context(serve(app))
        yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def box(app: Flask, stripe: Stripe) -> Box:
    """Highland tea each month, and an order of two of it."""
    stock(app, stripe, [TEA, SENCHA, CAMOMILE])
    box = subscribe(app, stripe, contents={"Highland tea": 1})
    with app.app_context(), transaction():
        bought(db.session.get_one(Customer, box.customer_id), OrderedLine("Highland tea", sku_of("Highland tea"), 2, 980), number="T")
    return box


def sku_of(name: str) -> str:
    return next(variant.sku for variant in db.session.scalars(select(Variant)) if variant.product.name == name)


def sent_back(app: Flask, reason: str, **told: object) -> int:
    from portal.orders.models import Order

    with app.app_context(), transaction():
        item = returned(db.session.scalars(select(Order).where(Order.number == "T")).one(), **told)  # type: ignore[arg-type]
        item.reason = reason
        return item.return_.id


def kinds(app: Flask, return_id: int) -> list[Suggests]:
    with app.app_context():
        return [one.kind for one in suggestions(return_id, at=now())]


def reason_that(what: Suggests) -> str:
    from portal.returns.policy.standard import STANDARD

    return next(reason.key for reason in STANDARD.reasons if what in reason.suggests)


def test_too_much_suggests_to_skip_or_to_have_it_less_often(app: Flask, box: Box) -> None:
    return_id = sent_back(app, reason_that(Suggests.SKIP))
    assert kinds(app, return_id) == [Suggests.SKIP, Suggests.LESS_OFTEN]
    with app.app_context():
        skip, rarer = suggestions(return_id, at=now())
        assert (skip.subscription_id, skip.delivery_id) == (box.id, box.deliveries[0])
        assert rarer.every == "3-month"


def test_the_wrong_kind_suggests_another_one_of_its_group(app: Flask, box: Box) -> None:
    return_id = sent_back(app, reason_that(Suggests.SWAP))
    with app.app_context():
        (swap,) = suggestions(return_id, at=now())
        assert db.session.get_one(Variant, swap.to).product.name == "Sencha"
        assert db.session.get_one(Variant, swap.to).swap_group is db.session.scalars(select(SwapGroup)).one()


def test_what_no_subscription_brings_suggests_nothing(app: Flask, box: Box) -> None:
    return_id = sent_back(app, reason_that(Suggests.SKIP))
    with app.app_context(), transaction():
        db.session.get_one(Subscription, box.id).is_ending = True
    assert kinds(app, return_id) == []


def test_the_passport_leads_into_the_forms_filled_in(app: Flask, box: Box) -> None:
    return_id = sent_back(app, reason_that(Suggests.SWAP))
    with app.app_context():
        rma = db.session.get_one(Return, return_id).rma
    page = box.browser.get(f"/returns/{rma}")
    assert "And your next boxes? Swap Highland tea Pantry box" in words(page)
    link = next(str(one["href"]) for one in page.select("a") if "/swap?to=" in str(one.get("href")))
    assert "Sencha" in words(box.browser.get(link))


def test_the_next_box_of_the_same_waits_until_the_exchange_is_there_and_that_can_be_undone(
    app: Flask, box: Box, time: Callable[[timedelta], None]
) -> None:
    with app.app_context():
        first = db.session.get_one(Subscription, box.id).scheduled[0]
        was, left = first.arrives_on, first.charge_at - shop().lock - now()
    time(left - timedelta(hours=3))
    exchange_id, rma = accepted(app)
    with app.app_context():
        outbox.work_until_idle()
        exchange = db.session.get_one(Exchange, exchange_id)
        moved = db.session.get_one(Subscription, box.id).scheduled[0]
        assert moved.arrives_on > was
        entry = db.session.get_one(Entry, exchange.held_entry_id)
        assert (entry.deed, entry.system, entry.facts["exchange"]) == ("moved", "schedule", exchange.id)
    box.sign_in()
    page = box.browser.get(f"/returns/{rma}")
    assert "So that it comes first, your box of" in words(page)
    assert "so that your exchange comes first" in words(box.browser.get(box.page))
    box.browser.post(f"/changes/{entry.id}/undo")
    with app.app_context():
        assert db.session.get_one(Subscription, box.id).scheduled[0].arrives_on == was
    assert "So that it comes first" not in words(box.browser.get(f"/returns/{rma}"))
    with app.app_context(), transaction():
        hold_what_comes_first(db.session.get_one(Exchange, exchange_id), by=BY, at=now())
        assert db.session.get_one(Subscription, box.id).scheduled[0].arrives_on == was


@pytest.mark.parametrize("what", ["called off", "undone first", "moved since"])
def test_called_off_the_box_comes_on_its_day_again_and_she_is_told(
    app: Flask, box: Box, time: Callable[[timedelta], None], mail: Mail, what: str
) -> None:
    with app.app_context():
        first = db.session.get_one(Subscription, box.id).scheduled[0]
        was, left = first.arrives_on, first.charge_at - shop().lock - now()
    time(left - timedelta(hours=3))
    exchange_id, _ = accepted(app)
    with app.app_context():
        outbox.work_until_idle()
        held = db.session.get_one(Exchange, exchange_id).held_entry_id
    box.sign_in()
    expected = was
    if what == "undone first":
        box.browser.post(f"/changes/{held}/undo")
    elif what == "moved since":
        with app.app_context(), transaction():
            delivery = db.session.get_one(Subscription, box.id).scheduled[0]
            expected = delivery.arrives_on + timedelta(days=7)
            move_delivery(delivery, expected, by=BY, at=now())
    with app.app_context(), transaction():
        exchanging.take_the_money(db.session.get_one(Exchange, exchange_id), by=BY, at=now())
    with app.app_context():
        outbox.work_until_idle()
        outbox.work_until_idle()
        assert db.session.get_one(Subscription, box.id).scheduled[0].arrives_on == expected
    told = [message for message in mail.to("alice@example.com") if "again" in message["Subject"]]
    assert len(told) == (1 if what == "called off" else 0)
    for message in told:
        assert "does not go out any more, so your box need not wait for it." in text(message)


def test_a_box_that_comes_later_anyway_or_has_locked_stays_where_it_is(app: Flask, box: Box, time: Callable[[timedelta], None]) -> None:
    with app.app_context():
        first = db.session.get_one(Subscription, box.id).scheduled[0]
        was, left = first.arrives_on, first.charge_at - shop().lock - now()
    exchange_id, _ = accepted(app)
    with app.app_context():
        outbox.work_until_idle()
        assert db.session.get_one(Exchange, exchange_id).held_entry_id is None
    time(left + timedelta(hours=1))
    with app.app_context(), transaction():
        hold_what_comes_first(db.session.get_one(Exchange, exchange_id), by=BY, at=now())
        assert db.session.get_one(Subscription, box.id).scheduled[0].arrives_on == was


def accepted(app: Flask) -> tuple[int, str]:
    """The same again for one of the teas, once it is back."""
    return_id = sent_back(app, "")
    with app.app_context(), transaction():
        item = db.session.scalars(select(ReturnItem).where(ReturnItem.return_id == return_id)).one()
        exchange = exchanging.choose_the_same(item, at=now())
        note(item.return_, "approve return", by=BY, at=now(), facts={})
        return exchange.id, item.return_.rma
