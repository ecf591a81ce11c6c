"""Why the shop's own system is told no, in words for its developer; and why a customer is, in the customer's."""

from portal.kit.refusal import Refusal


class Unfit(ValueError):
    """What was told of a parcel can't be so. Nothing was written."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


class BeingPacked(Refusal): ...


class ChangedMeanwhile(Refusal): ...
