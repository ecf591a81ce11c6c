"""All returns of a customer, and each with where it stands, what it comes to, and what can be done about it."""

from secrets import token_urlsafe

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal import photos
from portal.accounts import typed_before
from portal.accounts.current import current
from portal.kit.clock import now
from portal.kit.db import transaction
from portal.kit.shop import shop
from portal.kit.uploads import takes_files
from portal.kit.web import page, say
from portal.photos import queries as photo_queries
from portal.returns.actions import objecting, starting
from portal.returns.locks import hold_return
from portal.returns.models import Return
from portal.returns.policy.steps import steps
from portal.returns.queries import passport as queries
from portal.returns.routes.door import bp, number_typed

A_PAGE = 20
OPEN = 50
"""More open ones than that nobody has."""


@bp.get("/returns")
def index() -> ResponseReturnValue:
    older_than = request.args.get("older_than")
    customer_id = current.customer.id
    older, has_older = queries.older_returns(customer_id, A_PAGE, older_than) or abort(404)
    open_ones = [] if older_than else queries.open_returns(customer_id, OPEN)
    return page("returns/index.html", open=open_ones, older=older, has_older=has_older, is_newest=older_than is None)


@bp.get("/returns/<rma>")
def show(rma: str) -> ResponseReturnValue:
    found = queries.passport(current.customer.id, rma) or abort(404)
    answer_by, (typed, carrier) = shop().answer_by(found.submitted_at), number_typed()
    return page(
        "returns/passport.html", return_=found, steps=steps(found.progress, shop()), answer_by=answer_by, typed=typed, carrier=carrier
    )


@bp.post("/returns/<rma>/cancel")
def cancel(rma: str) -> ResponseReturnValue:
    with transaction():
        return_ = hold_return(Return.of(current.customer).where(Return.rma == rma)) or abort(404)
        starting.cancel(return_, by=current.actor, at=now())
    say(_("Cancelled."), _("Nothing has to be sent, and nothing is refunded."))
    return redirect(url_for(".show", rma=rma), 303)


@bp.get("/returns/<rma>/object/<int:item_id>")
def ask_what_is_not_right(rma: str, item_id: int) -> ResponseReturnValue:
    return _objection(rma, item_id, token_urlsafe(24), typed_before().get("words", ""))


@bp.post("/returns/<rma>/object/<int:item_id>")
@takes_files(photos.MOST_FILES)
def object_to(rma: str, item_id: int) -> ResponseReturnValue:
    """Whatever is refused, nothing that was typed and no photo is lost."""
    at, customer_id, sent = now(), current.customer.id, request.form
    draft = sent["draft"] if photos.is_draft(sent.get("draft", "")) else token_urlsafe(24)
    if (out := sent.get("remove", type=int)) is not None:
        photos.take_out(out, customer_id=customer_id)
    taken = photos.take_all(request.files.getlist("photos"), customer_id=customer_id, draft=draft, at=at)
    words = sent.get("words", "").replace("\r\n", "\n").replace("\x00", "").strip()
    is_only_photos = "remove" in sent or "add" in sent
    wrong = "" if words else _("Say in a few words what is wrong with it.")
    if len(words) > objecting.LONGEST_OBJECTION:
        wrong = _("Please keep it to %(number)s characters.", number=objecting.LONGEST_OBJECTION)
    if is_only_photos or taken.refusals or wrong:
        wrong = "" if is_only_photos else wrong
        return _objection(rma, item_id, draft, words, wrong, taken, 422 if wrong or taken.refusals else 200)
    with transaction():
        return_ = hold_return(Return.of(current.customer).where(Return.rma == rma)) or abort(404)
        objecting.object_to(return_, item_id, words, draft=draft, by=current.actor, at=at)
    say(_("We look at it again."), _("You have an answer by mail."))
    return redirect(url_for(".show", rma=rma), 303)


def _objection(
    rma: str, item_id: int, draft: str, words: str = "", wrong: str = "", taken: photos.Taken | None = None, status: int = 200
) -> ResponseReturnValue:
    found = queries.passport(current.customer.id, rma) or abort(404)
    item = next((one for one in found.items if one.id == item_id), None) or abort(404)
    if not item.may_be_objected_to:
        return redirect(url_for(".show", rma=rma), 303)
    told = [str(refusal) for refusal in taken.refusals] if taken else []
    waiting = photo_queries.waiting(current.customer.id, draft)
    by = shop().answer_by(now())
    return page(
        "returns/object.html", status, return_=found, item=item, draft=draft, words=words, wrong=wrong, photos=waiting, refusals=told, by=by
    )
