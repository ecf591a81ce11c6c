"""The paper that goes into a parcel that comes back: whose it is, what is inside, and its number for a machine to read."""

from flask_babel import gettext as _

from portal.kit import i18n
from portal.kit.shop import Shop
from portal.papers import Document, Row, Sum
from portal.returns.queries.passport import ShownReturn


def slip_of(return_: ShownReturn, shop: Shop, link: str) -> Document:
    pieces = sum(item.quantity for item in return_.items)
    facts = [(_("Return"), return_.rma), (_("Orders"), ", ".join(return_.orders))]
    if return_.send_by:
        facts.append((_("Send it by"), i18n.dated(return_.send_by)))
    seller = shop.legal_name or shop.name
    return Document(
        title=_("Return slip"),
        subtitle=return_.rma,
        language=str(i18n.language()),
        dated=return_.submitted_at,
        shop=shop.name,
        accent=shop.accent,
        columns=(_("Product"), "", "", _("Quantity")),
        to_label=_("Goes to"),
        to=place_of(shop),
        from_label="",
        seller=(),
        facts=tuple(facts),
        rows=tuple(Row(item.title, _("Order %(number)s", number=item.order), "", "", str(item.quantity)) for item in return_.items),
        sums=(Sum(_("Pieces"), str(pieces), is_main=True),),
        payments=(),
        link=link,
        link_words=_("Put this paper into the parcel. Where it stands, you see here:"),
        help_words=_("Something is wrong? Write to %(address)s.", address=shop.support_email),
        foot=" · ".join(filter(None, (seller, *shop.address, shop.support_email))),
        page_words=_("Page %(page)s of %(pages)s", page="{page}", pages="{pages}"),
        code=return_.rma,
    )


def place_of(shop: Shop) -> tuple[str, ...]:
    """Where returns go, in lines."""
    back = shop.way_back
    if back is None:
        return tuple(filter(None, (shop.legal_name or shop.name, *shop.address)))
    town = f"{back.postcode} {back.city}"
    return tuple(filter(None, (back.name, back.street, town, back.region, i18n.country_name(back.country))))
