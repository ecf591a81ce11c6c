"""`portal webhooks`, as an operator runs it."""

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from portal import outbox
from portal.kit import shop as kit
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.timeline import Entry
from portal.webhooks.commands import webhooks
from portal.webhooks.models import Dispatch, Endpoint, Message, Secret, Try
from portal.webhooks.vocabulary import CHOSEN, VOCABULARY
from tests.webhooks.conftest import Time, dispatches, endpoint, happens, ordered, work
from tests.webhooks.receiver import Receiver

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Run:
    def run(*arguments: str, expect: int = 0) -> Result:
        result = app.test_cli_runner().invoke(webhooks, arguments)
        assert result.exit_code == expect, result.output
        return result

    return run


def secret_in(result: Result) -> str:
    (secret,) = re.findall(r"whsec_\S+", result.output)
    return str(secret)


def test_an_endpoint_that_is_added_gets_what_happens_signed_with_the_secret_that_was_shown(run: Run, shop: Receiver, box: int) -> None:
    secret = secret_in(run("add", shop.url, "--events", "subscription.changed, subscription.cancelled"))
    happens(box)
    work()
    assert shop.received[0].is_signed_by(secret)
    assert endpoint(1).events == ["subscription.changed", "subscription.cancelled"]
    assert secret not in run("list").output and "1  " + shop.url + "  on, 0 waiting" in run("list").output


def test_without_a_word_about_events_it_gets_all_kinds(run: Run, shop: Receiver) -> None:
    run("add", shop.url)
    assert endpoint(1).events == CHOSEN


@pytest.mark.parametrize("events", ["subscription.exploded", "webhook.test", ","])
def test_a_kind_that_there_is_not_is_refused_and_those_that_there_are_are_named(run: Run, shop: Receiver, events: str) -> None:
    assert "subscription.cancelled" in run("add", shop.url, "--events", events, expect=2).output
    assert db.session.scalar(select(func.count()).select_from(Endpoint)) == 0


def test_a_test_message_arrives(run: Run, shop: Receiver) -> None:
    secret = secret_in(run("add", shop.url))
    ref = run("send-test", "1").output.split()[0]
    work()
    assert shop.refs == [ref] and shop.events == ["webhook.test"] and shop.received[0].is_signed_by(secret)


def test_a_rotated_secret_is_shown_once(run: Run, shop: Receiver, box: int) -> None:
    old = secret_in(run("add", shop.url))
    new = secret_in(run("rotate-secret", "1"))
    happens(box)
    work()
    assert old != new and shop.received[0].is_signed_by(old) and shop.received[0].is_signed_by(new)


def test_one_that_is_removed_gets_nothing_more(run: Run, shop: Receiver, box: int) -> None:
    run("add", shop.url)
    happens(box)
    run("remove", "1")
    happens(box)
    work()
    assert shop.received == [] and shop.url not in run("list").output
    assert "There is no endpoint 1" in run("remove", "1", expect=1).output


def test_a_message_is_sent_again_by_its_id(run: Run, shop: Receiver, box: int) -> None:
    run("add", shop.url)
    happens(box, times=2)
    work()
    assert run("replay", shop.refs[0]).output == "Sent again: 1.\n"
    work()
    assert shop.refs[2] == shop.refs[0] and len(shop.refs) == 3
    assert run("replay", "msg_unknown").output == "Sent again: 0.\n"


def test_what_has_not_arrived_since_a_moment_is_sent_again(run: Run, shop: Receiver, box: int, time: Time) -> None:
    run("add", shop.url)
    shop.answers(410)
    happens(box)
    work()
    time(timedelta(hours=2))
    moment = now().astimezone(kit.shop().zone).strftime("%Y-%m-%d %H:%M:%S")
    happens(box, times=2)
    ordered(now() - timedelta(days=9))
    shop.received.clear()
    shop.answers(204)
    assert "off, 0 waiting" in run("list").output
    assert "Endpoint 1 is off" in run("replay", "--since", moment).output
    run("send-test", "1", expect=1)
    run("switch-on", "1")
    assert run("replay", "--since", moment).output == "Sent again: 3.\n"
    work()
    assert len(shop.received) == 3
    assert run("replay", "--since", moment).output == "Sent again: 0.\n"
    assert run("replay", "--since", moment, "--all").output == "Sent again: 3.\n"


def test_either_a_message_or_a_moment_is_said(run: Run) -> None:
    run("replay", expect=2)
    run("replay", "msg_1", "--since", "2026-11-01", expect=2)


def test_the_kinds_are_printed_with_their_schemas(run: Run) -> None:
    assert set(json.loads(run("events").output)) == set(VOCABULARY)


def test_each_deed_stands_in_the_history_without_a_secret(run: Run, shop: Receiver) -> None:
    secrets = [secret_in(run("add", shop.url)), secret_in(run("rotate-secret", "1"))]
    run("switch-on", "1")
    run("remove", "1")
    entries = db.session.scalars(select(Entry).where(Entry.subject == "webhook_endpoint:1").order_by(Entry.id)).all()
    assert [entry.deed for entry in entries] == ["endpoint added", "secret rotated", "endpoint switched on", "endpoint removed"]
    assert not any(secret in str(entry.facts) for entry in entries for secret in secrets)


def test_after_a_month_what_was_sent_is_forgotten_and_what_waits_is_not(run: Run, shop: Receiver, box: int, time: Time) -> None:
    run("add", shop.url)
    run("rotate-secret", "1")
    happens(box)
    work()
    shop.answers(500)
    happens(box)
    work()
    waits = dispatches()[1].id
    for later, left in (timedelta(days=29), 2), (timedelta(days=2), 1):
        time(later)
        with transaction():
            db.session.get_one(Dispatch, waits).due_at = now() + timedelta(hours=1)
            outbox.want_task("forget old webhooks", {}, at=now())
        work()
        assert [len(dispatches()), db.session.scalar(select(func.count()).select_from(Message))] == [left, left]
    assert db.session.scalar(select(func.count()).select_from(Try)) == 1
    assert db.session.scalar(select(func.count()).select_from(Secret)) == 1
    run("remove", "1")
    time(timedelta(days=31))
    with transaction():
        outbox.want_task("forget old webhooks", {}, at=now())
    work()
    for model in Endpoint, Secret, Message, Dispatch, Try:
        assert db.session.scalar(select(func.count()).select_from(model)) == 0


def test_while_the_secret_key_changes_secrets_go_under_the_new_one(app: Flask, run: Run, shop: Receiver, box: int) -> None:
    secret = secret_in(run("add", shop.url))
    app.config["SECRET_KEY_FALLBACKS"], app.config["SECRET_KEY"] = [app.config["SECRET_KEY"]], "another one, just as long as that"
    with transaction():
        outbox.want_task("lock webhook secrets anew", {}, at=now())
    work()
    app.config["SECRET_KEY_FALLBACKS"] = []
    happens(box)
    work()
    assert shop.received[0].is_signed_by(secret)


def test_a_secret_that_can_not_be_read_any_more_is_a_failure_that_says_what_to_do(app: Flask, run: Run, shop: Receiver, box: int) -> None:
    run("add", shop.url)
    app.config["SECRET_KEY"] = "another one, just as long as that"
    happens(box)
    work()
    assert shop.received == [] and "rotate-secret" in dispatches()[0].tried[0].said
