"""What can be done about webhooks: to tell of something, and to look after the endpoints. Called from an open transaction."""

import json
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from secrets import token_bytes
from typing import Any
from uuid import uuid4

from flask_babel import gettext as _
from sqlalchemy import Select, update

from portal import outbox, timeline
from portal.kit.alarms import end_alarm
from portal.kit.db import db
from portal.kit.refusal import Refusal
from portal.kit.safe import lock_away
from portal.timeline import Actor
from portal.webhooks.models import BOTH_FOR, Dispatch, Endpoint, Message, Secret
from portal.webhooks.vocabulary import TEST


class SwitchedOff(Refusal):
    """Nothing is sent to this endpoint."""


@dataclass(frozen=True)
class Told:
    """Something that happened, before it is written down."""

    event: str
    subject: str
    """As `table:id`."""
    happened_at: datetime
    data: dict[str, Any]
    """As the vocabulary has it, without the sequence."""


def tell(told: Told) -> None:
    """Have each endpoint that asked for this kind told, after the commit."""
    wanting = [one for one in db.session.scalars(Endpoint.listed()) if told.event in one.events]
    if wanting:
        _dispatch(told, wanting)


def add_endpoint(url: str, events: Sequence[str], *, by: Actor, at: datetime) -> tuple[Endpoint, str]:
    """And the secret that signs what is sent there. It is told this once."""
    endpoint = Endpoint(url=url, events=list(events), added_at=at)
    db.session.add(endpoint)
    db.session.flush()
    timeline.note(endpoint, "endpoint added", by=by, at=at, facts={"events": list(events)})
    return endpoint, _new_secret(endpoint, at=at)


def remove_endpoint(endpoint: Endpoint, *, by: Actor, at: datetime) -> None:
    """Nothing more is sent there. What was sent can be seen until it is forgotten."""
    endpoint.removed_at = at
    give_up_what_waits(endpoint)
    end_alarm(endpoint.alarm, at=at)
    timeline.note(endpoint, "endpoint removed", by=by, at=at, facts={})


def switch_on(endpoint: Endpoint, *, by: Actor, at: datetime) -> None:
    """After it was switched off. What did not arrive meanwhile is sent by `send_again`."""
    endpoint.switch_on()
    end_alarm(endpoint.alarm, at=at)
    timeline.note(endpoint, "endpoint switched on", by=by, at=at, facts={})


def rotate_secret(endpoint: Endpoint, *, by: Actor, at: datetime) -> str:
    """The new one. That before it signs as well for a day, so that whoever receives can change over without a gap."""
    old = update(Secret).where(Secret.endpoint_id == endpoint.id, Secret.until.is_(None))
    db.session.execute(old.values(until=at + BOTH_FOR))
    timeline.note(endpoint, "secret rotated", by=by, at=at, facts={})
    return _new_secret(endpoint, at=at)


def send_test(endpoint: Endpoint, *, at: datetime) -> str:
    """Returns the message's `webhook-id`."""
    _must_be_on(endpoint)
    return _dispatch(Told(TEST, timeline.key(endpoint), at, {"endpoint": endpoint.id}), [endpoint]).ref


def send_again(endpoint: Endpoint, which: Select[int], *, by: Actor, at: datetime) -> int:
    """Of these dispatches, those to this endpoint, in the order in which things happened. An endpoint that rests is tried at once.
    Returns how many. Raises SwitchedOff."""
    _must_be_on(endpoint)
    again = Dispatch.send_again(endpoint, which, at=at).returning(Dispatch.id)
    number = len(db.session.scalars(again, execution_options={"synchronize_session": False}).all())
    if number:
        endpoint.rests_until = None
        timeline.note(endpoint, "sent again", by=by, at=at, facts={"number": number})
        outbox.want_sync(endpoint, at=at, bulk=True)
    return number


def give_up_what_waits(endpoint: Endpoint) -> None:
    waiting = update(Dispatch).where(Dispatch.endpoint_id == endpoint.id, Dispatch.due_at.is_not(None))
    db.session.execute(waiting.values(due_at=None), execution_options={"synchronize_session": "fetch"})


def _dispatch(told: Told, endpoints: Sequence[Endpoint]) -> Message:
    """To one that is off it is only written down, so that it can be sent once that is on again."""
    at = told.happened_at
    message = Message(ref=f"msg_{uuid4().hex}", event=told.event, subject=told.subject, at=at, body="")
    db.session.add(message)
    db.session.flush()
    message.body = _body(told, message.id)
    for endpoint in endpoints:
        db.session.add(Dispatch(message=message, endpoint=endpoint, due_at=None if endpoint.is_off else at))
    db.session.flush()
    for endpoint in endpoints:
        if not endpoint.is_off:
            outbox.want_sync(endpoint, at=at, bulk=True)
    return message


def _body(told: Told, sequence: int) -> str:
    body = {"type": told.event, "timestamp": as_text(told.happened_at), "data": {"sequence": sequence, **told.data}}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def as_text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _new_secret(endpoint: Endpoint, *, at: datetime) -> str:
    """256 random bits, written as the Standard Webhooks specification has it."""
    secret = "whsec_" + b64encode(token_bytes(32)).decode()
    db.session.add(Secret(endpoint_id=endpoint.id, sealed=lock_away(secret), made_at=at))
    return secret


def _must_be_on(endpoint: Endpoint) -> None:
    if endpoint.is_off:
        raise SwitchedOff(_("Nothing is sent to this endpoint any more: it is switched off, or removed."))
