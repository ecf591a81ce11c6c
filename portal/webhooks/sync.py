"""The worker's side: one message at a time to each endpoint, and what became of it. And what is forgotten by the clock."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update

from portal import outbox
from portal.kit.alarms import raise_alarm
from portal.kit.clock import now, wall
from portal.kit.db import db, transaction
from portal.kit.safe import lock_anew, take_out
from portal.webhooks import post
from portal.webhooks.actions import give_up_what_waits
from portal.webhooks.models import KEPT, OUTAGE, Dispatch, Endpoint, Message, Outcome, Secret, Try

UNREADABLE = "The secret was locked away with a SECRET_KEY that is gone: `portal webhooks rotate-secret`."


@dataclass(frozen=True)
class Sending:
    """What is sent, and where to. It lives as long as the sending takes."""

    dispatch_id: int
    url: str
    ref: str
    body: str
    secrets: list[str]


@outbox.syncs(Endpoint, aside=True)
def send_next(endpoint_id: int, lease: outbox.Lease) -> None:
    """The oldest message that is due. If this dies between sending and noting, it is sent once more, with the same `webhook-id`."""
    with transaction():
        sending = _next(endpoint_id, at=now())
    outcome = _send(sending) if sending else None
    at = now()
    with lease.finish(at=at):
        endpoint = db.session.get_one(Endpoint, endpoint_id, with_for_update={"key_share": True})
        if sending and outcome:
            _note(endpoint, sending.dispatch_id, outcome, at=at)
        if (due_at := _due_at(endpoint)) is not None:
            lease.again(at=due_at)


@outbox.task("forget old webhooks")
def forget_old_webhooks(_: dict[str, Any], lease: outbox.Lease) -> None:
    """What was sent a month ago, secrets that sign no more, and endpoints that are removed and of which nothing is left to see."""
    at = now()
    with lease.finish(at=at):
        waiting = select(Dispatch.message_id).where(Dispatch.due_at.is_not(None))
        old = select(Message.id).where(Message.at < at - KEPT, Message.id.not_in(waiting))
        dispatches = select(Dispatch.id).where(Dispatch.message_id.in_(old))
        db.session.execute(delete(Try).where(Try.dispatch_id.in_(dispatches)))
        db.session.execute(delete(Dispatch).where(Dispatch.message_id.in_(old)))
        db.session.execute(delete(Message).where(Message.at < at - KEPT, Message.id.not_in(waiting)))
        removed = Endpoint.removed_at.is_not(None) & Endpoint.id.not_in(select(Dispatch.endpoint_id))
        gone = select(Endpoint.id).where(removed)
        db.session.execute(delete(Secret).where((Secret.until < at) | Secret.endpoint_id.in_(gone)))
        db.session.execute(delete(Endpoint).where(removed))


@outbox.task("lock webhook secrets anew")
def lock_secrets_anew(_: dict[str, Any], lease: outbox.Lease) -> None:
    """While SECRET_KEY changes: they go under the new one before the old one is left out."""
    with lease.finish(at=now()):
        for secret in db.session.scalars(select(Secret).with_for_update()):
            secret.sealed = lock_anew(secret.sealed) or secret.sealed


def _next(endpoint_id: int, *, at: datetime) -> Sending | None:
    endpoint = db.session.get_one(Endpoint, endpoint_id)
    if endpoint.is_off or (endpoint.rests_until and endpoint.rests_until > at):
        return None
    due = Dispatch.waiting(endpoint_id).where(Dispatch.due_at <= at).order_by(Dispatch.message_id).limit(1)
    dispatch = db.session.scalars(due).one_or_none()
    if dispatch is None:
        return None
    secrets = [opened for one in db.session.scalars(Secret.signing(endpoint_id, at=at)) if (opened := take_out(one.sealed))]
    return Sending(dispatch.id, endpoint.url, dispatch.message.ref, dispatch.message.body, secrets)


def _send(sending: Sending) -> Outcome:
    if not sending.secrets:
        return Outcome(None, UNREADABLE, 0)
    return post.send(sending.url, ref=sending.ref, body=sending.body, secrets=sending.secrets, at=wall())


def _note(endpoint: Endpoint, dispatch_id: int, outcome: Outcome, *, at: datetime) -> None:
    dispatch = db.session.get_one(Dispatch, dispatch_id, with_for_update=True)
    dispatch.has_been_tried(outcome, at=at)
    failed_since = endpoint.failing_since
    if outcome.is_success:
        endpoint.has_answered()
        if failed_since and at - failed_since >= OUTAGE:
            _hurry(endpoint, at=at)
        return
    endpoint.has_failed(outcome, at=at)
    if endpoint.off_at == at:
        give_up_what_waits(endpoint)
        sentence = f"{endpoint.why_off} Nothing is sent to {endpoint.host} until `portal webhooks switch-on {endpoint.id}`."
        raise_alarm(endpoint.alarm, sentence, facts={"endpoint": endpoint.id, "host": endpoint.host}, at=at)


def _hurry(endpoint: Endpoint, *, at: datetime) -> None:
    """It is there again: what waits does not wait for the hour of its own next try."""
    later = update(Dispatch).where(Dispatch.endpoint_id == endpoint.id, Dispatch.due_at > at)
    db.session.execute(later.values(due_at=at), execution_options={"synchronize_session": "fetch"})


def _due_at(endpoint: Endpoint) -> datetime | None:
    """When there is something to send next, without being asked."""
    db.session.flush()
    due_at = db.session.scalar(select(func.min(Dispatch.due_at)).where(Dispatch.endpoint_id == endpoint.id))
    if due_at is None or endpoint.is_off:
        return None
    return max(due_at, endpoint.rests_until or due_at)
