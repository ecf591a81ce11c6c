"""A customer approves a prepared change by sending its form: the same route does it, under the same rules, and in the same transaction
the change is marked as approved."""

from dataclasses import dataclass, field
from typing import Any

from flask import Response, g, make_response, redirect, request, session
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import ImmutableMultiDict

from portal import outbox
from portal.accounts.current import current
from portal.kit import trial
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.kit.web import LARGEST_ID, came_from, one_or_404, say
from portal.notifications.actions import HELPER
from portal.prepared import actions
from portal.prepared.models import Outcome, PreparedChange
from portal.prepared.queries import helper
from portal.prepared.refusals import AnsweredAlready, LooksOtherNow, NotTheirs
from portal.prepared.routes.sent import SUGGESTION, sent_form
from portal.prepared.telling import are_still_so, pictures_of
from portal.timeline import Entry


@dataclass
class Approval:
    """The prepared change that this request may turn out to approve."""

    prepared_id: int
    looks: dict[str, Any]
    looked: dict[str, Any] | None
    """How the same look without it: as when it was reckoned, and now."""
    looked_now: dict[str, Any]
    cookie: dict[str, Any]
    """As it was before the route put anything into it."""
    entries: list[Entry] = field(default_factory=list)
    looks_now: dict[str, Any] = field(default_factory=dict)
    """What would come of it by now, where that is not what was shown."""
    is_done: bool = False


def begin() -> ResponseReturnValue | None:
    """Before each request. A form that is not the one that was kept is the customer's own, and approves nothing."""
    signed_in = current.signed_in if request.method == "POST" else None
    if signed_in is None or SUGGESTION not in request.form:
        return None
    if signed_in.staff is not None:
        raise NotTheirs
    number = request.form.get(SUGGESTION, 0, int)
    prepared = one_or_404(PreparedChange.of(current.customer.id).where(PreparedChange.id == max(0, min(number, LARGEST_ID))))
    is_the_same = prepared.is_for(request.path, sent_form())
    request.form = ImmutableMultiDict([pair for pair in request.form.items(multi=True) if pair[0] != SUGGESTION])
    if not is_the_same:
        return None
    if not prepared.is_open(at=now()):
        say(str(AnsweredAlready(prepared.ended_as)), tone="good" if prepared.ended_as is Outcome.APPROVED else "warn")
        return redirect(came_from(), 303)
    looked_now = pictures_of(prepared.looks)
    g.approval = Approval(prepared.id, prepared.looks, prepared.looked, looked_now, dict(session))
    g.approves = prepared.id, prepared.staff_id
    HELPER.set(helper(None, prepared.id))
    outbox.asked_by(outbox.Asker(customer_id=current.customer.id, prepared_by=prepared.staff_id))
    trial.at_end(_mark)
    return None


def hear(entry: Entry) -> None:
    if "approval" in g and entry.facts.get("prepared") == g.approval.prepared_id:
        g.approval.entries.append(entry)


def settle(answer: Response) -> Response:
    """After each request. What would come to something else by now waits on, and is shown anew; what can't be done any more is out of date.
    Why, the answer says."""
    approval: Approval | None = g.pop("approval", None)
    if approval is None or approval.is_done:
        return answer
    is_renewed = bool(approval.looks_now)
    if is_renewed or answer.status_code in (303, 404, 409, 422):
        del g.approves  # this is no approval
        with transaction():
            if is_renewed:
                actions.renew(approval.prepared_id, approval.looks_now, approval.looked_now, by=current.actor, at=now())
            else:
                actions.overtake(approval.prepared_id, by=current.actor, at=now())
    return _show_anew(approval) if is_renewed else answer


def _show_anew(approval: Approval) -> Response:
    """Whatever the route had said by then, or made of the refusal: nothing of it is so."""
    session.clear()
    session.update(approval.cookie)
    say(str(LooksOtherNow()), tone="warn")
    return make_response(redirect(came_from(), 303))


def _mark() -> None:
    """At the end of a transaction that did what was suggested, while it can still be refused."""
    approval: Approval | None = g.get("approval")
    written = [entry for entry in approval.entries if entry in db.session] if approval else []
    if approval is None or approval.is_done or not written:
        return
    db.session.flush()
    looks, was = pictures_of(approval.looks), approval.looked or {}
    if not (are_still_so(approval.looks, looks, at=now()) and are_still_so(was, approval.looked_now, at=now())):
        approval.looks_now = looks
        raise LooksOtherNow
    actions.approve(approval.prepared_id, written[0], at=now())
    approval.is_done = True
