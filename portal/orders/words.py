"""The words by which an order is found."""

from collections.abc import Iterable

from portal.kit.folding import begun_words, words_in

MOST_TYPED = 6
"""So many words of a search count."""


def typed_words(typed: str) -> list[str]:
    """What each word of an order has to begin with, for it to be meant."""
    return begun_words(typed, MOST_TYPED)


def words_of(number: str, lines: Iterable[tuple[str, str]]) -> set[str]:
    """Of an order: its number, and the titles and SKUs of its lines."""
    return words_in(number, *(text for line in set(lines) for text in line))
