"""What a delivery costs: exactly, as the provider reckons it, or about, as long as it has not been asked."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.payments import Discount
from portal.subscriptions.policy import discount_from, taken_off


@dataclass(frozen=True)
class Total:
    """All amounts in minor units of the subscription's currency."""

    subtotal: int
    discount: int
    tax: int
    """What comes on top."""
    credit: int
    """The part that the customer's credit pays."""
    due: int
    """What is charged to the card."""
    is_exact: bool
    """Whether the provider has said so of just these terms."""
    tax_included: int = 0
    """The part of the products that is tax."""


def invoiced(charge: dict[str, Any]) -> Total:
    """Of a delivery that has an invoice."""
    taxed = charge["subtotal"] - charge["discount"] + charge["tax"]
    credit, included = taxed - charge["due"], charge.get("tax_included", 0)  # kept before we asked which tax is: all on top
    return Total(charge["subtotal"], charge["discount"], charge["tax"], credit, charge["due"], is_exact=True, tax_included=included)


@dataclass(frozen=True)
class Reckoning:
    """What the totals of a subscription's deliveries follow from."""

    version: int
    discount: Discount | None
    next_total: dict[str, Any] | None
    """As the model keeps it."""
    has_credit: bool
    """Whether the customer's credit is there for it: the account's first charge takes it."""

    @classmethod
    def of(cls, version: int, discount: dict[str, Any] | None, next_total: dict[str, Any] | None, *, has_credit: bool) -> "Reckoning":
        return cls(version, discount_from(discount), next_total, has_credit)

    def total(
        self, subtotal: int, *, charge_at: datetime, is_next: bool, takes_once: bool | None = None, has_locked: bool = False
    ) -> Total:
        """Of one delivery. One that has locked is charged as the provider has it, whatever is changed meanwhile.

        `takes_once`: a discount for one delivery is for this one. That is the next, unless that had locked before there was the discount.
        """
        told = self.next_total
        if is_next and told and self._is_about_this(told, subtotal, charge_at, has_locked=has_locked):
            taxed = told["subtotal"] - told["discount"] + told["tax"]
            credit = taxed - told["due"] if self.has_credit else 0
            is_exact, included = self.has_credit or not told["balance"], told.get("tax_included", 0)
            return Total(subtotal, told["discount"], told["tax"], credit, taxed - credit, is_exact, included)
        discount = taken_off(self.discount, subtotal, charge_at=charge_at, is_next=is_next if takes_once is None else takes_once)
        tax, included = self._at_the_rate_of("tax", subtotal - discount), self._at_the_rate_of("tax_included", subtotal - discount)
        taxed = subtotal - discount + tax
        credit = min(told["balance"], taxed) if told and is_next and self.has_credit else 0
        return Total(subtotal, discount, tax, credit, taxed - credit, is_exact=False, tax_included=included)

    def _is_about_this(self, told: dict[str, Any], subtotal: int, charge_at: datetime, *, has_locked: bool) -> bool:
        if told.get("has_other_balance"):
            return False
        same = datetime.fromisoformat(told["charge_at"]) == charge_at and told["subtotal"] == subtotal
        return same and (has_locked or told["version"] == self.version)

    def _at_the_rate_of(self, name: str, net: int) -> int:
        """As in the charge that the provider told last: at the rate of that tax, halves up."""
        told = self.next_total
        if not told or not told.get(name) or told["subtotal"] <= told["discount"]:
            return 0
        told_net: int = told["subtotal"] - told["discount"]
        return int(2 * net * told[name] + told_net) // (2 * told_net)


def with_balance(next_total: dict[str, Any], balance: int) -> dict[str, Any]:
    """What the provider said last, with a balance that became known since: only "about", until it is asked again."""
    return {**next_total, "balance": balance, "has_other_balance": True}
