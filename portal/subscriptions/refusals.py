"""Why a change is refused, in words for the customer."""

from flask_babel import gettext as _

from portal import payments
from portal.kit.refusal import Refusal
from portal.subscriptions.policy import Change, Obstacle


class NotNow(Refusal): ...


class TooLate(Refusal): ...


class NotScheduled(Refusal): ...


class NotSkipped(Refusal): ...


class WrongDay(Refusal): ...


class NothingLater(Refusal): ...


class WrongQuantity(Refusal): ...


class NotInTheGroup(Refusal): ...


class NotInTheRange(Refusal): ...


class NotInside(Refusal): ...


class AlreadyInside(Refusal): ...


class NothingLeft(Refusal): ...


class BelowMinimum(Refusal): ...


class WrongFrequency(Refusal): ...


class WrongCode(Refusal): ...


class CannotUndo(Refusal): ...


class ProviderIsAhead(Exception):
    """It shows a change of ours that we don't know of: this database is an old one. For an operator, not for a customer."""


def why_not(change: Change, found: Obstacle | None) -> str:
    """Why this can't be changed in this situation, and what can be done instead."""
    if found is None:
        running: dict[Change, str] = {
            Change.RESUME: _("This subscription is not paused."),
            Change.KEEP: _("This subscription is not about to end, so there is nothing to take back."),
            Change.BEGIN_AGAIN: _("This subscription runs already."),
        }
        return running[change]
    if change is Change.PAUSE and found is Obstacle.PAUSED:
        return str(_("This subscription is paused already. Resume it on the day that you want."))
    if change is Change.FREQUENCY and found is Obstacle.IN_TRIAL:
        return str(_("This is still the trial. How often it comes can be changed after the first delivery."))
    sentences: dict[Obstacle, str] = {
        Obstacle.ENDED: _("This subscription has ended, so nothing of it can be changed."),
        Obstacle.BEGINNING: _("This subscription is just beginning again. In some minutes it can be changed."),
        Obstacle.NOT_STARTED: _("The first payment is not complete yet. Everything can be changed after it."),
        Obstacle.ON_HOLD: _("The payment provider holds this subscription. Please write to us, so that we can look at it."),
        Obstacle.IN_TRIAL: _("This is still the trial. Dates can be changed after the first delivery."),
        Obstacle.PAUSED: _("This subscription is paused, so no delivery is planned. Resume it first."),
        Obstacle.CHARGING: _("A box is being charged right now. In about an hour, this can be changed again."),
        Obstacle.UNPAID: _("A payment is open. Once it is paid, this can be changed again."),
        Obstacle.SPECIAL: _(
            "This subscription is of a kind that can’t be changed here. Write to us, and we change, pause or cancel it for you."
        ),
        Obstacle.ENDING: _("This subscription is about to end. Keep it first, then this can be changed again."),
    }
    return sentences[found]


OWED, ENDED, SPECIAL = "owed", "ended", "special"
"""Why the provider is not asked at all; besides the problems that it may have itself (`payments.Declined`)."""


def why_declined(problem: str) -> str:
    """Why it was not done, and what helps."""
    sentences: dict[str, str] = {
        OWED: _("A payment of this subscription is open. Once it is paid, try again."),
        ENDED: _("The subscription had ended already."),
        SPECIAL: _("The shop has made a subscription of it that can’t be changed here."),
    }
    return sentences.get(problem) or payments.why_declined(problem)


def after_a_refusal(deed: str, problem: str) -> str:
    """Why a change was refused, and how things stand since."""
    why = why_declined(problem)
    if problem == ENDED:
        return str(_("%(why)s Nothing more is sent or charged.", why=why))
    if deed == "undone":
        return str(_("%(why)s What you wanted to undo still counts.", why=why))
    return str(_("%(why)s What it changed is as it was before.", why=why))
