"""What is in the box: how many of each, another in its place, one more, one less."""

from datetime import datetime

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from portal.accounts.current import current
from portal.catalog.models import Variant
from portal.catalog.queries import Offer
from portal.kit.clock import now
from portal.kit.db import transaction
from portal.kit.i18n import short_day
from portal.kit.web import LARGEST_ID, one_or_404, page, say
from portal.subscriptions import actions, queries
from portal.subscriptions.addressing import reach_of
from portal.subscriptions.forms import QuantityForm, SwapForm
from portal.subscriptions.forms.contents import ContentsForm, offered, whole_number
from portal.subscriptions.models import Subscription, SubscriptionItem
from portal.subscriptions.outlook import each, outlook
from portal.subscriptions.policy import Change
from portal.subscriptions.routes.door import bp, subscription_of, undo_of
from portal.subscriptions.shown import BoxLine, ShownSubscription
from portal.timeline import Entry


@bp.get("/subscriptions/<int:subscription_id>/products/<int:item_id>/quantity")
def ask_for_quantity(subscription_id: int, item_id: int) -> ResponseReturnValue:
    return _quantity_page(subscription_id, item_id, QuantityForm(request.args), 200)


@bp.post("/subscriptions/<int:subscription_id>/products/<int:item_id>/quantity")
def set_quantity(subscription_id: int, item_id: int) -> ResponseReturnValue:
    form = QuantityForm({"quantity": "", **request.form})
    if form.quantity is not None:
        with form.saying_why(), transaction():
            _set_quantity(subscription_id, item_id, form.quantity)
    return _quantity_page(subscription_id, item_id, form, 422) if form.error else _to_the_page(subscription_id)


@bp.get("/subscriptions/<int:subscription_id>/products/<int:item_id>/swap")
def ask_to_swap(subscription_id: int, item_id: int) -> ResponseReturnValue:
    return _swap_page(subscription_id, item_id, None, 200)


@bp.post("/subscriptions/<int:subscription_id>/products/<int:item_id>/swap")
def swap_product(subscription_id: int, item_id: int) -> ResponseReturnValue:
    form = ContentsForm()
    with form.saying_why(), transaction():
        _swap(subscription_id, item_id, request.form.get("to", ""))
    return _swap_page(subscription_id, item_id, form.error, 422) if form.error else _to_the_page(subscription_id)


@bp.get("/subscriptions/<int:subscription_id>/products/<int:item_id>/remove")
def ask_to_remove(subscription_id: int, item_id: int) -> ResponseReturnValue:
    return _remove_page(subscription_id, item_id, 200)


@bp.post("/subscriptions/<int:subscription_id>/products/<int:item_id>/remove")
def remove_product(subscription_id: int, item_id: int) -> ResponseReturnValue:
    form = ContentsForm()
    with form.saying_why(), transaction():
        _remove(subscription_id, item_id)
    return _remove_page(subscription_id, item_id, 422) if form.error else _to_the_page(subscription_id)


@bp.get("/subscriptions/<int:subscription_id>/add")
def ask_what_to_add(subscription_id: int) -> ResponseReturnValue:
    """All that can be added; with one of them, what would come of it."""
    if "variant" in request.args:
        return _add_page(subscription_id, QuantityForm({"from": "1", **request.args.to_dict()}), 200)
    shown = _shown(subscription_id)
    subscription_of(subscription_id).must_allow(Change.CONTENTS)
    return page("subscriptions/add.html", subscription=shown, offers=queries.choices(shown).to_add)


@bp.post("/subscriptions/<int:subscription_id>/add")
def add_product(subscription_id: int) -> ResponseReturnValue:
    form = QuantityForm({"quantity": "", **request.form})
    if form.quantity is not None:
        with form.saying_why(), transaction():
            _add(subscription_id, request.form.get("variant", ""), form.quantity)
    return _add_page(subscription_id, form, 422) if form.error else _to_the_page(subscription_id)


def _set_quantity(subscription_id: int, item_id: int, quantity: int) -> None:
    item = _item(subscription_id, item_id, lock=True)
    entry = actions.set_quantity(item, quantity, by=current.actor, at=now())
    _tell(item.subscription, entry, f"{_name(item)}: {quantity}.", _("It is that many already."))


def _swap(subscription_id: int, item_id: int, to: str) -> None:
    item, variant = _item(subscription_id, item_id, lock=True), _variant(to)
    entry = actions.swap_product(item, variant, by=current.actor, at=now())
    _tell(item.subscription, entry, _("Swapped for %(name)s.", name=variant.product.name), _("It is in that place already."))


def _remove(subscription_id: int, item_id: int) -> None:
    item = _item(subscription_id, item_id, lock=True)
    entry = actions.remove_product(item, by=current.actor, at=now())
    _tell(item.subscription, entry, _("%(name)s is out.", name=_name(item)), _("It is out already."))


def _add(subscription_id: int, which: str, quantity: int) -> None:
    subscription, variant = subscription_of(subscription_id, lock=True), _variant(which)
    entry = actions.add_product(subscription, variant, quantity, by=current.actor, at=now())
    _tell(subscription, entry, _("%(name)s added.", name=variant.product.name), _("It is in the box already."))


def _to_the_page(subscription_id: int) -> Response:
    return redirect(url_for("subscriptions.show", subscription_id=subscription_id), 303)


def _item(subscription_id: int, item_id: int, *, lock: bool = False) -> SubscriptionItem:
    """Of the customer's own subscription, in the box or taken out; or 404."""
    subscription = subscription_of(subscription_id, lock=lock)
    return next((item for item in subscription.items if item.id == item_id), None) or abort(404)


def _variant(typed: str) -> Variant:
    """Of the catalogue, or 404."""
    return one_or_404(select(Variant).where(Variant.id == min(whole_number(typed) or 0, LARGEST_ID)))


def _name(item: SubscriptionItem) -> str:
    return item.price.variant.product.name


def _tell(subscription: Subscription, entry: Entry | None, done: str, already: str) -> None:
    """What was done and from when on it counts; or that it was so already, and nothing was done."""
    if entry is None:
        say(already)
        return
    first = reach_of(subscription, at=now()).first
    since = _("From %(day)s on.", day=short_day(first)) if first else _("From the first delivery after the pause on.")
    say(done, since, undo=undo_of(entry))


def _shown(subscription_id: int) -> ShownSubscription:
    return queries.subscription(subscription_id, current.customer.id) or abort(404)


def _changeable(subscription_id: int, item_id: int) -> SubscriptionItem:
    """Or the reason why it can't be changed."""
    item = _item(subscription_id, item_id)
    item.subscription.must_allow(Change.CONTENTS)
    item.subscription.contents.must_be_inside(item)
    return item


def _line(shown: ShownSubscription, item_id: int) -> BoxLine:
    return next(line for line in shown.lines if line.item_id == item_id)


def _quantity_page(subscription_id: int, item_id: int, form: QuantityForm, status: int) -> ResponseReturnValue:
    """What would come of it, as soon as it is another number than now."""
    at, shown, item, looking = now(), _shown(subscription_id), _changeable(subscription_id, item_id), None
    form.begin_with(item.quantity)
    contents, line, quantity = item.subscription.contents, _line(shown, item_id), form.quantity
    if quantity is not None and quantity != item.quantity and not form.error:
        with form.saying_why():
            looking = outlook(item.subscription, lambda: contents.set_quantity(item, quantity), at=at)
    return page("subscriptions/quantity.html", status, subscription=shown, item=line, asking=form, looking=looking)


def _swap_page(subscription_id: int, item_id: int, refused: str | None, status: int) -> ResponseReturnValue:
    at, shown, item, looking = now(), _shown(subscription_id), _changeable(subscription_id, item_id), None
    choices, subscription = queries.choices(shown), item.subscription
    form = SwapForm(request.values, choices.to_swap[item_id], can_be=lambda offer: _can_be_swapped(item, offer, at=at))
    more = {offer.variant_id: _more(item, offer) for offer in form.offers}
    if form.chosen:
        variant = _variant(str(form.chosen.variant_id))
        with form.saying_why():
            looking = outlook(subscription, lambda: subscription.contents.swap(item, variant), at=at)
    form.error = refused or form.error
    return page(
        "subscriptions/swap.html", status, subscription=shown, item=_line(shown, item_id), asking=form, more=more,
        inside=choices.inside, looking=looking,
    )  # fmt: skip


def _can_be_swapped(item: SubscriptionItem, offer: Offer, *, at: datetime) -> bool:
    variant, trying = _variant(str(offer.variant_id)), ContentsForm()
    with trying.saying_why():
        outlook(item.subscription, lambda: item.subscription.contents.swap(item, variant), at=at)
    return trying.error is None


def _remove_page(subscription_id: int, item_id: int, status: int) -> ResponseReturnValue:
    """What would come of it; or why it can't be, and what can be done instead."""
    at, shown, item, looking = now(), _shown(subscription_id), _changeable(subscription_id, item_id), None
    contents, form = item.subscription.contents, ContentsForm()
    can_swap = bool(queries.choices(shown).to_swap[item_id])
    first = item.subscription.plan.first_open(at=at) if shown.can("dates") else None
    to_skip = (first.id, first.arrives_on) if first else None
    with form.saying_why():
        looking = outlook(item.subscription, lambda: contents.remove(item), at=at)
    return page(
        "subscriptions/remove.html", status, subscription=shown, item=_line(shown, item_id), error=form.error, looking=looking,
        can_swap=can_swap, to_skip=to_skip,
    )  # fmt: skip


def _add_page(subscription_id: int, form: QuantityForm, status: int) -> ResponseReturnValue:
    at, shown, subscription, looking = now(), _shown(subscription_id), subscription_of(subscription_id), None
    subscription.must_allow(Change.CONTENTS)
    variant, quantity, contents = _variant(request.values.get("variant", "")), form.quantity, subscription.contents
    offer = offered(queries.choices(shown).to_add, variant.id)
    if quantity is not None:
        with form.saying_why():
            looking = outlook(subscription, lambda: contents.add(contents.slot_for(variant), quantity), at=at)
    return page("subscriptions/add_one.html", status, subscription=shown, variant=variant, offer=offer, asking=form, looking=looking)


def _more(item: SubscriptionItem, offer: Offer) -> int:
    """What each delivery would cost more with this in the place of the item."""
    subscription, total = item.subscription, item.subscription.contents.total
    return each(subscription, total + item.quantity * (offer.amount - item.price.amount)) - each(subscription, total)
