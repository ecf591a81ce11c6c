"""Products, in the variants that they come in, and what each costs how often."""

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.kit.db import Model


class SwapGroup(Model):
    """Variants that may stand in for each other."""

    __tablename__ = "swap_group"
    name: Mapped[str] = mapped_column(unique=True)


class Product(Model):
    __tablename__ = "product"
    name: Mapped[str]
    picture: Mapped[str]
    """A file below static/, such as `products/coffee.svg`."""
    variants: Mapped[list["Variant"]] = relationship(back_populates="product", default_factory=list, order_by="Variant.id")
    provider_ref: Mapped[str | None] = mapped_column(unique=True, default=None)


class Variant(Model):
    """What is packed: a product in one size and kind."""

    __tablename__ = "variant"
    sku: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    """What tells it from the others, such as `500 g, whole, medium roast`."""
    product_id: Mapped[int] = mapped_column(ForeignKey(Product.id), init=False)
    product: Mapped[Product] = relationship(back_populates="variants", init=False)
    swap_group_id: Mapped[int | None] = mapped_column(ForeignKey(SwapGroup.id), init=False)
    swap_group: Mapped[SwapGroup | None] = relationship(default=None)
    prices: Mapped[list["Price"]] = relationship(back_populates="variant", default_factory=list, order_by="Price.id")


class Price(Model):
    """What a variant costs in a subscription of one rhythm: all items of a subscription share it, so there is a price for each."""

    __tablename__ = "price"
    __table_args__ = (UniqueConstraint("variant_id", "every_count", "every_unit", "currency"),)
    every_count: Mapped[int]
    every_unit: Mapped[str]
    """day, week, month or year."""
    amount: Mapped[int]
    """For one, in minor units of `currency`."""
    currency: Mapped[str]
    provider_ref: Mapped[str] = mapped_column(unique=True)
    variant_id: Mapped[int] = mapped_column(ForeignKey(Variant.id), init=False)
    variant: Mapped[Variant] = relationship(back_populates="prices", init=False)
