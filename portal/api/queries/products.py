"""Products and stock, as the API shows them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, select

from portal.api import shown
from portal.api.cursors import cursor_after, row_before
from portal.catalog.models import Price, Product, Stock, Variant
from portal.kit.db import db

HEADS = select(Product)
STOCK = select(Stock.id, Variant.sku, Stock.quantity, Stock.as_of).join(Variant, Variant.id == Stock.variant_id)


def products(cursor: str | None, limit: int) -> shown.PageOf[shown.Product]:
    after = row_before("products", cursor)
    heads = db.session.scalars(HEADS.where(Product.id > after).order_by(Product.id).limit(limit + 1)).all()
    more = cursor_after("products", heads[limit - 1].id) if len(heads) > limit else None
    return shown.PageOf[shown.Product](data=_whole(heads[:limit]), next_cursor=more)


def product(ref: str) -> shown.Product | None:
    return next(iter(_whole(db.session.scalars(HEADS.where(Product.ref == ref)).all())), None)


def stock(cursor: str | None, limit: int) -> shown.PageOf[shown.Stock]:
    after = row_before("stock", cursor)
    rows = db.session.execute(STOCK.where(Stock.id > after).order_by(Stock.id).limit(limit + 1)).all()
    more = cursor_after("stock", rows[limit - 1].id) if len(rows) > limit else None
    return shown.PageOf[shown.Stock](data=tuple(map(_stock, rows[:limit])), next_cursor=more)


def stock_of(sku: str) -> shown.Stock | None:
    found = db.session.execute(STOCK.where(Variant.sku == sku)).one_or_none()
    return found and _stock(found)


def stock_of_all(skus: Sequence[str]) -> tuple[shown.Stock, ...]:
    """Of each of these, in this order. All of them are known."""
    found = {row.sku: _stock(row) for row in db.session.execute(STOCK.where(Variant.sku.in_(skus)))}
    return tuple(found[sku] for sku in skus)


def variants(skus: Sequence[str]) -> dict[str, int]:
    """The ids of these variants, by SKU. One that is not there is missing from the answer."""
    rows = db.session.execute(select(Variant.sku, Variant.id).where(Variant.sku.in_(skus)))
    return {row.sku: row.id for row in rows}


def _stock(row: Row[int, str, int, datetime]) -> shown.Stock:
    return shown.Stock(sku=row.sku, quantity=row.quantity, as_of=row.as_of)


def _whole(heads: Sequence[Product]) -> tuple[shown.Product, ...]:
    query = select(Variant.id, Variant.product_id, Variant.sku, Variant.name).where(Variant.product_id.in_([head.id for head in heads]))
    variants = db.session.execute(query.order_by(Variant.id)).all()
    prices = _prices([variant.id for variant in variants])
    by_product: dict[int, list[shown.Variant]] = defaultdict(list)
    for one in variants:
        by_product[one.product_id].append(shown.Variant(sku=one.sku, name=one.name, prices=tuple(prices[one.id])))
    return tuple(
        shown.Product(
            ref=head.ref,
            name=head.name,
            picture=head.picture,
            guide=head.guide,
            manual_url=head.manual_url,
            category=head.category,
            stripe_product=head.provider_ref,
            variants=tuple(by_product[head.id]),
        )
        for head in heads
    )


def _prices(variant_ids: Sequence[int]) -> dict[int, list[shown.Price]]:
    by_variant: dict[int, list[shown.Price]] = defaultdict(list)
    for price in db.session.scalars(select(Price).where(Price.variant_id.in_(variant_ids)).order_by(Price.id)):
        by_variant[price.variant_id].append(
            shown.Price(
                every_count=price.every_count,
                every_unit=price.every_unit,
                amount=price.amount,
                currency=price.currency,
                stripe_price=price.provider_ref,
                is_offered=price.is_offered,
            )
        )
    return by_variant
