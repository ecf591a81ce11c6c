"""How a return gets on its way: its code and its label, the van, the customer's own parcel number, and the receipt of the counter."""

from secrets import token_urlsafe

from flask import Response, abort, current_app, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal import photos
from portal.accounts.current import current
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.kit.refusal import Refusal
from portal.kit.shop import shop
from portal.kit.uploads import takes_files
from portal.kit.web import page, say
from portal.orders import CARRIER_NAMES
from portal.papers import drawn
from portal.photos import queries as photo_queries
from portal.returns.actions import sending
from portal.returns.locks import hold_return
from portal.returns.models import Return
from portal.returns.policy.ways import windows
from portal.returns.queries import passport, way_back
from portal.returns.routes.door import bp, number_typed
from portal.returns.slip import slip_of

LONGEST_NUMBER = 60


@bp.get("/returns/<rma>/send")
def send(rma: str) -> ResponseReturnValue:
    """The way back alone: what a telephone shows at a counter, and what the passport asks again."""
    typed, carrier = number_typed()
    return _show(rma, typed=typed, carrier=carrier)


@bp.get("/returns/<rma>/label.pdf")
def label(rma: str) -> ResponseReturnValue:
    return _file(rma, is_code=False, name=f"label-{rma}.pdf")


@bp.get("/returns/<rma>/code")
def code(rma: str) -> ResponseReturnValue:
    return _file(rma, is_code=True)


@bp.get("/returns/<rma>/slip.pdf")
def slip(rma: str) -> ResponseReturnValue:
    """The paper that goes into the parcel."""
    found = passport.passport(current.customer.id, rma) or abort(404)
    if not found.goods_come or found.is_given_up:
        abort(404)
    answer = make_response(drawn(slip_of(found, shop(), current_app.config["PORTAL_BASE_URL"] + url_for(".show", rma=rma))))
    answer.mimetype = "application/pdf"
    answer.headers["Content-Disposition"] = f'attachment; filename="return-{rma}.pdf"'
    return answer


@bp.post("/returns/<rma>/other-way")
def go_another_way(rma: str) -> ResponseReturnValue:
    with transaction():
        return_ = _held(rma)
        wanted = next((way for way in way_back.ways_of(return_.id) if way == request.form.get("way")), None) or abort(400)
        sending.go_another_way(return_, wanted, by=current.actor, at=now())
    return redirect(url_for(".show", rma=rma), 303)


@bp.post("/returns/<rma>/pick-up")
def order_pick_up(rma: str) -> ResponseReturnValue:
    at = now()
    wanted = next((one for one in windows(shop(), at=at) if one.key == request.form.get("window")), None)
    if wanted is None:
        return _show(rma, error=_("Nobody can come at that time any more. Choose another one."), status=422)
    with transaction():
        sending.order_pick_up(_held(rma), wanted, by=current.actor, at=at)
    return redirect(url_for(".show", rma=rma), 303)


@bp.post("/returns/<rma>/number")
def tell_number(rma: str) -> ResponseReturnValue:
    """What was typed stays, with what is wrong beside it."""
    carrier, typed = request.form.get("carrier", ""), request.form.get("number", "")[:LONGEST_NUMBER]
    if carrier and carrier not in CARRIER_NAMES:
        abort(400)
    try:
        with transaction():
            sending.tell_number(_held(rma), carrier, typed, by=current.actor, at=now())
    except Refusal as refusal:
        db.session.expire_all()
        return _show(rma, error=str(refusal), typed=typed, carrier=carrier, status=422)
    say(_("Thank you."), _("We follow the parcel from now on."))
    return redirect(url_for(".show", rma=rma), 303)


@bp.get("/returns/<rma>/receipt")
def ask_for_receipt(rma: str) -> ResponseReturnValue:
    return _receipt(rma, token_urlsafe(24))


@bp.post("/returns/<rma>/receipt")
@takes_files(photos.MOST_FILES)
def show_receipt(rma: str) -> ResponseReturnValue:
    at, customer_id, sent = now(), current.customer.id, request.form
    draft = sent["draft"] if photos.is_draft(sent.get("draft", "")) else token_urlsafe(24)
    if (out := sent.get("remove", type=int)) is not None:
        photos.take_out(out, customer_id=customer_id)
    taken = photos.take_all(request.files.getlist("photos"), customer_id=customer_id, draft=draft, at=at)
    waiting = photo_queries.waiting(customer_id, draft)
    if "remove" in sent or "add" in sent or taken.refusals or not waiting:
        is_only_photos = "remove" in sent or "add" in sent
        told = [str(refusal) for refusal in taken.refusals] or ([] if waiting or is_only_photos else [_("Add a photo of the receipt.")])
        return _receipt(rma, draft, told, 422 if told else 200)
    with transaction():
        return_ = _held(rma)
        sending.show_receipt(return_, draft, by=current.actor, at=at)
    say(_("Thank you."), _("It counts as sent from now on."))
    return redirect(url_for(".show", rma=rma), 303)


def _held(rma: str) -> Return:
    return hold_return(Return.of(current.customer).where(Return.rma == rma)) or abort(404)


def _show(rma: str, *, error: str = "", typed: str = "", carrier: str = "", status: int = 200) -> ResponseReturnValue:
    found = passport.passport(current.customer.id, rma) or abort(404)
    return page("returns/send.html", status, return_=found, error=error, typed=typed, carrier=carrier)


def _receipt(rma: str, draft: str, refusals: list[str] | None = None, status: int = 200) -> ResponseReturnValue:
    found = passport.passport(current.customer.id, rma) or abort(404)
    way = way_back.way_back(found.id, at=now())
    if way is None or not way.is_open:
        return redirect(url_for(".show", rma=rma), 303)
    waiting = photo_queries.waiting(current.customer.id, draft)
    return page("returns/receipt.html", status, return_=found, draft=draft, photos=waiting, refusals=refusals or [])


def _file(rma: str, *, is_code: bool, name: str = "") -> Response:
    kind, content = way_back.paper(current.customer.id, rma, is_code=is_code) or abort(404)
    answer = make_response(content)
    answer.mimetype = kind
    if name:
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
