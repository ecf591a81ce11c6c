"""What a browser may send with a claim. All of it is kept, and what is wrong is said beside its field."""

from collections.abc import Mapping
from dataclasses import dataclass
from secrets import token_urlsafe

from flask_babel import gettext as _

from portal import photos
from portal.orders.models import OrderLine
from portal.returns.actions.claims import Asked
from portal.returns.models import ClaimKind, Wish
from portal.returns.policy.claims import ASK_FOR_PHOTO

LONGEST_WORDS, LONGEST_WHY = 2000, 300
"""Characters."""


@dataclass(frozen=True)
class ClaimableLine:
    """A line of the order, with how many of it can be claimed and how many are."""

    id: int
    title: str
    picture: str
    left: int
    chosen: int


class ClaimForm:
    def __init__(self, kind: ClaimKind, lines: list[OrderLine], left: Mapping[int, int], sent: Mapping[str, str]) -> None:
        self.kind, self.sent, self.errors = kind, sent, dict[str, str]()
        self.draft = sent["draft"] if photos.is_draft(sent.get("draft", "")) else token_urlsafe(24)
        self.lines = [
            ClaimableLine(line.id, line.title, line.picture, left[line.id], self._chosen(line.id, left[line.id], alone=len(lines) == 1))
            for line in lines
            if left[line.id] > 0
        ]
        self.words, self.why_no_photo = self._text("words"), self._text("why_no_photo")
        self.wish = Wish(sent["wish"]) if sent.get("wish") in list(Wish) else Wish.REPLACEMENT

    @property
    def asks_for_photo(self) -> bool:
        return self.kind in ASK_FOR_PHOTO

    @property
    def asked(self) -> Asked:
        quantities = {line.id: line.chosen for line in self.lines if line.chosen}
        return Asked(self.kind, quantities, self.wish, self.words, self.why_no_photo, self.draft)

    def check(self) -> bool:
        """Whether it can be taken as it is; the rules that need the order's lock come after."""
        if not any(line.chosen for line in self.lines):
            self.errors["lines"] = _("Choose at least one product.")
        if len(self.words) > LONGEST_WORDS:
            self.errors["words"] = _("Please keep it to %(number)s characters.", number=LONGEST_WORDS)
        if len(self.why_no_photo) > LONGEST_WHY:
            self.errors["why_no_photo"] = _("Please keep it to %(number)s characters.", number=LONGEST_WHY)
        return not self.errors

    def _chosen(self, line_id: int, left: int, *, alone: bool) -> int:
        """What was sent of it; on a form that was not sent, all of what is not there, and of a single product one."""
        told = self.sent.get(f"quantity-{line_id}", "")
        if "wish" in self.sent:
            return min(int(told), left) if told.isascii() and told.isdecimal() and len(told) < 7 else 0
        return left if self.kind is ClaimKind.NOT_HERE else int(alone)

    def _text(self, name: str) -> str:
        return self.sent.get(name, "").replace("\r\n", "\n").replace("\x00", "").strip()
