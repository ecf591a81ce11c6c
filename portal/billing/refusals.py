"""Why a change to cards or a payment is refused, in words for the customer; the class names the reason."""

from portal.kit.refusal import Refusal


class LastCard(Refusal): ...


class AlreadySo(Refusal): ...


class NotThere(Refusal): ...


class NotOwed(Refusal): ...


class MoreThanPaid(Refusal): ...


class NotTheirCurrency(Refusal): ...


class CannotUndo(Refusal): ...


class ProviderIsAhead(Exception):
    """It shows a change of ours that we don't know of: this database is an old one. For an operator, not for a customer."""
