"""What a browser may send of a return that is put together, step by step. What is wrong is said beside its field, and all of it is kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_babel import gettext as _

from portal.returns.models import Outcome
from portal.returns.policy.outcomes import lacks
from portal.returns.policy.terms import Reason
from portal.returns.queries.drafts import Draft, DraftItem
from portal.returns.queries.quoting import QuotedItem, QuotedOutcome

LONGEST_WORDS, LONGEST_ANSWER = 2000, 300
"""Characters."""
SAME = "same"
"""The reason of the first item counts for this one too."""
NO_NUMBER = -1
"""As a quantity: what was sent is none, and is refused like one that is not there."""


def chosen(sent: Mapping[str, str]) -> dict[int, int]:
    """How many of each line: those that are ticked."""
    ticked = [name.removeprefix("line-") for name in sent if name.startswith("line-")]
    return {int(line): _number(sent.get(f"quantity-{line}") or sent[f"line-{line}"]) for line in ticked if _is_id(line)}


def text(sent: Mapping[str, str], name: str) -> str:
    return sent.get(name, "").replace("\r\n", "\n").replace("\x00", "").strip()


def _is_id(written: str) -> bool:
    return written.isascii() and written.isdecimal() and len(written) < 10


def _number(written: str) -> int:
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 7 else NO_NUMBER


@dataclass
class Why:
    """Of one item, why it goes back."""

    item: DraftItem
    offered: tuple[Reason, ...]
    is_first: bool
    reason: str
    """Its key, SAME, or nothing."""
    detail: str
    answer: str
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"reason-{self.item.id}"

    @property
    def known(self) -> Reason | None:
        return next((one for one in self.offered if one.key == self.reason), None)

    def detail_name(self, reason: Reason) -> str:
        return f"detail-{self.item.id}-{reason.key}"

    def answer_name(self, reason: Reason) -> str:
        return f"answer-{self.item.id}-{reason.key}"


class ReasonForm:
    def __init__(self, draft: Draft, sent: Mapping[str, str], *, photos: int) -> None:
        self.draft, self.photos, self.errors = draft, photos, dict[str, str]()
        self.is_sent = "draft" in sent
        self.words = text(sent, "words") if self.is_sent else draft.words
        self.withdraws = draft.may_withdraw and "withdraw" in sent
        self.items = [self._why(item, sent, is_first=not place) for place, item in enumerate(draft.items)]

    @property
    def asks_for_photo(self) -> bool:
        """Whether a photo is of use for anything that can be chosen."""
        return any(reason.photo != "no" for why in self.items for reason in why.offered)

    @property
    def needs_photo(self) -> bool:
        return any(why.known and why.known.photo == "needed" for why in self.items)

    def check(self) -> bool:
        if len(self.words) > LONGEST_WORDS:
            self.errors["words"] = _("Please keep it to %(number)s characters.", number=LONGEST_WORDS)
        if self.withdraws:
            return not self.errors
        first = self.items[0]
        for why in self.items:
            if why.reason == SAME and not why.is_first:
                why.reason, why.detail, why.answer = first.reason, first.detail, first.answer
            self._check(why)
        return not self.errors and not any(why.errors for why in self.items)

    def _check(self, why: Why) -> None:
        if why.known is None:
            why.errors["reason"] = _("Say why it goes back.")
            return
        lacking = lacks(why.known, detail=why.detail, answer=why.answer, photos=self.photos)
        if "detail" in lacking:
            why.errors["detail"] = _("Choose what fits best.")
        if "answer" in lacking:
            why.errors["answer"] = _("Answer this in a few words.")
        if len(why.answer) > LONGEST_ANSWER:
            why.errors["answer"] = _("Please keep it to %(number)s characters.", number=LONGEST_ANSWER)
        if "photo" in lacking and not self.words:
            self.errors["photos"] = _("Add a photo, or say in a few words why there is none.")

    def _why(self, item: DraftItem, sent: Mapping[str, str], *, is_first: bool) -> Why:
        offered = item.order.terms.reasons_for(item.line.category)
        default = item.reason or ("" if is_first else SAME)
        reason = sent.get(f"reason-{item.id}", "" if self.is_sent else default)
        if reason == item.reason and not self.is_sent:
            return Why(item, offered, is_first, reason, item.detail, item.answer)
        detail, answer = sent.get(f"detail-{item.id}-{reason}", ""), text(sent, f"answer-{item.id}-{reason}")
        return Why(item, offered, is_first, reason, detail, answer)


@dataclass
class What:
    """Of one item, what is given for it."""

    quoted: QuotedItem
    chosen: QuotedOutcome | None
    instead: str
    """The SKU of what goes out."""
    error: str = ""

    @property
    def name(self) -> str:
        return f"outcome-{self.quoted.item.id}"

    @property
    def instead_name(self) -> str:
        return f"instead-{self.quoted.item.id}"


class OutcomeForm:
    def __init__(self, quoted: tuple[QuotedItem, ...], kept: Mapping[int, str], sent: Mapping[str, str]) -> None:
        """`kept` are the SKUs that were chosen before, by the items' ids."""
        self.is_sent = any(name.startswith("outcome-") for name in sent)
        self.items = [self._what(one, kept.get(one.item.id, ""), sent) for one in quoted]

    def check(self) -> bool:
        for what in self.items:
            if what.chosen is None:
                what.error = _("Choose what you would like for it.")
            elif what.chosen.outcome is Outcome.EXCHANGE and not any(one.sku == what.instead for one in what.quoted.instead):
                what.error = _("Choose what you would like instead.")
        return not any(what.error for what in self.items)

    def _what(self, quoted: QuotedItem, kept: str, sent: Mapping[str, str]) -> What:
        wanted = sent.get(f"outcome-{quoted.item.id}", "" if self.is_sent else quoted.item.outcome)
        found = next((one for one in quoted.outcomes if one.outcome == wanted), None)
        if found is None and not self.is_sent and quoted.outcomes:
            found = quoted.outcomes[0]
        return What(quoted, found, sent.get(f"instead-{quoted.item.id}", kept))
