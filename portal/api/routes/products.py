"""Products and stock."""

from sqlalchemy import select

from portal.api import queries, shown
from portal.api.endpoints import Answer, Call
from portal.api.forms import Nothing, PageQuery
from portal.api.forms.products import ProductForm, StockForm
from portal.api.kinds import NOT_FOUND, NOT_VALID
from portal.api.models import Scope
from portal.api.routes.serving import serve
from portal.catalog import actions
from portal.catalog.models import Variant
from portal.kit.db import db
from portal.kit.problems import Fault, Problem

ONE = (shown.Product, "The product as it is known now.")
PRODUCT = """{
  "name": "Linden honey",
  "picture": "products/honey.svg",
  "guide": "Warm it gently if it has set. Never above 40 degrees.",
  "variants": [
    {"sku": "HON-250", "name": "250 g", "prices": [{"every_count": 1, "every_unit": "month", "amount": 890, "currency": "EUR"}]}
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


@serve("PUT", "/stock/<path:sku>", Scope.STOCK_WRITE, StockForm, {200: (shown.Stock, "What is known now.")}, STOCK)
def put_stock(call: Call[StockForm], sku: str) -> Answer:
    """Tell how many of a SKU there are

    Older news than what is known changes nothing.
    """
    if call.told.as_of > call.at:
        raise Problem(NOT_VALID, "It is yet to be counted.", [Fault("/as_of", "is yet to come")])
    variant = db.session.scalars(select(Variant).where(Variant.sku == sku)).one_or_none()
    if variant is None:
        raise Problem(NOT_FOUND, f"No variant has the SKU {sku}.")
    actions.put_stock(variant, call.told.quantity, as_of=call.told.as_of)
    return Answer(_stock(sku))


def _product(ref: str) -> shown.Product:
    if found := queries.product(ref):
        return found
    raise Problem(NOT_FOUND, f"No product is called {ref}.")


def _stock(sku: str) -> shown.Stock:
    if found := queries.stock_of(sku):
        return found
    raise Problem(NOT_FOUND, f"Of the SKU {sku} no stock is known.")
