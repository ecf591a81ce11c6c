"""The words of a receipt and of an invoice, in the reader's language."""

from flask_babel import gettext as _

from portal.billing import card_name
from portal.kit import i18n
from portal.kit.shop import Shop
from portal.papers.document import Document, Row, Sum
from portal.papers.queries import PaperInvoice, PaperOrder


def receipt(order: PaperOrder, shop: Shop, link: str) -> Document:
    """What was bought, and what was paid for it."""
    facts = (_("Placed"), i18n.dated(order.placed_at)), (_("Order number"), order.number)
    return _document(order, shop, link, _("Order receipt"), order.number, facts)


def invoice(order: PaperOrder, invoice: PaperInvoice, shop: Shop, link: str) -> Document:
    """The same with the number that bookkeeping knows it by."""
    number = invoice.number or order.number
    facts = (_("Invoice date"), i18n.dated(invoice.written_at)), (_("Invoice number"), number), (_("Order number"), order.number)
    return _document(order, shop, link, _("Invoice"), number, facts)


def _document(order: PaperOrder, shop: Shop, link: str, title: str, number: str, facts: tuple[tuple[str, str], ...]) -> Document:
    country = (i18n.country_name(order.country),) if order.country else ()
    seller = shop.legal_name or shop.name
    tax_id = _("Tax number %(number)s", number=shop.tax_id) if shop.tax_id else ""
    return Document(
        title=title,
        subtitle=number,
        language=str(i18n.language()),
        dated=order.placed_at,
        shop=shop.name,
        accent=shop.accent,
        columns=(_("Product"), _("Quantity"), _("Price"), _("Amount")),
        to_label=_("Sold to"),
        to=(*order.place, *country) if order.place else (order.customer or order.email,),
        from_label=_("Sold by"),
        seller=tuple(filter(None, (seller, *shop.address, tax_id))) if shop.legal_name or shop.address else (),
        facts=facts,
        rows=tuple(
            Row(
                line.title,
                line.sku,
                str(line.quantity),
                i18n.money(line.unit_amount, order.currency),
                i18n.money(line.amount, order.currency),
            )
            for line in order.lines
        ),
        sums=sums(order),
        payments=_payments(order),
        link=link,
        link_words=_("Scan this to see where your order stands, or open:"),
        help_words=_("Something is wrong? Write to %(address)s.", address=shop.support_email),
        foot=" · ".join(filter(None, (seller, *shop.address, tax_id, shop.support_email))),
        page_words=_("Page %(page)s of %(pages)s", page="{page}", pages="{pages}"),
    )


def sums(order: PaperOrder) -> tuple[Sum, ...]:
    """From the products to what was charged to a card: as on the order's page."""

    def amount(minor: int) -> str:
        return i18n.money(minor, order.currency)

    paid = order.sums
    is_told = paid.discount or paid.shipping or paid.tax
    parts = [
        (_("Discount"), -paid.discount),
        (_("Delivery"), paid.shipping),
        (_("Tax"), 0 if paid.tax_included else paid.tax),
        (_("Other") if is_told else _("Delivery, tax and discounts"), paid.other),
    ]
    found = [] if paid.is_whole else [Sum(_("Products"), amount(paid.goods))]
    found += [Sum(label, amount(minor)) for label, minor in parts if minor]
    found.append(Sum(_("Total"), amount(paid.total), is_main=True))
    if paid.tax_included and paid.tax:
        found.append(Sum(_("Of which tax"), amount(paid.tax), is_soft=True))
    if paid.credit:
        found.append(Sum(_("From your credit") if paid.credit > 0 else _("Owed from before"), amount(-paid.credit)))
        found.append(Sum(_("Paid by card"), amount(paid.total - paid.credit)))
    return tuple(found)


def _payments(order: PaperOrder) -> tuple[tuple[str, str], ...]:
    told: list[tuple[str, str]] = []
    for payment in order.invoice.payments if order.invoice else ():
        card, day = card_name(payment.brand, payment.last4), i18n.dated(payment.paid_at)
        told.append((_("%(card)s, %(day)s", card=card, day=day), i18n.money(payment.amount, order.currency)))
        if payment.refunded:
            told.append((_("Went back to %(card)s", card=card), i18n.money(-payment.refunded, order.currency)))
    return tuple(told)
