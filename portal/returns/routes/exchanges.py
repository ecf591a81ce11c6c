"""Paying what an exchange costs more, on the provider's page; and taking the money after all."""

from collections.abc import Mapping

from flask import abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.accounts.current import current, only_themselves
from portal.billing import come_back_from_paying, note_payment_page, open_payment_page
from portal.kit import i18n
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.kit.headers import also_allow
from portal.kit.web import one_or_404, page, say
from portal.payments import page_origin
from portal.returns.actions import exchanging
from portal.returns.actions.differences import pay_difference
from portal.returns.forms.instead import InsteadForm
from portal.returns.locks import hold_return
from portal.returns.models import Exchange, Return, ReturnItem
from portal.returns.queries import exchanges as queries
from portal.returns.queries.instead import instead_for
from portal.returns.routes.door import bp


@bp.get("/returns/exchanges/<int:exchange_id>/pay")
def ask_to_pay_difference(exchange_id: int) -> ResponseReturnValue:
    found = _found(exchange_id)
    if found.owed < 1:
        return redirect(url_for(".show", rma=found.rma), 303)
    also_allow("form-action", page_origin())
    return page("returns/pay_difference.html", exchange=found)


@bp.post("/returns/exchanges/<int:exchange_id>/pay")
@only_themselves
def pay_for_exchange(exchange_id: int) -> ResponseReturnValue:
    """To the provider's page, which comes back to ours. Nothing is open in the database while the provider makes it."""
    back = current_app.config["PORTAL_BASE_URL"] + url_for(".returned_from_paying", exchange_id=exchange_id)
    with transaction():
        exchange = _held(exchange_id)
        item = exchange.item or abort(404)
        words = _("%(new)s instead of %(old)s", new=exchange.title, old=item.line.title)
        asked = pay_difference(exchange, item.line.order, words=words, back=back, locale=i18n.language(), by=current.actor, at=now())
        page_id, url = asked.id, asked.page_url
    if url is None and (opened := open_payment_page(page_id)):
        with transaction():
            note_payment_page(page_id, opened)
        url = opened.url
    if url is None:
        say(_("The payment provider does not answer right now."), _("Nothing was changed. Try again in a minute."), tone="bad")
    return redirect(url or url_for(".ask_to_pay_difference", exchange_id=exchange_id), 303)


@bp.get("/returns/exchanges/<int:exchange_id>/paid")
@only_themselves
def returned_from_paying(exchange_id: int) -> ResponseReturnValue:
    """Back from the provider's page: have a look taken, which may be asked for any number of times, and say how far it is."""
    with transaction():
        come_back_from_paying(one_or_404(Exchange.of(current.customer).where(Exchange.id == exchange_id)).subject, at=now())
    return page("returns/paid.html", exchange=_found(exchange_id), left="left" in request.args)


@bp.post("/returns/exchanges/<int:exchange_id>/money")
def take_the_money(exchange_id: int) -> ResponseReturnValue:
    with transaction():
        exchange = _held(exchange_id)
        exchanging.take_the_money(exchange, by=current.actor, at=now())
    say(_("You get the money instead."), _("Nothing else is sent for it."))
    return redirect(url_for(".show", rma=_found(exchange_id).rma), 303)


@bp.get("/returns/exchanges/<int:exchange_id>/instead")
def ask_for_another(exchange_id: int) -> ResponseReturnValue:
    return _others(_found(exchange_id), request.args)


@bp.post("/returns/exchanges/<int:exchange_id>/instead")
def choose_another(exchange_id: int) -> ResponseReturnValue:
    """It sold out. Who chooses twice, or too late, is led to how it stands."""
    found = _found(exchange_id)
    if not found.may_be_another:
        return redirect(url_for(".show", rma=found.rma), 303)
    with transaction():
        exchange = _held(exchange_id)
        form = InsteadForm(instead_for(exchange), request.form)
        if form.check() and form.chosen:
            exchanging.choose_again(exchange, form.chosen, by=current.actor, at=now())
    if form.error:
        return _others(found, request.form, form.error, 422)
    say(_("Thank you."), _("It goes on with what you chose."))
    return redirect(url_for(".show", rma=found.rma), 303)


def _others(found: queries.ShownExchange, sent: Mapping[str, str], error: str | None = None, status: int = 200) -> ResponseReturnValue:
    if not found.may_be_another:
        return redirect(url_for(".show", rma=found.rma), 303)
    form = InsteadForm(instead_for(db.session.get_one(Exchange, found.id)), sent)
    form.error = error
    return page("returns/choose_again.html", status, exchange=found, form=form)


def _found(exchange_id: int) -> queries.ShownExchange:
    return queries.exchange(exchange_id, current.customer.id) or abort(404)


def _held(exchange_id: int) -> Exchange:
    """With its order and its return, as it stands once everybody before us is done."""
    of_it = Return.of(current.customer).join(ReturnItem).join(Exchange, Exchange.return_item_id == ReturnItem.id)
    if hold_return(of_it.where(Exchange.id == exchange_id)) is None:
        abort(404)
    return db.session.get_one(Exchange, exchange_id, with_for_update=True)
