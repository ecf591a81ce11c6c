"""Whom a name, an address of mail or a number to call belongs to, by the words that are kept of each: docs/decisions/finding-people.md"""

import re
import string
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, and_, func, intersect, literal, or_, select
from sqlalchemy.orm import aliased

from portal.accounts.models import Customer, CustomerWord, domain_word, mail_word, phone_word
from portal.accounts.queries import cities
from portal.kit.db import db
from portal.kit.folding import BEYOND, LONGEST, folded, parts_of, slips_of

MOST_HITS = 20
SHORTEST = 2
"""Letters: fewer would show half of the shop's customers."""
MOST_WORDS = 5
"""So many of those that were typed count."""
ENOUGH_DIGITS = 7
"""Of a number to call, for it to be one person's and no part of it."""
LONGEST_COUNTRY = 3
"""Digits of a country, which one may have been told with and the other without. Source: ITU-T E.164."""
SPREAD = 2
"""Rows that are looked at for each that is shown: one person may be meant by more than one word."""
FEW, MANY = 1_000, 15_000
"""Of the rows that begin with a word: so few are gone through one by one; among so many, enough are found soon. Between them, both are."""
SHORTEST_SLIP, LONGEST_SLIP = 4, 60
"""Letters of a word in which a slip is looked for: a shorter one would be half of all others, a longer one is no name."""
MAIL_BEGINS = 8
"""Characters of an address: a slip behind them is looked for among those that begin so, for it might be any of two thousand."""
NUMBER = re.compile(r"\+?[\d\s()/.\-–]+")
DOMAIN = re.compile(r"[^\s@.]+(\.[^\s@.]+)+")
IN_NAMES, IN_MAIL = string.ascii_lowercase, f"{string.ascii_lowercase}{string.digits}.-_"


@dataclass(frozen=True)
class Hit:
    id: int
    name: str
    email: str
    city: str
    """Where their parcels go; empty if that is not known."""


def people(ids: Collection[int]) -> list[Hit]:
    """Each once, as they come; one more than are shown."""
    some = list(islice(dict.fromkeys(ids), MOST_HITS + 1))
    if not some:
        return []
    found = select(Customer.id, Customer.name, Customer.email).where(Customer.id.in_(some))
    where = cities(some)
    hits = {row.id: Hit(*row, where.get(row.id, "")) for row in db.session.execute(found)}
    return [hits[customer_id] for customer_id in some]


def called_at(typed: str) -> tuple[list[Hit], bool]:
    """Whose number ends like this; and whether it is the whole number, but for a country that only one of the two names."""
    word = phone_word(typed) if NUMBER.fullmatch(typed) else ""
    if not word:
        return [], False
    known = [word[: len(word) - cut] for cut in range(1, LONGEST_COUNTRY + 1) if len(word) - cut > ENOUGH_DIGITS]
    found = select(CustomerWord.customer_id, CustomerWord.word).where(or_(_begins(CustomerWord.word, word), CustomerWord.word.in_(known)))
    rows = db.session.execute(found.order_by(CustomerWord.word, CustomerWord.customer_id).limit(MOST_HITS * SPREAD)).all()
    whole = len(word) > ENOUGH_DIGITS and all(len(row.word) <= len(word) + LONGEST_COUNTRY for row in rows)
    return people([row.customer_id for row in rows]), whole


def named(typed: str) -> list[Hit]:
    """Who has, for each word that was typed, one that begins with it; of a single word, those whose address begins with it come last, and
    behind them those whose address is of that domain."""
    wanted = _wanted(typed)
    if len(wanted) > 1:
        return people(_with_all([_counted(chunk, plain) for chunk, plain in wanted]))
    ids: list[int] = []
    for word in _readings(*wanted[0]) if wanted else ():
        ids += _with(word) if len(set(ids)) <= MOST_HITS else []
    return people(ids)


def nearly_named(typed: str) -> list[Hit]:
    """Who has all of these words but for one slip in one of them. That one is looked for whole: half a word with a slip may be any."""
    words = [_readings(chunk, plain)[0] for chunk, plain in _wanted(typed)]
    counted = [_how_many(word) for word in words]
    for at in sorted(range(len(words)), key=counted.__getitem__):
        others = [word for other, word in enumerate(words) if other != at]
        if slips := _slips(words[at]):
            some = [_begins(CustomerWord.word, other) for other in others]
            sets = [select(CustomerWord.customer_id).where(one).limit(MANY).subquery() for one in (CustomerWord.word.in_(slips), *some)]
            both = intersect(*(select(one.c.customer_id) for one in sets)).subquery()
            if ids := _ids(select(both.c.customer_id).order_by(both.c.customer_id).limit(MOST_HITS + 1)):
                return people(ids)
        if not counted[at]:
            break
    return []


def _wanted(typed: str) -> list[tuple[str, str]]:
    """What was typed, word by word, and each folded. None where nothing of it has letters enough."""
    chunks = [(chunk.lstrip("@"), "".join(parts_of(folded(chunk)))[:LONGEST]) for chunk in typed.split()]
    wanted = [(chunk, plain) for chunk, plain in chunks if plain][:MOST_WORDS]
    return wanted if max((len(plain) for _, plain in wanted), default=0) >= SHORTEST else []


def _readings(chunk: str, plain: str) -> list[str]:
    """As what it may be looked for, the likeliest first."""
    if "@" in chunk:
        return [mail_word(chunk)]
    return [plain, mail_word(chunk), *([domain_word(chunk)] if DOMAIN.fullmatch(chunk) else [])]


def _counted(chunk: str, plain: str) -> tuple[int, str]:
    """How many begin with it, and as what: as the first reading of it that there is."""
    readings = _readings(chunk, plain)
    found = ((_how_many(word), word) for word in readings)
    return next((one for one in found if one[0]), (0, readings[0]))


def _slips(word: str) -> set[str]:
    if not SHORTEST_SLIP <= len(word) <= LONGEST_SLIP:
        return set()
    if not word.startswith("@"):
        return slips_of(word, IN_NAMES)
    begins = word[:MAIL_BEGINS]
    alike = set(db.session.scalars(select(CustomerWord.word).where(_begins(CustomerWord.word, begins)).limit(FEW)))
    slips = (mail_word(slip) for slip in slips_of(word[1:], IN_MAIL))
    return {slip for slip in slips if not slip.startswith(begins) or slip in alike}


def _with(word: str) -> list[int]:
    found = select(CustomerWord.customer_id).where(_begins(CustomerWord.word, word))
    return _ids(found.order_by(CustomerWord.word, CustomerWord.customer_id).limit(MOST_HITS * SPREAD))


def _with_all(words: Sequence[tuple[int, str]]) -> list[int]:
    """The rarest of them leads; each comes with how many begin with it."""
    (rarest, first), (next_rarest, second), *_ = counted = sorted(words)
    customer_id: Any = CustomerWord.customer_id
    order: tuple[Any, ...] = CustomerWord.word, customer_id
    if rarest >= FEW and next_rarest < MANY:
        both = intersect(*(select(CustomerWord.customer_id).where(_begins(CustomerWord.word, word)) for word in (first, second)))
        customer_id = both.subquery().c.customer_id
        found, order = select(customer_id), (customer_id,)
    else:
        found = select(customer_id).where(_begins(CustomerWord.word, first))
    for _, word in counted[1:]:
        found = found.where(_has(customer_id, word))
    return _ids(found.order_by(*order).limit(MOST_HITS * SPREAD))


def _has(customer_id: Any, word: str) -> ColumnElement[bool]:
    """As a value and not as `EXISTS`, which PostgreSQL would rather answer for all of them at once, when a few are enough."""
    theirs = aliased(CustomerWord)
    return select(literal(1)).where(theirs.customer_id == customer_id, _begins(theirs.word, word)).limit(1).scalar_subquery() == 1


def _how_many(word: str) -> int:
    some = select(CustomerWord.id).where(_begins(CustomerWord.word, word)).limit(MANY)
    return db.session.scalar(select(func.count()).select_from(some.subquery())) or 0


def _begins(word: Any, beginning: str) -> ColumnElement[bool]:
    return and_(word >= beginning, word < beginning + BEYOND)


def _ids(query: Any) -> list[int]:
    return list(db.session.scalars(query))
