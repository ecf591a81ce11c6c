"""The second step at the desk's door: begin it, take it, set it up, take it again before what can do harm."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from portal.accounts import authenticator, passkeys, tokens
from portal.accounts.actions.door import DOOR, Opened, TooMany, WrongCode, open_session, prove_by_code, prove_by_link
from portal.accounts.actions.impersonating import end_all_of, sign_out
from portal.accounts.actions.proofs import ByApp, ByPasskey, ByRecoveryCode, Proof
from portal.accounts.models import AuthenticatorApp, Ended, Over, Passkey, Person, RecoveryCode, SecondStep, Session, Staff
from portal.kit import safe
from portal.kit.db import db
from portal.kit.limits import RecentUse, Rule
from portal.notifications.actions import send_mail
from portal.timeline import Actor, note

WRONG_STEPS: list[Rule] = [(5, timedelta(minutes=10)), (10, timedelta(hours=1))]
"""By one member of staff, however many mails were asked for meanwhile, and whichever way they tried."""


@dataclass(frozen=True)
class Stopped:
    """So many wrong ones in a row were tried that only an administrator can help."""


Said = Opened | WrongCode | TooMany | Stopped | Over


@dataclass(frozen=True)
class Ways:
    """What a member of staff can take the second step with."""

    app: AuthenticatorApp | None
    passkeys: list[Passkey]
    codes_left: int

    @property
    def any(self) -> bool:
        return bool(self.app or self.passkeys)


def ways_of(staff: Staff) -> Ways:
    app = db.session.scalars(select(AuthenticatorApp).where(AuthenticatorApp.staff_id == staff.id)).one_or_none()
    return Ways(app, list(db.session.scalars(Passkey.of(staff))), len(db.session.scalars(RecoveryCode.left_of(staff)).all()))


def begin_by_code(code: str, *, browser: str, at: datetime) -> Opened | WrongCode | TooMany | Over:
    """The first step at the desk's door. What it opens is the second."""
    proven = prove_by_code(code, browser=browser, for_desk=True, at=at)
    return proven if isinstance(proven, WrongCode | TooMany | Over) else _begin(proven, at)


def begin_by_link(token: tokens.Token, *, at: datetime) -> Opened | Over:
    proven = prove_by_link(token, for_desk=True, at=at)
    return proven if isinstance(proven, Over) else _begin(proven, at)


def take_second_step(proof: Proof, *, key: str, device: str, instead_of: int | None, at: datetime) -> Said:
    """Of those who try at once for one member of staff each try counts, and one that is right opens one session."""
    found = _under_way(key, at=at)
    if isinstance(found, Over):
        return found
    step, staff, wrong = found
    said = _check(staff, wrong, proof, key, at=at)
    if isinstance(said, TooMany | Stopped):
        step.guessed_at = at
    if said is not None:
        return said
    return _enter(step, staff, device, instead_of, at)


def set_up_second_step(proof: ByApp | ByPasskey, *, key: str, device: str, instead_of: int | None, at: datetime) -> Said:
    """At the first sign-in. Whoever has one by now has to take that one."""
    found = _under_way(key, at=at)
    if isinstance(found, Over):
        return found
    step, staff, wrong = found
    if ways_of(staff).any:
        return Over.REPLACED
    if not _add(staff, proof, key, device, at):
        said = _wrong(staff, wrong, at=at)
        step.guessed_at = at if not isinstance(said, WrongCode) else None
        return said
    opened = _enter(step, staff, device, instead_of, at)
    _make_recovery_codes(staff, opened.key, at)
    return opened


def confirm(proof: Proof, *, session_id: int, key: str, at: datetime) -> Said:
    """Who is signed in takes the second step again. Too many wrong ones sign this device out."""
    session = db.session.get_one(Session, session_id)
    wrong = wrong_steps(session.staff_id or 0, at=at)
    staff = db.session.scalars(Staff.locked(session.staff_id or 0)).one()
    db.session.refresh(session)
    if session.revoked_at or session.key_hash != tokens.digest(key):
        return Over.EXPIRED
    said = _check(staff, wrong, proof, key, at=at)
    if isinstance(said, TooMany | Stopped):
        sign_out(session.id, at=at)
    if said is not None:
        return said
    fresh = tokens.fresh_key()
    session.key_hash, session.second_step_at = tokens.digest(fresh), at
    note(staff, "second step taken again", by=Actor(staff_id=staff.id), at=at, facts={})
    return Opened(fresh)


def add_way(staff: Staff, proof: ByApp | ByPasskey, *, key: str, device: str, here: int, at: datetime) -> bool:
    """The app that shows this code, instead of the one before; or one passkey more. Whoever was in elsewhere with what counted before
    is out. False where it proves nothing."""
    if not _add(staff, proof, key, device, at):
        return False
    sign_out_everywhere(staff, but=here, at=at)
    return True


def remove_passkey(passkey: Passkey, staff: Staff, *, device: str, here: int, at: datetime) -> bool:
    """False where nothing would be left to sign in with."""
    ways = ways_of(staff)
    if not ways.app and len(ways.passkeys) == 1:
        return False
    db.session.delete(passkey)
    _changed(staff, "passkey removed", device, at)
    sign_out_everywhere(staff, but=here, at=at)
    return True


def change_recovery_codes(staff: Staff, *, key: str, device: str, at: datetime) -> None:
    _make_recovery_codes(staff, key, at)
    _changed(staff, "recovery codes made", device, at)


def shown_recovery_codes(staff: Staff, key: str) -> list[str]:
    """Those that this session made and nobody has kept yet. Empty from then on."""
    left = list(db.session.scalars(RecoveryCode.left_of(staff).where(RecoveryCode.kept_at.is_(None))))
    made = authenticator.recovery_codes(key, staff, left[0].made_at) if left else []
    hashes = {code.code_hash for code in left}
    return [code for code in made if authenticator.recovery_digest(code) in hashes]


def keep_recovery_codes(staff: Staff, *, at: datetime) -> None:
    for code in db.session.scalars(RecoveryCode.left_of(staff)):
        code.kept_at = code.kept_at or at
    note(staff, "recovery codes kept", by=Actor(staff_id=staff.id), at=at, facts={})


def wrong_steps(staff_id: int, *, at: datetime) -> RecentUse:
    """Locked before the member of staff: so those who change both can't wait for each other."""
    return RecentUse.of(f"wrong second steps of staff {staff_id}", at=at)


def sign_out_everywhere(staff: Staff, *, at: datetime, but: int = 0) -> None:
    """Also from where only the second step was missing."""
    end_all_of(staff, by=Ended.SIGNED_OUT, at=at, but=but)
    theirs = update(Session).where(Session.staff_id == staff.id, Session.revoked_at.is_(None), Session.id != but)
    db.session.execute(theirs.values(revoked_at=at))
    db.session.execute(delete(SecondStep).where(SecondStep.staff_id == staff.id, SecondStep.taken_at.is_(None)))


def tell(staff: Staff, what: str, *, device: str, at: datetime) -> None:
    """By a mail, whoever changed it: who did not has to know at once."""
    send_mail("accounts/second_step", to=staff, context={"what": what, "device": device, "at": at.isoformat()}, at=at)


def _begin(proven: Person, at: datetime) -> Opened:
    if not isinstance(proven, Staff):
        raise TypeError("The desk's door knows no customers.")
    key = tokens.fresh_key()
    db.session.add(SecondStep(key_hash=tokens.digest(key), staff_id=proven.id, begun_at=at))
    note(proven, "mail proven", by=Actor(staff_id=proven.id), at=at, facts={})
    return Opened(key)


def _add(staff: Staff, proof: ByApp | ByPasskey, key: str, device: str, at: datetime) -> bool:
    ways = ways_of(staff)
    if isinstance(proof, ByPasskey):
        made = passkeys.registered(proof.answer, key)
        if made is None or db.session.scalar(select(Passkey.id).where(Passkey.credential == made.credential)):
            return False
        new = Passkey(
            staff_id=staff.id,
            credential=made.credential,
            public_key=made.public_key,
            sign_count=made.sign_count,
            device=device,
            added_at=at,
        )
        db.session.add(new)
        _changed(staff, "passkey added", device, at)
        return True
    secret = authenticator.new_secret(key, staff, ways.app)
    step = authenticator.step_of(proof.code, secret, at=proof.wall)
    if step is None:
        return False
    app = ways.app or AuthenticatorApp(staff_id=staff.id, sealed="", last_step=0, added_at=at)
    app.sealed, app.last_step, app.added_at = safe.lock_away(secret), step, at
    db.session.add(app)
    _changed(staff, "app changed" if ways.app else "app added", device, at)
    return True


def _make_recovery_codes(staff: Staff, key: str, at: datetime) -> None:
    """Ten new ones; those before them are worth nothing. The session with this key can show them until they are kept."""
    for old in db.session.scalars(select(RecoveryCode).where(RecoveryCode.staff_id == staff.id)):
        db.session.delete(old)
    db.session.flush()
    for code in authenticator.recovery_codes(key, staff, at):
        db.session.add(RecoveryCode(staff_id=staff.id, code_hash=authenticator.recovery_digest(code), made_at=at))


def _under_way(key: str, *, at: datetime) -> tuple[SecondStep, Staff, RecentUse] | Over:
    step = db.session.scalars(SecondStep.with_key(tokens.digest(key))).one_or_none()
    if step is None:
        return Over.EXPIRED
    wrong = wrong_steps(step.staff_id, at=at)
    staff = db.session.scalars(Staff.locked(step.staff_id)).one()
    step = db.session.scalars(SecondStep.with_key(tokens.digest(key)).execution_options(populate_existing=True)).one_or_none()
    if step is None or staff.is_shut_out:
        return Over.EXPIRED
    return step.over(at=at) or (step, staff, wrong)


def _check(staff: Staff, wrong: RecentUse, proof: Proof, key: str, *, at: datetime) -> WrongCode | TooMany | Stopped | None:
    """None where it is right."""
    if staff.is_stopped:
        return Stopped()
    if until := wrong.free_at(WRONG_STEPS, at=at):
        return TooMany(until)
    if not _is_right(staff, proof, key, at=at):
        return _wrong(staff, wrong, at=at)
    wrong.forget()
    staff.wrong_steps = 0
    return None


def _wrong(staff: Staff, wrong: RecentUse, *, at: datetime) -> WrongCode | TooMany | Stopped:
    wrong.add(at=at)
    staff.wrong_steps += 1
    note(staff, "second step wrong", by=DOOR, at=at, facts={"wrong": staff.wrong_steps})
    if staff.is_stopped:
        note(staff, "sign-in stopped", by=Actor(staff_id=staff.id), at=at, facts={"wrong": staff.wrong_steps})
        tell(staff, "stopped", device="", at=at)
        return Stopped()
    if until := wrong.free_at(WRONG_STEPS, at=at):
        note(staff, "sign-in locked", by=Actor(staff_id=staff.id), at=at, facts={"until": until.isoformat()})
        return TooMany(until)
    return WrongCode(wrong.left(WRONG_STEPS, at=at))


def _is_right(staff: Staff, proof: Proof, key: str, *, at: datetime) -> bool:
    ways = ways_of(staff)
    match proof:
        case ByApp(code, wall):
            secret = ways.app and safe.take_out(ways.app.sealed)
            step = authenticator.step_of(code, secret, at=wall) if secret else None
            return step is not None and ways.app is not None and ways.app.spend(step)
        case ByPasskey(answer):
            if (signed := passkeys.signed_by(answer, key, ways.passkeys)) is None:
                return False
            passkey, count = signed
            passkey.sign_count, passkey.used_at = count, at
            return True
        case ByRecoveryCode(code):
            if not RecoveryCode.spend(authenticator.recovery_digest(code), staff, at=at):
                return False
            _changed(staff, "recovery code used", "", at)
            return True


def _enter(step: SecondStep, staff: Staff, device: str, instead_of: int | None, at: datetime) -> Opened:
    step.taken_at = at
    if instead_of is not None:
        sign_out(instead_of, at=at)
    note(staff, "signed in", by=Actor(staff_id=staff.id), at=at, facts={"device": device})
    return Opened(open_session(staff, device=device, at=at))


def _changed(staff: Staff, what: str, device: str, at: datetime) -> None:
    note(staff, what, by=Actor(staff_id=staff.id), at=at, facts={})
    tell(staff, what, device=device, at=at)
