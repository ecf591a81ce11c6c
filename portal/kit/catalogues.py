"""The sentences of each language, read from its catalogue when somebody first speaks it; nothing has to be compiled before."""

from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

FOLDER = Path(__file__).parent.parent / "translations"
SOURCE = "en"
"""The language that the code is written in; its catalogue is empty."""


@cache
def spoken() -> frozenset[str]:
    """The languages that have a catalogue."""
    return frozenset(path.parents[1].name for path in FOLDER.glob("*/LC_MESSAGES/messages.po"))


def compiled(language: str) -> NullTranslations:
    """Its sentences as gettext looks them up. In a language without a catalogue, each sentence stays as it is."""
    path = FOLDER / language / "LC_MESSAGES" / "messages.po"
    if language == SOURCE or not path.is_file():
        return NullTranslations()
    with path.open("rb") as written:
        catalogue = read_po(written, locale=language, abort_invalid=True)
    machine = BytesIO()
    write_mo(machine, catalogue)
    machine.seek(0)
    return Translations(machine)


class Catalogues(dict[tuple[str, str], NullTranslations]):
    """What Flask-Babel keeps of each (locale, domain); `tr_TR` reads the sentences of `tr`."""

    def __missing__(self, asked: tuple[str, str]) -> NullTranslations:
        language = asked[0].partition("_")[0]
        self[asked] = compiled(language) if asked[0] == language else self[language, asked[1]]
        return self[asked]


CATALOGUES = Catalogues()
"""Of this process: an app after the first finds them read."""
