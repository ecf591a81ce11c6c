"""What the shop's system tells of products and of stock."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from portal.api.forms.values import WHOLE, Amount, Currency, Form, Moment, Name, Ref, Sku
from portal.catalog.actions import ToldPrice, ToldProduct, ToldVariant

STATIC = Path(__file__).parents[3] / "static"
PICTURES = sorted(f"products/{file.name}" for file in (STATIC / "products").iterdir())


def _picture(value: str) -> str:
    if value not in PICTURES:
        raise ValueError("is no file of the portal’s")
    return value


Picture = Annotated[str, AfterValidator(_picture), WithJsonSchema({"type": "string", "enum": PICTURES})]


class PriceForm(Form):
    every_count: Annotated[int, Field(ge=1, le=365), WHOLE]
    """With every_unit: the rhythm. 2 and week is every two weeks."""
    every_unit: Literal["day", "week", "month", "year"]
    amount: Amount
    """Of one piece, in minor units of the currency: 1290 is 12.90 EUR, and 1290 is 1290 JPY. It stays as it is once it is known."""
    currency: Currency
    stripe_price: Ref | None = None
    """What Stripe calls it. Without one, it is made at Stripe when the first customer takes it."""
    is_offered: bool = True
    """Whether customers may choose it. Who has it keeps it."""


class VariantForm(Form):
    sku: Sku
    """Of all products, only this variant has it."""
    name: Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f-\x9f]*$", max_length=200)] = ""
    """What tells it from the others, such as 500 g, ground. Empty for the only one."""
    prices: Annotated[tuple[PriceForm, ...], Field(max_length=50)] = ()
    """In a subscription, for each rhythm and currency. One that is left out is not offered any more."""

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        rhythms = [(price.every_count, price.every_unit, price.currency) for price in self.prices]
        if len(set(rhythms)) < len(rhythms):
            raise ValueError("has two prices for one rhythm and currency")
        return self


class ProductForm(Form):
    name: Name
    picture: Picture = "products/box.svg"
    """A file that lies in the portal’s folder static/products/. No address: the portal fetches nothing."""
    guide: Annotated[str, Field(pattern=r"^[^\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f]*$", max_length=20_000)] = ""
    """How it is used: plain paragraphs with an empty line between them, for whoever bought it."""
    manual_url: Annotated[str, Field(pattern=r"^(https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[!-~]*)?)?$", max_length=500)] = ""
    """The maker’s own manual, at an https address. The portal links to it, and fetches nothing."""
    category: Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]{0,39})?$")] = ""
    """What kind of thing it is, such as food: the rules of returns name it. What is ordered from then on is of that kind."""
    stripe_product: Ref | None = None
    """What Stripe calls it, if it is there already. Learned once, and kept."""
    variants: Annotated[tuple[VariantForm, ...], Field(max_length=100)] = ()
    """One that is left out stays for those who have it, and is not offered any more."""

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({variant.sku for variant in self.variants}) < len(self.variants):
            raise ValueError("has two variants with one SKU")
        return self

    def told(self, ref: str) -> ToldProduct:
        variants = [_variant(variant) for variant in self.variants]
        return ToldProduct(ref, self.name, self.picture, self.guide, self.manual_url, self.stripe_product, variants, self.category)


class StockForm(Form):
    quantity: Annotated[int, Field(ge=0, le=2_000_000_000), WHOLE]
    as_of: Moment
    """When it was counted. What is older than what we know changes nothing: the answer says what is known."""


class CountForm(StockForm):
    sku: Sku


class StocksForm(Form):
    stock: Annotated[tuple[CountForm, ...], Field(min_length=1, max_length=1000)]
    """Each SKU once."""


def _variant(form: VariantForm) -> ToldVariant:
    return ToldVariant(form.sku, form.name, [_price(price) for price in form.prices])


def _price(form: PriceForm) -> ToldPrice:
    return ToldPrice(form.every_count, form.every_unit, form.amount, form.currency, form.stripe_price, form.is_offered)
