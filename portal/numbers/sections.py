"""The parts of the page: what each counts, its chart and its table."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from flask_babel import gettext as _

from portal.numbers import charts
from portal.numbers.models import Figure, Kept, OnTime, Promise, Recovered, Repeat
from portal.numbers.offers import offers, offers_by_reason
from portal.numbers.queries.customers import AGAIN_WITHIN
from portal.numbers.queries.ledger import Ledger
from portal.numbers.shown import Money, Section, Share, Table, Value, When, compact, number, part_of, percent, short
from portal.numbers.words import back_told, carrier_told, why_told

SHOWN = 20
"""So many products stand on the page."""
FEW = 10
"""A product of which fewer were sold stands last: one of two that comes back says nothing."""
LONGEST = 6
"""Days: refunds that took so many or more are one column."""
KINDS = "bar", "mid", "rest"


def subscriptions(book: Ledger) -> Section:
    spans = book.spans
    active, paused = ([on(span.last) for span in spans] for on in (book.active_on, book.paused_on))
    started, ended = (book.series(figure, spans) for figure in (Figure.STARTED, Figure.ENDED))
    top = charts.top_of(max(active + paused + ended, default=0))
    chart = charts.lines(
        _(
            "Active went from %(first)s to %(last)s, paused from %(paused_first)s to %(paused_last)s; %(ended)s ended.",
            first=number(active[0]), last=number(active[-1]), paused_first=number(paused[0]), paused_last=number(paused[-1]),
            ended=number(sum(ended)),
        ),
        [("a", _("Active"), active), ("b", _("Paused"), paused), ("c", _("Ended"), ended)],
        [short(When(span, book.by)) for span in spans], [compact(top), compact(top / 2), "0"], top,
    )  # fmt: skip
    rows: list[list[Value]] = [
        [When(span, book.by), *values] for span, *values in zip(spans, active, paused, started, ended, strict=True)
    ]  # fmt: skip
    head = [_("Active"), _("Paused"), _("Started"), _("Ended")]
    means = _(
        "Active: begun, not ended and not paused, when the last day was over. Ended: stopped within the time, whoever ended it. "
        "One that began again started twice. Those that are only shown, because Stripe alone can change them, are left out."
    )
    return Section("subscriptions", _("Subscriptions"), means, chart, _by_time(book, head, rows), not any(active + started + ended))


def changes(book: Ledger) -> Section:
    spans = book.spans
    started, ended = (book.series(figure, spans) for figure in (Figure.STARTED, Figure.ENDED))
    asked = book.series(Figure.CANCELLED, spans)
    kept = book.series(Figure.CANCELLED, spans, Kept.STAYED)
    left = [all_ - stayed for all_, stayed in zip(asked, kept, strict=True)]
    chart = charts.columns(
        _("%(asked)s cancellations, of which %(kept)s were taken back.", asked=number(sum(asked)), kept=number(sum(kept))),
        [("rest", _("left")), ("bar", _("stayed"))], list(zip(left, kept, strict=True)), _days(book), [number(one) for one in asked],
    )  # fmt: skip
    rows: list[list[Value]] = [
        [When(span, book.by), *values] for span, *values in zip(spans, started, ended, asked, kept, strict=True)
    ]  # fmt: skip
    head = [_("Started"), _("Ended"), _("Cancelled"), _("Taken back")]
    means = _(
        "Cancelled: customers who asked for the end, by the day on which they did. Stayed: those who took it back, within the ten "
        "minutes or later. What ended by itself, or at Stripe, is not among them."
    )
    return Section("cancellations", _("Cancellations"), means, chart, _by_time(book, head, rows), not any(asked))


def reasons(book: Ledger) -> Section:
    found = book.by_key(Figure.REASON, book.span)
    by_reason = {key: (found[key, Kept.STAYED], found[key, Kept.LEFT]) for key, _detail in found}
    order = sorted(by_reason, key=lambda key: (not key, -sum(by_reason[key]), key))
    rows: list[list[Value]] = [
        [why_told(key), sum(by_reason[key]), *by_reason[key], Share(by_reason[key][0], sum(by_reason[key]))] for key in order
    ]
    title = _("The most named reason: %(reason)s.", reason=why_told(order[0])) if order else ""
    chart = charts.bars(
        title, [("bar", _("stayed")), ("rest", _("left"))], [by_reason[key] for key in order],
        _("Stayed"), [part_of(by_reason[key][0], sum(by_reason[key])) for key in order],
    )  # fmt: skip
    table = Table([(_("Reason"), False), (_("Named"), True), (_("Stayed"), True), (_("Left"), True), (_("Stayed, share"), True)], rows)
    means = _("What customers said who cancelled; nobody has to. Who gives two reasons is counted at both.")
    return Section("reasons", _("Why people cancel, and how many stayed"), means, chart, table, not order)


def refunds(book: Ledger) -> Section:
    found = book.by_key(Figure.PROMISE, book.span)
    kept, missed = [0] * (LONGEST + 1), [0] * (LONGEST + 1)
    for (key, detail), count in found.items():
        (kept if key == Promise.KEPT else missed)[min(int(detail), LONGEST)] += count
    days = [_("same day"), *[number(day) for day in range(1, LONGEST)], f"{number(LONGEST)}+"]
    share, both = Share(sum(kept), sum(kept) + sum(missed)), [one + other for one, other in zip(kept, missed, strict=True)]
    chart = charts.bars(
        _("Of %(all)s refunds, %(share)s came by the day that was promised.", all=number(share.whole), share=percent(share.value)),
        [("bar", _("as promised")), ("rest", _("later"))], list(zip(kept, missed, strict=True)),
        _("Refunds"), [number(one) for one in both],
    )  # fmt: skip
    rows: list[list[Value]] = [[day, *values] for day, *values in zip(days, both, kept, missed, strict=True)]
    table = Table([(_("Days"), False), (_("Refunds"), True), (_("As promised"), True), (_("Later"), True)], rows)
    means = _(
        "Days of the calendar from the parcel’s arrival to the first refund or credit of its return, by the day of the refund. "
        "What was paid before the parcel came is not among them. The promise is what customers read: so many working days after it came."
    )
    return Section("refunds", _("Days from parcel to refund"), means, chart, table, not share.whole)


def products(book: Ledger) -> Section:
    sold = {key: count for (figure, key, _detail), count in book.products.items() if figure is Figure.PRODUCT and count > 0}
    back: dict[str, dict[str, int]] = {}
    for (figure, key, reason), count in book.products.items():
        if figure is Figure.PRODUCT_RETURNED and key in sold and count:
            back.setdefault(key, {})[reason] = count
    named = _most_named(back.values())
    order = sorted(sold, key=lambda key: (key not in back, sold[key] < FEW, -sum(back.get(key, {}).values()) / sold[key], -sold[key], key))
    kinds = [*zip(KINDS, [back_told(reason, book.rules) for reason in named[:2]], strict=False)]
    kinds += [("rest", _("other"))] if len(named) > 2 else []
    shown = [key for key in order[:SHOWN] if key in back]
    bars = [_parts(back.get(key, {}), named, sold[key], len(kinds)) for key in shown]
    per_100 = {key: 100 * sum(back.get(key, {}).values()) / sold[key] for key in order}
    title = _("Most returned: %(product)s.", product=_name(book, order[0])) if named else ""
    chart = charts.bars(title, kinds, bars, _("Per 100"), [number(per_100[key], 1) for key in shown])
    rows: list[list[Value]] = [
        [
            _name(book, key), per_100[key], sold[key], sum(back.get(key, {}).values()), key,
            *[back.get(key, {}).get(reason, 0) for reason in named],
        ]
        for key in order
    ]  # fmt: skip
    head = [(_("Product"), False), (_("Per 100"), True), (_("Sold"), True), (_("Returned"), True), (_("SKU"), False)]
    means = _(
        "Of 100 pieces that were ordered in this time, so many were announced for a return by now, were not declined or given up, and "
        "came or are still awaited. What was cancelled before packing was not sold; exchanges and replacements are not counted as sold. "
        "Products of which fewer than %(few)s were sold stand after the others, and those of which nothing came back after all.",
        few=FEW,
    )
    table = Table([*head, *[(back_told(reason, book.rules), True) for reason in named]], rows, SHOWN)
    return Section("returns", _("Returned, of 100 sold, and why"), means, chart, table, not named)


def return_reasons(book: Ledger) -> Section:
    found = book.by_key(Figure.RETURNED, book.span)
    sold, all_ = book.total(Figure.UNITS, book.span), sum(found.values())
    order = sorted(found, key=lambda one: (-found[one], one))
    chart = charts.bars(
        _("Most named: %(reason)s.", reason=back_told(order[0][0], book.rules)) if order else "",
        [("bar", _("pieces"))],
        [[found[one]] for one in order],
        _("Pieces"),
        [number(found[one]) for one in order],
    )
    rows: list[list[Value]] = [
        [back_told(one[0], book.rules), found[one], Share(found[one], all_), 100 * found[one] / sold if sold else None] for one in order
    ]
    table = Table([(_("Reason"), False), (_("Pieces"), True), (_("As a share"), True), (_("Per 100"), True)], rows)
    means = _("The pieces of the table before, by the reason that the customer chose. The law’s withdrawal asks for none.")
    return Section("return-reasons", _("Why things come back"), means, chart, table, not order)


def repeats(book: Ledger) -> Section:
    spans = book.spans
    customers = book.series(Figure.REPEAT, spans)
    again = book.series(Figure.REPEAT, spans, Repeat.AGAIN)
    once = [all_ - came for all_, came in zip(customers, again, strict=True)]
    share = Share(sum(again), sum(customers))
    chart = charts.columns(
        _("Of %(all)s customers, %(share)s ordered again.", all=number(share.whole), share=percent(share.value)),
        [("bar", _("ordered again")), ("rest", _("did not"))], list(zip(again, once, strict=True)), _days(book),
        [percent(Share(came, all_).value) for came, all_ in zip(again, customers, strict=True)],
    )  # fmt: skip
    rows: list[list[Value]] = [
        [When(span, book.by), all_, came, Share(came, all_)] for span, all_, came in zip(spans, customers, again, strict=True)
    ]  # fmt: skip
    means = _(
        "Of the customers whose first order was %(days)s days before, so many had ordered again by then. A box of a subscription is an "
        "order; exchanges and replacements are none. Orders that nobody has claimed yet are left out.",
        days=AGAIN_WITHIN,
    )
    head = [_("Customers"), _("Ordered again"), _("As a share")]
    return Section("repeat", _("Customers who come again"), means, chart, _by_time(book, head, rows), not share.whole)


def value(book: Ledger) -> Section:
    last = book.span.last
    currencies = sorted({key for figure, key in book.earlier if figure is Figure.PAYERS} | {part[1] for part in book.parts[Figure.PAYERS]})
    rows: list[list[Value]] = []
    for currency in currencies:
        payers, paid, back = (book.sum_until(figure, last, currency) for figure in (Figure.PAYERS, Figure.PAID, Figure.REFUNDED))
        in_time = book.total(Figure.PAID, book.span, currency) - book.total(Figure.REFUNDED, book.span, currency)
        each = Money((paid - back) // payers, currency) if payers else None
        rows.append([currency, payers, Money(paid, currency), Money(back, currency), each, Money(in_time, currency)])
    head = [_("Customers"), _("Paid"), _("Paid back"), _("Each customer"), _("In this time")]
    means = _(
        "Since the beginning: what was charged through Stripe, less what went back, shared by all who ever paid. Each currency for itself, "
        "and never added up. Orders that were paid elsewhere are not known here."
    )
    table = Table([(_("Currency"), False), *[(words, True) for words in head]], rows)
    return Section("value", _("What a customer is worth"), means, None, table, not rows)


def payments(book: Ledger) -> Section:
    spans = book.spans
    paid, still, lost = (book.series(Figure.FAILED, spans, became) for became in (Recovered.PAID, Recovered.OPEN, Recovered.LOST))
    failed = [sum(parts) for parts in zip(paid, still, lost, strict=True)]
    share = Share(sum(paid), sum(failed))
    chart = charts.columns(
        _("Of %(all)s charges that failed, %(share)s were paid after all.", all=number(share.whole), share=percent(share.value)),
        [("bar", _("paid after all")), ("mid", _("still open")), ("rest", _("given up"))],
        list(zip(paid, still, lost, strict=True)), _days(book), [number(one) for one in failed],
    )  # fmt: skip
    rows: list[list[Value]] = [
        [When(span, book.by), *values, Share(values[1], values[0])] for span, *values in zip(spans, failed, paid, still, lost, strict=True)
    ]  # fmt: skip
    head = [_("Failed"), _("Paid after all"), _("Still open"), _("Given up"), _("As a share")]
    means = _("Each invoice of which a charge failed, once, by the day on which the first did; and what became of it by now.")
    return Section("payments", _("Failed payments"), means, chart, _by_time(book, head, rows), not share.whole)


def parcels(book: Ledger) -> Section:
    found = book.by_key(Figure.PARCEL, book.span)
    by_carrier = {key: (found[key, OnTime.YES], found[key, OnTime.LATE]) for key, _detail in found}
    order = sorted(by_carrier, key=lambda key: (-sum(by_carrier[key]), key))
    late, all_ = sum(by_carrier[key][1] for key in order), sum(found.values())
    chart = charts.bars(
        _("Of %(all)s parcels, %(late)s came late.", all=number(all_), late=number(late)), [("bar", _("on time")), ("rest", _("late"))],
        [by_carrier[key] for key in order], _("Late"), [part_of(by_carrier[key][1], sum(by_carrier[key])) for key in order],
    )  # fmt: skip
    rows: list[list[Value]] = [
        [carrier_told(key), sum(by_carrier[key]), *by_carrier[key], Share(by_carrier[key][1], sum(by_carrier[key]))] for key in order
    ]  # fmt: skip
    table = Table([(_("Carrier"), False), (_("Delivered"), True), (_("On time"), True), (_("Late"), True), (_("Late, share"), True)], rows)
    means = _("Late: delivered after the first day that was told, however often it was put off. Parcels without such a day are left out.")
    return Section("parcels", _("Parcels that came late"), means, chart, table, not order)


BY_NAME: Mapping[str, Callable[[Ledger], Section]] = {
    "subscriptions": subscriptions,
    "cancellations": changes,
    "reasons": reasons,
    "offers": offers,
    "offers-by-reason": offers_by_reason,
    "refunds": refunds,
    "returns": products,
    "return-reasons": return_reasons,
    "repeat": repeats,
    "value": value,
    "payments": payments,
    "parcels": parcels,
}
"""By the name of its file, in the order of the page."""
SECTIONS = tuple(BY_NAME.values())


def _by_time(book: Ledger, head: Sequence[str], rows: list[list[Value]]) -> Table:
    first = _("Week") if book.by == "week" else _("Month")
    return Table([(first, False), *[(words, True) for words in head]], rows)


def _days(book: Ledger) -> list[str]:
    return [short(When(span, book.by)) for span in book.spans]


def _name(book: Ledger, key: str) -> str:
    return book.titles.get(key) or key


def _most_named(of_products: Iterable[dict[str, int]]) -> list[str]:
    """Reasons, the most named first."""
    found: Counter[str] = Counter()
    for by_reason in of_products:
        found.update(by_reason)
    return sorted(found, key=lambda reason: (-found[reason], reason))


def _parts(back: dict[str, int], named: list[str], sold: int, kinds: int) -> list[float]:
    first = [100 * back.get(reason, 0) / sold for reason in named[:2]]
    rest = 100 * sum(back.get(reason, 0) for reason in named[2:]) / sold
    return [*first, rest][:kinds]
