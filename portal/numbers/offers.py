"""What was offered on the page of a cancellation, and what of it was taken: by offer, and by reason."""

from collections.abc import Callable

from flask_babel import gettext as _

from portal.numbers import charts
from portal.numbers.models import Fate, Figure
from portal.numbers.queries.ledger import Ledger
from portal.numbers.shown import Section, Share, Table, Value, number, part_of
from portal.numbers.words import offer_told, why_told


def offers(book: Ledger) -> Section:
    means = _(
        "On the page where people cancel, beside the reason that they chose. Shown: to customers who then opened one of the offers or "
        "cancelled all the same; who only looks counts for nothing. Taken: opened there, and the change was made within the hour. "
        "Undone: taken, and undone later or refused by Stripe."
    )
    return _offered(book, Figure.OFFER, "offers", _("Offers instead of cancelling"), _("Offer"), means, offer_told)


def offers_by_reason(book: Ledger) -> Section:
    means = _("The same by reason: all that stands beside one reason counts once. Nothing is offered after an illness or a death.")
    return _offered(book, Figure.OFFER_WHY, "offers-by-reason", _("Offers taken, by reason"), _("Reason"), means, why_told)


def _offered(book: Ledger, figure: Figure, name: str, title: str, first: str, means: str, told: Callable[[str], str]) -> Section:
    found = book.by_key(figure, book.span)
    fates: dict[str, list[int]] = {
        key: [found[key, fate] for fate in (Fate.TAKEN, Fate.UNDONE, Fate.OPENED, Fate.PASSED)] for key, _fate in found
    }
    order = sorted(fates, key=lambda key: (-sum(fates[key]), key))
    taken, shown = sum(sum(fates[key][:2]) for key in order), sum(sum(fates[key]) for key in order)
    chart = charts.bars(
        _("Of %(shown)s offers, %(taken)s were taken.", shown=number(shown), taken=number(taken)),
        [("bar", _("taken")), ("mid", _("taken, then undone")), ("rest", _("not taken"))],
        [[fates[key][0], fates[key][1], sum(fates[key][2:])] for key in order],
        _("Taken"), [part_of(sum(fates[key][:2]), sum(fates[key])) for key in order],
    )  # fmt: skip
    rows: list[list[Value]] = []
    for key in order:
        stood, undone, opened, _passed = fates[key]
        all_ = sum(fates[key])
        rows.append([told(key), all_, stood + undone + opened, stood + undone, undone, Share(stood + undone, all_)])
    head = [_("Shown"), _("Opened"), _("Taken"), _("Undone"), _("Taken, share")]
    return Section(name, title, means, chart, Table([(first, False), *[(words, True) for words in head]], rows), not order)
