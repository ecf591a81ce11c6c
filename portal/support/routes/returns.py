"""Returns at the desk: what waits, and one return, with everything that somebody who works here can do about it."""

from collections.abc import Callable, Mapping
from itertools import groupby
from operator import attrgetter
from secrets import token_urlsafe

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from portal import photos
from portal.accounts.current import current, staff_only
from portal.accounts.models import Role
from portal.kit.clock import now
from portal.kit.db import db
from portal.kit.uploads import takes_files
from portal.kit.web import one_or_404, page
from portal.returns import hold_return
from portal.returns.actions import another_way, by_shop, closing, deciding, paying_out, receiving, refunding, starting
from portal.returns.models import Payout, Return, ReturnItem, ReturnStatus
from portal.returns.queries import desk as queries
from portal.returns.queries.failures import can_credit
from portal.returns.queries.policies import policy_of
from portal.returns.queries.tasks import subjects_of_returns
from portal.support import forms
from portal.support.routes.door import bp, do, is_lead, note_look, on_behalf_of
from portal.support.routes.place import came, trail
from portal.tasks.actions import take_tasks
from portal.timeline import Actor

Deed = Callable[[Return, Actor], object]


@bp.get("/returns")
@staff_only(Role.AGENT)
def returns() -> ResponseReturnValue:
    """Names nobody: so looking at it leaves no trace."""
    at = now()
    queues = [(queue, list(ones)) for queue, ones in groupby(queries.queue(at=at), attrgetter("queue"))]
    return page("support/returns.html", queues=queues, at=at)


@bp.get("/returns/<rma>")
@staff_only(Role.AGENT)
def show_return(rma: str) -> ResponseReturnValue:
    return _show(rma)


@bp.post("/returns/<rma>/take")
@staff_only(Role.AGENT)
def take_return(rma: str) -> ResponseReturnValue:
    whose = request.form.get("whose", type=int)
    return _do(
        rma, lambda one, by: take_tasks(subjects_of_returns([one.id]), current.staff, whose=whose, by=by, at=now()), _("It is yours.")
    )


@bp.post("/returns/<rma>/approve")
@staff_only(Role.AGENT)
def approve_return(rma: str) -> ResponseReturnValue:
    words = forms.text(request.form, "words")
    return _do(rma, lambda one, by: deciding.approve(one, by=by, at=now(), note=words), _("Approved. The customer is told how to send it."))


@bp.post("/returns/<rma>/decline")
@staff_only(Role.AGENT)
def decline_return(rma: str) -> ResponseReturnValue:
    reason, words = request.form.get("reason", ""), forms.text(request.form, "words")
    return _do(
        rma, lambda one, by: deciding.decline(one, reason, by=by, at=now(), note=words), _("Declined. The customer is told why."), "decline"
    )


@bp.post("/returns/<rma>/cancel")
@staff_only(Role.AGENT)
def cancel_return(rma: str) -> ResponseReturnValue:
    return _do(rma, lambda one, by: starting.cancel(one, by=by, at=now()), _("Cancelled. The customer is told."))


@bp.post("/returns/<rma>/receive")
@staff_only(Role.AGENT)
@takes_files(photos.MOST_FILES)
def receive_return(rma: str) -> ResponseReturnValue:
    """Photos are kept first: whatever is refused, none is lost."""
    found = _found(rma)
    taken = photos.Taken()
    for item in found.return_.items:
        taken.refusals += _take(found.return_, f"photos-{item.id}", request.form.get(f"draft-{item.id}", "")).refusals

    def receive(one: Return, by: Actor) -> None:
        receiving.receive(one, forms.came(request.form, [item.id for item in one.items]), by=by, at=now())

    return _do(rma, receive, _("Received. The customer is told."), "receive", taken)


@bp.post("/returns/<rma>/items/<int:item_id>/inspect")
@staff_only(Role.AGENT)
@takes_files(photos.MOST_FILES)
def inspect_return(rma: str, item_id: int) -> ResponseReturnValue:
    taken = _take(_found(rma).return_, "photos", request.form.get("draft", ""))

    def inspect(one: Return, by: Actor) -> None:
        what = forms.found(request.form, one.currency)
        receiving.inspect(one, _item(one, item_id), what, is_lead=is_lead(), by=by, at=now())
        refunding.tell(one, at=now())
        closing.close_if_settled(one, by=by, at=now())

    return _do(rma, inspect, _("Decided."), f"inspect-{item_id}", taken)


@bp.post("/returns/<rma>/items/<int:item_id>/miss-the-rest")
@staff_only(Role.AGENT)
def miss_the_rest(rma: str, item_id: int) -> ResponseReturnValue:
    def miss(one: Return, by: Actor) -> None:
        receiving.miss_the_rest(one, _item(one, item_id), request.form.get("seen", ""), by=by, at=now())
        closing.close_if_settled(one, by=by, at=now())

    return _do(rma, miss, _("Nobody waits for the rest any more."))


@bp.post("/returns/<rma>/refund")
@staff_only(Role.AGENT)
def refund_return(rma: str) -> ResponseReturnValue:
    def refund(one: Return, by: Actor) -> None:
        refunding.refund(one, is_lead=is_lead(), by=by, at=now())
        closing.close_if_settled(one, by=by, at=now())

    return _do(rma, refund, _("The money is on its way back."))


@bp.post("/returns/<rma>/by-shop")
@staff_only(Role.AGENT)
def refund_by_shop(rma: str) -> ResponseReturnValue:
    def refund(one: Return, by: Actor) -> None:
        said = forms.by_shop(request.form, [item.id for item in one.items], one.currency)
        by_shop.refund_by_shop(one, said, is_lead=is_lead(), by=by, at=now())
        closing.close_if_settled(one, by=by, at=now())

    return _do(rma, refund, _("The money is on its way back, and the customer is told why it is so much."), "by-shop")


@bp.post("/returns/<rma>/payouts/<int:payout_id>/done")
@staff_only(Role.AGENT)
def given_by_hand(rma: str, payout_id: int) -> ResponseReturnValue:
    def done(one: Return, by: Actor) -> None:
        paying_out.done_by_hand(one_or_404(Payout.of(one).where(Payout.id == payout_id)), by=by, at=now())
        closing.close_if_settled(one, by=by, at=now())

    return _do(rma, done, _("Kept: it was given back by hand."))


@bp.post("/returns/<rma>/payouts/<int:payout_id>/another-way")
@staff_only(Role.AGENT)
def return_another_way(rma: str, payout_id: int) -> ResponseReturnValue:
    """Of money that did not arrive. Whoever presses twice, or comes after the customer, changes nothing."""
    way = forms.another_way(request.form) or abort(400)

    def choose(one: Return, by: Actor) -> None:
        payout = one_or_404(Payout.of(one).where(Payout.id == payout_id))
        another_way.choose_for(payout, way, is_lead=is_lead(), by=by, at=now())
        closing.close_if_settled(one, by=by, at=now())

    return _do(rma, choose, forms.told_of_way(way))


@bp.post("/returns/<rma>/close")
@staff_only(Role.AGENT)
def close_return(rma: str) -> ResponseReturnValue:
    return _do(rma, lambda one, by: closing.close(one, by=by, at=now()), _("Closed."))


@bp.post("/returns/<rma>/reopen")
@staff_only(Role.AGENT)
def reopen_return(rma: str) -> ResponseReturnValue:
    why = forms.text(request.form, "why")
    return _do(rma, lambda one, by: deciding.reopen(one, why, by=by, at=now()), _("Open again."), "reopen")


@bp.post("/returns/<rma>/notes")
@staff_only(Role.AGENT)
def note_on_return(rma: str) -> ResponseReturnValue:
    """Both at once; what was not changed is no deed."""

    def write(one: Return, by: Actor) -> None:
        deciding.note_for_staff(one, forms.text(request.form, "staff"), by=by, at=now())
        deciding.note_for_customer(one, forms.text(request.form, "customer"), by=by, at=now())

    return _do(rma, write, _("Kept."), "notes")


def _do(rma: str, deed: Deed, told: str, form: str = "", taken: photos.Taken | None = None) -> ResponseReturnValue:
    """What was typed into its `form` still stands there when it is refused."""

    def change() -> None:
        return_ = hold_return(select(Return).where(Return.rma == rma)) or abort(404)
        deed(return_, on_behalf_of(return_.customer_id))

    if taken and taken.refusals:
        return _show(rma, str(taken.refusals[0]), form, request.form, 422)
    back = url_for(".show_return", rma=rma, **came())
    return do(change, told, to=back, again=lambda why, status: _show(rma, why, form, request.form, status))


def _show(rma: str, refusal: str = "", form: str = "", sent: Mapping[str, str] | None = None, status: int = 200) -> ResponseReturnValue:
    db.session.rollback()
    at = now()
    on = trail(at=at)
    customer_id = _found(rma).return_.customer_id
    note_look([customer_id] if customer_id else [], "return")
    found = _found(rma)
    return_ = found.return_
    terms = {item.id: policy_of(item.policy_id).terms for item in return_.items}
    is_approved = return_.status is ReturnStatus.APPROVED
    due = refunding.due_now(return_)
    amount = sum(line.amount for line in due)
    to_reckon = by_shop.to_reckon(return_) if is_approved else []
    return page(
        "support/return.html", status, found=found, return_=return_, terms=terms, due=due, amount=amount, to_reckon=to_reckon, at=at,
        trail=on, about={"rma": rma, **came()}, refusal=refusal, form=form, sent=sent if sent is not None else {},
        new_draft=lambda: token_urlsafe(24), is_lead=is_lead(), needs_lead=refunding.needs_lead(amount, return_.currency),
        can_credit=can_credit(return_.customer_id, return_.currency),
    )  # fmt: skip


def _found(rma: str) -> queries.DeskReturn:
    return queries.whole(rma, at=now()) or abort(404)


def _item(return_: Return, item_id: int) -> ReturnItem:
    return next((item for item in return_.items if item.id == item_id), None) or abort(404)


def _take(return_: Return, field: str, draft: str) -> photos.Taken:
    """Of a return of nobody's there are no photos: nobody could see them."""
    if return_.customer_id is None or not photos.is_draft(draft):
        return photos.Taken()
    customer_id, staff_id = return_.customer_id, current.staff.id
    return photos.take_all(request.files.getlist(field), customer_id=customer_id, draft=draft, at=now(), staff_id=staff_id)
