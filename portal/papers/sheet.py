"""Draws a document on A4. Knows nothing of orders, languages or money: all of it comes written."""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import segno
from fontTools.ttLib import TTFont
from fpdf import FPDF, Align

from portal.papers.document import Document, Row

FONTS = Path(__file__).with_name("fonts")
REGULAR, SEMIBOLD = FONTS / "Inter-Regular.ttf", FONTS / "Inter-SemiBold.ttf"
INK, SOFT, LINE = (28, 27, 26), (107, 101, 96), (222, 217, 211)
WIDTH, HEIGHT, MARGIN, FOOT = 210.0, 297.0, 20.0, 24.0
"""Millimetres of a page, of what is left free around it, and of what stands below."""
INNER = WIDTH - 2 * MARGIN
QUANTITY, PRICE, AMOUNT, GAP = 20.0, 32.0, 34.0, 4.0
TITLE = INNER - QUANTITY - PRICE - AMOUNT - GAP
SUMS = 84.0
QR = 26.0
BOX = "□"
"""For what is in none of our fonts."""


def draw(document: Document) -> bytes:
    return _Sheet(document).drawn()


class _Sheet(FPDF):
    def __init__(self, document: Document) -> None:
        super().__init__(format="A4")
        self.document = document
        self.in_table = False
        self.set_margin(MARGIN)
        self.c_margin = 0
        self.set_auto_page_break(False)
        self.set_creation_date(document.dated)
        self.set_lang(document.language)
        self.set_title(_known(f"{document.title} {document.subtitle}, {document.shop}"))
        self.set_author(_known(document.shop))
        self.set_creator("Latchkey")
        self.add_font("Inter", "", REGULAR)
        self.add_font("Inter", "B", SEMIBOLD)
        accent = document.accent.removeprefix("#")
        self.accent = int(accent[:2], 16), int(accent[2:4], 16), int(accent[4:], 16)

    def drawn(self) -> bytes:
        self.add_page()
        self._masthead()
        self._people()
        self._table()
        self._ending()
        return bytes(self.output())

    def header(self) -> None:
        self.set_y(MARGIN)
        if self.page_no() > 1:
            self._write(8.5, SOFT)
            self.cell(INNER / 2, 5, _known(self.document.shop))
            self.cell(INNER / 2, 5, _known(f"{self.document.title} {self.document.subtitle}"), align=Align.R)
            self.set_xy(MARGIN, MARGIN + 9)
            if self.in_table:
                self._table_head()

    def footer(self) -> None:
        self._rule(HEIGHT - FOOT + 4)
        self.set_xy(MARGIN, HEIGHT - FOOT + 6)
        self._write(7.5, SOFT)
        self.multi_cell(INNER - 34, 3.8, _known(self.document.foot), align=Align.L)
        pages = _known(self.document.page_words).replace("{page}", str(self.page_no()))
        likely = pages.replace("{pages}", str(1 + len(self.document.rows) // 14))  # how many there are is known at the end
        self.set_xy(WIDTH - MARGIN - self.get_string_width(likely), HEIGHT - FOOT + 6)
        self.cell(30, 3.8, pages.replace("{pages}", "{nb}"))

    def _masthead(self) -> None:
        self.set_fill_color(*self.accent)
        self.rect(0, 0, WIDTH, 3.2, style="F")
        self.set_xy(MARGIN, MARGIN)
        self._write(19, INK, bold=True)
        shop = self._cut(self.document.shop, INNER * 0.6)
        self.cell(INNER * 0.6, 9, shop)
        self._write(12, INK, bold=True)
        self.cell(INNER * 0.4, 5, _known(self.document.title), align=Align.R)
        self.set_xy(MARGIN, MARGIN + 5.5)
        self._write(9.5, SOFT)
        self.cell(INNER, 5, _known(self.document.subtitle), align=Align.R)
        self.set_y(MARGIN + 20)

    def _people(self) -> None:
        """Three columns: for whom, by whom, and what else is to know."""
        top, third = self.get_y(), INNER / 3
        columns: list[tuple[str, tuple[str, ...]]] = [
            (self.document.to_label, self.document.to),
            (self.document.from_label, self.document.seller),
        ]
        ends = [top]
        for place, (label, lines) in enumerate(columns):
            if lines:
                self.set_xy(MARGIN + place * third, top)
                self._labelled(label, lines, third - 6)
                ends.append(self.get_y())
        self.set_y(top)
        for label, value in self.document.facts:
            self.set_x(MARGIN + 2 * third)
            self._labelled(label, (value,), third)
            self.set_y(self.get_y() + 1.5)
        self.set_y(max(*ends, self.get_y()) + 8)

    def _labelled(self, label: str, lines: Sequence[str], width: float) -> None:
        left = self.get_x()
        self._write(7.5, SOFT)
        self.cell(width, 4.2, _known(label), new_y="NEXT", new_x="LEFT")
        self._write(9.5, INK)
        for line in lines:
            self.set_x(left)
            self.multi_cell(width, 4.7, _known(line), align=Align.L, new_y="NEXT", new_x="LEFT")

    def _table(self) -> None:
        self.in_table = True
        self._table_head()
        for row in self.document.rows:
            self._row(row)
        self.in_table = False

    def _table_head(self) -> None:
        self._write(7.5, SOFT)
        title, quantity, price, amount = map(_known, self.document.columns)
        self.cell(TITLE + GAP, 5, title)
        for width, words in (QUANTITY, quantity), (PRICE, price), (AMOUNT, amount):
            self.cell(width, 5, words, align=Align.R)
        self.set_xy(MARGIN, self.get_y() + 6)
        self._rule(self.get_y(), INK)

    def _row(self, row: Row) -> None:
        self._write(9.5, INK)
        titles = list(self._wrapped(row.title, TITLE))
        self._write(7.5, SOFT)
        notes = list(self._wrapped(row.note, TITLE)) if row.note else []
        height = 2 * 2.2 + 4.8 * len(titles) + 3.8 * len(notes)
        self._make_room(height)
        top = self.get_y() + 2.2
        self.set_xy(MARGIN, top)
        self._write(9.5, INK)
        self._lines(titles, 4.8)
        self._write(7.5, SOFT)
        self._lines(notes, 3.8)
        self.set_xy(MARGIN + TITLE + GAP, top)
        self._write(9.5, INK)
        self.cell(QUANTITY, 4.8, row.quantity, align=Align.R)
        self.cell(PRICE, 4.8, _known(row.price), align=Align.R)
        self.cell(AMOUNT, 4.8, _known(row.amount), align=Align.R)
        self._rule(top - 2.2 + height)
        self.set_xy(MARGIN, top - 2.2 + height)

    def _ending(self) -> None:
        """The sums, and beside them the order's address for a telephone to read: never apart from each other."""
        self._make_room(max(self._sums_height(), QR + 24) + 8)
        top = self.get_y() + 4
        self._code(top + 4)
        self.set_y(top)
        self._totals()

    def _sums_height(self) -> float:
        return 8 + sum(10.4 if one.is_main else 5.6 for one in self.document.sums) + 10 * len(self.document.payments)

    def _totals(self) -> None:
        left = WIDTH - MARGIN - SUMS
        for one in self.document.sums:
            if one.is_main:
                self._rule(self.get_y() + 1.4, INK, left)
                self.set_y(self.get_y() + 3.4)
            self.set_x(left)
            self._write(12 if one.is_main else 9.5, SOFT if one.is_soft else INK, bold=one.is_main)
            height = 7 if one.is_main else 5.6
            self.cell(SUMS - AMOUNT, height, _known(one.label))
            self.cell(AMOUNT, height, _known(one.value), align=Align.R, new_y="NEXT", new_x="LMARGIN")
        if self.document.payments:
            self.set_y(self.get_y() + 2)
        for label, amount in self.document.payments:
            self.set_x(left)
            self._write(8, SOFT)
            top = self.get_y()
            self._lines(list(self._wrapped(label, SUMS - AMOUNT + 7)), 4.4)
            end = self.get_y()
            self.set_xy(WIDTH - MARGIN - AMOUNT, top)
            self.cell(AMOUNT, 4.4, _known(amount), align=Align.R)
            self.set_y(end + 0.8)

    def _code(self, top: float) -> None:
        self.set_fill_color(*INK)
        matrix = segno.make(self.document.code or self.document.link, error="m", micro=False, boost_error=False).matrix
        side = QR / len(matrix)
        for down, modules in enumerate(matrix):
            for across, width in _runs(modules):
                self.rect(MARGIN + across * side, top + down * side, width * side, side, style="F")
        self.link(MARGIN, top, QR, QR, self.document.link)
        beside = INNER - SUMS - 8
        self.set_xy(MARGIN, top + QR + 3)
        for words, colour in (self.document.link_words, INK), (self.document.link, SOFT), (self.document.help_words, SOFT):
            self._write(8, colour)
            self.multi_cell(beside, 4, _known(words), align=Align.L, new_y="NEXT", new_x="LEFT")
            self.set_y(self.get_y() + 0.8)

    def _make_room(self, height: float) -> None:
        if self.get_y() + height > HEIGHT - FOOT:
            self.add_page()

    def _wrapped(self, text: str, width: float) -> Iterator[str]:
        """Between words where that is possible. (The library's own breaking takes twice as long as all the rest.)"""
        line = ""
        for word in _known(text).split():
            longer = f"{line} {word}" if line else word
            if self.get_string_width(longer) <= width:
                line = longer
                continue
            if line:
                yield line
            while self.get_string_width(word) > width:
                fits = next(end for end in range(len(word) - 1, 0, -1) if self.get_string_width(word[:end]) <= width)
                yield word[:fits]
                word = word[fits:]
            line = word
        yield line

    def _lines(self, lines: Sequence[str], height: float) -> None:
        for line in lines:
            self.cell(TITLE, height, line, new_y="NEXT", new_x="LEFT")

    def _cut(self, text: str, width: float) -> str:
        known = _known(text)
        while known and self.get_string_width(known) > width:
            known = known[:-2].rstrip() + "…"
        return known

    def _write(self, size: float, colour: tuple[int, int, int], *, bold: bool = False) -> None:
        self.set_font("Inter", "B" if bold else "", size)
        self.set_text_color(*colour)

    def _rule(self, y: float, colour: tuple[int, int, int] = LINE, left: float = MARGIN) -> None:
        self.set_draw_color(*colour)
        self.set_line_width(0.2)
        self.line(left, y, WIDTH - MARGIN, y)


def _runs(modules: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Where dark modules begin in a row of the code, and how many stand together: one rectangle for each, without seams."""
    began = None
    for across, module in enumerate([*modules, 0]):
        if module and began is None:
            began = across
        elif not module and began is not None:
            yield began, across - began
            began = None


def _known(text: str) -> str:
    """What our fonts have no letter for becomes a box; what can't be printed becomes a blank."""
    return "".join(one if ord(one) in _letters() else BOX if one.isprintable() else " " for one in text)


@cache
def _letters() -> frozenset[int]:
    return frozenset(TTFont(REGULAR).getBestCmap())
