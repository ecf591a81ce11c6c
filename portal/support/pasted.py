"""What somebody pasted to find a customer, without what came with it: whoever has a phone at the ear takes whole lines and links."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from unicodedata import category, normalize
from urllib.parse import parse_qsl, unquote, urlsplit

LINK = re.compile(r"https?://\S+|(?<!\S)[\w.-]+\.[a-z]{2,}/\S+", re.IGNORECASE)
"""Some programs show one without what it begins with."""
SCHEME = re.compile(r"(?:mailto|tel|sms):/*", re.IGNORECASE)
IN_BRACKETS = re.compile(r"<([^<>]+@[^<>]+)>")
MAIL = re.compile(r"[^\s<>()\[\]\"“”',;:@]+@[^\s<>()\[\]\"“”',;:@]+")
CALLED = re.compile(r"\+?\d[\d\s()/.\-–]{5,}\d")
"""What may be a number to call, wherever it stands."""
DASHES = re.compile("[\u2010-\u2015\u2212]")
"""As programs write a hyphen in a number."""
WRAPPED = "\"'“”„«»‘’()[]{}<>.,;:!?… "
"""What stands around something in a sentence."""
AT_THE_PROVIDER = re.compile(r"[a-z]{2,8}_\w+", re.ASCII)
REFERENCE = re.compile(r"([RKWC]?)([2-9A-Z]{4})([2-9A-Z]{4})")
"""Of a return, a claim, a withdrawal or a cancellation, without its hyphens."""
MOST_NAMES = 6
"""So much of one line or link is tried."""
LONGEST_OF_OURS = 7
"""Digits in a link: so few are how we count something, and the number of no parcel."""


@dataclass(frozen=True)
class Pasted:
    text: str
    """To be looked for as the name of one thing or person; empty for a link."""
    names: tuple[str, ...]
    """What may be the name of one thing: all of it, and what looks like the provider's name of something; of a link, its parts."""
    within: tuple[str, ...] = ()
    """In capitals: all of it without its blanks, and the words that look like numbers, such as that in `Order 10482`. For when nothing has
    the name itself."""
    mails: tuple[str, ...] = ()
    """Each address of mail in it, in small letters: a head of a mail has several."""
    called: str = ""
    """What looks like a number to call in it."""
    customer_id: int | None = None
    """Of a link to a customer's page of the desk."""
    seals: tuple[str, ...] = ()
    """Parts of a link that may be a secret of ours."""


def read(typed: str) -> Pasted:
    """A link, an address of mail or a number to call as a program writes it, and whatever else as it was typed."""
    plain_letters = DASHES.sub("-", normalize("NFKC", typed))
    line = " ".join("".join(letter for letter in plain_letters if category(letter) not in ("Cf", "Cc", "Cs")).split())
    if link := LINK.search(line):
        return _read_link(link[0].rstrip(WRAPPED))
    text = _unwrapped(line)
    words = [word.strip(WRAPPED + "#") for word in text.split()]
    refs = [word for word in words if AT_THE_PROVIDER.fullmatch(word)]
    numbers = [word.upper() for word in words if "-" in word or any(letter.isdigit() for letter in word)]
    plain = text.lstrip("# ")
    within = dict.fromkeys(filter(None, ["".join(plain.split()).upper(), *numbers]))
    mails = dict.fromkeys(mail.strip(WRAPPED).lower() for mail in MAIL.findall(line))
    called = CALLED.search(text)
    return Pasted(
        text, tuple(dict.fromkeys([text, plain, *refs]))[:MOST_NAMES], tuple(within)[:MOST_NAMES], tuple(mails)[:MOST_NAMES],
        called[0] if called else "",
    )  # fmt: skip


def spellings(name: str) -> set[str]:
    """Numbers are the same in capitals, and one of a parcel is kept without blanks; what the provider calls something has small letters in
    front."""
    begins, sign, rest = name.partition("_")
    return {name, name.upper(), "".join(name.split()).upper(), begins.lower() + sign + rest, name.lower()}


def references(name: str) -> set[str]:
    """As we write the one that this may be, said over the telephone without hyphens or without its first letter."""
    found = REFERENCE.fullmatch(re.sub(r"[^0-9A-Z]", "", name))
    return {f"{kind}-{found[2]}-{found[3]}" for kind in found[1] or "RKWC"} if found else set()


def _unwrapped(line: str) -> str:
    if begins := SCHEME.match(line):
        line = unquote(re.split("[?;]", line[begins.end() :])[0])
    if named := IN_BRACKETS.search(line):
        line = named[1]
    return line.strip(WRAPPED)


def _read_link(link: str) -> Pasted:
    try:
        parts = urlsplit(link)
    except ValueError:
        return Pasted("", ())
    path = [unquote(part) for part in parts.path.split("/") if part]
    values = [part for _, value in parse_qsl(parts.query) for part in (value, *value.split("/"))]
    ours = re.search(r"/desk/customers/(\d{1,9})(?!\d)", parts.path)
    names = [*_numbers_of_orders(path), *(part for part in (*reversed(path), *values) if _may_be_a_name(part))]
    return Pasted("", tuple(dict.fromkeys(names))[:MOST_NAMES], customer_id=int(ours[1]) if ours else None, seals=tuple(path[-1:]))


def _numbers_of_orders(path: list[str]) -> Iterator[str]:
    """A number may hold a slash, and something of the order may come behind it."""
    if "orders" in path:
        after = path[path.index("orders") + 1 :][:3]
        yield from ("/".join(after[:count]) for count in range(len(after), 0, -1))


def _may_be_a_name(part: str) -> bool:
    is_ours = part.isdecimal() and len(part) <= LONGEST_OF_OURS
    return "_" in part or (any(letter.isdigit() for letter in part) and not is_ours)
