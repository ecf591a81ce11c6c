"""The shop's rules of returns as one value: what a version's body says once it is checked. docs/decisions/returns-policy.md"""

import json
import re
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Any, Literal, Self

from flask_babel import gettext as _
from pydantic import Field, TypeAdapter, ValidationError, model_validator
from pydantic.dataclasses import dataclass

from portal.returns.models import Fault, Outcome, Way
from portal.returns.policy.values import CHECKED, EU, Amounts, Days, Key, Market, Share, Sku, Words


class Photo(StrEnum):
    NO = "no"
    OPTIONAL = "optional"
    NEEDED = "needed"


class Suggests(StrEnum):
    """What a reason means for the subscription that the goods came with."""

    SKIP = "skip"
    LESS_OFTEN = "less often"
    SWAP = "swap"


@dataclass(frozen=True, config=CHECKED)
class Which:
    """Goods that a rule is about."""

    products: tuple[Sku, ...] = ()
    """SKUs; one that ends with * means all that begin like it."""
    categories: tuple[Key, ...] = ()

    def rule_for(self, sku: str, category: str) -> str | None:
        """The key of what names them, if anything does."""
        named = next((product for product in self.products if means(product, sku)), None)
        if named is not None:
            return f"products.{named}"
        return f"categories.{category}" if category in self.categories else None


@dataclass(frozen=True, config=CHECKED)
class Windows:
    """For how many days something can be sent back."""

    default: Days
    markets: dict[Market, Days] = Field(default_factory=dict)
    categories: dict[Key, Days] = Field(default_factory=dict)
    products: dict[Sku, Days] = Field(default_factory=dict)
    several: Literal["longest", "nearest"] = "longest"
    """Which counts where several are about the same goods: the one with the most days, or the one that is nearest to the product."""


@dataclass(frozen=True, config=CHECKED)
class Season:
    """What is bought on these days, both included, can be sent back until that day's end at the least."""

    bought_from: date
    bought_until: date
    until: date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.bought_from <= self.bought_until <= self.until:
            raise ValueError(_("the three days have to follow one another"))
        return self


@dataclass(frozen=True, config=CHECKED)
class Fees:
    """What a return costs, where it is the customer's own doing. Under the right of withdrawal there is no restocking fee."""

    restocking_bp: Share = 0
    """Of the goods with their tax."""
    label: Amounts = Field(default_factory=dict)
    """Once per return, where the shop's label or code is used."""
    pick_up: Amounts = Field(default_factory=dict)
    """The same where it is fetched."""
    spared: tuple[Outcome, ...] = ()
    """Who takes one of these pays no fee."""


@dataclass(frozen=True, config=CHECKED)
class Instant:
    """Up to which worth the customer gets it before the goods came."""

    who: Literal["trusted", "all"] = "trusted"
    refund: Amounts = Field(default_factory=dict)
    exchange: Amounts = Field(default_factory=dict)


@dataclass(frozen=True, config=CHECKED)
class Review:
    """When a person looks at it first."""

    above: Amounts = Field(default_factory=dict)
    """Where it is worth more than that."""
    returns: Annotated[int, Field(ge=1, le=1000)] | None = None
    """From so many returns on, this one counted, within `within_days`."""
    within_days: Annotated[int, Field(ge=1, le=3650)] = 90


@dataclass(frozen=True, config=CHECKED)
class Withdrawal:
    """The law's right to withdraw. Sources: directive 2011/83/EU, articles 9, 13, 14, 16; regulation 1182/71, article 3."""

    countries: tuple[Market, ...] = ("EU",)
    """Where parcels go; EU means all its members."""
    days: Annotated[int, Field(ge=14, le=365)] = 14
    excluded: Which = Which()
    """What the law excepts, such as goods that spoil, or that were made for one person."""

    def counts_in(self, country: str) -> bool:
        return country in self.countries or ("EU" in self.countries and country in EU)


@dataclass(frozen=True, config=CHECKED)
class Listed:
    """One of the shop's own list, such as a sub-reason or a reason to decline."""

    key: Key
    words: Words


@dataclass(frozen=True, config=CHECKED)
class Reason(Listed):
    """Why something goes back, and what follows from it."""

    fault: Fault
    outcomes: Annotated[tuple[Outcome, ...], Field(min_length=1)]
    photo: Photo = Photo.NO
    question: dict[str, str] = Field(default_factory=dict)
    """Asked in these words, and to be answered; without any, nothing is asked."""
    details: tuple[Listed, ...] = ()
    categories: tuple[Key, ...] = ()
    """For which goods it is offered; without any, for all."""
    suggests: tuple[Suggests, ...] = ()
    is_free: bool = False
    """Whether no fee is asked although it is the customer's own doing."""
    is_reviewed: bool = False
    """Whether a person always looks at it."""

    def detail(self, key: str) -> Listed | None:
        return next((detail for detail in self.details if detail.key == key), None)


@dataclass(frozen=True, config=CHECKED)
class Terms:
    windows: Windows
    reasons: Annotated[tuple[Reason, ...], Field(min_length=1)]
    decline_reasons: Annotated[tuple[Listed, ...], Field(min_length=1)]
    findings: Annotated[tuple[Listed, ...], Field(min_length=1)]
    """Why units are rejected, or something is kept back for them."""
    approve: Literal["at once", "by hand"] = "at once"
    """Who says yes to a return that nobody has to look at: the rule, or staff all the same."""
    tenders: Literal["stored first", "pro rata"] = "stored first"
    """From which of several means of payment a part of the money goes back."""
    buffer_days: Days = 5
    """Where nobody tells of the delivery, time runs from so many days after it was sent, or should have been there."""
    send_by_days: Annotated[int, Field(ge=1, le=365)] = 14
    claim_days: Days = 730
    """So long after it came a customer can claim that something is wrong with it."""
    returns_per_order: Annotated[int, Field(ge=1, le=1000)] | None = None
    bonus_bp: Share = 0
    """On top, for who takes store credit."""
    seasons: tuple[Season, ...] = ()
    final_sale: Which = Which()
    exchange_only: Which = Which()
    fees: Fees = Fees()
    keep_it: Amounts = Field(default_factory=dict)
    """Up to which worth nothing has to come back, where the reason allows it."""
    instant: Instant = Instant()
    review: Review = Review()
    withdrawal: Withdrawal = Withdrawal()
    categories: dict[Key, Words] = Field(default_factory=dict)
    """What customers call them."""

    @model_validator(mode="after")
    def _keys_are_unique(self) -> Self:
        for name, keys in (
            ("reasons", [reason.key for reason in self.reasons]),
            ("decline_reasons", [reason.key for reason in self.decline_reasons]),
            ("findings", [finding.key for finding in self.findings]),
            *((f"reasons.{reason.key}.details", [detail.key for detail in reason.details]) for reason in self.reasons),
        ):
            if twice := {key for key in keys if keys.count(key) > 1}:
                raise ValueError(_("%(name)s: %(keys)s stands there twice", name=name, keys=", ".join(sorted(twice))))
        return self

    def reason(self, key: str) -> Reason | None:
        return next((reason for reason in self.reasons if reason.key == key), None)

    def reasons_for(self, category: str) -> tuple[Reason, ...]:
        """Those that are offered for goods of this category, in the shop's order."""
        return tuple(reason for reason in self.reasons if not reason.categories or category in reason.categories)

    def restocking_bp(self, reason: str, outcome: Outcome, *, may_withdraw: bool) -> int:
        """None for who could withdraw from the contract instead, nor for what is not the customer's doing."""
        return 0 if may_withdraw or self._is_spared(reason, outcome) else self.fees.restocking_bp

    def way_fee(self, way: Way, currency: str, items: list[tuple[str, Outcome]]) -> int:
        """What the way back costs, once per return, with the reason and the outcome of each item. Spared where one of them is."""
        if any(self._is_spared(reason, outcome) for reason, outcome in items):
            return 0
        fee = {Way.CODE: self.fees.label, Way.LABEL: self.fees.label, Way.PICK_UP: self.fees.pick_up}.get(way, {})
        return fee.get(currency, 0)

    def fault(self, reason: str) -> Fault:
        """The customer's, of a withdrawal, for which no reason is given."""
        known = self.reason(reason)
        return known.fault if known else Fault.CUSTOMER

    def _is_spared(self, reason: str, outcome: Outcome) -> bool:
        known = self.reason(reason)
        return self.fault(reason) is not Fault.CUSTOMER or outcome in self.fees.spared or (known is not None and known.is_free)


class WrongPolicy(Exception):
    """It can't be used. `problems` are sentences, each of which names its key."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


_TERMS = TypeAdapter(Terms)


def read(body: dict[str, Any]) -> Terms:
    """What the body of a version says; days may be such, or as ISO writes them. Raises WrongPolicy."""
    return _read(json.dumps(plain(body), sort_keys=False))


def plain(body: Any) -> Any:
    """As JSON keeps it."""
    if isinstance(body, dict):
        return {key: plain(value) for key, value in body.items()}
    if isinstance(body, list):
        return [plain(value) for value in body]
    return body.isoformat() if isinstance(body, date) else body


def means(product: str, sku: str) -> bool:
    return sku.startswith(product[:-1]) if product.endswith("*") else product == sku


@lru_cache(maxsize=64)
def _read(body: str) -> Terms:
    try:
        return _TERMS.validate_json(body)
    except ValidationError as error:
        raise WrongPolicy([_problem(found) for found in error.errors(include_url=False)]) from None


def _problem(found: Any) -> str:
    """`windows.categories.food: Input should be …`"""
    key = ".".join(str(part) for part in found["loc"] if part != "[key]")
    said = _told(found["type"], found.get("ctx", {})) or str(found["msg"]).removeprefix("Value error, ")
    return f"{key}: {said}" if key else said


def _told(kind: str, limits: dict[str, Any]) -> str | None:
    """What people get wrong, in words; the rest stays in those of the library."""
    match kind:
        case "greater_than_equal":
            return str(_("at least %(number)s", number=limits["ge"]))
        case "less_than_equal":
            return str(_("at most %(number)s", number=limits["le"]))
        case "too_short":
            return str(_("one at least"))
        case "string_pattern_mismatch":
            return str(_("small letters, digits and _ only"))
        case "missing":
            return str(_("is missing"))
        case "extra_forbidden":
            return str(_("is no key of these rules"))
        case "literal_error" | "enum":
            return str(_("one of these: %(known)s", known=", ".join(re.findall("'([^']*)'", limits["expected"]))))
        case "int_type":
            return str(_("a whole number, without quotation marks"))
        case "bool_type":
            return "true / false"
        case "string_type":
            return str(_("words in quotation marks"))
        case "tuple_type":
            return str(_("a list in square brackets"))
        case "dict_type" | "dataclass_type":
            return str(_("keys, each with what counts for it"))
        case "date_parsing" | "date_from_datetime_parsing" | "date_type":
            return str(_("a day, such as 2026-12-01"))
        case _:
            return None
