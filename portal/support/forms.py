"""What a browser may send from the desk."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from portal.accounts.models import LONGEST_REASON, SHORTEST_REASON, Why
from portal.kit.money import to_minor
from portal.kit.refusal import Refusal
from portal.photos import is_draft
from portal.returns.actions.by_shop import Said
from portal.returns.actions.on_behalf import Line, Wanted
from portal.returns.actions.receiving import Came, Found
from portal.returns.models import Outcome, Wish
from portal.returns.queries.on_behalf import PutDown
from portal.tasks import NotThen

LONGEST = 2000
"""Characters of what somebody writes."""
WITHDRAWAL = "*"
"""As a reason: none has to be given."""
Sent = Mapping[str, str]


class NotANumber(Refusal):
    def __init__(self) -> None:
        super().__init__(_("Write how many, and an amount such as 4.20."))


@dataclass(frozen=True)
class Condition:
    """How something came, as a form says it."""

    is_damaged: bool = False
    is_wrong: bool = False
    is_lost: bool = False


CONDITIONS = {
    "good": Condition(),
    "damaged": Condition(is_damaged=True),
    "wrong": Condition(is_wrong=True),
    "lost": Condition(is_lost=True),
}


class ViewForm:
    """Why somebody wants to see a customer's pages: a word, and a sentence that the customer reads."""

    def __init__(self, sent: Sent, task_ids: Collection[int] = ()) -> None:
        """`task_ids` are those of what waits for this customer: it can be for no other."""
        self.reason = " ".join(text(sent, "reason").split())
        self.chosen = sent.get("why", "")
        self.task_id = next((number for number in task_ids if self.chosen == f"{Why.TASK}:{number}"), None)
        self.error = ""
        if sent and len(self.reason) < SHORTEST_REASON:
            self.error = _("Say it in a sentence, with at least %(number)s characters.", number=SHORTEST_REASON)
        elif len(self.reason) > LONGEST_REASON:
            self.error = _("Say it shorter, with at most %(number)s characters.", number=LONGEST_REASON)

    @property
    def is_right(self) -> bool:
        return not self.error and len(self.reason) >= SHORTEST_REASON

    @property
    def why(self) -> Why:
        if self.task_id:
            return Why.TASK
        return Why.PHONE if self.chosen == Why.PHONE else Why.OTHER


def text(sent: Sent, name: str) -> str:
    return sent.get(name, "").replace("\r\n", "\n").replace("\x00", "").strip()[:LONGEST]


def moment(sent: Sent, day: str, time: str, zone: ZoneInfo) -> datetime:
    """A day and an hour, as two fields of a browser tell them. Raises NotThen."""
    try:
        return datetime.fromisoformat(f"{sent.get(day, '')}T{sent.get(time, '')}").replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise NotThen from None


def came(sent: Sent, item_ids: list[int]) -> dict[int, Came]:
    """By the item's id, of each that the form was about. Raises NotANumber."""
    found = {}
    for item_id in item_ids:
        if f"seen-{item_id}" in sent:
            how = CONDITIONS.get(sent.get(f"how-{item_id}", ""), CONDITIONS["good"])
            units = _number(sent.get(f"here-{item_id}", ""))
            found[item_id] = Came(
                units, sent[f"seen-{item_id}"], how.is_damaged, how.is_wrong, how.is_lost, _draft(sent, f"draft-{item_id}")
            )
    return found


def found(sent: Sent, currency: str) -> Found:
    """Raises NotANumber."""
    return Found(
        accepted=_number(sent.get("accepted", "")),
        seen=sent.get("seen", ""),
        deduction=_amount(sent.get("deduction", ""), currency),
        finding=sent.get("finding", ""),
        note=text(sent, "note"),
        draft=_draft(sent, "draft"),
        against=text(sent, "against"),
    )


def amounts(sent: Sent, ids: list[int], currency: str) -> dict[int, int]:
    """By the id, of each for which one was written. Raises NotANumber."""
    return {one: _amount(sent[f"amount-{one}"], currency) for one in ids if sent.get(f"amount-{one}", "").strip()}


def by_shop(sent: Sent, item_ids: list[int], currency: str) -> dict[int, Said]:
    """By the item's id, of each for which an amount was written. Raises NotANumber."""
    return {
        item_id: Said(amount, text(sent, f"why-{item_id}"), sent.get(f"seen-{item_id}", ""))
        for item_id, amount in amounts(sent, item_ids, currency).items()
    }


def another_way(sent: Sent) -> str | None:
    """`credit`, `hand` or `ask`; None for anything else."""
    return next((way for way in ("credit", "hand", "ask") if way == sent.get("way")), None)


def told_of_way(way: str) -> str:
    told = {
        "credit": _("The money goes another way: as store credit."),
        "hand": _("The money goes another way: by hand, to an account that the customer names."),
        "ask": _("The customer has the link to choose."),
    }
    return str(told[way])


def given(sent: Sent, line_ids: list[int]) -> dict[int, Wish]:
    """What is given for which line of a claim, by its id."""
    told = {line_id: sent.get(f"given-{line_id}", "") for line_id in line_ids}
    return {line_id: Wish(wish) for line_id, wish in told.items() if wish in list(Wish)}


def wanted(sent: Sent, key: str) -> Wanted:
    """What staff put together for a customer: the lines of which there is more than none. Raises NotANumber."""
    names = [name.removeprefix("quantity-") for name in sent if name.startswith("quantity-")]
    lines = {int(name): _number(sent[f"quantity-{name}"]) for name in names if name.isascii() and name.isdecimal() and len(name) < 10}
    told = {line_id: _line(sent, line_id, quantity) for line_id, quantity in lines.items() if quantity}
    return Wanted(told, key, text(sent, "words"), text(sent, "against"))


def as_sent(kept: PutDown) -> dict[str, str]:
    """A draft, as the form would send it."""
    sent = {"draft": kept.draft.key, "words": kept.draft.words, "against": kept.against, "way": str(kept.draft.way or "")}
    for item in kept.draft.items:
        why = ":".join(filter(None, (item.reason, item.detail))) or WITHDRAWAL
        instead = kept.instead.get(item.id)
        told = {"quantity": str(item.quantity), "why": why, "answer": item.answer, "outcome": str(item.outcome)}
        told["instead"] = instead.sku if instead else ""
        sent |= {f"{name}-{item.line.id}": value for name, value in told.items()}
    return sent


def _line(sent: Sent, line_id: int, quantity: int) -> Line:
    reason, _colon, detail = sent.get(f"why-{line_id}", "").partition(":")
    wanted = sent.get(f"outcome-{line_id}", "")
    return Line(
        quantity=quantity,
        reason=None if reason == WITHDRAWAL else reason,
        detail=detail,
        answer=text(sent, f"answer-{line_id}"),
        outcome=Outcome(wanted) if wanted in list(Outcome) else Outcome.REFUND,
        instead=sent.get(f"instead-{line_id}", ""),
    )


def _draft(sent: Sent, name: str) -> str:
    return sent[name] if is_draft(sent.get(name, "")) else ""


def _number(typed: str) -> int:
    if not (typed.isascii() and typed.isdecimal() and len(typed) < 7):
        raise NotANumber
    return int(typed)


def _amount(typed: str, currency: str) -> int:
    """With a point or a comma; nothing is zero. Never below it, and never more than a database keeps."""
    try:
        amount = Decimal(typed.strip().replace(",", ".") or "0")
        if not 0 <= amount < 10**9:
            raise NotANumber
        return to_minor(amount, currency)
    except (InvalidOperation, ValueError):
        raise NotANumber from None
