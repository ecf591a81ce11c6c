"""“Withdraw from contract here”: for everybody, without signing in, in two steps, with a receipt to the second."""

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts.current import current
from portal.accounts.models import Customer
from portal.kit import headers
from portal.kit.clock import now
from portal.kit.db import transaction
from portal.kit.i18n import language, speaking
from portal.kit.web import network, page
from portal.returns.actions import withdrawing
from portal.returns.forms.withdrawal import WithdrawalForm
from portal.returns.links import withdrawal_key, withdrawal_of
from portal.returns.queries import withdrawals as queries
from portal.returns.refusals import TooManyDeclarations

withdrawals_bp = Blueprint("withdrawals", __name__, url_prefix="/withdraw")


@withdrawals_bp.get("")
def ask() -> ResponseReturnValue:
    return page("returns/withdraw.html", form=WithdrawalForm({"contract": request.args.get("order", "")}, _known()))


@withdrawals_bp.post("")
def read_again() -> ResponseReturnValue:
    """The statement as it will be made. Nothing is kept yet, and “Change something” comes back here with all that was typed."""
    form = WithdrawalForm(request.form, _known())
    if "change" in request.form:
        return page("returns/withdraw.html", form=form)
    if not form.check():
        return page("returns/withdraw.html", 422, form=form)
    return page("returns/withdraw_confirm.html", form=form)


@withdrawals_bp.post("/confirm")
def confirm() -> ResponseReturnValue:
    form, customer = WithdrawalForm(request.form, _known()), _customer()
    if not form.check():
        return page("returns/withdraw.html", 422, form=form)
    time_zone = customer.time_zone if customer else None
    try:
        with transaction():
            made = withdrawing.declare(
                form.declared, customer=customer, network=network(), locale=language(), time_zone=time_zone, at=now()
            )
            sealed = withdrawal_key(made.reference)
    except TooManyDeclarations as refusal:
        form.errors["email"] = str(refusal)
        return page("returns/withdraw.html", 429, form=form)
    return redirect(url_for(".receipt", sealed=sealed), 303)


@withdrawals_bp.get("/<sealed>")
@headers.no_referrer
def receipt(sealed: str) -> ResponseReturnValue:
    """In the language in which it was declared: that is how the mail says it too."""
    reference = withdrawal_of(sealed)
    found = queries.receipt(reference) if reference else None
    if found is None:
        abort(404)
    customer = _customer()
    with speaking(found.locale, found.time_zone):
        return page("returns/withdrawn.html", receipt=found, is_mine=bool(customer and customer.id == found.customer_id))


def _customer() -> Customer | None:
    return current.signed_in.customer if current.signed_in else None


def _known() -> dict[str, str]:
    customer = _customer()
    return {"name": customer.name, "email": customer.email} if customer else {}
