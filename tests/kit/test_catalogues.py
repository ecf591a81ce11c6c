"""Each language says all that the code says, with the same values in it."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

from portal.kit.catalogues import FOLDER, SOURCE, compiled, spoken

ROOT = Path(__file__).parents[2]
TRANSLATED = sorted(spoken() - {SOURCE})
HOW = "docs/decisions/words.md says how to bring it up to date"
Said = str | tuple[str, ...] | list[str] | None


def catalogue(language: str) -> Catalog:
    with (FOLDER / language / "LC_MESSAGES" / "messages.po").open("rb") as written:
        return read_po(written, locale=language, abort_invalid=True)


def forms(said: Said) -> list[str]:
    return [said] if isinstance(said, str) else list(said or [""])


def values(sentence: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)[sd]|%(?!\()", sentence))


def sentences(read: Catalog) -> set[tuple[str, ...]]:
    return {tuple(forms(message.id)) for message in read if message.id}


@pytest.fixture(scope="module")
def source() -> set[tuple[str, ...]]:
    """All that the code and the templates say."""
    methods = [(where, method) for method, where in re.findall(r"\[(\w+): (.+)\]", (ROOT / "babel.cfg").read_text())]
    keywords = {**DEFAULT_KEYWORDS, "lazy_gettext": None}
    return {tuple(forms(said)) for _, _, said, *_ in extract_from_dir(ROOT, methods, keywords=keywords)}


def test_the_catalogues_are_made_from_what_the_code_says_today(source: set[tuple[str, ...]]) -> None:
    with (FOLDER / "messages.pot").open("rb") as template:
        assert sentences(read_po(template)) == source, HOW
    for language in spoken():
        assert sentences(catalogue(language)) == source, f"{language}: {HOW}"


@pytest.mark.parametrize("language", TRANSLATED)
def test_nothing_is_left_in_english(language: str) -> None:
    read = catalogue(language)
    assert [message.id for message in read if message.id and (message.fuzzy or not all(forms(message.string)))] == []
    several = [message for message in read if message.pluralizable]
    assert several and all(len(forms(message.string)) == read.num_plurals for message in several)


@pytest.mark.parametrize("language", TRANSLATED)
def test_each_translation_has_the_values_of_its_sentence(language: str) -> None:
    """The form for exactly one may write the number as a word, as it may in English."""
    for message in (message for message in catalogue(language) if message.id):
        one, *more = forms(message.string)
        said = forms(message.id)
        assert values(one) == values(said[0]) or (more and values(one) == values(said[-1])), message.id
        assert all(values(form) == values(said[-1]) for form in more), message.id


def test_letters_are_those_of_the_language() -> None:
    """Romanian has a comma below ș and ț, which older keyboards wrote with a cedilla, as Turkish does under its ş."""
    written = {language: " ".join(form for message in catalogue(language) for form in forms(message.string)) for language in ("ro", "tr")}
    assert not set(written["ro"]) & set("şţŞŢ“") and {"ș", "ț", "„"} <= set(written["ro"])
    assert not set(written["tr"]) & set("șțȘȚ„") and {"ş", "ğ", "ı"} <= set(written["tr"])


def test_a_number_takes_the_form_that_its_language_gives_it() -> None:
    def days(language: str, *counts: int) -> list[str]:
        read = compiled(language)
        return [read.ungettext("%(num)s day", "%(num)s days", count) % {"num": count} for count in counts]

    assert days("ro", 1, 2, 19, 20, 101, 120) == ["1 zi", "2 zile", "19 zile", "20 de zile", "101 zile", "120 de zile"]
    assert days("tr", 1, 2) == ["1 gün", "2 gün"]
    assert days("fr", 1, 2) == days("en", 1, 2) == ["1 day", "2 days"]
    tries = compiled("tr")
    assert tries.ungettext("one try is left.", "%(num)d tries are left.", 3) == "%(num)d deneme hakkınız kaldı."
