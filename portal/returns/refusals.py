"""Why a claim is not taken, as the customer reads it."""

from datetime import date

from flask_babel import gettext as _

from portal.kit.i18n import day
from portal.kit.refusal import Refusal


class NotLateYet(Refusal):
    def __init__(self, expected_on: date) -> None:
        told = _(
            "It is expected by %(day)s, so it may still be on its way. If it is not there by then, tell us from the day after.",
            day=day(expected_on),
        )
        super().__init__(told)


class NothingChosen(Refusal):
    def __init__(self) -> None:
        super().__init__(_("Choose at least one product."))


class MoreThanThereIs(Refusal):
    def __init__(self) -> None:
        super().__init__(_("That is more than is left of this order to claim. Look at the quantities again."))


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
