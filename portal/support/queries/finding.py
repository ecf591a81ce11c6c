"""Who is meant by what was typed or pasted: people, and what is nobody's yet."""

from dataclasses import dataclass, field

from portal.support.pasted import read
from portal.support.queries import owners
from portal.support.queries.named import MOST_HITS, SHORTEST, Hit, called_at, named, nearly_named, people
from portal.support.queries.owners import Owned, Thing


@dataclass(frozen=True)
class Hits:
    people: list[Hit]
    is_exact: bool = False
    """Found by something that belongs to one person alone."""
    is_near: bool = False
    """Nobody has these words; these people have them but for one letter."""
    order: str | None = None
    """The number of the order that was meant, or whose parcel was."""
    nobodys: list[Thing] = field(default_factory=list)
    """What is shown to no customer yet, or never will be."""

    @property
    def shown(self) -> list[Hit]:
        return self.people[:MOST_HITS]

    @property
    def has_more(self) -> bool:
        return len(self.people) > MOST_HITS

    @property
    def one(self) -> Hit | None:
        """Who alone can be meant."""
        return self.people[0] if self.is_exact and len(self.people) == 1 and not self.nobodys else None


def search(typed: str, *, is_typed: bool = True) -> Hits:
    """By what belongs to one person (whole address, number of an order, a name of the provider's), else by a number to call, else by
    the beginnings of names and addresses, in any order; else by what in it looks like a number or an address, and last with one letter
    wrong: but not before all of it `is_typed`, when each beginning would be a slip of something."""
    if len(typed) < SHORTEST:
        return Hits([])
    pasted = read(typed)
    if owned := _hits(owners.named(pasted)):
        return owned
    called, is_whole = called_at(pasted.text)
    if called:
        return Hits(called, is_exact=is_whole)
    if with_words := named(pasted.text):
        return Hits(with_words)
    called, is_whole = called_at(pasted.called)
    if called and is_whole:
        return Hits(called, is_exact=True)
    if guessed := _hits(owners.guessed(pasted)):
        return guessed
    if pasted.mails and (came := owners.came_with(pasted.mails)):
        return Hits([], nobodys=came)
    return Hits(nearly_named(pasted.text) if is_typed else [], is_near=True)


def _hits(owned: Owned) -> Hits | None:
    found = people(owned.customer_ids)
    return Hits(found, is_exact=True, order=owned.order, nobodys=owned.nobodys) if found or owned.nobodys else None
