"""Why something can't be done with a return as it stands: as the customer reads it, and as staff do."""

from flask_babel import gettext as _

from portal.kit.refusal import Refusal


class NotNow(Refusal):
    """The decision has gone another way, or was not made yet."""

    status = 409

    def __init__(self, stands: str) -> None:
        super().__init__(_sentence(stands))


class NotExpired(Refusal):
    def __init__(self) -> None:
        super().__init__(_("It expires only when its last day has passed, nothing was sent and the customer was reminded twice."))


class ReasonNeeded(Refusal):
    def __init__(self) -> None:
        super().__init__(_("Say why: the reason is kept."))


class PhotoNeeded(Refusal):
    def __init__(self) -> None:
        super().__init__(_("Add a photo: the customer sees what you see."))


class MoreThanCame(Refusal):
    def __init__(self) -> None:
        super().__init__(_("That is more than came. Look at the quantities again."))


class MoreThanItsWorth(Refusal):
    def __init__(self) -> None:
        super().__init__(_("More can’t be kept back than what was paid for the units that are accepted."))


class PaidAlready(Refusal):
    def __init__(self) -> None:
        super().__init__(_("The money for it is on its way back already, so it can’t be decided less favourably any more."))


class ChangedHere(Refusal):
    status = 409

    def __init__(self) -> None:
        super().__init__(_("Somebody changed this meanwhile. Look at how it stands now, and decide again."))


class NotSettled(Refusal):
    def __init__(self) -> None:
        super().__init__(_("It can be closed once each unit is decided and all money has arrived."))


class NothingOwed(Refusal):
    def __init__(self) -> None:
        super().__init__(_("Nothing is to be paid back: accept what came first, or it was paid already."))


class DecidedAlready(Refusal):
    """A claim that stands elsewhere."""

    status = 409

    def __init__(self, stands: str) -> None:
        told = {
            "open": _("This claim has to be decided first."),
            "approved": _("This claim is approved already."),
            "resolved": _("This claim is done already."),
            "denied": _("This claim was declined already."),
            "canceled": _("The customer took this claim back."),
        }
        super().__init__(str(told[stands]))


class NothingGiven(Refusal):
    def __init__(self) -> None:
        super().__init__(_("Choose for at least one product what the customer is given, or decline the claim with the reason."))


class AskALead(Refusal):
    def __init__(self) -> None:
        super().__init__(_("This is for a lead to decide: it is above what an agent may give back, or against the rules."))


class AgainstTheRules(Refusal):
    def __init__(self, title: str) -> None:
        told = _("By the rules that can’t be done for %(product)s. A lead can make an exception, and says why.", product=title)
        super().__init__(told)


def _sentence(status: str) -> str:
    told = {
        "draft": _("It was not sent in yet: what goes back is still being chosen."),
        "requested": _("It has to be approved first."),
        "needs_review": _("It has to be approved first."),
        "approved": _("It is approved already."),
        "closed": _("It is closed. It can be reopened, with the reason."),
        "declined": _("It was declined, so nothing more is done with it."),
        "canceled": _("It was cancelled, so nothing more is done with it."),
        "expired": _("It has expired, as nothing was sent in time. What arrives all the same can still be received."),
    }
    return str(told[status])
