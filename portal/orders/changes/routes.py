"""Cancel a line, or send an order elsewhere, until it is packed."""

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import selectinload
from werkzeug.wrappers import Response

from portal.accounts import AddressForm
from portal.accounts.actions import add_address, known_address
from portal.accounts.current import current, signed_in
from portal.accounts.models import Address, Customer
from portal.accounts.queries import address_book
from portal.kit.clock import now
from portal.kit.db import transaction
from portal.kit.i18n import money
from portal.kit.web import LARGEST_ID, one_or_404, page, say
from portal.orders import actions
from portal.orders.actions.changing import must_be_open
from portal.orders.changes.shown import line_to_cancel
from portal.orders.models import LineCancellation, Order, OrderLine

bp = Blueprint("order_changes", __name__)
bp.before_request(signed_in)


@bp.get("/orders/<path:number>/lines/<int:position>/cancel")
def ask_to_cancel(number: str, position: int) -> ResponseReturnValue:
    order = _order(number)
    looking = line_to_cancel(order, _line(order, position), at=now())
    return page("orders/cancel_line.html", number=number, position=position, looking=looking)


@bp.post("/orders/<path:number>/lines/<int:position>/cancel")
def cancel(number: str, position: int) -> ResponseReturnValue:
    units, before = (_number(request.form.get(name, "")) for name in ("units", "before"))
    with transaction():
        order = _order(number)
        done = actions.cancel_line(order, _line(order, position), units, before=before, by=current.actor, at=now())
        if done:
            say(_("Cancelled."), _what_goes_back(done, order))
    return _to_the_order(number)


@bp.get("/orders/<path:number>/address")
def ask_where_to(number: str) -> ResponseReturnValue:
    order = _order(number)
    must_be_open(order, at=now())
    return page("orders/address.html", number=number, address_id=order.address_id, book=address_book(current.customer.id))


@bp.post("/orders/<path:number>/address")
def send_to(number: str) -> ResponseReturnValue:
    chosen = _number(request.form.get("address", ""))
    with transaction():
        order = _order(number)
        _send(order, one_or_404(Address.of(current.customer).where(Address.id == chosen)))
    return _to_the_order(number)


@bp.get("/orders/<path:number>/address/new")
def ask_for_another_address(number: str) -> ResponseReturnValue:
    must_be_open(_order(number), at=now())
    form = AddressForm({"name": current.customer.name, **request.args.to_dict()})
    return page("orders/address_new.html", number=number, form=form)


@bp.post("/orders/<path:number>/address/new")
def send_to_another_address(number: str) -> ResponseReturnValue:
    form = AddressForm(request.form)
    with transaction():
        customer = one_or_404(Customer.locked(current.customer.id))
        order = _order(number)
        must_be_open(order, at=now())
        if typed := form.address(customer.id):
            address = known_address(typed, customer) or typed
            if address is typed:
                add_address(address, customer, for_all=False, by=current.actor, at=now())
            _send(order, address)
    return _to_the_order(number) if typed else page("orders/address_new.html", 422, number=number, form=form)


def _order(number: str) -> Order:
    return one_or_404(Order.of(current.customer).where(Order.number == number).options(selectinload(Order.lines)))


def _line(order: Order, position: int) -> OrderLine:
    return next((line for line in order.lines if line.position == position), None) or abort(404)


def _send(order: Order, address: Address) -> None:
    entry = actions.send_elsewhere(order, address, by=current.actor, at=now())
    say(_("New delivery address.") if entry else _("It goes there already."))


def _what_goes_back(done: LineCancellation, order: Order) -> str:
    if done.amount is None:
        return str(_("We work out what you get back, and give it back within two working days."))
    amount = money(done.amount, order.currency)
    if done.by_hand:
        return str(_("%(amount)s go back to you within two working days.", amount=amount))
    return str(_("%(amount)s go back to you.", amount=amount)) if done.amount else ""


def _number(given: str) -> int:
    """0 for what is none, which is never one of ours."""
    return min(int(given), LARGEST_ID) if given.isdecimal() and len(given) < 11 else 0


def _to_the_order(number: str) -> Response:
    return redirect(url_for("orders.show", number=number), 303)
