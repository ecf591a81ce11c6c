"""The words by which an order is found, folded: whoever types `camomile`, `CAMOMÍLE` or `ıhlamur` on any keyboard means the same."""

import re
from collections.abc import Iterable
from unicodedata import combining, normalize

LONGEST = 40
"""Letters of a word that are kept. Who typed so many has found it."""
MOST_TYPED = 6
"""So many words of a search count."""
BEYOND = "\U0010ffff"
"""Sorts after every letter: what begins with `hon` lies between `hon` and `hon` with this behind it."""
_NO_MARK_TO_LOSE = str.maketrans({"ı": "i", "ø": "o", "ł": "l", "đ": "d", "ħ": "h", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})


def folded(text: str) -> str:
    """In small letters without their marks; a dotless ı is an i."""
    plain = "".join(letter for letter in normalize("NFKD", text.casefold()) if not combining(letter))
    return plain.translate(_NO_MARK_TO_LOSE)


def words_in(*texts: str) -> set[str]:
    """Each word, the parts of one with signs inside, and the whole of it without them: `T-Light` is `t`, `light` and `tlight`."""
    found: set[str] = set()
    for chunk in folded(" ".join(texts)).split():
        parts = _parts(chunk)
        found.update(part[:LONGEST] for part in (*parts, "".join(parts)) if part)
    return found


def typed_words(typed: str) -> list[str]:
    """What each word of an order has to begin with, for it to be meant."""
    wanted = ("".join(_parts(chunk))[:LONGEST] for chunk in folded(typed).split())
    return list(dict.fromkeys(word for word in wanted if word))[:MOST_TYPED]


def words_of(number: str, lines: Iterable[tuple[str, str]]) -> set[str]:
    """Of an order: its number, and the titles and SKUs of its lines."""
    return words_in(number, *(text for line in set(lines) for text in line))


def _parts(chunk: str) -> list[str]:
    return re.findall(r"[^\W_]+", chunk)
