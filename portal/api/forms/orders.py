"""What the shop's system tells of orders."""

from typing import Annotated, Self

from babel import Locale
from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from portal.accounts import address
from portal.api.forms.values import TEXT, Amount, Currency, Form, Moment, Name, PageQuery, Pieces
from portal.kit import postal
from portal.orders import Place, ToldOrder
from portal.orders.models import MOST_LINES, OrderedLine

MAILBOX = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+$"
MAYBE = r"^[^\x00-\x1f\x7f-\x9f]*$"
COUNTRIES = sorted(str(code) for code in Locale("en").territories if postal.is_country(str(code)))


def _email(value: str) -> str:
    if (known := address(value)) is None:
        raise ValueError("is no e-mail address")
    return known


def _country(value: str) -> str:
    if value not in COUNTRIES:
        raise ValueError("no country of ISO 3166, such as DE")
    return value


Email = Annotated[str, Field(pattern=MAILBOX, max_length=254), AfterValidator(_email)]
Country = Annotated[str, AfterValidator(_country), WithJsonSchema({"type": "string", "enum": COUNTRIES})]
Part = Annotated[str, Field(pattern=MAYBE, max_length=200)]


class AddressForm(Form):
    name: Name
    """Whose name stands on the parcel."""
    line1: Name
    """Street and number."""
    line2: Part = ""
    postcode: Part = ""
    city: Name
    region: Part = ""
    country: Country
    phone: Part = ""

    def place(self) -> Place:
        return Place(**self.model_dump())


class LineForm(Form):
    title: Annotated[str, Field(pattern=TEXT, max_length=500)]
    sku: Annotated[str, Field(pattern=MAYBE, max_length=100)] = ""
    quantity: Pieces
    unit_amount: Amount
    """Of one piece, before the discount, in minor units of the order’s currency."""
    discount: Amount = 0
    """Its share of all discounts on the order: for all of the quantity."""
    tax: Amount = 0
    """Of what is left to pay for the line."""

    @model_validator(mode="after")
    def _discount_fits(self) -> Self:
        if self.discount > self.quantity * self.unit_amount:
            raise ValueError("has a discount that is larger than its amount")
        return self


class OrderForm(Form):
    placed_at: Moment
    email: Email
    """Whose order it is: who proves this address sees it, and nobody before. Written in small letters."""
    name: Part = ""
    """The customer’s, if the address is new here."""
    currency: Currency
    lines: Annotated[tuple[LineForm, ...], Field(min_length=1, max_length=MOST_LINES)]
    """In the order in which they were bought. Parcels name them by their position, from 0."""
    shipping: Amount = 0
    """What the delivery costs."""
    shipping_tax: Amount = 0
    tax_included: bool = False
    """Whether amounts contain their tax. Else it comes on top."""
    address: AddressForm | None = None
    """Where it goes. It counts when the order is first told: later, the customer may have changed it."""

    invoice: Annotated[str, Field(pattern=r"^in_[A-Za-z0-9_]+$", max_length=64)] | None = None
    """The invoice at Stripe by which it was paid. What the customer cancels before it is packed then goes back by itself, and the invoice
    becomes no second order. If your system tells of all that it bills at Stripe, set from_invoices = false in shop.toml as well."""

    def told(self, number: str) -> ToldOrder:
        lines = [
            OrderedLine(line.title, line.sku, line.quantity, line.unit_amount, discount=line.discount, tax=line.tax) for line in self.lines
        ]
        return ToldOrder(
            number=number,
            placed_at=self.placed_at,
            email=self.email,
            name=self.name,
            currency=self.currency,
            lines=lines,
            shipping=self.shipping,
            shipping_tax=self.shipping_tax,
            tax_included=self.tax_included,
            place=self.address.place() if self.address else None,
            invoice=self.invoice,
        )


class OrdersQuery(PageQuery):
    placed_since: Moment | None = None
    """Only those that were placed at this moment or later."""
