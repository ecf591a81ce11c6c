"""The words by which a person is found, among a million as quickly as among ten."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator

from sqlalchemy import Connection, ForeignKey, Index, String, delete, event, inspect, select
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from portal.accounts.models.address import Address
from portal.accounts.models.people import Customer
from portal.kit.db import Model, insert
from portal.kit.folding import words_in

LONGEST = 100
"""Characters of an address of mail that are kept here. The whole one is found in `Customer.email`."""
DIGITS = 5
"""Fewer are no number that somebody could be called at."""
MOST_DIGITS = 15
"""Of a number, with its country. Source: ITU-T E.164."""
AT_ONCE = 300
"""Customers: SQLite takes only so many values in a question."""
TRUNK = re.compile(r"\(0\)")
"""What is left out by whoever calls from abroad."""


class CustomerWord(Model):
    """A word of somebody's name, of one that stands on their parcels, or of their address of mail before its `@`; the whole address, behind
    an `@`, and its domain, behind two; the digits of a number of theirs from the last to the first, behind a `#`.
    docs/decisions/finding-people.md says why."""

    __tablename__ = "customer_word"
    __table_args__ = (
        Index("ix_customer_word_word_customer_id", "word", "customer_id"),
        Index("ix_customer_word_customer_id_word", "customer_id", "word", unique=True),
    )
    word: Mapped[str] = mapped_column(String().with_variant(String(collation="C"), "postgresql"), info={"personal": True})
    """Sorted by its bytes, so that the beginning of a word is a stretch of the index."""
    customer_id: Mapped[int] = mapped_column(ForeignKey(Customer.id))


def phone_word(typed: str) -> str:
    """From the last digit to the first, without what stands before a number within its country; empty if it is none."""
    digits = re.sub(r"\D", "", TRUNK.sub("", typed)).lstrip("0")
    return f"#{digits[::-1]}" if DIGITS <= len(digits) <= MOST_DIGITS else ""


def mail_word(typed: str) -> str:
    return f"@{typed.lower()[:LONGEST]}"


def domain_word(typed: str) -> str:
    """What stands behind the `@` of an address."""
    return mail_word(f"@{typed}")


def words_of(email: str, names: Collection[str], phones: Collection[str]) -> set[str]:
    """What stands before the `@` has words as well: many are called there as nowhere else."""
    local, _, domain = email.partition("@")
    return words_in(*names, local) | {mail_word(email), domain_word(domain)} | {word for phone in phones if (word := phone_word(phone))}


def keep_words(connection: Connection, customer_ids: Collection[int]) -> None:
    """Bring the words of these customers up to what their rows say. Whoever writes such rows past the models calls it."""
    ids = sorted(customer_ids)
    for some in (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE)):
        wanted = {(customer_id, word) for customer_id, words in _wanted(connection, some) for word in words}
        mine = select(CustomerWord.customer_id, CustomerWord.word, CustomerWord.id).where(CustomerWord.customer_id.in_(some))
        there = {(customer_id, word): row_id for customer_id, word, row_id in connection.execute(mine)}
        if gone := [row_id for key, row_id in there.items() if key not in wanted]:
            connection.execute(delete(CustomerWord).where(CustomerWord.id.in_(gone)))
        if new := sorted(wanted - there.keys()):
            rows = [{"customer_id": customer_id, "word": word} for customer_id, word in new]
            connection.execute(insert(CustomerWord).on_conflict_do_nothing(), rows)


def _wanted(connection: Connection, customer_ids: Collection[int]) -> Iterator[tuple[int, set[str]]]:
    names, phones = defaultdict[int, set[str]](set), defaultdict[int, set[str]](set)
    book = select(Address.customer_id, Address.name, Address.phone).where(Address.customer_id.in_(customer_ids))
    for customer_id, name, phone in connection.execute(book):
        names[customer_id].add(name)
        phones[customer_id].add(phone)
    people = select(Customer.id, Customer.email, Customer.name).where(Customer.id.in_(customer_ids))
    for customer_id, email, name in connection.execute(people):
        yield customer_id, words_of(email, {name} | names[customer_id], phones[customer_id])


def _is_changed(row: Model, *names: str) -> bool:
    return any(inspect(row).attrs[name].history.has_changes() for name in names)


@event.listens_for(Customer, "after_insert")
@event.listens_for(Customer, "after_update")
def _keep_of_customer(_: Mapper[Customer], connection: Connection, customer: Customer) -> None:
    if _is_changed(customer, "email", "name"):
        keep_words(connection, [customer.id])


@event.listens_for(Address, "after_insert")
@event.listens_for(Address, "after_update")
def _keep_of_address(_: Mapper[Address], connection: Connection, address: Address) -> None:
    if _is_changed(address, "name", "phone", "customer_id"):
        keep_words(connection, [address.customer_id])
