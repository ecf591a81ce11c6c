"""Claims at the desk: what waits for an answer, and one claim, with what can be answered."""

from collections.abc import Callable, Mapping

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from portal.accounts.current import current, staff_only
from portal.accounts.models import Role
from portal.kit.clock import now
from portal.kit.db import db
from portal.kit.web import one_or_404, page
from portal.orders.models import Order
from portal.returns import hold_claim
from portal.returns.actions import another_way, answering, paying_out
from portal.returns.models import Claim, Payout
from portal.returns.queries import desk_claims as queries
from portal.returns.queries.failures import can_credit
from portal.returns.queries.tasks import subjects_of_claims
from portal.support import forms
from portal.support.routes.door import bp, do, is_lead, note_look, on_behalf_of
from portal.support.routes.place import came, trail
from portal.tasks.actions import take_tasks
from portal.timeline import Actor

Deed = Callable[[Claim, Actor], object]


@bp.get("/claims")
@staff_only(Role.AGENT)
def claims() -> ResponseReturnValue:
    """Names nobody: so looking at it leaves no trace."""
    at = now()
    return page("support/claims.html", claims=queries.waiting_claims(at=at), at=at)


@bp.get("/claims/<reference>")
@staff_only(Role.AGENT)
def show_claim(reference: str) -> ResponseReturnValue:
    return _show(reference)


@bp.post("/claims/<reference>/take")
@staff_only(Role.AGENT)
def take_claim(reference: str) -> ResponseReturnValue:
    whose = request.form.get("whose", type=int)
    return _do(
        reference,
        lambda claim, by: take_tasks(subjects_of_claims([claim.id]), current.staff, whose=whose, by=by, at=now()),
        _("It is yours."),
    )


@bp.post("/claims/<reference>/approve")
@staff_only(Role.AGENT)
def approve_claim(reference: str) -> ResponseReturnValue:
    def approve(claim: Claim, by: Actor) -> None:
        given = forms.given(request.form, [line.id for line in claim.lines])
        amounts = forms.amounts(request.form, [line.id for line in claim.lines], currency_of(claim))
        words = forms.text(request.form, "words")
        answering.approve_claim(claim, given, amounts=amounts, words=words, is_lead=is_lead(), by=by, at=now())

    return _do(reference, approve, _("Approved. The customer is told."), "approve")


@bp.post("/claims/<reference>/deny")
@staff_only(Role.AGENT)
def deny_claim(reference: str) -> ResponseReturnValue:
    reason, words = request.form.get("reason", ""), forms.text(request.form, "words")
    told = _("Declined. The customer is told why.")
    return _do(reference, lambda claim, by: answering.deny_claim(claim, reason, words=words, by=by, at=now()), told, "deny")


@bp.post("/claims/<reference>/resolve")
@staff_only(Role.AGENT)
def resolve_claim(reference: str) -> ResponseReturnValue:
    return _do(reference, lambda claim, by: answering.resolve_claim(claim, by=by, at=now()), _("Done. The customer is told."))


@bp.post("/claims/<reference>/payouts/<int:payout_id>/done")
@staff_only(Role.AGENT)
def claim_given_by_hand(reference: str, payout_id: int) -> ResponseReturnValue:
    def done(claim: Claim, by: Actor) -> None:
        paying_out.done_by_hand(one_or_404(Payout.of(claim).where(Payout.id == payout_id)), by=by, at=now())

    return _do(reference, done, _("Kept: it was given back by hand."))


@bp.post("/claims/<reference>/payouts/<int:payout_id>/another-way")
@staff_only(Role.AGENT)
def claim_another_way(reference: str, payout_id: int) -> ResponseReturnValue:
    """Of money that did not arrive. Whoever presses twice, or comes after the customer, changes nothing."""
    way = forms.another_way(request.form) or abort(400)

    def choose(claim: Claim, by: Actor) -> None:
        payout = one_or_404(Payout.of(claim).where(Payout.id == payout_id))
        another_way.choose_for(payout, way, is_lead=is_lead(), by=by, at=now())

    return _do(reference, choose, forms.told_of_way(way))


@bp.post("/claims/<reference>/notes")
@staff_only(Role.AGENT)
def note_on_claim(reference: str) -> ResponseReturnValue:
    words = forms.text(request.form, "staff")
    return _do(reference, lambda claim, by: answering.note_on_claim(claim, words, by=by, at=now()), _("Kept."), "notes")


def currency_of(claim: Claim) -> str:
    return db.session.get_one(Order, claim.order_id).currency


def _do(reference: str, deed: Deed, told: str, form: str = "") -> ResponseReturnValue:
    """What was typed into its `form` still stands there when it is refused."""

    def change() -> None:
        claim = hold_claim(select(Claim).where(Claim.reference == reference)) or abort(404)
        deed(claim, on_behalf_of(claim.customer_id))

    back = url_for(".show_claim", reference=reference, **came())
    return do(change, told, to=back, again=lambda why, status: _show(reference, why, form, request.form, status))


def _show(
    reference: str, refusal: str = "", form: str = "", sent: Mapping[str, str] | None = None, status: int = 200
) -> ResponseReturnValue:
    db.session.rollback()
    at = now()
    on = trail(at=at)
    note_look([(queries.whole_claim(reference, at=at) or abort(404)).customer_id], "claim")
    found = queries.whole_claim(reference, at=at) or abort(404)
    return page(
        "support/claim.html", status, found=found, claim=found.claim, reasons=answering.DENY_REASONS, at=at, trail=on,
        about={"reference": reference, **came()}, refusal=refusal, form=form, sent=sent if sent is not None else {},
        can_credit=can_credit(found.customer_id, found.currency),
    )  # fmt: skip
