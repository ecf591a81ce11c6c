"""A table as a file that a spreadsheet opens."""

import csv
import io

from babel.numbers import get_decimal_symbol

from portal.kit import i18n
from portal.kit.cells import harmless
from portal.numbers.shown import Table, Value, plain

MARK = "\ufeff"
"""By which Excel knows that it is UTF-8."""


def as_csv(table: Table) -> str:
    """All rows, as a spreadsheet in the reader's language takes them: where it writes 4,1, cells are parted by semicolons."""
    file, mark = io.StringIO(), get_decimal_symbol(i18n.locale())
    writer = csv.writer(file, delimiter=";" if mark == "," else ",")
    writer.writerow(harmless(words) for words, _ in table.columns)
    writer.writerows([_cell(value, mark) for value in row] for row in table.rows)
    return MARK + file.getvalue()


def _cell(value: Value, mark: str) -> str:
    return harmless(value) if isinstance(value, str) else str(plain(value)).replace(".", mark)
