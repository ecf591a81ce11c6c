"""What the things that the history names by their numbers are called, and on which page of the desk they stand."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Select, select

from portal.accounts.models import Customer
from portal.billing.models import Card
from portal.catalog.models import Price, Product, Variant
from portal.kit.db import db
from portal.operations import owners_of
from portal.orders.models import Order, Shipment
from portal.returns.models import Claim, Return, ReturnItem

CALLED: dict[str, Select[int, str]] = {
    Order.__tablename__: select(Order.id, Order.number),
    Return.__tablename__: select(Return.id, Return.rma),
    Claim.__tablename__: select(Claim.id, Claim.reference),
    Card.__tablename__: select(Card.id, Card.brand + " " + Card.last4),
    Price.__tablename__: select(Price.id, Product.name + ", " + Variant.name)
    .join(Variant, Variant.id == Price.variant_id)
    .join(Product, Product.id == Variant.product_id),
}
"""By what people know them, where that is not their number."""
ON_PAGE_OF: dict[str, tuple[str, Select[int, int]]] = {
    ReturnItem.__tablename__: (Return.__tablename__, select(ReturnItem.id, ReturnItem.return_id)),
    Shipment.__tablename__: (Order.__tablename__, select(Shipment.id, Shipment.order_id)),
}
"""What stands on the page of something else."""


@dataclass(frozen=True)
class Known:
    """By `table:id`."""

    called: Mapping[str, str]
    on_page_of: Mapping[str, str]
    """Of what stands on the page of something else: of that."""
    currencies: Mapping[str, str]
    """Of prices, whose history does not say it."""


def known(keys: Collection[str]) -> Known:
    """In as many questions as there are kinds of things among these."""
    ids: dict[str, set[int]] = {}
    for table, _, number in (key.partition(":") for key in keys):
        if number.isdecimal():
            ids.setdefault(table, set()).add(int(number))
    on_page_of: dict[str, str] = {}
    for table, (of, query) in ON_PAGE_OF.items():
        if table in ids:
            rows = db.session.execute(query.where(query.selected_columns[0].in_(ids[table]))).all()
            on_page_of |= {f"{table}:{number}": f"{of}:{other}" for number, other in rows}
            ids.setdefault(of, set()).update(other for _number, other in rows)
    whose = owners_of([(table, number) for table, numbers in ids.items() for number in numbers])
    on_page_of |= {f"{table}:{number}": f"{Customer.__tablename__}:{owner}" for (table, number), owner in whose.items()}
    called = {
        f"{table}:{number}": name
        for table, query in CALLED.items()
        if table in ids
        for number, name in db.session.execute(query.where(query.selected_columns[0].in_(ids[table])))
    }
    return Known(called, on_page_of, _currencies(ids.get(Price.__tablename__, set())))


def _currencies(price_ids: set[int]) -> dict[str, str]:
    rows = db.session.execute(select(Price.id, Price.currency).where(Price.id.in_(price_ids))) if price_ids else ()
    return {f"{Price.__tablename__}:{number}": currency for number, currency in rows}
