"""Come in, go out, and say in which language and time one wants to be told things."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from portal import outbox
from portal.accounts import news
from portal.accounts.models import Customer, Over, Person, Session, SignIn, Staff
from portal.accounts.tokens import Token, digest, fresh_key, is_code
from portal.kit.db import db
from portal.kit.limits import RecentUse, Rule
from portal.timeline import Actor, deed, note

MAILS: list[Rule] = [(3, timedelta(minutes=10)), (10, timedelta(hours=1))]
"""To one address."""
ASKS: list[Rule] = [(20, timedelta(hours=1))]
"""From one network, whatever the address."""
WRONG_CODES: list[Rule] = [(5, timedelta(minutes=10)), (10, timedelta(hours=1))]
"""For one address, however many mails were asked for meanwhile."""
TOLD: list[Rule] = [(1, timedelta(minutes=10))]
"""How often the history tells that one limit is reached: whoever hammers at the door must not write it full."""
DOOR = Actor(system="door")
"""Somebody of whom nothing is proven yet."""
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


def ask_to_sign_in(email: str, *, browser: str, device: str, network: str | None, at: datetime, for_desk: bool = False) -> SignIn | TooMany:
    """Have the mail sent, if somebody has this address. For one that nobody has, exactly the same happens here."""
    asks = RecentUse.of(f"asks from {network}", at=at) if network else None
    mails = RecentUse.of(f"mails to {digest(email)}", at=at)
    newest = db.session.scalars(SignIn.newest_of(email, for_desk=for_desk)).one_or_none()
    if newest and newest.browser_hash == digest(browser) and newest.spent_at is None and newest.asked_at > at - PAUSE:
        return newest
    limits = [(mails, MAILS), (asks, ASKS)] if asks else [(mails, MAILS)]
    if waits := [until for recent, rules in limits if (until := recent.free_at(rules, at=at))]:
        _tell_limit(limits[0][0], "sign-in mails", at=at)
        return TooMany(max(waits))
    for recent, _ in limits:
        recent.add(at=at)
    asked = SignIn(email=email, browser_hash=digest(browser), device=device, asked_at=at, for_desk=for_desk)
    db.session.add(asked)
    db.session.flush()
    note(asked, "sign-in asked", by=DOOR, at=at, facts={"desk": for_desk, "device": device})
    outbox.want_task("sign-in mail", {"sign_in": asked.id}, at=at)  # keyed by nothing: SQLite gives a forgotten row's id again
    return asked


def sign_in_by_code(code: str, *, browser: str, device: str, instead_of: int | None, at: datetime) -> Opened | WrongCode | TooMany | Over:
    proven = prove_by_code(code, browser=browser, for_desk=False, at=at)
    return proven if isinstance(proven, WrongCode | TooMany | Over) else _enter(proven, device, instead_of, at)


def sign_in_by_link(token: Token, *, device: str, instead_of: int | None, at: datetime) -> Opened | Over:
    proven = prove_by_link(token, for_desk=False, at=at)
    return proven if isinstance(proven, Over) else _enter(proven, device, instead_of, at)


def prove_by_code(code: str, *, browser: str, for_desk: bool, at: datetime) -> Person | WrongCode | TooMany | Over:
    """Whose address it is. Those who try at once for one address take turns, so that each wrong code counts."""
    asked = db.session.scalars(SignIn.pending_in(digest(browser), for_desk=for_desk)).one_or_none()
    if asked is None:
        return Over.EXPIRED
    wrong = wrong_codes(asked.email, at=at)
    db.session.refresh(asked)
    if (over := asked.over(at=at)) and over is not Over.GUESSED:
        return over
    if until := wrong.free_at(WRONG_CODES, at=at):
        _tell_limit(wrong, "sign-in codes", at=at)
        return TooMany(until)
    if over:
        return over
    if not is_code(code, asked.id, asked.code_hash):
        wrong.add(at=at)
        note(asked, "code wrong", by=DOOR, at=at, facts={"desk": for_desk})
        if until := wrong.free_at(WRONG_CODES, at=at):
            asked.guessed_at = at
            _tell_limit(wrong, "sign-in codes", at=at)
            return TooMany(until)
        return WrongCode(wrong.left(WRONG_CODES, at=at))
    return _spend(asked, wrong, at)


def prove_by_link(token: Token, *, for_desk: bool, at: datetime) -> Person | Over:
    asked = find_by_link(token, for_desk=for_desk)
    return _spend(asked, wrong_codes(asked.email, at=at), at) if asked else Over.REPLACED


def find_by_link(token: Token, *, for_desk: bool) -> SignIn | None:
    """None where another mail went out for the same asking: the worker had to send it again, and only the last one counts."""
    of_it = select(SignIn).where(SignIn.id == token.row_id, SignIn.key_hash == digest(token.key), SignIn.for_desk.is_(for_desk))
    return db.session.scalars(of_it).one_or_none()


def person_of(email: str, *, for_desk: bool) -> Person | None:
    """Who signs in by this address: at the desk staff alone, elsewhere customers alone. One person may be both."""
    if for_desk:
        return db.session.scalars(Staff.by_email(email).where(Staff.disabled_at.is_(None))).one_or_none()
    return db.session.scalars(select(Customer).where(Customer.email == email)).one_or_none()


def wrong_codes(email: str, *, at: datetime) -> RecentUse:
    """Locked before the sign-in itself: so those who change both can't wait for each other."""
    return RecentUse.of(f"wrong codes for {digest(email)}", at=at)


def open_session(person: Person, *, device: str, at: datetime) -> str:
    """Sign this device in; a member of staff, whose second step was taken just now. Returns the key for its cookie, which is known
    nowhere else."""
    key = fresh_key()
    customer_id, staff_id = (person.id, None) if isinstance(person, Customer) else (None, person.id)
    opened = Session(key_hash=digest(key), customer_id=customer_id, staff_id=staff_id, device=device, created_at=at, last_seen_at=at)
    opened.second_step_at = at if staff_id else None
    db.session.add(opened)
    return key


def sign_out(session_id: int, *, at: datetime) -> None:
    live = select(Session).where(Session.id == session_id, Session.revoked_at.is_(None))
    session = db.session.scalars(live.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if session:
        session.revoked_at = at
        note(session, "signed out", by=Actor(customer_id=session.customer_id, staff_id=session.staff_id), at=at, facts={})


def sign_out_others(person: Person, *, but: int, at: datetime) -> int:
    """Everywhere but here. Returns how many devices that were. A view of a customer's pages that went on there ends by its time."""
    others = db.session.scalars(Session.of(person, at=at).where(Session.id != but)).all()
    for other in others:
        other.revoked_at = at
    if others:
        note(person, "other devices signed out", by=_themselves(person), at=at, facts={"devices": len(others)})
    return len(others)


def change_language(customer: Customer, *, locale: str, time_zone: str, by: Actor, at: datetime) -> None:
    with deed(customer, "change language", by=by, at=at):
        customer.locale, customer.time_zone = locale, time_zone


def _spend(asked: SignIn, wrong: RecentUse, at: datetime) -> Person | Over:
    person = person_of(asked.email, for_desk=asked.for_desk)
    if person is None or not asked.spend(at=at):
        db.session.refresh(asked)
        return asked.over(at=at) or Over.REPLACED
    wrong.forget()
    return person


def _enter(person: Person, device: str, instead_of: int | None, at: datetime) -> Opened:
    if not isinstance(person, Customer):
        raise TypeError("Staff sign in at the desk, where a mail is only the first step.")
    person.email_verified_at = at
    news.verified(person)
    if instead_of is not None:
        sign_out(instead_of, at=at)
    note(person, "signed in", by=_themselves(person), at=at, facts={"device": device})
    return Opened(open_session(person, device=device, at=at))


def _themselves(person: Person) -> Actor:
    return Actor(customer_id=person.id) if isinstance(person, Customer) else Actor(staff_id=person.id)


def _tell_limit(recent: RecentUse, what: str, *, at: datetime) -> None:
    """What was tried is locked."""
    told = RecentUse.of(f"told of {recent.key}", at=at)
    if told.free_at(TOLD, at=at) is None:
        told.add(at=at)
        note(recent, "limit reached", by=DOOR, at=at, facts={"what": what})
