"""The figures at the top of the page, each with the change against the time before."""

from collections import Counter
from collections.abc import Callable
from datetime import date

from flask_babel import gettext as _
from flask_babel import ngettext

from portal.kit.i18n import money
from portal.kit.shop import shop
from portal.numbers.models import Figure, Kept, OnTime, Promise, Recovered, Repeat
from portal.numbers.periods import DAY, Span
from portal.numbers.queries.customers import AGAIN_WITHIN
from portal.numbers.queries.ledger import Ledger
from portal.numbers.shown import Share, Tile, number, percent


def tiles(book: Ledger) -> list[Tile]:
    return [
        active(book), kept(book), days_to_refund(book), returned(book), again(book), worth(book), recovered(book), on_time(book)
    ]  # fmt: skip


def active(book: Ledger) -> Tile:
    now, then = book.active_on(book.span.last), book.active_on(book.span.first - DAY)
    paused = book.paused_on(book.span.last)
    note = ngettext("%(count)s is paused", "%(count)s are paused", paused, count=number(paused))
    return _with_change(Tile(_("Active subscriptions"), number(now), note), now, then, number, more_is_good=True)


def kept(book: Ledger) -> Tile:
    def share(span: Span) -> Share:
        return Share(book.total(Figure.CANCELLED, span, Kept.STAYED), book.total(Figure.CANCELLED, span))

    now = share(book.span)
    tile = Tile(_("Stayed after cancelling"), percent(now.value), _("%(part)s of %(all)s", part=number(now.part), all=number(now.whole)))
    return _points(tile, book, share, more_is_good=True)


def days_to_refund(book: Ledger) -> Tile:
    promise = Share(book.total(Figure.PROMISE, book.span, Promise.KEPT), book.total(Figure.PROMISE, book.span))
    now, then = median(book, book.span), median(book, book.before) if book.before else None
    figure = _("%(days)s days", days=number(now, 1)) if now is not None else "–"
    note, asked = _("Promise kept for %(share)s", share=percent(promise.value)), median(book, book.span, Figure.REFUND_ASKED)
    if asked is not None:
        note += ". " + _("%(days)s days since it was asked for", days=number(asked, 1))
    tile = Tile(_("From parcel to refund, median"), figure, note)
    return _with_change(tile, now, then, lambda days: number(days, 1), more_is_good=False, digits=1)


def returned(book: Ledger) -> Tile:
    def rate(span: Span) -> float | None:
        sold = book.total(Figure.UNITS, span)
        return 100 * book.total(Figure.RETURNED, span) / sold if sold else None

    now, then = rate(book.span), rate(book.before) if book.before else None
    words = _("%(part)s of %(all)s", part=number(book.total(Figure.RETURNED, book.span)), all=number(book.total(Figure.UNITS, book.span)))
    tile = Tile(_("Returned, of 100 sold"), "–" if now is None else number(now, 1), words)
    return _with_change(tile, now, then, lambda rate: number(rate, 1), more_is_good=False, digits=1)


def again(book: Ledger) -> Tile:
    def share(span: Span) -> Share:
        return Share(book.total(Figure.REPEAT, span, Repeat.AGAIN), book.total(Figure.REPEAT, span))

    now = share(book.span)
    words = _("%(part)s of %(all)s, within %(days)s days", part=number(now.part), all=number(now.whole), days=AGAIN_WITHIN)
    return _points(Tile(_("Ordered again"), percent(now.value), words), book, share, more_is_good=True)


def worth(book: Ledger) -> Tile:
    """In the shop's own currency; the others stand in the table."""
    ours = shop().currency

    def each(day: date) -> int | None:
        payers, paid, back = (book.sum_until(figure, day, ours) for figure in (Figure.PAYERS, Figure.PAID, Figure.REFUNDED))
        return (paid - back) // payers if payers else None

    now, then = each(book.span.last), each(book.span.first - DAY)
    payers = book.sum_until(Figure.PAYERS, book.span.last, ours)
    words = ngettext("%(count)s paid in %(currency)s", "%(count)s paid in %(currency)s", payers, count=number(payers), currency=ours)
    tile = Tile(_("Paid by each, in all"), "–" if now is None else money(now, ours), words)
    return _with_change(tile, now, then, lambda amount: money(round(amount), ours), more_is_good=True)


def recovered(book: Ledger) -> Tile:
    def share(span: Span) -> Share:
        return Share(book.total(Figure.FAILED, span, Recovered.PAID), book.total(Figure.FAILED, span))

    now = share(book.span)
    words = _("%(part)s of %(all)s", part=number(now.part), all=number(now.whole))
    return _points(Tile(_("Failed payments recovered"), percent(now.value), words), book, share, more_is_good=True)


def on_time(book: Ledger) -> Tile:
    def share(span: Span) -> Share:
        found = book.by_key(Figure.PARCEL, span)
        return Share(sum(count for (_carrier, detail), count in found.items() if detail == OnTime.YES), sum(found.values()))

    now = share(book.span)
    words = _("%(part)s of %(all)s", part=number(now.part), all=number(now.whole))
    return _points(Tile(_("Parcels on time"), percent(now.value), words), book, share, more_is_good=True)


def median(book: Ledger, span: Span, figure: Figure = Figure.REFUND) -> float | None:
    """Days, from hours; of an even number the mean of both in the middle."""
    hours: Counter[int] = Counter()
    for (_key, detail), count in book.by_key(figure, span).items():
        hours[int(detail)] += count
    all_ = sum(hours.values())
    if not all_:
        return None
    middle, seen = {(all_ - 1) // 2, all_ // 2}, 0
    found: list[int] = []
    for hour in sorted(hours):
        found += [hour for place in middle if seen <= place < seen + hours[hour]]
        seen += hours[hour]
    return sum(found) / len(found) / 24


def _points(tile: Tile, book: Ledger, share: Callable[[Span], Share], *, more_is_good: bool) -> Tile:
    now, then = (None if one is None else 100 * one for one in (share(book.span).value, share(book.before).value if book.before else None))
    return _with_change(tile, now, then, lambda one: _("%(points)s points", points=number(one)), more_is_good=more_is_good)


def _with_change(
    tile: Tile, now: float | None, then: float | None, words: Callable[[float], str], *, more_is_good: bool, digits: int = 0
) -> Tile:
    """Nothing is said where nothing was before, or where it is the same as it is written."""
    by = 0.0 if now is None or then is None else round(now - then, digits)
    if not by:
        return tile
    change = _("%(change)s more than before", change=words(by)) if by > 0 else _("%(change)s less than before", change=words(-by))
    return Tile(tile.label, tile.figure, tile.note, change, by > 0, (by > 0) == more_is_good)
