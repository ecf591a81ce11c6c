"""What a visitor may declare. All of it is kept, and what is wrong is said beside its field."""

from collections.abc import Mapping
from secrets import token_urlsafe

from flask_babel import gettext as _

from portal import photos
from portal.accounts import address
from portal.returns.actions.withdrawing import Declared

LONGEST = {"name": 200, "contract": 300, "parts": 1000, "email": 254}
"""Characters."""


class WithdrawalForm:
    def __init__(self, sent: Mapping[str, str], known: Mapping[str, str] | None = None) -> None:
        """`known` is what a customer who is signed in need not type."""
        self.errors = dict[str, str]()
        self.draft = sent["draft"] if photos.is_draft(sent.get("draft", "")) else token_urlsafe(24)
        told = {name: sent.get(name, (known or {}).get(name, "")) for name in LONGEST}
        self.name, self.contract, self.parts, self.email = (" ".join(text.replace("\x00", "").split()) for text in told.values())
        self.is_all = sent.get("how_much", "all") != "some"

    @property
    def declared(self) -> Declared:
        return Declared(self.name, self.contract, "" if self.is_all else self.parts, address(self.email) or "", self.draft)

    def check(self) -> bool:
        if not self.name:
            self.errors["name"] = _("Write your name, so that the receipt says who withdraws.")
        if not self.contract:
            self.errors["contract"] = _("Write the number of the order, or what you bought and when.")
        if address(self.email) is None:
            self.errors["email"] = _("Write the address for the receipt, such as name@example.com.")
        if not self.is_all and not self.parts:
            self.errors["parts"] = _("Write which products.")
        for name, most in LONGEST.items():
            if len(getattr(self, name)) > most:
                self.errors[name] = _("Please keep it to %(number)s characters.", number=most)
        return not self.errors
