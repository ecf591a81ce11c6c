"""What other rooms say of a change of theirs that is only prepared: in words, and as a picture of what would come of it."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from portal.accounts.models import Address
from portal.kit.db import db
from portal.notifications.actions import Helper
from portal.timeline import Entry

Details = Callable[[Entry], dict[str, Any]]
Words = Callable[[str, dict[str, Any]], str]
Read = Callable[[dict[str, Any]], dict[str, Any]]
Picture = Callable[[int], list[dict[str, Any]] | None]
Topic = Callable[[str], str]
WORDS: dict[str, Words] = {}
OFFERS: dict[str, Words] = {}
DETAILS: dict[str, Details] = {}
READS: dict[str, Read] = {}
PICTURES: dict[str, Picture] = {}
TOPICS: dict[str, Topic] = {}


def tells(table: str) -> Callable[[Words], Words]:
    """Mark the function that tells a deed on a row of this table, in the reader's language. KeyError where it can't."""

    def register(words: Words) -> Words:
        WORDS[table] = words
        return words

    return register


def offers(table: str) -> Callable[[Words], Words]:
    """Mark the function that says such a deed as something to be done: what is only suggested has not happened."""

    def register(words: Words) -> Words:
        OFFERS[table] = words
        return words

    return register


def pictures(table: str) -> Callable[[Picture], Picture]:
    """Mark the function that shows how such a row looks now: the next that is charged, each with its `day`, `charge_at`, `pieces`, `total`
    and `currency`, what `each` delivery costs as a rule, and `every` how many days one comes."""

    def register(picture: Picture) -> Picture:
        PICTURES[table] = picture
        return picture

    return register


def details(table: str) -> Callable[[Details], Details]:
    """Mark the function that says more of a deed on such a row, while it is tried: what it is `about`, where a customer has several of its
    kind; `lines` to read as they are, what goes `back` in which `currency`; or what `reads` makes that of, which is kept as JSON."""

    def register(more: Details) -> Details:
        DETAILS[table] = more
        return more

    return register


def reads(table: str) -> Callable[[Read], Read]:
    """Mark the function that makes of what was kept, in the reader's language, `lines`, `sums` of (what it is for, amount in words), what
    goes `back` in which `currency`, and a `word` on it."""

    def register(read: Read) -> Read:
        READS[table] = read
        return read

    return register


def topics(table: str) -> Callable[[Topic], Topic]:
    """Mark the function that names what a deed on such a row is about, where others have nothing to do with it."""

    def register(topic: Topic) -> Topic:
        TOPICS[table] = topic
        return topic

    return register


def topic_of(told: dict[str, Any]) -> tuple[str, str]:
    """What two deeds have in common that are about the same."""
    topic = TOPICS.get(told["subject"].partition(":")[0])
    return told["subject"], topic(told["deed"]) if topic else ""


def where(address_id: int | None) -> dict[str, Any]:
    """Details of what is about an address."""
    address = db.session.get(Address, address_id) if address_id else None
    return {"lines": [", ".join(address.lines)]} if address else {}


def tell(entry: Entry) -> dict[str, Any]:
    """As it is kept of an entry that is only tried."""
    more = DETAILS.get(entry.subject.partition(":")[0])
    return as_told(entry) | {"more": more(entry) if more else {}}


def as_told(entry: Entry) -> dict[str, Any]:
    """What `words` tells."""
    return {"subject": entry.subject, "deed": entry.deed, "facts": entry.facts}


def more_of(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of all that would be done. An address that is added and chosen is told once."""
    said, found = set[str](), []
    for more in map(_more_of_one, told):
        new = [line for line in more.get("lines") or [] if line not in said]
        said.update(new)
        found.append(more | {"lines": new})
    return found


def _more_of_one(told: dict[str, Any]) -> dict[str, Any]:
    read, more = READS.get(told["subject"].partition(":")[0]), told.get("more") or {}
    return read(more) if read and more else more


def can_be_told(told: list[dict[str, Any]]) -> bool:
    """What nobody has words for is suggested to nobody."""
    try:
        return bool(sentence(told))
    except KeyError:
        return False


def words(told: dict[str, Any]) -> str:
    """Of one deed, in the reader's language. KeyError where nobody has any."""
    return WORDS[told["subject"].partition(":")[0]](told["deed"], told["facts"])


def change_told(told: dict[str, Any]) -> str:
    """As the room tells it whose row it is about, or in general."""
    return words(told) if has_words(told) else str(_("Something else was changed"))


def has_words(told: dict[str, Any]) -> bool:
    try:
        return bool(words(told))
    except KeyError:
        return False


def both(helper: Helper) -> str:
    """Who of the shop had a hand in it, to the customer; empty where nobody had."""
    if helper.done_by:
        return str(_("%(name)s from support, for you", name=helper.done_by))
    return str(_("You approved what %(name)s had prepared", name=helper.prepared_by)) if helper.prepared_by else ""


def sentence(told: list[dict[str, Any]]) -> str:
    """Of all that would be done, as what is offered."""
    return ". ".join(_offer(one) for one in told)


def _offer(told: dict[str, Any]) -> str:
    what, about = OFFERS[told["subject"].partition(":")[0]](told["deed"], told["facts"]), (told.get("more") or {}).get("about")
    return f"{about}: {what}" if about else what


def picture(subject: str) -> list[dict[str, Any]] | None:
    """None of what has none, or is not there any more."""
    table, _, number = subject.partition(":")
    return PICTURES[table](int(number)) if table in PICTURES else None


def pictures_of(subjects: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """By subject; empty of what is not there any more."""
    return {subject: picture(subject) or [] for subject in subjects}


def are_still_so(shown: dict[str, Any], now: dict[str, Any], *, at: datetime) -> bool:
    return all(is_still_so(pictures, now[subject], at=at) for subject, pictures in shown.items())


def is_still_so(shown: list[dict[str, Any]], now: list[dict[str, Any]], *, at: datetime) -> bool:
    """Whether what would come of it is still what was shown. What was charged meanwhile counts for nothing."""
    to_come = [one for one in shown if datetime.fromisoformat(one["charge_at"]) > at]
    same = (all(other.get(name) == value for name, value in one.items()) for one, other in zip(to_come, now, strict=False))
    return all(same) and bool(to_come) == bool(now)
