"""The worker's side of the door: it makes the secrets, sends them, and forgets what is over."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select

from portal import notifications, outbox
from portal.accounts.actions import WRONG_CODES, impersonating, person_of, wrong_codes
from portal.accounts.models import LONGEST, AuthenticatorApp, SecondStep, Session, SignIn
from portal.accounts.tokens import PURPOSES, Token, code_digest, digest, fresh_code, fresh_key, seal
from portal.kit import limits
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.kit.safe import lock_anew
from portal.notifications import Addressee

TEMPLATE = "accounts/sign_in"
KEPT = timedelta(days=1)


@dataclass(frozen=True)
class Secrets:
    """What is in one mail. It lives as long as the sending takes."""

    to: Addressee
    token: Token
    code: str
    """Empty where so many wrong ones were typed that none would be taken."""
    for_desk: bool
    asked: dict[str, Any]


@outbox.task("sign-in mail")
def send_sign_in_mail(payload: dict[str, Any], lease: outbox.Lease) -> None:
    """Each try makes new secrets and forgets those before, so none is ever kept where one could read it."""
    at = now()
    with transaction():
        made = make_secrets(payload["sign_in"], at=at)
    if made is None:
        with lease.finish(at=at):
            return
    code = f"{made.code[:3]} {made.code[3:]}" if made.code else ""
    context = {**made.asked, "for_desk": made.for_desk, "token": seal(PURPOSES[made.for_desk], made.token), "code": code}
    # A key of its own for each try: the mails differ, and a mail reader must not take the second for a copy of the first.
    mail = notifications.write(TEMPLATE, made.to, context, key=digest(made.token.key), at=at)

    def learn() -> None:
        if asked := db.session.get(SignIn, made.token.row_id, with_for_update=True):
            asked.sent_at = at

    notifications.deliver(mail, TEMPLATE, made.to, lease, learn)


def make_secrets(sign_in_id: int, *, at: datetime) -> Secrets | None:
    """Keep their hashes. None where no mail is to leave: nobody has this address, or the time is over."""
    asked = db.session.get(SignIn, sign_in_id)
    if asked is None:
        return None
    wrong = wrong_codes(asked.email, at=at)
    db.session.refresh(asked, with_for_update=True)
    person = person_of(asked.email, for_desk=asked.for_desk)
    if person is None or asked.over(at=at):
        return None
    key = fresh_key()
    code = "" if wrong.free_at(WRONG_CODES, at=at) else fresh_code()
    asked.key_hash, asked.code_hash = digest(key), code_digest(code, asked.id) if code else None
    to = Addressee(person.email, person.locale, person.time_zone, person.customer_id)
    return Secrets(
        to, Token(asked.id, key), code, asked.for_desk, {"asked_at": asked.asked_at, "until": asked.expires_at, "device": asked.device}
    )


@outbox.task("forget old sign-ins")
def forget_old_sign_ins(_: dict[str, Any], lease: outbox.Lease) -> None:
    """What was asked for yesterday, and devices that are signed out for long: they say where somebody was, and serve nobody."""
    at = now()
    with lease.finish(at=at):
        db.session.execute(delete(SignIn).where(SignIn.asked_at < at - KEPT))
        db.session.execute(delete(Session).where(or_(Session.revoked_at < at - KEPT, Session.created_at < at - LONGEST - KEPT)))
        db.session.execute(delete(SecondStep).where(SecondStep.begun_at < at - KEPT))
        limits.forget_old(at=at)


@outbox.task(impersonating.END)
def end_view(payload: dict[str, Any], lease: outbox.Lease) -> None:
    """Asked for when it began, for when its time is up: the customer is told then, also where nobody comes back to hear it."""
    at = now()
    with lease.finish(at=at):
        impersonating.end_on_time(payload["view"], at=at)


@outbox.task("lock secrets anew")
def lock_secrets_anew(_: dict[str, Any], lease: outbox.Lease) -> None:
    """While SECRET_KEY changes: what staff share with their apps goes under the new one before the old one is left out."""
    with lease.finish(at=now()):
        for app in db.session.scalars(select(AuthenticatorApp).with_for_update()):
            app.sealed = lock_anew(app.sealed) or app.sealed
