"""Products, in the variants that they come in, what each costs how often, and how many there are."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.kit.db import Model

DAYS = {"day": 1, "week": 7, "month": 365.25 / 12, "year": 365.25}
"""Of each unit of a rhythm, on average."""


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
    guide: Mapped[str] = mapped_column(default="")
    """How it is used, in plain paragraphs with an empty line between them: docs/decisions/guides.md"""
    manual_url: Mapped[str] = mapped_column(default="")
    """The maker's own manual, at an https address."""
    ref: Mapped[str | None] = mapped_column(unique=True, default=None)
    """What the shop's own system calls it; None while that has not told of it."""
    category: Mapped[str] = mapped_column(default="")
    """What kind of thing it is, as the shop sorts it, such as `food`: rules of returns name it."""


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

    def price_for(self, every_count: int, every_unit: str, currency: str) -> "Price | None":
        wanted = (every_count, every_unit, currency)
        return next((price for price in self.prices if (price.every_count, price.every_unit, price.currency) == wanted), None)

    def price_nearest(self, days: float, currency: str) -> "Price | None":
        """Of those that the shop offers, the one whose rhythm is nearest to so many days; of two as near, the one that comes more often."""
        offered = [price for price in self.prices if price.is_offered and price.currency == currency]
        return min(offered, key=lambda price: (abs(price.days - days), price.days), default=None)


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
    provider_ref: Mapped[str | None] = mapped_column(unique=True, default=None)
    """None while the provider has not made it yet: a customer chose a rhythm of their own."""
    is_offered: Mapped[bool] = mapped_column(default=True)
    """Whether the shop set it, so that its rhythm is one of those to choose from."""
    variant_id: Mapped[int] = mapped_column(ForeignKey(Variant.id), init=False)
    variant: Mapped[Variant] = relationship(back_populates="prices", init=False)

    @property
    def days(self) -> float:
        """Of its rhythm; a month is the twelfth part of a year."""
        return self.every_count * DAYS[self.every_unit]

    @property
    def key(self) -> str:
        """Under which the provider finds it again."""
        return f"{self.variant.sku}/{self.every_count}-{self.every_unit}/{self.currency}"


class Stock(Model):
    """How many of a variant the shop's own system said there are."""

    __tablename__ = "stock"
    variant_id: Mapped[int] = mapped_column(ForeignKey(Variant.id), unique=True)
    quantity: Mapped[int]
    as_of: Mapped[datetime]
    """When it was counted: what is told later may be older news."""
