"""Send the boxes of one subscription somewhere else than all others."""

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts import AddressForm
from portal.accounts.actions import add_address, known_address
from portal.accounts.current import current
from portal.accounts.models import Address, Customer
from portal.accounts.queries import address_book
from portal.kit.clock import now
from portal.kit.db import transaction
from portal.kit.i18n import short_day
from portal.kit.web import LARGEST_ID, one_or_404, page, say
from portal.subscriptions import actions
from portal.subscriptions.addressing import goal_of, reach_of
from portal.subscriptions.models import Subscription
from portal.subscriptions.policy import Change
from portal.subscriptions.routes.door import bp, subscription_of, undo_of
from portal.timeline import Entry

FOR_ALL = "all"
"""What the form sends for the address of all deliveries."""


@bp.get("/subscriptions/<int:subscription_id>/address")
def ask_where_to(subscription_id: int) -> ResponseReturnValue:
    at, customer_id, subscription = now(), current.customer.id, subscription_of(subscription_id)
    subscription.must_allow(Change.ADDRESS)
    goal, book, reach = goal_of(subscription_id, customer_id), address_book(customer_id), reach_of(subscription, at=at)
    return page("subscriptions/address.html", subscription=subscription, goal=goal, book=book, reach=reach)


@bp.post("/subscriptions/<int:subscription_id>/address")
def send_to(subscription_id: int) -> ResponseReturnValue:
    chosen = request.form.get("address", "")
    with transaction():
        subscription = subscription_of(subscription_id, lock=True)
        address = None if chosen == FOR_ALL else _mine(chosen)
        entry = actions.send_to(subscription, address, by=current.actor, at=now())
        _tell(subscription, entry)
    return _to_the_page(subscription_id)


@bp.get("/subscriptions/<int:subscription_id>/address/new")
def ask_for_another_address(subscription_id: int) -> ResponseReturnValue:
    subscription_of(subscription_id).must_allow(Change.ADDRESS)
    return _form_page(subscription_id, AddressForm({"name": current.customer.name, **request.args.to_dict()}), 200)


@bp.post("/subscriptions/<int:subscription_id>/address/new")
def send_to_another_address(subscription_id: int) -> ResponseReturnValue:
    form = AddressForm(request.form)
    with transaction():
        customer = one_or_404(Customer.locked(current.customer.id))
        subscription = subscription_of(subscription_id, lock=True)
        subscription.must_allow(Change.ADDRESS)
        if typed := form.address(customer.id):
            address = known_address(typed, customer) or typed
            if address is typed:
                add_address(address, customer, for_all=False, by=current.actor, at=now())
            entry = actions.send_to(subscription, address, by=current.actor, at=now())
            _tell(subscription, entry)
    return _to_the_page(subscription_id) if typed else _form_page(subscription_id, form, 422)


def _mine(chosen: str) -> Address:
    """From the customer's own book, or 404."""
    number = int(chosen) if chosen.isdecimal() and len(chosen) < 11 else 0
    return one_or_404(Address.of(current.customer).where(Address.id == min(number, LARGEST_ID)))


def _tell(subscription: Subscription, entry: Entry | None) -> None:
    if entry is None:
        say(_("It goes there already."))
        return
    reach = reach_of(subscription, at=now())
    say(_("New delivery address."), _("From %(day)s on.", day=short_day(reach.first)) if reach.first else "", undo=undo_of(entry))


def _form_page(subscription_id: int, form: AddressForm, status: int) -> ResponseReturnValue:
    reach = reach_of(subscription_of(subscription_id), at=now())
    return page("subscriptions/address_new.html", status, subscription=subscription_of(subscription_id), form=form, reach=reach)


def _to_the_page(subscription_id: int) -> Response:
    return redirect(url_for("subscriptions.show", subscription_id=subscription_id), 303)
