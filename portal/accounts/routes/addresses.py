"""The address book: where parcels may go, and which address is for all of them."""

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from portal.accounts import actions, news, queries
from portal.accounts.current import current, signed_in
from portal.accounts.forms import AddressForm
from portal.accounts.models import Address, Customer
from portal.accounts.unsent import typed_before
from portal.kit.clock import now
from portal.kit.db import transaction
from portal.kit.shop import shop
from portal.kit.web import one_or_404, page, say
from portal.timeline import Entry, key

bp = Blueprint("addresses", __name__, url_prefix="/account/addresses")
bp.before_request(signed_in)


@bp.get("")
def index() -> ResponseReturnValue:
    customer_id = current.customer.id
    book, used = queries.address_book(customer_id), news.what_goes_where(customer_id)
    return page("accounts/addresses.html", book=book, default=queries.default_address(customer_id), used=used)


@bp.get("/new")
def ask_to_add() -> ResponseReturnValue:
    return _form_page(AddressForm({"name": current.customer.name, **_chosen_country(), **typed_before()}))


@bp.post("/new")
def add() -> ResponseReturnValue:
    form = AddressForm(request.form)
    with transaction():
        customer = _locked()
        address = form.address(customer.id)
        known = address and actions.known_address(address, customer)
        if address and not known:
            entry = actions.add_address(address, customer, for_all="for_all" in request.form, by=current.actor, at=now())
    if not address:
        return _form_page(form, status=422)
    if known:
        say(_("This address is in your book already."))
    else:
        say(_("Added."), _goes_there(address), undo=_undo(entry))
    return _to_the_book()


@bp.get("/<int:address_id>")
def ask_to_correct(address_id: int) -> ResponseReturnValue:
    address = _mine(address_id)
    return _form_page(AddressForm.of(address, **{**_chosen_country(), **typed_before()}), address)


@bp.post("/<int:address_id>")
def correct(address_id: int) -> ResponseReturnValue:
    form = AddressForm(request.form)
    with transaction():
        customer = _locked()
        old = _mine(address_id)
        new = form.address(customer.id)
        entry = new and actions.correct_address(old, new, customer, by=current.actor, at=now())
    if not new:
        return _form_page(form, _mine(address_id), 422)
    if entry:
        say(_("Changed."), _goes_there(new), undo=_undo(entry))
    else:
        say(_("Nothing was changed."))
    return _to_the_book()


@bp.post("/<int:address_id>/for-all")
def choose_for_all(address_id: int) -> ResponseReturnValue:
    with transaction():
        customer = _locked()
        entry = actions.choose_for_all(address := _mine(address_id), customer, by=current.actor, at=now())
    say(_("Chosen."), _goes_there(address), undo=_undo(entry) if entry else None)
    return _to_the_book()


@bp.post("/<int:address_id>/remove")
def remove(address_id: int) -> ResponseReturnValue:
    with transaction():
        customer = _locked()
        entry = actions.remove_address(_mine(address_id), customer, by=current.actor, at=now())
    say(_("Removed."), undo=_undo(entry))
    return _to_the_book()


@bp.post("/changes/<int:entry_id>/undo")
def undo(entry_id: int) -> ResponseReturnValue:
    with transaction():
        customer = _locked()
        entry = one_or_404(select(Entry).where(Entry.id == entry_id, Entry.subject == key(customer)))
        actions.undo_in_book(entry, customer, by=current.actor, at=now())
    say(_("Undone."), _("Your addresses are as they were before."))
    return _to_the_book()


def _locked() -> Customer:
    return one_or_404(Customer.locked(current.customer.id))


def _mine(address_id: int) -> Address:
    return one_or_404(Address.of(current.customer).where(Address.id == address_id))


def _chosen_country() -> dict[str, str]:
    """What the page asks for when another country is chosen: no more than that stands in its address."""
    return {"country": request.args["country"]} if "country" in request.args else {}


def _form_page(form: AddressForm, address: Address | None = None, status: int = 200) -> ResponseReturnValue:
    is_first = not queries.address_book(current.customer.id)
    follows = shop().tells_when_packed
    return page("accounts/address.html", status, form=form, address=address, is_first=is_first, tells_when_packed=follows)


def _goes_there(address: Address) -> str:
    is_default = queries.default_address(address.customer_id) is address
    return _("All deliveries go to %(address)s.", address=", ".join(address.lines)) if is_default else ", ".join(address.lines)


def _undo(entry: Entry) -> str:
    return url_for("addresses.undo", entry_id=entry.id)


def _to_the_book() -> Response:
    return redirect(url_for("addresses.index"), 303)
