"""A return in four steps: what goes back, why, what is wanted for it, and which way. Each step is kept, and shown again as it was left."""

from collections.abc import Mapping
from secrets import token_urlsafe
from typing import Any

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import photos
from portal.accounts.current import current
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.kit.refusal import Refusal
from portal.kit.shop import shop
from portal.kit.uploads import takes_files
from portal.kit.web import one_or_404, page
from portal.orders.models import Order, OrderLine
from portal.photos import queries as photo_queries
from portal.returns import money
from portal.returns.actions import drafting, starting, submitting
from portal.returns.forms import sending_back as forms
from portal.returns.locks import hold_return
from portal.returns.models import Outcome, Return, ReturnStatus, Way
from portal.returns.policy.promises import send_by
from portal.returns.queries import drafts, quoting
from portal.returns.queries.few import LONGEST, few
from portal.returns.queries.instead import Instead
from portal.returns.queries.returnable import judged, returnable
from portal.returns.queries.way_back import ways_of
from portal.returns.refusals import AmountIsAnother, InAnotherReturn, WayNotOffered
from portal.returns.routes.door import bp


@bp.get("/orders/<path:number>/return")
def choose_of_order(number: str) -> ResponseReturnValue:
    return _items(number, *_chosen_before())


@bp.get("/returns/new")
def choose_items() -> ResponseReturnValue:
    return _items(None, *_chosen_before())


@bp.post("/returns/new")
def begin() -> ResponseReturnValue:
    """The same form twice makes one draft; once that was sent, it leads to the return."""
    at, sent, quantities = now(), request.form, forms.chosen(request.form)
    key = sent["draft"] if photos.is_draft(sent.get("draft", "")) else token_urlsafe(24)
    if made := drafts.sent_as(current.customer.id, key):
        return redirect(url_for(".show", rma=made), 303)
    back = _back(sent) if "more" in sent or "look" in sent else None
    if back and not quantities:
        return redirect(back, 303)
    try:
        with transaction():
            orders = starting.orders_of(current.customer, list(quantities))
            if not quantities.keys() <= {line.id for order in orders for line in order.lines}:
                abort(404)
            return_ = starting.start(current.customer, orders, quantities, draft=key, by=current.actor, at=at)
            rma, is_draft = return_.rma, return_.status is ReturnStatus.DRAFT
    except Refusal as refusal:
        db.session.expire_all()
        return _items(sent.get("order"), key, quantities, str(refusal), 422)
    if not is_draft:
        return redirect(url_for(".show", rma=rma), 303)
    return redirect(back or url_for(".ask_why", rma=rma), 303)


@bp.get("/returns/<rma>/reason")
def ask_why(rma: str) -> ResponseReturnValue:
    draft = _draft(rma)
    waiting = photo_queries.waiting(current.customer.id, draft.key)
    return page("returns/reason.html", form=forms.ReasonForm(draft, {}, photos=len(waiting)), draft=draft, photos=waiting, refusals=[])


@bp.post("/returns/<rma>/reason")
@takes_files(photos.MOST_FILES)
def tell_why(rma: str) -> ResponseReturnValue:
    """Photos that came with it are kept first; whatever is refused, nothing that was typed and no photo is lost."""
    at, customer_id, sent = now(), current.customer.id, request.form
    draft = _draft(rma)
    if (out := sent.get("remove", type=int)) is not None:
        photos.take_out(out, customer_id=customer_id)
    taken = photos.take_all(request.files.getlist("photos"), customer_id=customer_id, draft=draft.key, at=at)
    waiting = photo_queries.waiting(customer_id, draft.key)
    form = forms.ReasonForm(draft, {**sent.to_dict(), "draft": draft.key}, photos=len(waiting))
    is_only_photos = "remove" in sent or "add" in sent
    if is_only_photos or taken.refusals or not form.check():
        status = 413 if any(refusal.status == 413 for refusal in taken.refusals) else 422
        status = 200 if is_only_photos and not taken.refusals else status
        told = [str(refusal) for refusal in taken.refusals]
        return page("returns/reason.html", status, form=form, draft=draft, photos=waiting, refusals=told)
    told_why = {}
    for why in [] if form.withdraws else form.items:
        fault = why.item.order.terms.fault(why.reason)
        told_why[why.item.id] = drafting.Told(why.reason, why.detail, why.answer, fault)
    with transaction():
        drafting.tell_why(_locked(rma), told_why, form.words)
    return redirect(url_for(".ask_for_what", rma=rma), 303)


@bp.get("/returns/<rma>/outcome")
def ask_for_what(rma: str) -> ResponseReturnValue:
    draft = _draft(rma)
    if not draft.has_reasons:
        return redirect(url_for(".ask_why", rma=rma), 303)
    return _outcomes(draft, _outcome_form(draft, {}))


@bp.post("/returns/<rma>/outcome")
def tell_for_what(rma: str) -> ResponseReturnValue:
    draft = _draft(rma)
    form = _outcome_form(draft, request.form)
    if not form.check():
        return _outcomes(draft, form, 422)
    with transaction():
        drafting.tell_what(_locked(rma), _chosen_outcomes(form), at=now())
    return redirect(url_for(".ask_which_way", rma=rma), 303)


@bp.get("/returns/<rma>/way")
def ask_which_way(rma: str) -> ResponseReturnValue:
    draft = _draft(rma)
    form = _outcome_form(draft, {})
    if not draft.has_reasons or not form.check():
        return redirect(url_for(".ask_for_what", rma=rma), 303)
    return _ways(draft, form)


@bp.post("/returns/<rma>/way")
def submit(rma: str) -> ResponseReturnValue:
    """A second tap leads to the return that the first one made."""
    at, sent = now(), request.form
    draft = _draft(rma)
    if gone := draft.gone:
        return _items(None, draft.key, draft.quantities, str(InAnotherReturn(gone.line.title)), 422)
    form = _outcome_form(draft, {})
    if not draft.has_reasons or not form.check():
        return redirect(url_for(".ask_for_what", rma=rma), 303)
    amounts = _amounts(draft, form)
    try:
        way = next((way for way in amounts if way == sent.get("way")), None)
        if way is None:
            raise WayNotOffered
        if sent.get(f"told-{way}", str(money.total(amounts[way]))) != str(money.total(amounts[way])):
            raise AmountIsAnother
        with transaction():
            submitting.submit(_locked(rma), way, by=current.actor, at=at)
    except Refusal as refusal:
        db.session.expire_all()
        return _refused(rma, str(refusal))
    return redirect(url_for(".show", rma=rma), 303)


def _back(sent: Mapping[str, str]) -> str:
    """To the first step: with more orders, or with what is looked for."""
    number, find = sent.get("order"), sent.get("find") or None
    return url_for(".choose_of_order", number=number, find=find) if number and "look" in sent else url_for(".choose_items", find=find)


def _refused(rma: str, sentence: str) -> ResponseReturnValue:
    """On the last step again; or, where what was chosen is not there any more, on the first."""
    draft = _draft(rma)
    if draft.gone:
        return _items(None, draft.key, draft.quantities, sentence, 422)
    form = _outcome_form(draft, {})
    return _ways(draft, form, sentence, 422) if form.check() else _outcomes(draft, form, 422)


def _chosen_before() -> tuple[str, dict[int, int]]:
    """The draft that was left, if there is one: its key, and what was chosen."""
    known = drafts.newest_draft(current.customer.id, at=now())
    return (known.key, known.quantities) if known else (token_urlsafe(24), {})


def _items(number: str | None, key: str, chosen: dict[int, int], error: str = "", status: int = 200) -> ResponseReturnValue:
    at, customer_id = now(), current.customer.id
    older_than = request.args.get("older_than")
    asked = returnable(customer_id, order=number, older_than=older_than, at=at)
    if number is not None and not asked:
        abort(404)
    of_draft = db.session.scalars(_orders_with(list(chosen))).all() if chosen else []
    shown = {order.id: order for order in asked} | judged([one for one in of_draft if one not in {order.id for order in asked}], at=at)
    orders = sorted(shown.values(), key=lambda order: (order.placed_at, order.id), reverse=True)
    find = request.values.get("find", "")[:LONGEST]
    last = asked[-1].number if number is None and asked else None
    return page(
        "returns/items.html", status, orders=few(orders, find=find, chosen=chosen), find=find, number=number, draft=key,
        chosen=chosen, error=error, last=last,
        has_older=bool(last and returnable(customer_id, older_than=last, size=1, at=at)), is_newest=older_than is None,
    )  # fmt: skip


def _orders_with(line_ids: list[int]) -> Any:
    return Order.of(current.customer).where(Order.lines.any(OrderLine.id.in_(line_ids))).with_only_columns(Order.id)


def _draft(rma: str) -> drafts.Draft:
    """The customer's own. What was sent already leads to its page."""
    found = drafts.own_draft(current.customer.id, rma, at=now())
    if found is None:
        one_or_404(Return.of(current.customer).where(Return.rma == rma))
        abort(redirect(url_for(".show", rma=rma), 303))
    return found


def _locked(rma: str) -> Return:
    return hold_return(Return.of(current.customer).where(Return.rma == rma)) or abort(404)


def _outcome_form(draft: drafts.Draft, sent: Any) -> forms.OutcomeForm:
    return forms.OutcomeForm(quoting.quoted(draft, at=now()), quoting.chosen_instead([item.id for item in draft.items]), sent)


def _chosen_outcomes(form: forms.OutcomeForm) -> dict[int, tuple[Outcome, Instead | None]]:
    found = {}
    for what in form.items:
        assert what.chosen  # noqa: S101 (checked)
        instead = next((one for one in what.quoted.instead if one.sku == what.instead), None)
        found[what.quoted.item.id] = (what.chosen.outcome, instead if what.chosen.outcome is Outcome.EXCHANGE else None)
    return found


def _outcomes(draft: drafts.Draft, form: forms.OutcomeForm, status: int = 200) -> ResponseReturnValue:
    cards = quoting.cards_paid_with([item.order.id for item in draft.items])
    return page("returns/outcome.html", status, form=form, draft=draft, cards=cards)


def _amounts(draft: drafts.Draft, form: forms.OutcomeForm) -> dict[Way, tuple[money.MoneyLine, ...]]:
    """What comes back by each way that is open, line by line."""
    chosen = _chosen_outcomes(form)
    keeps_all = all(outcome is Outcome.KEEP for outcome, _ in chosen.values())
    ways = (Way.NONE,) if keeps_all else ways_of(draft.id)
    return {way: quoting.estimated(draft, chosen, way) for way in ways}


def _ways(draft: drafts.Draft, form: forms.OutcomeForm, error: str = "", status: int = 200) -> ResponseReturnValue:
    amounts = _amounts(draft, form)
    fees = {way: -sum(line.amount for line in lines if line.kind == money.Kind.LABEL) for way, lines in amounts.items()}
    totals = {way: money.total(lines) for way, lines in amounts.items()}
    most = {way: quoting.at_the_most(draft, lines) for way, lines in amounts.items()}
    cards = quoting.cards_paid_with([item.order.id for item in draft.items])
    chosen = next((way for way in amounts if way == request.values.get("way", draft.way)), next(iter(amounts)))
    days = max(item.order.terms.send_by_days for item in draft.items)
    return page(
        "returns/way.html", status, form=form, draft=draft, amounts=amounts, fees=fees, totals=totals, most=most, cards=cards,
        chosen=chosen, error=error, send_by=send_by(now(), shop(), days),
    )  # fmt: skip
