"""Products and stock."""

from collections.abc import Mapping, Sequence

from portal.api import queries, shown
from portal.api.endpoints import Answer, Call
from portal.api.forms import Nothing, PageQuery
from portal.api.forms.products import CountForm, ProductForm, StockForm, StocksForm
from portal.api.kinds import NOT_FOUND, NOT_VALID
from portal.api.models import Scope
from portal.api.routes.serving import serve
from portal.catalog import actions
from portal.kit.problems import Fault, Problem

ONE = (shown.Product, "The product as it is known now.")
PRODUCT = """{
  "name": "Linden honey",
  "picture": "products/honey.svg",
  "category": "food",
  "guide": "Warm it gently if it has set. Never above 40 degrees.",
  "variants": [
    {"sku": "HON-250", "name": "250 g", "prices": [{"every_count": 1, "every_unit": "month", "amount": 890, "currency": "EUR"}]}
  ]
}"""
STOCKS = """{
  "stock": [
    {"sku": "HON-250", "quantity": 120, "as_of": "2026-11-23T08:00:00Z"},
    {"sku": "TEA-50", "quantity": 0, "as_of": "2026-11-23T08:00:00Z"}
  ]
}"""
STOCK = '{"quantity": 120, "as_of": "2026-11-23T08:00:00Z"}'


@serve("GET", "/products", Scope.PRODUCTS_READ, PageQuery, {200: (shown.PageOf[shown.Product], "A page of products, oldest first.")})
def list_products(call: Call[PageQuery]) -> Answer:
    """List products"""
    return Answer(queries.products(call.told.cursor, call.told.limit))


@serve("GET", "/products/<ref>", Scope.PRODUCTS_READ, Nothing, {200: ONE})
def get_product(call: Call[Nothing], ref: str) -> Answer:
    """Read a product"""
    return Answer(_product(ref))


@serve("PUT", "/products/<ref>", Scope.PRODUCTS_WRITE, ProductForm, {200: ONE, 201: (shown.Product, "It is new.")}, PRODUCT)
def put_product(call: Call[ProductForm], ref: str) -> Answer:
    """Create or replace a product

    It becomes what you send. A variant or a price that you leave out is not offered any more, and stays with those who have it.
    The amount of a price never changes, because subscriptions are charged by it: 409.
    """
    is_new = actions.put_product(call.told.told(ref), by=call.by, at=call.at)
    return Answer(_product(ref), 201 if is_new else 200)


@serve("GET", "/stock", Scope.STOCK_READ, PageQuery, {200: (shown.PageOf[shown.Stock], "A page of what is known of stock.")})
def list_stock(call: Call[PageQuery]) -> Answer:
    """List stock"""
    return Answer(queries.stock(call.told.cursor, call.told.limit))


@serve("GET", "/stock/<path:sku>", Scope.STOCK_READ, Nothing, {200: (shown.Stock, "How many there are.")})
def get_stock(call: Call[Nothing], sku: str) -> Answer:
    """Read how many of a SKU there are"""
    return Answer(_stock(sku))


@serve("POST", "/stock", Scope.STOCK_WRITE, StocksForm, {200: (shown.Stocks, "What is known now of those that were told.")}, STOCKS)
def post_stock(call: Call[StocksForm]) -> Answer:
    """Tell how many there are of up to 1,000 SKUs

    All of them or none: if one can't be taken, nothing is, and each one that is wrong is named. Older news than what is known
    changes nothing.
    """
    told = call.told.stock
    variants = queries.variants([one.sku for one in told])
    if wrong := _wrong(told, variants, call):
        raise Problem(NOT_VALID, f"Nothing was taken: {len(wrong)} of {len(told)} are wrong.", wrong)
    actions.put_stocks({variants[one.sku]: (one.quantity, one.as_of) for one in told})
    return Answer(shown.Stocks(stock=queries.stock_of_all([one.sku for one in told])))


def _wrong(told: Sequence[CountForm], variants: Mapping[str, int], call: Call[StocksForm]) -> list[Fault]:
    first = {one.sku: place for place, one in reversed(list(enumerate(told)))}
    wrong = []
    for place, one in enumerate(told):
        if one.sku not in variants:
            wrong.append(Fault(f"/stock/{place}/sku", f"no variant has the SKU {one.sku}"))
        elif first[one.sku] != place:
            wrong.append(Fault(f"/stock/{place}/sku", f"{one.sku} comes twice"))
        if one.as_of > call.at:
            wrong.append(Fault(f"/stock/{place}/as_of", "is yet to come"))
    return wrong


@serve("PUT", "/stock/<path:sku>", Scope.STOCK_WRITE, StockForm, {200: (shown.Stock, "What is known now.")}, STOCK)
def put_stock(call: Call[StockForm], sku: str) -> Answer:
    """Tell how many of a SKU there are

    Older news than what is known changes nothing.
    """
    if call.told.as_of > call.at:
        raise Problem(NOT_VALID, "It is yet to be counted.", [Fault("/as_of", "is yet to come")])
    variant = queries.variants([sku]).get(sku)
    if variant is None:
        raise Problem(NOT_FOUND, f"No variant has the SKU {sku}.")
    actions.put_stocks({variant: (call.told.quantity, call.told.as_of)})
    return Answer(_stock(sku))


def _product(ref: str) -> shown.Product:
    if found := queries.product(ref):
        return found
    raise Problem(NOT_FOUND, f"No product is called {ref}.")


def _stock(sku: str) -> shown.Stock:
    if found := queries.stock_of(sku):
        return found
    raise Problem(NOT_FOUND, f"Of the SKU {sku} no stock is known.")
