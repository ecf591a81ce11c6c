"""Whoever comes to these pages works here, as each says of itself; and whom they see is kept before they do."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import Blueprint, g, redirect
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal import outbox
from portal.accounts.actions import impersonating
from portal.accounts.current import DESK, current
from portal.accounts.models import Role, Staff
from portal.kit.clock import now
from portal.kit.db import transaction
from portal.kit.refusal import Refusal
from portal.kit.web import say
from portal.support import queries
from portal.support.actions import looking
from portal.timeline import Actor

bp = Blueprint("support", __name__, url_prefix=DESK)

TO_SOMEBODY_ELSE = {"support.give_task", "support.put_task_back"}
"""What serves nobody: whoever may not do a task passes it on."""


def note_look(customer_ids: Iterable[int], where: str) -> None:
    """Who, whom, when and on which page: kept before the answer is written. If it can't be, there is none."""
    ids = list(customer_ids)
    if ids:
        with transaction():
            looking.look_at(ids, page=where, by=current.staff, at=now())


def on_behalf_of(customer_id: int | None) -> Actor:
    """Who does it, and whose it is: for the history, and for what is asked for from here on."""
    outbox.asked_by(outbox.Asker(customer_id, current.staff.id))
    return Actor(customer_id=customer_id, staff_id=current.staff.id)


def why_not(endpoint: str, named: Mapping[str, Any]) -> str:
    """Asked before each deed of the desk, and for each form and link to one: for who works here and bought something too, not everybody
    does everything."""
    colleague = _colleague(tuple(named.items())) if endpoint not in TO_SOMEBODY_ELSE else None
    if colleague is None:
        return ""
    reasons = [_("Who works here is not viewed.")] if endpoint == "support.view" else []
    if not impersonating.may_serve(current.staff, colleague):
        is_own = colleague.id == current.staff.id
        reasons.append(_("Ask a colleague: this is your own account.") if is_own else _("Ask a lead: this is a colleague’s account."))
    return " ".join(reasons)


def _colleague(named: tuple[tuple[str, Any], ...]) -> Staff | None:
    """Asked once for all that one page leads to."""
    known: dict[Any, Staff | None] = g.setdefault("colleagues", {})
    what = next((one for one in named if one[0] in queries.colleagues.NAMES), None)
    if what and what not in known:
        known[what] = queries.colleagues.colleague(*what)
    return known[what] if what else None


def do(
    change: Callable[[], object], told: str, *, to: str, again: Callable[[str, int], ResponseReturnValue], undo: str | None = None
) -> ResponseReturnValue:
    """All that a form changes, said on the page that it leads `to`. What is refused is said on a page that is shown `again`, with what was
    typed: for why, and as what status."""
    try:
        with transaction():
            change()
    except Refusal as refusal:
        return again(str(refusal), status_of(refusal))
    say(told, undo=undo)
    return redirect(to, 303)


def is_lead() -> bool:
    return current.staff.may(Role.LEAD)


def status_of(refusal: Refusal) -> int:
    """A conflict, where somebody else was faster; else what was sent can't be taken."""
    return int(getattr(refusal, "status", 422))
