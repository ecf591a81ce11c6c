"""Who is meant: people, by what belongs to one of them alone, by a number to call, or by the beginnings of their words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, union
from sqlalchemy.orm import aliased

from portal.accounts.models import Customer, CustomerWord, phone_word
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
SPREAD = 10
"""Rows that are looked at for each that is shown: one person has several words, and may be meant by more than one."""
COUNTED = 500
"""From so many on, it does not matter how many begin with a word."""
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
    """Who has, for each word that was typed, one that begins with it. The rarest of them leads, the others only have to be there."""
    wanted = [ways for chunk in typed.split() if (ways := _ways(chunk))][:MOST_WORDS]
    if max((len(plain) for plain, *_ in wanted), default=0) < SHORTEST:
        return []
    first, *others = sorted(wanted, key=_how_many) if len(wanted) > 1 else wanted
    found = select(CustomerWord.customer_id).where(_begins_with_one(CustomerWord.word, first))
    for ways in others:
        too = aliased(CustomerWord)
        found = found.where(exists().where(too.customer_id == CustomerWord.customer_id, _begins_with_one(too.word, ways)))
    return _people(_ids(found.order_by(CustomerWord.word, CustomerWord.customer_id).limit(MOST_HITS * SPREAD)))


def _ways(chunk: str) -> tuple[str, ...]:
    """As the word of a name; and, if there are signs in it, as the beginning of an address of mail."""
    plain = "".join(parts_of(folded(chunk)))[:LONGEST]
    if not plain:
        return ()
    if "@" in chunk:
        return (chunk.lower(),)
    return (plain,) if chunk.isalnum() else (plain, chunk.lower())


def _how_many(ways: Sequence[str]) -> int:
    some = select(CustomerWord.id).where(_begins_with_one(CustomerWord.word, ways)).limit(COUNTED)
    return db.session.scalar(select(func.count()).select_from(some.subquery())) or 0


def _begins_with_one(word: Any, ways: Sequence[str]) -> ColumnElement[bool]:
    return or_(*(_begins(word, way) for way in ways))


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
