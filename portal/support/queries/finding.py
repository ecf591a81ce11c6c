"""Who is meant: people, by what belongs to one of them alone, by a number to call, or by the beginnings of their words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, intersect, literal, or_, select, union
from sqlalchemy.orm import aliased

from portal.accounts.models import Customer, CustomerWord, mail_word, phone_word
from portal.billing.models import Attempt, BillingAccount, Card, Invoice, Refund
from portal.kit.db import db
from portal.kit.folding import BEYOND, LONGEST, folded, parts_of
from portal.orders.models import Order, Shipment
from portal.returns.models import Claim, Return, ReturnParcel, Withdrawal
from portal.subscriptions.models import Subscription

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
NUMBER = re.compile(r"\+?[\d\s()/.\-–]+")
AT_THE_PROVIDER = re.compile(r"[a-z]{2,8}_\w+", re.ASCII)


@dataclass(frozen=True)
class Hit:
    id: int
    name: str
    email: str


@dataclass(frozen=True)
class Hits:
    people: list[Hit]
    is_exact: bool = False
    """Found by something that belongs to one person alone."""
    has_more: bool = False
    """Than are shown."""
    unclaimed: str | None = None
    """The number of an order that came with an address which nobody has verified: it is shown to nobody yet."""
    nobodys_return: str | None = None
    """The number of a return that is no customer's."""


def search(typed: str) -> Hits:
    """By what belongs to one person (whole address, number of an order, a name of the provider's), else by a number to call, else by
    the beginnings of names and addresses, in any order."""
    if len(typed) < SHORTEST:
        return Hits([])
    if exact := _people(_ids(union(*_owners_of(typed)))):
        return Hits(exact[:MOST_HITS], is_exact=True, has_more=len(exact) > MOST_HITS)
    if NUMBER.fullmatch(typed) and (word := phone_word(typed)):
        called, is_whole = _called_at(word)
        if called:
            return Hits(called[:MOST_HITS], is_exact=is_whole, has_more=len(called) > MOST_HITS)
    people = _named(typed)
    if people:
        return Hits(people[:MOST_HITS], has_more=len(people) > MOST_HITS)
    spellings = _spellings(typed)
    unclaimed = db.session.scalar(select(Order.number).where(Order.number.in_(spellings), Order.customer_id.is_(None)))
    nobodys = db.session.scalar(select(Return.rma).where(Return.rma.in_(spellings), Return.customer_id.is_(None)))
    return Hits([], unclaimed=unclaimed, nobodys_return=nobodys)


def _spellings(typed: str) -> set[str]:
    """Numbers are the same in capitals; one of a parcel is kept without blanks."""
    return {typed, typed.upper(), "".join(typed.split()).upper()}


def _owners_of(typed: str) -> Iterator[Select[Any]]:
    """What this may be the name of, each a stretch of an index of its own: one question of several sides would walk through all rows."""
    if "@" in typed:
        yield select(Customer.id).where(Customer.email == typed.lower())
    elif AT_THE_PROVIDER.fullmatch(typed):
        accounts = select(BillingAccount.customer_id)
        yield accounts.where(BillingAccount.provider_ref == typed)
        yield select(Subscription.customer_id).where(Subscription.provider_ref == typed)
        yield accounts.join(Card, Card.account_id == BillingAccount.id).where(Card.provider_ref == typed)
        invoices = accounts.join(Invoice, Invoice.account_id == BillingAccount.id)
        yield invoices.where(Invoice.provider_ref == typed)
        attempts = invoices.join(Attempt, Attempt.invoice_id == Invoice.id)
        yield attempts.where(Attempt.provider_ref == typed)
        yield attempts.join(Refund, Refund.attempt_id == Attempt.id).where(Refund.provider_ref == typed)
    spellings = _spellings(typed)
    yield select(Order.customer_id).where(Order.number.in_(spellings))
    yield select(Return.customer_id).where(Return.rma.in_(spellings))
    yield select(Claim.customer_id).where(Claim.reference.in_(spellings))
    yield select(Withdrawal.customer_id).where(Withdrawal.reference.in_(spellings))
    yield select(Order.customer_id).join(Shipment, Shipment.order_id == Order.id).where(Shipment.tracking_number.in_(spellings))
    back = select(Return.customer_id).join(ReturnParcel, ReturnParcel.return_id == Return.id)
    yield back.where(ReturnParcel.tracking_number.in_(spellings))


def _called_at(word: str) -> tuple[list[Hit], bool]:
    """Whose number ends like this; and whether it is the whole number, but for a country that only one of the two names."""
    known = [word[: len(word) - cut] for cut in range(1, LONGEST_COUNTRY + 1) if len(word) - cut > ENOUGH_DIGITS]
    found = select(CustomerWord.customer_id, CustomerWord.word).where(or_(_begins(CustomerWord.word, word), CustomerWord.word.in_(known)))
    rows = db.session.execute(found.order_by(CustomerWord.word, CustomerWord.customer_id).limit(MOST_HITS * SPREAD)).all()
    whole = len(word) > ENOUGH_DIGITS and all(len(row.word) <= len(word) + LONGEST_COUNTRY for row in rows)
    return _people([row.customer_id for row in rows]), whole


def _named(typed: str) -> list[Hit]:
    """Who has, for each word that was typed, one that begins with it; of a single word, those whose address begins with it come last."""
    chunks = [(chunk, "".join(parts_of(folded(chunk)))[:LONGEST]) for chunk in typed.split()]
    wanted = [mail_word(chunk) if "@" in chunk else plain for chunk, plain in chunks if plain][:MOST_WORDS]
    if max(map(len, wanted), default=0) < SHORTEST:
        return []
    if len(wanted) > 1:
        return _people(_with_all(wanted))
    ids = _with(wanted[0])
    return _people(ids if len(set(ids)) > MOST_HITS or "@" in typed else [*ids, *_with(mail_word(typed))])


def _with(word: str) -> list[int]:
    found = select(CustomerWord.customer_id).where(_begins(CustomerWord.word, word))
    return _ids(found.order_by(CustomerWord.word, CustomerWord.customer_id).limit(MOST_HITS * SPREAD))


def _with_all(words: Sequence[str]) -> list[int]:
    """The rarest of them leads."""
    (rarest, first), (next_rarest, second), *_ = counted = sorted((_how_many(word), word) for word in words)
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
    return [customer_id for customer_id in db.session.scalars(query) if customer_id is not None]


def _people(ids: Sequence[int]) -> list[Hit]:
    """Each once, as they come; one more than are shown."""
    some = list(islice(dict.fromkeys(ids), MOST_HITS + 1))
    if not some:
        return []
    found = select(Customer.id, Customer.name, Customer.email).where(Customer.id.in_(some))
    hits = {row.id: Hit(*row) for row in db.session.execute(found)}
    return [hits[customer_id] for customer_id in some]
