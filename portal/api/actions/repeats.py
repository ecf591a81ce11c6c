"""A request that is sent again under its Idempotency-Key is answered as the first time, and done once: docs/decisions/api-repeats.md."""

from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex

from sqlalchemy import delete, select, update

from portal.api.models import KEPT, Repeatable
from portal.kit.db import db, insert


class InFlight(Exception):
    """The same request is being done at this moment."""


class SentBefore(Exception):
    """Another request was sent under this Idempotency-Key."""


class Overtaken(Exception):
    """We took so long that somebody else was given our turn."""


@dataclass(frozen=True)
class KeptAnswer:
    status: int
    content_type: str
    body: str


@dataclass(frozen=True)
class Turn:
    """The right to do this request. Whoever holds it answers for all that are sent under its key."""

    request_id: int
    secret: str


def begin(api_key_id: int, idempotency_key: str, fingerprint: str, *, at: datetime) -> Turn | KeptAnswer:
    """The first to come gets the turn, all later ones its answer. In a transaction of its own: others see at once that it is taken.

    Raises InFlight, SentBefore.
    """
    turn = token_hex(16)
    ours = {"api_key_id": api_key_id, "idempotency_key": idempotency_key}
    fresh = {"fingerprint": fingerprint, "turn": turn, "began_at": at, "status": None, "content_type": "", "body": ""}
    first = insert(Repeatable).values(ours | fresh).on_conflict_do_nothing(index_elements=list(ours)).returning(Repeatable.id)
    if request_id := db.session.scalar(first):
        return Turn(request_id, turn)
    known = db.session.scalars(select(Repeatable).filter_by(**ours).with_for_update()).one()
    if known.is_over(at=at):
        db.session.execute(update(Repeatable).where(Repeatable.id == known.id).values(fresh))
        return Turn(known.id, turn)
    if known.fingerprint != fingerprint:
        raise SentBefore
    if known.status is None:
        raise InFlight
    return KeptAnswer(known.status, known.content_type, known.body)


def keep(turn: Turn, answer: KeptAnswer) -> None:
    """In the transaction that does what the answer tells of: both are there, or neither. Raises Overtaken."""
    values = {"status": answer.status, "content_type": answer.content_type, "body": answer.body}
    held = update(Repeatable).where(Repeatable.id == turn.request_id, Repeatable.turn == turn.secret)
    if not db.session.scalar(held.values(values).returning(Repeatable.id)):
        raise Overtaken


def give_up(turn: Turn) -> None:
    """It broke on our side, so that nothing was done: the next try is a first one."""
    db.session.execute(delete(Repeatable).where(Repeatable.id == turn.request_id, Repeatable.turn == turn.secret))


def forget_old(*, at: datetime) -> None:
    db.session.execute(delete(Repeatable).where(Repeatable.began_at < at - KEPT))
