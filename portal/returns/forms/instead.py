"""What shall go out instead of what comes back, as a browser may send it."""

from collections.abc import Mapping

from flask_babel import gettext as _

from portal.returns.queries.instead import Instead


class InsteadForm:
    """One of those that are offered; as long as none was chosen, none is."""

    def __init__(self, offers: list[Instead], sent: Mapping[str, str], *, name: str = "instead", chosen: str = "") -> None:
        """`name` is the field's: a page may ask for several. `chosen` is the SKU that was chosen before."""
        self.offers, self.name = offers, name
        self.error: str | None = None
        wanted = sent.get(name, chosen)
        self.chosen = next((offer for offer in offers if offer.sku == wanted), None)

    def check(self) -> bool:
        if self.chosen is None:
            self.error = _("Choose what you would like instead.")
        return self.chosen is not None
