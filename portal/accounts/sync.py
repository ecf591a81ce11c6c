"""The worker's side of the door: it makes the secrets, sends them, and forgets what is over."""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, or_

from portal import notifications, outbox
from portal.accounts.actions import WRONG_CODES, person_of, wrong_codes
from portal.accounts.models import LONGEST, Session, SignIn
from portal.accounts.tokens import Token, code_digest, digest, fresh_code, fresh_key, seal
from portal.kit import limits
from portal.kit.clock import now
from portal.kit.db import db, transaction

TEMPLATE = "accounts/sign_in"
KEPT = timedelta(days=1)


@outbox.task("sign-in mail")
def send_sign_in_mail(payload: dict[str, Any], lease: outbox.Lease) -> None:
    """Each try makes new secrets and forgets those before, so none is ever kept where one could read it. Nobody's address gets nothing."""
    at = now()
    key, code = fresh_key(), fresh_code()
    with transaction():
        asked = db.session.get_one(SignIn, payload["sign_in"])
        if wrong_codes(asked.email, at=at).free_at(WRONG_CODES, at=at):
            code = ""
        db.session.refresh(asked, with_for_update=True)
        person = person_of(asked.email)
        wanted = person is not None and asked.over(at=at) is None
        if wanted:
            asked.key_hash, asked.code_hash = digest(key), code_digest(code, asked.id) if code else None
        told = {"asked_at": asked.asked_at, "until": asked.expires_at, "device": asked.device}
        to = notifications.Addressee(person.email, person.locale, person.time_zone, person.customer_id) if person else None
    if to is None or not wanted:
        with lease.finish(at=at):
            return
    token = seal("sign-in", Token(payload["sign_in"], key))
    context = told | {"token": token, "code": f"{code[:3]} {code[3:]}" if code else ""}
    # A key of its own for each try: the mails differ, and a mail reader must not take the second for a copy of the first.
    mail = notifications.write(TEMPLATE, to, context, key=digest(key), at=at)

    def learn() -> None:
        db.session.get_one(SignIn, payload["sign_in"], with_for_update=True).sent_at = at

    notifications.deliver(mail, TEMPLATE, to, lease, learn)


@outbox.task("forget old sign-ins")
def forget_old_sign_ins(_: dict[str, Any], lease: outbox.Lease) -> None:
    """What was asked for yesterday, and devices that are signed out for long: they say where somebody was, and serve nobody."""
    at = now()
    with lease.finish(at=at):
        db.session.execute(delete(SignIn).where(SignIn.asked_at < at - KEPT))
        db.session.execute(delete(Session).where(or_(Session.revoked_at < at - KEPT, Session.created_at < at - LONGEST - KEPT)))
        limits.forget_old(at=at)
