"""A table as a file that a spreadsheet opens."""

import csv
import io

from portal.kit.cells import harmless
from portal.numbers.shown import Table, plain

MARK = "\ufeff"
"""By which Excel knows that it is UTF-8."""


def as_csv(table: Table) -> str:
    """All rows, with points in numbers and days as 2026-11-23, whatever the language of the head."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(harmless(words) for words, _ in table.columns)
    for row in table.rows:
        writer.writerow(harmless(cell) if isinstance(cell := plain(value), str) else cell for value in row)
    return MARK + file.getvalue()
