"""Whoever receives can tell that it was us, also while the secret changes."""

from base64 import b64decode
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from standardwebhooks import Webhook

from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.webhooks import actions
from portal.webhooks.models import Secret
from tests.webhooks.conftest import BY, Time, add, endpoint, happens, work
from tests.webhooks.receiver import Received, Receiver


def rotate(endpoint_id: int) -> str:
    with transaction():
        return actions.rotate_secret(endpoint(endpoint_id), by=BY, at=now())


def test_we_sign_as_the_specification_s_own_example_does() -> None:
    """Source: the tests of its reference libraries."""
    at = datetime.fromtimestamp(1614265330, UTC)
    signed = Webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").sign("msg_p5jXN8AQM9LWM0D4loKWxJek", at, '{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_secret_is_long_its_own_and_kept_where_the_database_alone_does_not_open_it(shop: Receiver, other: Receiver) -> None:
    one, another = add(shop).secret, add(other).secret
    assert one != another and one.startswith("whsec_") and len(b64decode(one.removeprefix("whsec_"))) == 32
    for kept in db.session.scalars(select(Secret.sealed)):
        assert one.removeprefix("whsec_") not in kept and another.removeprefix("whsec_") not in kept


def test_a_message_that_was_changed_or_signed_by_another_does_not_pass(shop: Receiver, other: Receiver, box: int) -> None:
    secret, another = add(shop).secret, add(other).secret
    happens(box)
    work()
    one = shop.received[0]
    assert one.is_signed_by(secret) and not one.is_signed_by(another)
    assert not Received(one.headers, one.body + b" ").is_signed_by(secret)
    assert not Received({**one.headers, "webhook-id": "msg_x"}, one.body).is_signed_by(secret)


def test_while_a_secret_changes_both_sign_and_after_a_day_only_the_new_one(shop: Receiver, box: int, time: Time) -> None:
    added = add(shop)
    new = rotate(added.id)
    happens(box)
    work()
    assert len(shop.received[0].signatures) == 2
    assert shop.received[0].is_signed_by(added.secret) and shop.received[0].is_signed_by(new)
    time(timedelta(hours=24))
    happens(box)
    work()
    assert len(shop.received[1].signatures) == 1
    assert shop.received[1].is_signed_by(new) and not shop.received[1].is_signed_by(added.secret)
