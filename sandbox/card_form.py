"""What a person types on the page of Checkout, and the sentence for each way in which it is no card."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sandbox.known_cards import BY_FINGERPRINT, BY_NUMBER, TestCard

LONGEST_VALID = 50
"""Years ahead: a year further on is a slip of the hand."""


@dataclass
class CardForm:
    number: str = ""
    month: str = ""
    year: str = ""
    problems: dict[str, str] = field(default_factory=dict)
    """A sentence by the field that it is about."""
    card: TestCard | None = None
    expires: tuple[int, int] = (12, 2034)

    @classmethod
    def read(cls, sent: Mapping[str, str], now: int) -> "CardForm":
        """One that was picked from the list, or what was typed. The security code is looked at and forgotten."""
        if picked := sent.get("card"):
            form = cls(card=BY_FINGERPRINT.get(f"card{picked}"))
            if not form.card:
                form.problems["number"] = "Pick one of the test cards, or type its number."
            return form
        number, month, year, cvc = (sent.get(name, "").strip() for name in ("number", "month", "year", "cvc"))
        form = cls(number, month, year)
        form._check_number()
        form._check_expiry(datetime.fromtimestamp(now, UTC))
        form._check_cvc(cvc)
        return form

    def _check_number(self) -> None:
        digits = re.sub(r"[\s-]", "", self.number)
        if not digits:
            self.problems["number"] = "Type a test card's number, or pick one from the list."
        elif not re.fullmatch(r"[0-9]{12,19}", digits) or not is_luhn(digits):
            self.problems["number"] = "This is no card number. Check its digits."
        elif not (card := BY_NUMBER.get(digits)):
            # It may be somebody's: it is not shown again either.
            self.number = ""
            self.problems["number"] = "This is none of the test cards. The stand-in takes no others: never type a real one."
        else:
            self.card = card

    def _check_expiry(self, now: datetime) -> None:
        if not re.fullmatch(r"[0-9]{1,2}", self.month) or not 1 <= int(self.month) <= 12:
            self.problems["month"] = "Type the month as a number from 01 to 12."
        if not re.fullmatch(r"[0-9]{2}|20[0-9]{2}", self.year):
            self.problems["year"] = "Type the year's last two digits."
        if self.problems.keys() & {"month", "year"}:
            return
        month, year = int(self.month), 2000 + int(self.year) % 100
        if (year, month) < (now.year, now.month):
            self.problems["month"] = "This card has expired: its date is in the past."
        elif year > now.year + LONGEST_VALID:
            self.problems["year"] = "This year is too far ahead. Check the date on the card."
        self.expires = (month, year)

    def _check_cvc(self, cvc: str) -> None:
        length = 4 if self.card and self.card.brand == "amex" else 3
        if not re.fullmatch(rf"[0-9]{{{length}}}", cvc):
            self.problems["cvc"] = f"The security code has {length} digits{' on an American Express card' if length == 4 else ''}."


def is_luhn(digits: str) -> bool:
    doubled = [int(digit) * (1 + index % 2) for index, digit in enumerate(reversed(digits))]
    return sum(number // 10 + number % 10 for number in doubled) % 10 == 0
