"""A return that somebody who works here begins for a customer: put together on one page, with its amounts, and sent in."""

from collections.abc import Mapping
from secrets import token_urlsafe

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import Select, select

from portal import photos
from portal.accounts.current import current, staff_only
from portal.accounts.models import Customer, Role
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.kit.refusal import Refusal
from portal.kit.uploads import takes_files
from portal.kit.web import one_or_404, page, say
from portal.photos import queries as photo_queries
from portal.returns.actions import on_behalf, starting
from portal.returns.models import Outcome, ReturnStatus, Way
from portal.returns.queries import on_behalf as queries
from portal.returns.queries.few import LONGEST, few
from portal.returns.queries.returnable import judged, returnable
from portal.support import forms
from portal.support.routes.door import bp, is_lead, note_look, on_behalf_of, status_of


@bp.get("/customers/<int:customer_id>/return")
@staff_only(Role.AGENT)
def start_return(customer_id: int) -> ResponseReturnValue:
    return _show(one_or_404(_customer(customer_id)).id)


@bp.post("/customers/<int:customer_id>/return")
@staff_only(Role.AGENT)
@takes_files(photos.MOST_FILES)
def put_down_return(customer_id: int) -> ResponseReturnValue:
    """Keeps it as a draft and shows its amounts; or sends it in. The same form twice makes one return, and no photo is lost."""
    at, sent, is_draft, customer_id = now(), request.form, True, one_or_404(_customer(customer_id)).id
    key = sent["draft"] if photos.is_draft(sent.get("draft", "")) else token_urlsafe(24)
    taken = photos.take_all(request.files.getlist("photos"), customer_id=customer_id, draft=key, at=at, staff_id=current.staff.id)
    if taken.refusals:
        return _show(customer_id, {**sent, "draft": key}, str(taken.refusals[0]), 422)
    try:
        with transaction():
            customer = one_or_404(_customer(customer_id))
            wanted, by = forms.wanted(sent, key), on_behalf_of(customer_id)
            orders = starting.orders_of(customer, list(wanted.lines))
            if not wanted.lines.keys() <= {line.id for order in orders for line in order.lines}:
                abort(404)
            made = on_behalf.put_down(customer, orders, wanted, is_lead=is_lead(), by=by, at=at)
            if "send" in sent:
                way = next((way for way in Way if way == sent.get("way")), None)
                on_behalf.send_in(made, way, sent.get(f"told-{way}", ""), by=by, at=at)
            rma, is_draft = made.rma, made.status is ReturnStatus.DRAFT
    except Refusal as refusal:
        return _show(customer_id, {**sent, "draft": key}, str(refusal), status_of(refusal))
    if is_draft:
        return redirect(url_for(".start_return", customer_id=customer_id, draft=rma, order=sent.get("order") or None), 303)
    say(_("It has begun. The customer is told."))
    return redirect(url_for(".show_return", rma=rma), 303)


def _show(customer_id: int, sent: Mapping[str, str] | None = None, refusal: str = "", status: int = 200) -> ResponseReturnValue:
    db.session.rollback()
    note_look([customer_id], "return")
    at, customer = now(), one_or_404(_customer(customer_id))
    kept = queries.put_down(customer_id, request.args.get("draft", ""), at=at)
    told = sent if sent is not None else forms.as_sent(kept) if kept else {"draft": token_urlsafe(24)}
    number = told.get("order") or request.args.get("order")
    asked = returnable(customer_id, order=number, at=at)
    if number and not asked:
        abort(404)
    ids = {item.order.id for item in kept.draft.items} - {order.id for order in asked} if kept else set()
    chosen = kept.draft.quantities if kept else {}
    find = request.args.get("find", "")[:LONGEST]
    orders = few([*asked, *judged(sorted(ids), at=at).values()], find=find, chosen=chosen)
    return page(
        "support/start_return.html", status, customer=customer, orders=orders, find=find, number=number, sent=told, kept=kept,
        totals=kept.totals if kept else {},
        refusal=refusal, is_lead=is_lead(), outcomes=list(Outcome), photos=photo_queries.waiting(customer_id, told["draft"]),
    )  # fmt: skip


def _customer(customer_id: int) -> Select[Customer]:
    return select(Customer).where(Customer.id == customer_id)
