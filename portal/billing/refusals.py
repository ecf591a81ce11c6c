"""Why a change to cards or a payment is refused, in words for the customer; the class names the reason."""

from flask_babel import gettext as _

from portal.kit.refusal import Refusal


class LastCard(Refusal): ...


class AlreadySo(Refusal): ...


class NotThere(Refusal): ...


class NotOwed(Refusal): ...


class MoreThanPaid(Refusal): ...


class NotTheirCurrency(Refusal): ...


class CannotUndo(Refusal): ...


class LessCreditThere(Refusal):
    def __init__(self) -> None:
        super().__init__(_("A part of this credit was spent meanwhile. Look at what is left of it, and choose again."))


class ProviderIsAhead(Exception):
    """It shows a change of ours that we don't know of: this database is an old one. For an operator, not for a customer."""
