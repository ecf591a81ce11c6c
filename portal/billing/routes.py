"""The pages of cards, invoices and credit, and what can be done on them."""

from datetime import timedelta
from itertools import groupby

from flask import Blueprint, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from portal.accounts.current import current, only_themselves, signed_in
from portal.billing import actions, history, queries, words
from portal.billing.models import BillingAccount, CardSetup, Invoice
from portal.billing.models.invoices import must_be_payable
from portal.billing.pages import open_page
from portal.billing.shown import ShownCard, ShownInvoice
from portal.billing.use import is_used
from portal.kit import i18n
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.kit.headers import also_allow
from portal.kit.web import LARGEST_ID, one_or_404, page, say
from portal.payments import WantedPage, page_origin, why_declined
from portal.timeline import Entry

bp = Blueprint("billing", __name__, url_prefix="/account")
bp.before_request(signed_in)
bp.app_template_global("card_name")(words.card_name)
bp.app_template_global("why_refunded")(words.why_refunded)
bp.app_template_global("why_refused")(words.why)
bp.app_template_global()(why_declined)
bp.app_template_global("what_to_do")(words.what_to_do)
bp.app_template_global("billing_did")(history.title)
bp.app_template_global("billing_who")(history.who)
LINES = 10
"""Of the history on the page."""
TOLD_FOR = timedelta(days=3)
"""So long a refusal of the provider is told on the page."""


@bp.get("/payment")
def show() -> ResponseReturnValue:
    at, customer_id = now(), current.customer.id
    accounts = queries.accounts(customer_id)
    return page(
        "billing/payment.html",
        at=at,
        accounts=accounts,
        owed=queries.open_invoices(customer_id),
        history=queries.history(customer_id, accounts, LINES),
        refused=queries.refused_lately(accounts, since=at - TOLD_FOR),
    )


@bp.get("/payment/<int:account_id>/add")
def ask_to_add(account_id: int) -> ResponseReturnValue:
    customer_id = current.customer.id
    accounts = queries.accounts(customer_id)
    account = next((one for one in accounts if one.id == account_id), None) or abort(404)
    if account.is_gone:
        return redirect(url_for("billing.show"), 303)
    replaced = next((card for card in account.cards if card.id == request.args.get("replaces", 0, int)), None)
    owed = [one for one in queries.open_invoices(customer_id) if one.account_id == account_id and one.is_collected]
    also_allow("form-action", page_origin())
    return page("billing/add.html", account=account, replaced=replaced, owed=owed)


@bp.post("/payment/<int:account_id>/add")
@only_themselves
def add_card(account_id: int) -> ResponseReturnValue:
    """To the provider's page, which comes back to ours. Nothing is open in the database while the provider makes it."""
    base, at = current_app.config["PORTAL_BASE_URL"], now()
    with transaction():
        account = one_or_404(BillingAccount.of(current.customer).where(BillingAccount.id == account_id).with_for_update())
        replaces_id = request.form.get("replaces", 0, int)
        replaces = account.card(replaces_id) if replaces_id else None
        everything = "everything" in request.form
        setup = actions.begin_card_setup(account, for_everything=everything, replaces=replaces, by=current.actor, at=at)
        setup_id, url = setup.id, setup.page_url
        back = base + url_for("billing.returned", setup_id=setup_id)
        wanted = WantedPage(setup.key, account.provider_ref, account.currency, setup.expires_at, back, f"{back}?left=1", i18n.language())
    if url is None and (opened := open_page(setup_id, wanted)):
        with transaction():
            one_or_404(BillingAccount.of(current.customer).where(BillingAccount.id == account_id).with_for_update())
            actions.note_page(db.session.get_one(CardSetup, setup_id), opened)
        url = opened.url
    if url is None:
        said = _("The payment provider does not answer right now.")
        say(said, _("Nothing was changed. Try again in a minute."), tone="bad")
    return redirect(url or url_for("billing.show"), 303)


@bp.get("/cards/return/<int:setup_id>")
@only_themselves
def returned(setup_id: int) -> ResponseReturnValue:
    """Back from the provider's page: have a look taken, which may be asked for any number of times, and say how far it is.

    Who comes from its way back (`left`) has decided nothing yet, for this is a link that anybody may follow: the page asks.
    """
    with transaction():
        one_or_404(BillingAccount.asking(setup_id, current.customer).with_for_update())
        actions.come_back(db.session.get_one(CardSetup, setup_id), at=now())
    setup = queries.setup(setup_id, current.customer.id) or abort(404)
    return page("billing/returned.html", at=now(), setup=setup, left="left" in request.args)


@bp.post("/cards/return/<int:setup_id>/leave")
@only_themselves
def leave(setup_id: int) -> ResponseReturnValue:
    with transaction():
        one_or_404(BillingAccount.asking(setup_id, current.customer).with_for_update())
        actions.leave_page(db.session.get_one(CardSetup, setup_id), at=now())
    return redirect(url_for("billing.returned", setup_id=setup_id), 303)


@bp.post("/cards/<int:card_id>/default")
@only_themselves
def make_default(card_id: int) -> ResponseReturnValue:
    with transaction():
        account = one_or_404(BillingAccount.holding(card_id, current.customer).with_for_update())
        card = account.card(card_id)
        entry = actions.make_default(account, card, by=current.actor, at=now())
        said = _("%(card)s is the default now.", card=words.card_name(card.brand, card.last4))
        undo = url_for("billing.undo", entry_id=entry.id)
    say(said, _("It pays your next charges."), undo=undo)
    return redirect(url_for("billing.show"), 303)


@bp.get("/cards/<int:card_id>/remove")
def ask_to_remove(card_id: int) -> ResponseReturnValue:
    account = one_or_404(BillingAccount.holding(card_id, current.customer))
    card = account.card(card_id)
    then, is_last = account.after_removal_of(card, refused=queries.refused_cards(account.id)), account.usable == [card]
    return page("billing/remove.html", account=account, card=card, then=then, is_needed=is_last and is_used(account))


@bp.post("/cards/<int:card_id>/remove")
@only_themselves
def remove_card(card_id: int) -> ResponseReturnValue:
    with transaction():
        account = one_or_404(BillingAccount.holding(card_id, current.customer).with_for_update())
        card = account.card(card_id)
        actions.remove_card(account, card, by=current.actor, at=now())
        said = _("%(card)s is removed.", card=words.card_name(card.brand, card.last4))
        then = account.default
        more = _("%(card)s is the default.", card=words.card_name(then.brand, then.last4)) if then else ""
    say(said, more)
    return redirect(url_for("billing.show"), 303)


@bp.post("/cards/undo/<int:entry_id>")
@only_themselves
def undo(entry_id: int) -> ResponseReturnValue:
    with transaction():
        account = one_or_404(BillingAccount.changed_by(entry_id, current.customer).with_for_update())
        actions.undo(one_or_404(select(Entry).where(Entry.id == entry_id)), account, by=current.actor, at=now())
    say(_("Undone."), _("What it changed is as it was before."))
    return redirect(url_for("billing.show"), 303)


@bp.get("/billing")
def invoices() -> ResponseReturnValue:
    customer_id, which = current.customer.id, request.args.get("show", "")
    before = request.args.get("before", None, int)
    found = queries.invoices(customer_id, which=which, before=max(0, min(before, LARGEST_ID)) if before else None)
    shown = found[: queries.SHOWN]
    year = now().astimezone(i18n.time_zone()).year
    return page(
        "billing/invoices.html",
        months=[(month, list(group)) for month, group in groupby(shown, lambda one: i18n.month(one.written_at))],
        oldest=shown[-1].id if len(found) > len(shown) else None,
        which=which if which in queries.NARROWED else "",
        year=year,
        paid=queries.paid_in(year, customer_id) if before is None else [],
    )


@bp.get("/billing/<int:invoice_id>")
def show_invoice(invoice_id: int) -> ResponseReturnValue:
    invoice = queries.invoice(invoice_id, current.customer.id) or abort(404)
    cards = _cards_for(invoice)
    return page("billing/invoice.html", at=now(), invoice=invoice, payment=queries.last_payment(invoice_id), cards=cards)


@bp.get("/billing/<int:invoice_id>/pay")
def ask_to_pay(invoice_id: int) -> ResponseReturnValue:
    invoice = queries.invoice(invoice_id, current.customer.id) or abort(404)
    must_be_payable(invoice.status)
    at, last, cards = now(), invoice.last_try, _cards_for(invoice)
    refused = [card for card in cards if last and last.is_refused and (card.brand, card.last4) == (last.brand, last.last4)]
    chosen = next((card for card in cards if card not in refused and not card.is_over(at=at)), next(iter(cards), None))
    return page("billing/pay.html", at=at, invoice=invoice, cards=cards, refused=last, refused_cards=refused, chosen=chosen)


@bp.post("/billing/<int:invoice_id>/pay")
def pay_invoice(invoice_id: int) -> ResponseReturnValue:
    with transaction():
        account = one_or_404(BillingAccount.billed(invoice_id, current.customer).with_for_update())
        card = account.card(request.form.get("card", 0, int))
        actions.pay_invoice(db.session.get_one(Invoice, invoice_id), card, by=current.actor, at=now())
    return redirect(url_for("billing.show_invoice", invoice_id=invoice_id), 303)


def _cards_for(invoice: ShownInvoice) -> list[ShownCard]:
    """Cards stay with their account."""
    return [card for card in queries.cards_of(current.customer.id) if card.account_id == invoice.account_id]
