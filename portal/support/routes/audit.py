"""The history at the desk: who did what to whom, and whether it is as it was written."""

from datetime import date

from flask import request
from flask.typing import ResponseReturnValue

from portal.accounts.current import staff_only
from portal.accounts.models import Role
from portal.kit import i18n
from portal.kit.clock import now
from portal.kit.folding import folded
from portal.kit.web import LARGEST_ID, page
from portal.returns.queries.policies import policy_on
from portal.support import queries
from portal.support.deed_words import deed_words
from portal.support.queries.audit import WantedEntries
from portal.support.routes.door import bp, note_look
from portal.support.told_entries import Teller, keys_in

LONGEST = 254


@bp.get("/audit")
@staff_only(Role.LEAD)
def audit() -> ResponseReturnValue:
    wanted = WantedEntries(_told("who"), _told("whom"), _told("deed"), _day(_told("day")), _number(_told("before")))
    found = queries.audit.entries(wanted, zone=i18n.time_zone())
    note_look({entry.customer_id for entry in found.entries if entry.customer_id is not None}, "history")
    workers = queries.audit.staff_names()
    at = now()
    policy = policy_on(at)
    teller = Teller(queries.known.known(keys_in(found.entries)), dict(workers), policy)
    words = deed_words()
    deeds = {key: words.get(key, key) for key in [*queries.audit.deeds(), wanted.deed] if key}
    return page(
        "support/audit.html", wanted=wanted, found=found, entries=[(entry, teller.tell(entry)) for entry in found.entries],
        at=at, check=queries.audit.last_check(), workers=workers, deeds=sorted(deeds.items(), key=lambda one: folded(one[1])),
    )  # fmt: skip


def _told(name: str) -> str:
    return " ".join(request.args.get(name, "").split())[:LONGEST]


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def _number(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdecimal() and int(typed[:12]) <= LARGEST_ID else None
