"""The layouts of order files that we know: ours, those of three shop systems, and that of a data set. docs/import-orders.md has them."""

from portal.kit.tables import Table, Unusable
from portal.orders.layouts.bigcommerce import BIGCOMMERCE
from portal.orders.layouts.layout import Known as Known
from portal.orders.layouts.layout import Layout as Layout
from portal.orders.layouts.layout import ReadLine as ReadLine
from portal.orders.layouts.layout import read as read
from portal.orders.layouts.plain import ONLINE_RETAIL as ONLINE_RETAIL
from portal.orders.layouts.plain import PLAIN as PLAIN
from portal.orders.layouts.shopify import SHOPIFY
from portal.orders.layouts.woocommerce import WOOCOMMERCE

LAYOUTS = {layout.name: layout for layout in (PLAIN, SHOPIFY, WOOCOMMERCE, BIGCOMMERCE, ONLINE_RETAIL)}


def layout_of(table: Table, wanted: str, known: Known) -> Layout:
    """By its header, unless one is `wanted`. Raises Unusable where the file lacks what we can't do without."""
    candidates = list(LAYOUTS.values()) if wanted == "auto" else [LAYOUTS[wanted]]
    layout = min(candidates, key=lambda layout: len(layout.missing(table.columns)) / len(layout.needed))
    if missing := layout.missing(table.columns):
        columns = f"The column {missing[0]} is" if len(missing) == 1 else f"The columns {', '.join(missing)} are"
        raise Unusable(f"{columns} missing for the layout “{layout.name}”. The file has: {', '.join(table.header)}.")
    if layout.currency not in table.columns and not known.currency:
        raise Unusable("The file does not say in which currency the prices are. Say it with --currency, such as --currency GBP.")
    if layout is ONLINE_RETAIL and not known.demo_addresses:
        raise Unusable(
            "This layout has no e-mail addresses, so nobody could ever see these orders. "
            "Use the plain layout (docs/import-orders.md) or, in a demo, --demo-addresses, which makes some up."
        )
    return layout
