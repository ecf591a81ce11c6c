"""Entries of the history in the words of whoever reads them: sentences, names, amounts, moments, and where each thing leads."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from portal import billing, prepared
from portal.billing import card_name
from portal.billing.models import BillingAccount, Card
from portal.kit import i18n
from portal.returns.queries.policies import Policy
from portal.support.deed_words import deed_words
from portal.support.fact_words import FOR_MACHINES, name_words, readable
from portal.support.queries.audit import Change, ShownEntry
from portal.support.queries.known import Known
from portal.support.thing_words import thing_words
from portal.support.value_words import everywhere, value_words

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d\S*")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
CODE = re.compile(r"[a-z]+(_[a-z]+)+")
AMOUNTS = {"amount", "balance", "by_hand", "deduction", "due", "present", "shipping", "shipping_tax", "standard_shipping", "total"}
"""In minor units of the currency beside them."""
IDS = {
    "account_id": "billing_account", "address": "address", "address_id": "address", "before": "address", "card": "card",
    "claim_id": "claim", "credit": "store_credit", "customer": "customer", "customer_id": "customer", "debit": "credit_debit",
    "delivery": "delivery", "delivery_id": "delivery", "done_by": "staff", "entry": "timeline", "entry_id": "timeline",
    "exchange": "exchange", "given_by": "staff", "instead_of": "payout", "invoice": "invoice", "marked_by": "staff", "newest": "delivery",
    "order_id": "orders", "owner_id": "staff", "payout": "payout", "policy_id": "policy_version", "prepared": "prepared_change",
    "price_id": "price", "put_off_by": "staff", "refund": "refund", "replaced": "card", "replaced_by_id": "address",
    "return_id": "return_", "staff_id": "staff", "task": "staff_task", "task_id": "staff_task", "then": "card",
}  # fmt: skip
"""Facts and columns that hold the number of another thing: of which kind."""
ITEMS = {"return_": "return_item", "subscription": "one_time_item"}
NUMBERS = {"order": "orders", "for": "orders", "rma": "return_"}
"""Facts that hold what a thing is called."""


@dataclass(frozen=True)
class Told:
    text: str
    to: str = ""
    """Where it leads; empty if nowhere."""
    is_ours: bool = True
    """Whether it is in words of ours, and so in the reader's language."""


@dataclass(frozen=True)
class ToldChange:
    thing: Told
    name: Told
    before: Told
    after: Told


@dataclass(frozen=True)
class ToldEntry:
    title: Told
    subject: Told
    is_about_doer: bool
    """It happened to whoever did it, and who that is stands there."""
    facts: tuple[tuple[Told, Told], ...]
    changes: tuple[ToldChange, ...]


def keys_in(entries: Iterable[ShownEntry]) -> set[str]:
    """All things that they name, as `table:id`."""
    found: set[str] = set()
    for entry in entries:
        found |= {entry.subject} | {change.row for change in entry.changes}
        numbers = [
            *entry.facts.items(),
            *((one.column, one.before) for one in entry.changes),
            *((one.column, one.after) for one in entry.changes),
        ]
        found |= {key for name, value in numbers if (key := _key(name, value, entry.subject))}
    return found


class Teller:
    """Of one page, for one reader."""

    def __init__(self, known: Known, staff: Mapping[int, str], policy: Policy) -> None:
        self.known, self.staff = known, staff
        self.deeds, self.names, self.things = deed_words(), name_words(), thing_words()
        self.values, self.values_by_name = value_words(policy), everywhere()

    def tell(self, entry: ShownEntry) -> ToldEntry:
        subject, whole = self._thing(entry.subject, entry.customer_id), ("due", entry.facts.get("amount"))
        shown = [(name, value) for name, value in entry.facts.items() if name not in FOR_MACHINES and (name, value) != whole]
        facts = tuple((self._name(name), self._value(name, value, entry.subject, entry.facts)) for name, value in shown)
        changes = tuple(self._change(one, entry) for one in entry.changes if one.column not in FOR_MACHINES)
        is_about_doer = entry.subject == f"customer:{entry.customer_id}" or (entry.staff is not None and subject.text == entry.staff)
        return ToldEntry(self._title(entry), subject, is_about_doer, facts, changes)

    def _title(self, entry: ShownEntry) -> Told:
        """The sentence that the customer's own pages have for it; else what such a deed is called."""
        general = self.deeds.get(entry.deed, entry.deed)
        return Told(self._sentence(entry) or general, is_ours=entry.deed in self.deeds)

    def _sentence(self, entry: ShownEntry) -> str:
        if not entry.facts:
            return ""
        try:
            if entry.subject.startswith(f"{BillingAccount.__tablename__}:"):
                return billing.sentence(entry.deed, entry.facts, self._card(entry.facts.get("card")), is_theirs=False)
            return prepared.words({"subject": entry.subject, "deed": entry.deed, "facts": entry.facts})
        except KeyError:
            return ""

    def _card(self, number: Any) -> tuple[str, str] | None:
        brand, _space, last4 = self.known.called.get(f"{Card.__tablename__}:{number}", "").rpartition(" ")
        return (brand, last4) if brand else None

    def _change(self, one: Change, entry: ShownEntry) -> ToldChange:
        before, after = (self._value(one.column, value, one.row, entry.facts) for value in (one.before, one.after))
        return ToldChange(self._thing(one.row, entry.customer_id), self._name(one.column), before, after)

    def _name(self, name: str) -> Told:
        return Told(self.names.get(name) or readable(name), is_ours=name in self.names)

    def _value(self, name: str, value: Any, row: str, facts: Mapping[str, Any]) -> Told:
        if value is None or value == "":
            return Told("–")
        if isinstance(value, bool):
            return Told(_("yes") if value else _("no"))
        if name in AMOUNTS and isinstance(value, int) and (currency := self._currency(row, facts)):
            return Told(i18n.money(value, currency))
        if key := _key(name, value, row):
            return self._thing(key, None)
        if name in NUMBERS or (name == "reference" and row.startswith("claim:")):
            table = NUMBERS.get(name, "claim")
            return Told(str(value), _page(table, str(value)))
        return self._word(name, value, row)

    def _word(self, name: str, value: Any, row: str) -> Told:
        words = self.values.get((row.partition(":")[0], name)) or self.values_by_name.get(name)
        try:
            if words and not (isinstance(value, list) and name not in ("every", "was")):
                return Told(words(value))
            if words:
                return Told(", ".join(words(one) for one in value))
        except (KeyError, ValueError, TypeError):
            pass
        return Told(self._plain(value), is_ours=not isinstance(value, str) or not CODE.fullmatch(value))

    def _plain(self, value: Any) -> str:
        """What is no word of ours: moments and days as people write them, lists and tables one after the other."""
        if isinstance(value, dict):
            return "; ".join(f"{self._name(str(name)).text}: {self._plain(one)}" for name, one in value.items())
        if isinstance(value, list):
            return ", ".join(self._plain(one) for one in value)
        text = "–" if value is None else str(value)
        if MOMENT.fullmatch(text):
            return i18n.short_moment(i18n.from_iso(text))
        if DAY.fullmatch(text):
            return i18n.short_day(date.fromisoformat(text))
        return text.replace("_", " ") if CODE.fullmatch(text) else text

    def _currency(self, row: str, facts: Mapping[str, Any]) -> str:
        return str(facts.get("currency") or self.known.currencies.get(row, ""))

    def _thing(self, key: str, customer_id: int | None) -> Told:
        """`customer_id` says whose it is, if nothing else does."""
        table, _colon, number = key.partition(":")
        if table == "staff" and number.isdecimal() and int(number) in self.staff:
            return Told(self.staff[int(number)], url_for("support.audit", who=key))
        called = self.known.called.get(key, number)
        if table == Card.__tablename__ and (card := self._card(number)):
            called = card_name(*card)
        word = self.things.get(table) or readable(table)
        return Told(f"{word} {called}", self._to(key, customer_id), is_ours=table in self.things)

    def _to(self, key: str, customer_id: int | None) -> str:
        """Its page; or that on which it stands; or else all that was done about it."""
        seen = key
        while seen:
            table, _colon, number = seen.partition(":")
            if page := _page(table, self.known.called.get(seen, number)):
                return page
            seen = self.known.on_page_of.get(seen, "")
        if key.startswith("timeline:"):
            return url_for("support.audit", before=int(key.partition(":")[2]) + 1)
        return _page("customer", str(customer_id)) if customer_id else url_for("support.audit", whom=key)


def _key(name: str, value: Any, row: str) -> str:
    """Which thing it is, as `table:id`; empty where it is none."""
    table = ITEMS.get(row.partition(":")[0], "") if name == "item" else IDS.get(name, "")
    return f"{table}:{value}" if table and isinstance(value, int) and not isinstance(value, bool) else ""


def _page(table: str, called: str) -> str:
    """Of a thing that is called so; empty where it has none of its own."""
    if not called:
        return ""
    match table:
        case "customer":
            return url_for("support.customer", customer_id=called)
        case "staff_task":
            return url_for("support.show_task", task_id=called)
        case "orders":
            return url_for("support.show_order", number=called)
        case "return_":
            return url_for("support.show_return", rma=called)
        case "claim":
            return url_for("support.show_claim", reference=called)
        case "incident":
            return url_for("support.show_incident", incident_id=called)
        case "webhook_endpoint":
            return url_for("webhooks.show")
    return ""
