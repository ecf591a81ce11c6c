"""How many, of what, how often. Whether that can be, the models say."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

from flask_babel import gettext as _

from portal.catalog.queries import Offer
from portal.kit.refusal import Refusal
from portal.subscriptions.models.contents import MOST
from portal.subscriptions.rhythm import Rhythm

OWN = "own"
UNITS = ("day", "week", "month")
STEPS = {"-1": -1, "1": 1}
LONGEST = 9
"""Digits: what is longer is no number of anything here."""


class ContentsForm:
    """What was typed is kept, and why it can't be is said beside it."""

    error: str | None = None

    @contextmanager
    def saying_why(self) -> Iterator[None]:
        """What is done in here may be refused."""
        try:
            yield
        except Refusal as refusal:
            self.error = str(refusal)


class QuantityForm(ContentsForm):
    """A number that is typed, or the one that is shown and one more or less."""

    def __init__(self, sent: Mapping[str, str]) -> None:
        self.typed = sent.get("quantity", sent.get("from"))
        """None if nothing was: then it begins with what is now."""
        self.quantity = whole_number(self.typed or "")
        if self.quantity is not None and (step := STEPS.get(sent.get("step", ""))):
            self.quantity = min(max(1, self.quantity + step), MOST)
            self.typed = str(self.quantity)
        if self.typed is not None and self.quantity is None:
            self.error = _("Choose a whole number from 1 to %(most)s.", most=MOST)

    def begin_with(self, now: int) -> None:
        if self.typed is None:
            self.typed, self.quantity = str(now), now


class SwapForm(ContentsForm):
    """One of those that may take the place; as long as none was chosen, the first that can."""

    def __init__(self, sent: Mapping[str, str], offers: list[Offer], *, can_be: Callable[[Offer], bool]) -> None:
        """`can_be` says whether the box may be so."""
        self.offers = offers
        if "to" not in sent:
            self.chosen = next((offer for offer in offers if can_be(offer)), None)
            return
        self.chosen = offered(offers, whole_number(sent["to"]))
        if offers and not self.chosen:
            self.error = _("Choose one of these.")


class FrequencyForm(ContentsForm):
    """One of those that the shop offers, or a number and a unit of their own."""

    def __init__(self, sent: Mapping[str, str], now: Rhythm, presets: Iterable[Rhythm]) -> None:
        known = {word(rhythm): rhythm for rhythm in presets}
        self.how = sent.get("every", word(now) if word(now) in known else OWN)
        self.count, self.unit = sent.get("count", "").strip(), sent.get("unit", now.unit if now.unit in UNITS else "month")
        self.rhythm = known.get(self.how)
        """None if it was not chosen yet, or can't be."""
        if self.how == OWN and (self.count or "show" in sent):  # with JavaScript, the number is asked for before it can be wrong
            self._read()
        elif self.how != OWN and not self.rhythm:
            self.error = _("Choose how often it comes.")

    def _read(self) -> None:
        number = whole_number(self.count)
        if number is None:
            self.error = _("Type a whole number, such as 6.")
        elif self.unit not in UNITS:
            self.error = _("Choose days, weeks or months.")
        else:
            self.rhythm = Rhythm(number, self.unit).plain


def word(rhythm: Rhythm) -> str:
    """As a form sends it: `2-week`."""
    return f"{rhythm.count}-{rhythm.unit}"


def offered(offers: list[Offer], variant_id: int | None) -> Offer | None:
    return next((offer for offer in offers if offer.variant_id == variant_id), None)


def whole_number(typed: str) -> int | None:
    """In the digits of any script. None if it is none, or has more of them than anything here."""
    digits = typed.strip()
    return int(digits) if digits.isdecimal() and len(digits) <= LONGEST else None
