"""Why no money goes back, as people read it."""

from flask_babel import gettext as _

from portal.kit.i18n import money
from portal.kit.refusal import Refusal


class NotToBePaidNow(Refusal):
    def __init__(self) -> None:
        super().__init__(_("Money goes back only for what was approved, and is still open."))


class NotAccepted(Refusal):
    def __init__(self) -> None:
        super().__init__(_("Money goes back only for what came and was accepted."))


class NotKnownWhatWasPaid(Refusal):
    def __init__(self) -> None:
        super().__init__(_("What was paid for each line of this order is not known here, so the amount has to be worked out by hand."))


class MoreThanIsLeft(Refusal):
    """`left` in minor units."""

    def __init__(self, order: str, left: int, currency: str) -> None:
        told = {"number": order, "amount": money(left, currency)}
        super().__init__(_("Of what was paid for order %(number)s, %(amount)s can still go back, and no more.", **told))
