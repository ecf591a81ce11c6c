"""How what is done about a return or a claim is told to its customer, also while staff only suggest it."""

from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from portal import prepared
from portal.kit.db import db
from portal.kit.i18n import money as in_money
from portal.kit.i18n import short_moment
from portal.orders import CARRIER_NAMES
from portal.orders.models import Order
from portal.returns import money
from portal.returns.actions.another_way import ASKED_AGAIN
from portal.returns.actions.paying_out import GIVEN_BY_HAND, PAID_OUT
from portal.returns.models import Claim, Outcome, PayoutKind, Return, Way, Wish
from portal.returns.money_words import line_told
from portal.returns.sentences import outcome_told, way_told
from portal.timeline import Entry


@prepared.tells(Return.__tablename__)
def told(deed: str, facts: dict[str, Any]) -> str:
    return {**_of_goods(facts), **_of_the_way(facts), **_decided(facts), **_of_the_money(facts)}[deed]


@prepared.tells(Claim.__tablename__)
def told_of_claim(deed: str, facts: dict[str, Any]) -> str:
    number = facts.get("reference", "")
    words: dict[str, str] = {
        "open claim": _("Order %(number)s: %(what)s", number=facts.get("order", ""), what=_kind(facts)),
        "cancel claim": _("Report %(number)s taken back", number=number),
        "approve claim": _("Report %(number)s: you are right", number=number),
        "deny claim": _("Report %(number)s declined", number=number),
        "resolve claim": _("Report %(number)s: done", number=number),
    }
    return {**words, **_of_the_money(facts)}[deed]


@prepared.offers(Return.__tablename__)
def offered(deed: str, facts: dict[str, Any]) -> str:
    number, title, way, begins = facts.get("rma", ""), facts.get("title", ""), facts.get("way"), facts.get("from", "")
    at = short_moment(datetime.fromisoformat(begins)) if begins else ""
    words: dict[str, str] = {
        "submit return": _("Begin return %(number)s", number=number),
        "cancel return": _("Cancel return %(number)s", number=number),
        "object to return": _("Have return %(number)s looked at again", number=number),
        "exchange chosen again": _("Take %(product)s instead", product=title),
        "exchange called off": _("Take the money instead of %(product)s", product=title),
        "other way back": _("Send return %(number)s back another way: %(way)s", number=number, way=way_told(Way(way))) if way else "",
        "order pick-up": _("Have return %(number)s collected %(moment)s", number=number, moment=at),
        "tell parcel number": _("Say that return %(number)s was sent with %(parcel)s", number=number, parcel=_parcel(facts)),
    }
    return words[deed]


@prepared.offers(Claim.__tablename__)
def offered_of_claim(deed: str, facts: dict[str, Any]) -> str:
    words: dict[str, str] = {
        "open claim": _("Report about order %(number)s: %(what)s", number=facts.get("order", ""), what=_kind(facts)),
        "cancel claim": _("Take report %(number)s back", number=facts.get("reference", "")),
    }
    return words[deed]


@prepared.details(Return.__tablename__)
def more(entry: Entry) -> dict[str, Any]:
    """Of a return that is sent, what the customer gets for what, and how it comes to that."""
    if entry.deed != "submit return":
        return {}
    return_ = db.session.get_one(Return, int(entry.subject.partition(":")[2]))
    items = [[item.id, item.quantity, item.line.title, str(item.outcome)] for item in return_.items]
    return {"items": items, "estimate": return_.estimate or [], "currency": return_.currency}


@prepared.reads(Return.__tablename__)
def read(more: dict[str, Any]) -> dict[str, Any]:
    """What the shop reckons itself is no sum yet."""
    if "items" not in more:  # was kept as it is read
        return more
    titles, lines, currency = {item: title for item, _of, title, _for in more["items"]}, money.from_json(more["estimate"]), more["currency"]
    what = {
        "lines": [f"{quantity} × {title}: {outcome_told(Outcome(outcome))}" for _item, quantity, title, outcome in more["items"]],
        "sums": [(line_told(line, titles), in_money(line.amount, currency)) for line in lines if line.kind is not money.Kind.BY_SHOP],
    }
    if money.is_open(lines):
        word = _("Somebody here reckons the amount when it is back, and tells you how. It is never more than was paid.")
        return what | {"word": str(word)}
    return what | {"back": money.total(lines), "currency": currency}


@prepared.details(Claim.__tablename__)
def more_of_claim(entry: Entry) -> dict[str, Any]:
    """Of one that is sent, what it is about, and what is wished for."""
    if entry.deed != "open claim":
        return {}
    claim = db.session.get_one(Claim, int(entry.subject.partition(":")[2]))
    titles = {line.id: line.title for line in db.session.get_one(Order, claim.order_id).lines}
    return {"items": [[line.quantity, titles[line.order_line_id]] for line in claim.lines], "wish": str(claim.wish)}


@prepared.reads(Claim.__tablename__)
def read_claim(more: dict[str, Any]) -> dict[str, Any]:
    wishes: dict[str, str] = {Wish.REPLACEMENT: _("Send it again"), Wish.REFUND: _("Money back")}
    return {"lines": [f"{quantity} × {title}" for quantity, title in more["items"]], "sums": [(_("You would like"), wishes[more["wish"]])]}


def _of_goods(facts: dict[str, Any]) -> dict[str, str]:
    number, title = facts.get("rma", ""), facts.get("title", "")
    return {
        "submit return": _("Return %(number)s", number=number),
        "cancel return": _("Return %(number)s cancelled", number=number),
        "object to return": _("Return %(number)s: it is looked at again", number=number),
        "exchange chosen again": _("%(product)s instead", product=title),
        "exchange called off": _("The money instead of %(product)s", product=title),
    }


def _of_the_way(facts: dict[str, Any]) -> dict[str, str]:
    number, way, begins = facts.get("rma", ""), facts.get("way"), facts.get("from", "")
    at = short_moment(datetime.fromisoformat(begins)) if begins else ""
    return {
        "other way back": _("Return %(number)s: %(way)s", number=number, way=way_told(Way(way))) if way else "",
        "order pick-up": _("Return %(number)s is collected %(moment)s", number=number, moment=at),
        "show receipt": _("Return %(number)s: it counts as sent", number=number),
        "tell parcel number": _("Return %(number)s: sent with %(parcel)s", number=number, parcel=_parcel(facts)),
    }


def _decided(facts: dict[str, Any]) -> dict[str, str]:
    """What the shop's people say of it."""
    number, product, units = facts.get("rma", ""), facts.get("title", ""), facts.get("of", "")
    return {
        "approve return": _("Return %(number)s approved", number=number),
        "decline return": _("Return %(number)s declined", number=number),
        "receive return": _("Return %(number)s: it has come", number=number),
        "inspect return": _(
            "Return %(number)s: %(accepted)s of %(units)s × %(product)s accepted", number=number, accepted=facts.get("accepted", ""),
            units=units, product=product,
        ),
        "look again": _("Return %(number)s: %(product)s is looked at again", number=number, product=product),
        "miss the rest": _("Return %(number)s: nobody waits for the rest of %(product)s", number=number, product=product),
        "word on return": _("Return %(number)s: a word to you", number=number),
        "reopen return": _("Return %(number)s opened again", number=number),
        "close return": _("Return %(number)s: done", number=number),
    }  # fmt: skip


def _of_the_money(facts: dict[str, Any]) -> dict[str, str]:
    if "payout" not in facts:
        return {}
    amount = in_money(facts["amount"], facts["currency"])
    as_credit = facts.get("kind") == PayoutKind.STORE_CREDIT
    return {
        PAID_OUT: _("%(amount)s of store credit given", amount=amount) if as_credit else _("%(amount)s goes back to you", amount=amount),
        GIVEN_BY_HAND: _("%(amount)s given back by hand", amount=amount),
        ASKED_AGAIN: _("You were asked which other way %(amount)s goes", amount=amount),
    }


def _parcel(facts: dict[str, Any]) -> str:
    return f"{CARRIER_NAMES.get(facts.get('carrier', ''), '')} {facts.get('number', '')}".strip()


def _kind(facts: dict[str, Any]) -> str:
    kinds: dict[str, str] = {
        "not_here": _("It says delivered, but it isn’t here"),
        "damaged": _("Something is damaged"),
        "missing": _("Something is missing"),
        "wrong": _("Something else came"),
    }
    return kinds.get(facts.get("kind", ""), "")
