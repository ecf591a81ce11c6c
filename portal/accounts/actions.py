"""What a customer or a member of staff does at the door, and with their own account."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from portal import outbox
from portal.accounts import news
from portal.accounts.models import Customer, Over, Person, Session, SignIn, Staff
from portal.accounts.tokens import Token, digest, fresh_key, is_code
from portal.kit.db import db
from portal.kit.limits import RecentUse, Rule
from portal.timeline import Actor, deed

MAILS: list[Rule] = [(3, timedelta(minutes=10)), (10, timedelta(hours=1))]
"""To one address."""
ASKS: list[Rule] = [(20, timedelta(hours=1))]
"""From one network, whatever the address."""
WRONG_CODES: list[Rule] = [(5, timedelta(minutes=10)), (10, timedelta(hours=1))]
"""For one address, however many mails were asked for meanwhile."""
PAUSE = timedelta(seconds=30)
"""From one mail to the next: who asks again sooner pressed twice, or did not look yet."""


@dataclass(frozen=True)
class TooMany:
    """A limit was reached."""

    until: datetime


@dataclass(frozen=True)
class WrongCode:
    left: int
    """Tries."""


@dataclass(frozen=True)
class Opened:
    """In. The key is for this browser's cookie, and known nowhere else."""

    key: str


def ask_to_sign_in(email: str, *, browser: str, device: str, network: str | None, at: datetime) -> SignIn | TooMany:
    """Have the mail sent, if somebody has this address. For one that nobody has, exactly the same happens here."""
    asks = RecentUse.of(f"asks from {network}", at=at) if network else None
    mails = RecentUse.of(f"mails to {digest(email)}", at=at)
    newest = db.session.scalars(SignIn.newest_of(email)).one_or_none()
    if newest and newest.browser_hash == digest(browser) and newest.spent_at is None and newest.asked_at > at - PAUSE:
        return newest
    limits = [(mails, MAILS), (asks, ASKS)] if asks else [(mails, MAILS)]
    if waits := [until for recent, rules in limits if (until := recent.free_at(rules, at=at))]:
        return TooMany(max(waits))
    for recent, _ in limits:
        recent.add(at=at)
    asked = SignIn(email=email, browser_hash=digest(browser), device=device, asked_at=at)
    db.session.add(asked)
    db.session.flush()
    outbox.want_task("sign-in mail", {"sign_in": asked.id}, at=at)  # keyed by nothing: SQLite gives a forgotten row's id again
    return asked


def sign_in_by_code(code: str, *, browser: str, device: str, instead_of: int | None, at: datetime) -> Opened | WrongCode | TooMany | Over:
    """Those who try at once for one address take turns, so that each wrong code counts."""
    asked = db.session.scalars(SignIn.pending_in(digest(browser))).one_or_none()
    if asked is None:
        return Over.EXPIRED
    wrong = wrong_codes(asked.email, at=at)
    db.session.refresh(asked)
    if (over := asked.over(at=at)) and over is not Over.GUESSED:
        return over
    if until := wrong.free_at(WRONG_CODES, at=at):
        return TooMany(until)
    if over:
        return over
    if not is_code(code, asked.id, asked.code_hash):
        wrong.add(at=at)
        if until := wrong.free_at(WRONG_CODES, at=at):
            asked.guessed_at = at
            return TooMany(until)
        return WrongCode(wrong.left(WRONG_CODES, at=at))
    return _enter(asked, wrong, device, instead_of, at)


def sign_in_by_link(token: Token, *, device: str, instead_of: int | None, at: datetime) -> Opened | Over:
    asked = find_by_link(token)
    if asked is None:
        return Over.REPLACED
    return _enter(asked, wrong_codes(asked.email, at=at), device, instead_of, at)


def find_by_link(token: Token) -> SignIn | None:
    """None where another mail went out for the same asking: the worker had to send it again, and only the last one counts."""
    return db.session.scalars(select(SignIn).where(SignIn.id == token.row_id, SignIn.key_hash == digest(token.key))).one_or_none()


def person_of(email: str) -> Person | None:
    """Who signs in by this address. Whoever works here does so as staff."""
    staff = db.session.scalars(select(Staff).where(Staff.email == email)).one_or_none()
    return staff or db.session.scalars(select(Customer).where(Customer.email == email)).one_or_none()


def wrong_codes(email: str, *, at: datetime) -> RecentUse:
    """Locked before the sign-in itself: so those who change both can't wait for each other."""
    return RecentUse.of(f"wrong codes for {digest(email)}", at=at)


def open_session(person: Person, *, device: str, at: datetime) -> str:
    """Sign this device in. Returns the key for its cookie, which is known nowhere else."""
    key = fresh_key()
    customer_id, staff_id = (person.id, None) if isinstance(person, Customer) else (None, person.id)
    db.session.add(Session(key_hash=digest(key), customer_id=customer_id, staff_id=staff_id, device=device, created_at=at, last_seen_at=at))
    return key


def sign_out(session_id: int, *, at: datetime) -> None:
    db.session.execute(update(Session).where(Session.id == session_id, Session.revoked_at.is_(None)).values(revoked_at=at))


def sign_out_others(customer: Customer, *, but: int, at: datetime) -> int:
    """Everywhere but here. Returns how many devices that were."""
    others = db.session.scalars(Session.of(customer, at=at).where(Session.id != but)).all()
    for other in others:
        other.revoked_at = at
    return len(others)


def change_language(customer: Customer, *, locale: str, time_zone: str, by: Actor, at: datetime) -> None:
    with deed(customer, "change language", by=by, at=at):
        customer.locale, customer.time_zone = locale, time_zone


def _enter(asked: SignIn, wrong: RecentUse, device: str, instead_of: int | None, at: datetime) -> Opened | Over:
    person = person_of(asked.email)
    if person is None or not asked.spend(at=at):
        db.session.refresh(asked)
        return asked.over(at=at) or Over.REPLACED
    wrong.forget()
    if isinstance(person, Customer):
        person.email_verified_at = at
        news.verified(person)
    if instead_of is not None:
        sign_out(instead_of, at=at)
    return Opened(open_session(person, device=device, at=at))
