"""What the shop decides about returns before there is one: its rules, in versions, and what it thinks of a customer."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.accounts.models import Customer
from portal.kit.db import db
from portal.returns.models import CustomerFlag, FlagKind, PolicyVersion
from portal.returns.policy.standard import FILE, body_of
from portal.returns.policy.terms import Photo as Photo
from portal.returns.policy.terms import Suggests as Suggests
from portal.returns.policy.terms import WrongPolicy as WrongPolicy
from portal.returns.policy.terms import plain as plain
from portal.returns.policy.terms import read as read
from portal.returns.policy.written import as_toml as as_toml
from portal.timeline import Actor, deed, note

STANDARD_BODY: dict[str, Any] = body_of(FILE)
"""What counts as long as the shop has made no version of its own."""


class InThePast(Exception):
    """Orders of then are judged by other rules already, and stay so."""


class MomentTaken(Exception):
    """Another version applies from that very moment."""


class Overtaken(Exception):
    """Another version was made meanwhile."""


def add_policy(
    body: dict[str, Any], *, applies_from: datetime, why: str, by: Actor, at: datetime, known: int | None = None
) -> PolicyVersion:
    """New rules, for orders from then on. Raises WrongPolicy, InThePast, MomentTaken.

    Raises Overtaken, where its author had seen only the versions up to the one that is `known`.
    """
    read(body)
    if applies_from < at:
        raise InThePast
    if db.session.scalar(select(PolicyVersion.id).where(PolicyVersion.applies_from == applies_from)):
        raise MomentTaken
    version = PolicyVersion(applies_from=applies_from, body=plain(body), made_at=at, staff_id=by.staff_id, note=why)
    db.session.add(version)
    db.session.flush()
    note(version, "policy made", by=by, at=at, facts={"applies_from": applies_from.isoformat()})
    if known is not None and _made_since(known, version):  # asked once the history's lock is held: of two authors, the second waits there
        raise Overtaken
    return version


def _made_since(known: int, ours: PolicyVersion) -> bool:
    others = select(PolicyVersion.id).where(PolicyVersion.id > known, PolicyVersion.id != ours.id)
    return db.session.scalar(others.limit(1)) is not None


def flag_customer(customer: Customer, kind: FlagKind, why: str, *, by: Actor, at: datetime) -> CustomerFlag:
    """The customer's row is locked. It takes the place of what was decided before."""
    end_flag(customer, by=by, at=at)
    flag = CustomerFlag(customer_id=customer.id, kind=kind, why=why, at=at, staff_id=by.staff_id)
    db.session.add(flag)
    db.session.flush()
    note(flag, "customer flagged", by=by, at=at, facts={"customer": customer.id, "kind": str(kind)})
    return flag


def end_flag(customer: Customer, *, by: Actor, at: datetime) -> bool:
    """The customer's row is locked. Whether there was one."""
    flags = db.session.scalars(CustomerFlag.in_force(customer)).all()
    for flag in flags:
        with deed(flag, "customer flag ended", by=by, at=at):
            flag.ended_at = at
    return bool(flags)
