"""The words of orders, so that one is found among ten thousand as quickly as among ten."""

from collections.abc import Iterable

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.accounts.models import Customer
from portal.kit.db import Model
from portal.orders.models.order import Order, OrderedLine
from portal.orders.words import words_of


class OrderWord(Model):
    """A word of an order's number, titles and SKUs, as `portal.kit.folding` folds it. Written with the order."""

    __tablename__ = "order_word"
    __table_args__ = (Index("ix_order_word_customer_id_word_order_id", "customer_id", "word", "order_id"),)
    word: Mapped[str] = mapped_column(String().with_variant(String(collation="C"), "postgresql"))
    """Sorted by its bytes, so that the beginning of a word is a stretch of the index."""
    order_id: Mapped[int] = mapped_column(ForeignKey(Order.id), index=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey(Customer.id), default=None)
    """The order's: each customer's words lie together."""


def word_rows(order_id: int, customer_id: int | None, number: str, lines: Iterable[OrderedLine]) -> list[dict[str, int | str | None]]:
    """The words of an order as rows, for an insert of many."""
    words = sorted(words_of(number, ((line.title, line.sku) for line in lines)))
    return [{"order_id": order_id, "customer_id": customer_id, "word": word} for word in words]
