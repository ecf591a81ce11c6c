"""Why a claim is not taken, as the customer reads it."""

from datetime import date, datetime, timedelta

from flask_babel import gettext as _

from portal.kit.i18n import day, money
from portal.kit.refusal import Refusal
from portal.kit.shop import shop


class NotLateYet(Refusal):
    def __init__(self, expected_on: date) -> None:
        told = _(
            "It is expected by %(day)s, so it may still be on its way. If it is not there by then, tell us from the day after.",
            day=day(expected_on),
        )
        super().__init__(told)


class ClaimTooLate(Refusal):
    def __init__(self, title: str, before: datetime) -> None:
        on = day((before - timedelta(seconds=1)).astimezone(shop().zone).date())
        super().__init__(_("The time to report a problem with %(product)s ended on %(day)s. Write to us instead.", product=title, day=on))


class NothingChosen(Refusal):
    def __init__(self) -> None:
        super().__init__(_("Choose at least one product."))


class MoreThanThereIs(Refusal):
    def __init__(self) -> None:
        super().__init__(_("That is more than is left of this order to claim. Look at the quantities again."))


class NotADraft(Refusal):
    def __init__(self) -> None:
        super().__init__(_("This return was sent already."))


class TooLateToCancel(Refusal):
    def __init__(self) -> None:
        super().__init__(_("It is under way or decided already, so it can’t be cancelled any more. Write to us instead."))


class NothingToObjectTo(Refusal):
    def __init__(self) -> None:
        super().__init__(_("You have told us that already, or there is nothing to object to."))


class SomeWords(Refusal):
    def __init__(self) -> None:
        super().__init__(_("Say in a few words what is wrong with it."))


class TwoCurrencies(Refusal):
    def __init__(self) -> None:
        super().__init__(_("These orders were paid in different currencies. Start a return for each."))


class InAnotherReturn(Refusal):
    def __init__(self, title: str) -> None:
        told = _("%(product)s is in another return by now, or fewer are left than you chose. Look at the quantities again.", product=title)
        super().__init__(told)


class MayNotGoBack(Refusal):
    def __init__(self, title: str) -> None:
        super().__init__(_("%(product)s can’t be sent back. Take it out; the reason stands beside it.", product=title))


class ReasonMissing(Refusal):
    def __init__(self) -> None:
        super().__init__(_("Say why it goes back."))


class AnswerMissing(Refusal):
    def __init__(self) -> None:
        super().__init__(_("Answer this in a few words."))


class InsteadMissing(Refusal):
    def __init__(self) -> None:
        super().__init__(_("Choose what you would like instead."))


class OutcomeNotOffered(Refusal):
    def __init__(self, title: str) -> None:
        super().__init__(_("That can’t be had for %(product)s any more. Choose again what you would like for it.", product=title))


class WayNotOffered(Refusal):
    def __init__(self) -> None:
        super().__init__(_("It can’t go back that way. Choose another one."))


class AmountIsAnother(Refusal):
    def __init__(self) -> None:
        super().__init__(_("The amount is another one by now. Look at it again before you send this."))


class PhotoOrReason(Refusal):
    def __init__(self) -> None:
        super().__init__(_("Add a photo, or say in a few words why there is none."))


class NotOpenAnyMore(Refusal):
    def __init__(self) -> None:
        super().__init__(_("This claim has been decided already, so it can’t be taken back. Write to us instead."))


class NotToSend(Refusal):
    def __init__(self) -> None:
        super().__init__(_("This return is on its way already, or needs not be sent any more."))


class TooManyLabels(Refusal):
    def __init__(self) -> None:
        super().__init__(_("You have had several labels for this return. Write to us, and we help you send it."))


class WindowOver(Refusal):
    def __init__(self) -> None:
        super().__init__(_("Nobody can come at that time any more. Choose another one."))


class NoSuchNumber(Refusal):
    def __init__(self) -> None:
        super().__init__(_("That is no number of a parcel: it has at least six letters and digits. Look at the receipt again."))


class AnothersNumber(Refusal):
    def __init__(self) -> None:
        super().__init__(_("That is the number of another parcel. The right one is on the receipt that you got when you sent this one."))


class SoldOut(Refusal):
    def __init__(self, title: str) -> None:
        super().__init__(_("%(name)s is sold out by now. Choose something else, or take the money.", name=title))


class PriceIsAnother(Refusal):
    def __init__(self, title: str, difference: int, currency: str) -> None:
        if difference > 0:
            told = _(
                "The price of %(name)s has changed: %(amount)s would be to pay. Look at it again.",
                name=title,
                amount=money(difference, currency),
            )
        else:
            told = _("The price of %(name)s has changed. Look at it again.", name=title)
        super().__init__(told)


class NothingToPay(Refusal):
    def __init__(self) -> None:
        super().__init__(_("There is nothing to pay for it."))


class NotToBeTaken(Refusal):
    def __init__(self) -> None:
        super().__init__(_("That can’t be done any more: it is on its way to you already."))


class TooManyDeclarations(Refusal):
    def __init__(self) -> None:
        super().__init__(_("That is a lot of declarations in a short time. Write to us instead: that counts just as much."))
