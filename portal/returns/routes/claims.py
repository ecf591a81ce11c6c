"""A claim, in three taps from its order: what is wrong, with what, and what is wanted."""

from typing import Any

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import Select

from portal import photos
from portal.accounts.current import current
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.kit.i18n import short_moment
from portal.kit.refusal import Refusal
from portal.kit.shop import shop
from portal.kit.uploads import takes_files
from portal.kit.web import one_or_404, page, say
from portal.orders.models import Order
from portal.photos import queries as photo_queries
from portal.returns.actions import claims as actions
from portal.returns.forms.claims import ClaimForm
from portal.returns.models import Claim, ClaimKind
from portal.returns.policy import claims as policy
from portal.returns.queries import claims as queries
from portal.returns.queries.payouts import payouts_of
from portal.returns.refusals import PhotoOrReason
from portal.returns.routes.door import bp


@bp.get("/orders/<path:number>/claim")
def ask_what_is_wrong(number: str) -> ResponseReturnValue:
    order = one_or_404(_order(number))
    expected_on = actions.not_before(order)
    late = policy.is_late(expected_on, at=now(), zone=shop().zone)
    left = sum(actions.quantities_left(order).values())
    return page("returns/claim.html", order=order, expected_on=None if late else expected_on, left=left, claims=_claims(number))


@bp.get("/orders/<path:number>/claim/<kind>")
def ask_with_what(number: str, kind: str) -> ResponseReturnValue:
    return _form_page(one_or_404(_order(number)), kind, request.args)


@bp.post("/orders/<path:number>/claim/<kind>")
@takes_files(photos.MOST_FILES)
def open_claim(number: str, kind: str) -> ResponseReturnValue:
    """Photos that came with it are kept first; whatever is refused, nothing that was typed and no photo is lost."""
    form = _form(one_or_404(_order(number)), kind, request.form)
    at, customer_id = now(), current.customer.id
    if made := queries.made_by(
        customer_id, form.draft
    ):  # asked after the quantities were read: a second tap is not told that none are left
        return redirect(url_for(".show_claim", reference=made), 303)
    if (out := request.form.get("remove", type=int)) is not None:
        photos.take_out(out, customer_id=customer_id)
    taken = photos.take_all(request.files.getlist("photos"), customer_id=customer_id, draft=form.draft, at=at)
    is_only_photos = "remove" in request.form or "add" in request.form
    if is_only_photos or taken.refusals or not form.check():
        return _show(one_or_404(_order(number)), form, taken, 200 if is_only_photos and not taken.refusals else 422)
    try:
        with transaction():
            order = one_or_404(_order(number).with_for_update())
            reference = actions.open_claim(order, form.asked, by=current.actor, at=at).reference
    except PhotoOrReason as refusal:
        form.errors["photos"] = str(refusal)
    except Refusal as refusal:
        form.errors["lines"] = str(refusal)
    else:
        return redirect(url_for(".show_claim", reference=reference), 303)
    return _show(one_or_404(_order(number)), form, taken, 422)


@bp.get("/claims/<reference>")
def show_claim(reference: str) -> ResponseReturnValue:
    found = queries.claim(current.customer.id, reference) or abort(404)
    return page("returns/show.html", claim=found, payouts=payouts_of(claim_id=found.id))


@bp.post("/claims/<reference>/cancel")
def cancel_claim(reference: str) -> ResponseReturnValue:
    with transaction():
        claim = one_or_404(Claim.of(current.customer).where(Claim.reference == reference).with_for_update())
        actions.cancel_claim(claim, by=current.actor, at=now())
    say(_("Taken back."), _("Nobody looks into it any more."))
    return redirect(url_for(".show_claim", reference=reference), 303)


def _order(number: str) -> Select[Order]:
    return Order.of(current.customer).where(Order.number == number)


def _claims(number: str) -> list[queries.ClaimHead]:
    return queries.claims_about(current.customer.id, number)


def _form(order: Order, kind: str, sent: Any) -> ClaimForm:
    if kind not in list(ClaimKind):
        abort(404)
    return ClaimForm(ClaimKind(kind), order.lines, actions.quantities_left(order), sent)


def _form_page(order: Order, kind: str, sent: Any) -> ResponseReturnValue:
    form = _form(order, kind, sent)
    if not form.lines:
        return redirect(url_for(".ask_what_is_wrong", number=order.number), 303)
    return _show(order, form, photos.Taken(), 200)


def _show(order: Order, form: ClaimForm, taken: photos.Taken, status: int) -> ResponseReturnValue:
    db.session.expire_all()
    waiting = photo_queries.waiting(current.customer.id, form.draft)
    too_large = any(refusal.status == 413 for refusal in taken.refusals)
    told = [str(refusal) for refusal in taken.refusals]
    answer_by = short_moment(shop().answer_by(now()))
    status = 413 if too_large else status
    return page("returns/claim_form.html", status, order=order, form=form, photos=waiting, refusals=told, answer_by=answer_by)
