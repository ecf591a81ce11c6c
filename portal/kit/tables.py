"""Reads a table out of a CSV file, whoever wrote it: its encoding, its separator, its header, and where each row stands."""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ENCODINGS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
"""By the mark that a file begins with."""
NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "cp1252": "Windows-1252 (it is not UTF-8)",
    "latin-1": "Latin-1 (it is not UTF-8)",
}
SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab"}
CHUNK = 1 << 16
LONGEST_HEADER = 100_000


class Unusable(Exception):
    """Nothing can be read from this file. Its text is a sentence for the operator that says what to do."""


@dataclass(frozen=True)
class Row:
    first: int
    """The line of the file on which it begins; a quoted value may run over several."""
    last: int
    values: dict[str, str]
    """By column; blanks around a value are left out."""
    broken: str = ""
    """Why it can't be told apart from its neighbours, if it can't."""


@dataclass(frozen=True)
class Table:
    path: Path
    encoding: str
    separator: str
    columns: tuple[str, ...]
    """As `column()` writes them."""
    header: tuple[str, ...]
    """As they stand in the file."""
    lines: int

    @property
    def told(self) -> str:
        return f"{NAMES[self.encoding]}, {SEPARATORS[self.separator]} between the values"

    def rows(self) -> Iterator[Row]:
        """One after the other: of the file, no more than a row is held in memory."""
        with self.path.open(encoding=self.encoding, newline="") as file:
            reader = csv.reader(file, delimiter=self.separator, strict=True)
            _header(reader)
            while True:
                first = reader.line_num + 1
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error:  # the reader goes on with the next line
                    yield Row(first, reader.line_num, {}, "a quotation mark opens here and is not closed as it should be")
                    continue
                if any(cell.strip() for cell in cells):
                    yield self._row(first, reader.line_num, cells)

    def _row(self, first: int, last: int, cells: list[str]) -> Row:
        values = dict(zip(self.columns, (cell.strip() for cell in cells), strict=False))
        if any(cell.strip() for cell in cells[len(self.columns) :]):
            return Row(first, last, values, f"{len(cells)} values under {len(self.columns)} columns")
        return Row(first, last, {column: values.get(column, "") for column in self.columns})


def column(name: str) -> str:
    """The name of a column, however it is written: `Order Number` is `order_number`."""
    return "_".join(name.strip().lower().split())


def open_table(path: Path) -> Table:
    """Look through the whole file once, and say how to read it. Raises Unusable."""
    try:
        encoding, lines = _encoding(path)
        with path.open(encoding=encoding, newline="") as file:
            start = file.read(LONGEST_HEADER)
    except OSError as error:
        raise Unusable(f"{path} can't be read: {error.strerror}.") from None
    if not start.strip():
        raise Unusable(f"{path.name} is empty.")
    separator, header = max(((separator, _first_row(start, separator)) for separator in SEPARATORS), key=lambda found: len(found[1]))
    columns = tuple(column(name) for name in header)
    for name in columns:
        if name and columns.count(name) > 1:
            raise Unusable(f"The column {name} is there twice: {', '.join(header)}.")
    return Table(path, encoding, separator, columns, header, lines)


def _first_row(start: str, separator: str) -> tuple[str, ...]:
    try:
        return _header(csv.reader(io.StringIO(start, newline=""), delimiter=separator, strict=True))
    except csv.Error:
        return ()


def _header(rows: Iterator[list[str]]) -> tuple[str, ...]:
    """The first row in which something stands."""
    return next((tuple(cell.strip() for cell in cells) for cells in rows if any(cell.strip() for cell in cells)), ())


def _encoding(path: Path) -> tuple[str, int]:
    """Which encoding the file is in, and how many lines there are."""
    with path.open("rb") as file:
        start = file.read(4)
    marked = next((encoding for mark, encoding in ENCODINGS.items() if start.startswith(mark)), None)
    for encoding in [marked] if marked else ["utf-8", "cp1252", "latin-1"]:
        try:
            return encoding, _count_lines(path, encoding)
        except UnicodeError:
            continue
    raise Unusable(f"{path.name} begins like {NAMES[marked or 'utf-8']}, but is not: save it again as “CSV UTF-8”.")


def _count_lines(path: Path, encoding: str) -> int:
    """Raises UnicodeError where the file is in another encoding."""
    lines, end = 0, "\n"
    with path.open(encoding=encoding) as file:  # all kinds of line ends are told as one
        while text := file.read(CHUNK):
            if "\0" in text:
                raise Unusable(f"{path.name} is no text: save it as “CSV UTF-8”, not as a spreadsheet.")
            lines, end = lines + text.count("\n"), text[-1]
    return lines + (end != "\n")
