"""A discount code, in whatever case and with whatever blanks it was typed."""

from collections.abc import Mapping
from datetime import datetime

from flask_babel import gettext as _

from portal.kit.i18n import clock_time
from portal.payments import Declined, Discount, TryAgain, UnusableCode, provider
from portal.subscriptions.refusals import why_declined

LONGEST = 50


class CodeForm:
    """Checked with the provider, while no transaction is open. What was typed is kept, and what is wrong with it is said beside it."""

    def __init__(
        self, sent: Mapping[str, str], *, used: str | None, account_ref: str, currency: str, waits: datetime | None, at: datetime
    ) -> None:
        """`used` is the code that counts already."""
        self.typed = sent.get("code", "")
        self.code = "".join(self.typed.split()).upper()
        self.discount: Discount | None = None
        self.is_unchecked = False
        """The provider could not be asked."""
        self.is_no_code = False
        self.error: str | None = None
        self.is_used = bool(self.code) and self.code == used
        if self.is_used:
            self.error = _("You use this code already.")
        elif "code" in sent and waits:
            self.error = _("Too many codes that were none. Try again at %(time)s.", time=clock_time(waits))
        elif "code" in sent:
            self._check(account_ref, currency, at=at)

    @property
    def is_usable(self) -> bool:
        return self.discount is not None or self.is_unchecked

    def _check(self, account_ref: str, currency: str, *, at: datetime) -> None:
        if not self.code or len(self.code) > LONGEST or not self.code.isprintable():
            self.error = _("Type the code as it was given to you, such as WINTER10.")
            return
        try:
            self.discount = provider().find_code(self.code, customer_ref=account_ref, currency=currency, at=at)
        except UnusableCode as unusable:
            self.error, self.is_no_code = why_declined(unusable.problem), True
        except (TryAgain, Declined):  # it is asked again when the code is sent
            self.is_unchecked = True
