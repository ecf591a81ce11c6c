"""Words as they are looked for: whoever types `camomile`, `CAMOMÍLE` or `ıhlamur` on any keyboard means the same."""

import re
from unicodedata import combining, normalize

LONGEST = 40
"""Letters of a word that are kept. Who typed so many has found it."""
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
        parts = parts_of(chunk)
        found.update(part[:LONGEST] for part in (*parts, "".join(parts)) if part)
    return found


def begun_words(typed: str, most: int) -> list[str]:
    """What a word has to begin with each, for the thing to be meant: no more than so many of what was typed count."""
    wanted = ("".join(parts_of(chunk))[:LONGEST] for chunk in folded(typed).split())
    return list(dict.fromkeys(word for word in wanted if word))[:most]


def parts_of(chunk: str) -> list[str]:
    return re.findall(r"[^\W_]+", chunk)


def slips_of(word: str, letters: str) -> set[str]:
    """What one slip of the finger or of the ear makes of it: a letter missing, one too many, another one, or two of them turned round."""
    parts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    less = {before + after[1:] for before, after in parts}
    turned = {before + after[1] + after[0] + after[2:] for before, after in parts if len(after) > 1}
    more = {before + letter + after for before, after in parts for letter in letters}
    other = {before + letter + after[1:] for before, after in parts if after for letter in letters}
    return (less | turned | more | other) - {word}
