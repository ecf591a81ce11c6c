"""What the desk's form shows of a return that staff put together for a customer: what each choice comes to, by each way back."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from portal.kit.db import db
from portal.returns.models import Outcome, Return, Way
from portal.returns.money import MoneyLine, total
from portal.returns.queries.drafts import Draft, staff_draft
from portal.returns.queries.instead import Instead
from portal.returns.queries.quoting import QuotedItem, chosen_instead, estimated, quoted
from portal.returns.queries.way_back import ways_of


@dataclass(frozen=True)
class PutDown:
    """A draft of staff, reckoned."""

    draft: Draft
    quotes: tuple[QuotedItem, ...]
    instead: dict[int, Instead]
    """What was chosen to go out, by the items' ids."""
    against: str
    """Why it goes back against the rules, where it does."""
    amounts: dict[Way, tuple[MoneyLine, ...]]
    """What comes back by each way that is open, line by line."""

    @property
    def lacks_instead(self) -> bool:
        """Whether it was not said yet what goes out for something."""
        return any(quote.item.outcome is Outcome.EXCHANGE and quote.item.id not in self.instead for quote in self.quotes)

    @property
    def totals(self) -> dict[Way, int]:
        return {way: total(lines) for way, lines in self.amounts.items()}

    def quote(self, line_id: int) -> QuotedItem | None:
        return next((quote for quote in self.quotes if quote.item.line.id == line_id), None)


def put_down_as(draft: Draft, *, at: datetime) -> PutDown:
    quotes = quoted(draft, at=at)
    skus = chosen_instead([item.id for item in draft.items])
    found = {quote.item.id: next((one for one in quote.instead if one.sku == skus.get(quote.item.id)), None) for quote in quotes}
    instead = {item_id: one for item_id, one in found.items() if one}
    chosen = {item.id: (item.outcome, instead.get(item.id) if item.outcome is Outcome.EXCHANGE else None) for item in draft.items}
    keeps_all = all(item.outcome is Outcome.KEEP for item in draft.items)
    ways = (Way.NONE,) if keeps_all else ways_of(draft.id)
    against = db.session.scalar(select(Return.note_of_staff).where(Return.id == draft.id)) or ""
    return PutDown(draft, quotes, instead, against, {way: estimated(draft, chosen, way) for way in ways})


def put_down(customer_id: int, rma: str, *, at: datetime) -> PutDown | None:
    found = staff_draft(customer_id, rma, at=at)
    return put_down_as(found, at=at) if found else None
