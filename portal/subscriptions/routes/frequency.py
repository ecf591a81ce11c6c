"""How often it comes."""

from dataclasses import dataclass

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.accounts.current import current
from portal.kit.clock import now
from portal.kit.db import transaction
from portal.kit.i18n import short_day
from portal.kit.web import page, say
from portal.subscriptions import actions, history, queries
from portal.subscriptions.forms import FrequencyForm
from portal.subscriptions.forms.contents import word
from portal.subscriptions.outlook import each, outlook
from portal.subscriptions.policy import Change
from portal.subscriptions.rhythm import Rhythm
from portal.subscriptions.routes.door import bp, subscription_of, undo_of


@dataclass(frozen=True)
class Preset:
    """A rhythm of the shop in which all of the box can come."""

    rhythm: Rhythm
    each: int
    """What a delivery costs then, as a rule."""
    now: int

    @property
    def word(self) -> str:
        return word(self.rhythm)

    @property
    def share(self) -> float:
        """More than now, or less: 0.04 is 4 percent more."""
        return round(self.each / self.now - 1, 2) if self.now else 0.0


@bp.get("/subscriptions/<int:subscription_id>/frequency")
def ask_how_often(subscription_id: int) -> ResponseReturnValue:
    return _page(subscription_id, None, 200)


@bp.post("/subscriptions/<int:subscription_id>/frequency")
def change_frequency(subscription_id: int) -> ResponseReturnValue:
    shown = queries.subscription(subscription_id, current.customer.id) or abort(404)
    form = FrequencyForm({"every": "", "show": "", **request.form}, Rhythm(shown.every_count, shown.every_unit), queries.rhythms(shown))
    if form.rhythm:
        with form.saying_why(), transaction():
            _change(subscription_id, form.rhythm)
    if form.error:
        return _page(subscription_id, form.error, 422)
    return redirect(url_for("subscriptions.show", subscription_id=subscription_id), 303)


def _change(subscription_id: int, rhythm: Rhythm) -> None:
    subscription = subscription_of(subscription_id, lock=True)
    entry = actions.change_frequency(subscription, rhythm, by=current.actor, at=now())
    if entry is None:
        say(_("It comes that often already."))
        return
    first = subscription.plan.first_open(at=now()).arrives_on
    often = history.often(rhythm.count, rhythm.unit)
    say(_("Changed."), _("It comes %(often)s, next on %(day)s.", often=often, day=short_day(first)), undo=undo_of(entry))


def _page(subscription_id: int, refused: str | None, status: int) -> ResponseReturnValue:
    """What each rhythm costs stands beside it; what would come of the one that is chosen, below."""
    at, shown = now(), queries.subscription(subscription_id, current.customer.id) or abort(404)
    rhythms, subscription, looking, in_four_weeks = queries.rhythms(shown), subscription_of(subscription_id), None, None
    subscription.must_allow(Change.FREQUENCY)
    was = subscription.rhythm
    form = FrequencyForm(request.values, was, rhythms)
    price = each(subscription, subscription.contents.total)
    presets = [Preset(rhythm, each(subscription, subtotal), price) for rhythm, subtotal in rhythms.items()]
    if (rhythm := form.rhythm) and rhythm != was:
        with form.saying_why():
            looking = outlook(subscription, lambda: subscription.contents.come_every(rhythm, at=at), at=at)
            in_four_weeks = [round(looking.before * 28 / was.days), round(looking.after * 28 / rhythm.days)]
    form.error = refused or form.error
    return page(
        "subscriptions/frequency.html", status, subscription=shown, was=was, presets=presets, asking=form, looking=looking,
        in_four_weeks=in_four_weeks,
    )  # fmt: skip
