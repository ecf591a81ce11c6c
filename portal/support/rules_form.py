"""The rules of returns as fields that a person fills in: each knows where in a version's body it stands, and how it is written."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from portal.kit import i18n
from portal.returns import fault_told, said
from portal.returns.actions.ruling import Photo, Suggests
from portal.returns.models import Fault
from portal.support import rules_kinds as kinds
from portal.support.rules_kinds import Kind, Wrong

Body = dict[str, Any]
LONGEST = 20_000
"""Characters of one field."""


@dataclass(frozen=True)
class Field:
    path: str
    """Where it stands in the body, such as `windows.default` or `reasons.0.photo`."""
    label: str
    kind: Kind
    hint: str = ""

    @property
    def name(self) -> str:
        return self.path


@dataclass(frozen=True)
class Group:
    title: str
    fields: list[Field]
    reason: str = ""
    """In the shop's words, of a group that is about one."""
    only_as_text: tuple[Field, ...] = ()
    """What has no field of its own, and is told all the same."""


@dataclass
class Sent:
    """What a form said: the body that comes of it, what was typed, and what of it can't be read, by the fields' names."""

    body: Body
    typed: dict[str, str]
    problems: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Difference:
    label: str
    before: str
    after: str
    reason: str = ""
    """In the shop's words, where it is about one."""


def groups(body: Body) -> list[Group]:
    """All fields, in the order in which somebody thinks of them; one group for each reason of this body."""
    whole, share, amounts, called = kinds.whole(), kinds.share(), kinds.amounts(), _called(body)
    keys, categories, each = kinds.keys(), kinds.keys(called), _each_called(body)
    by_country, countries = kinds.days_by(i18n.country_name), kinds.keys(i18n.country_name)
    who = kinds.choice(("trusted", _("for trusted customers")), ("all", _("for all")))
    an_amount = _("One currency a line, such as “%(example)s”", example=amounts.show({"EUR": 290}))
    first = kinds.choice(("stored first", _("store credit and gift cards get it back first")), ("pro rata", _("each gets its share back")))
    several = kinds.choice(("longest", _("the longest counts")), ("nearest", _("the one nearest to the product counts")))
    return [
        Group(_("How long something can be sent back"), [
            Field("windows.default", _("Days, usually"), whole),
            Field("windows.categories", _("Days by category"), kinds.days_by(called), _("One a line, such as “food 30”")),
            Field("windows.products", _("Days by product"), kinds.days_by(), _("By SKU; COF-* means all that begin like it")),
            Field("windows.markets", _("Days by country"), by_country, _("Where the parcel went, such as “DE 30” or “EU 14”")),
            Field("windows.several", _("Where several fit"), several),
            Field("seasons", _("Seasons"), kinds.seasons(), _("Bought from, until, can go back until: 2026-11-15 2026-12-24 2027-01-15")),
            Field("buffer_days", _("Days on top where nobody says when it came"), whole),
            Field("send_by_days", _("Days to send it once it is approved"), whole),
            Field("claim_days", _("Days to report damage"), whole),
            Field("returns_per_order", _("Returns of one order, at most"), kinds.maybe(whole)),
        ]),
        Group(_("What does not go back"), [
            Field("final_sale.categories", _("Final sale: categories"), categories, each),
            Field("final_sale.products", _("Final sale: products"), keys, _("One a line")),
            Field("exchange_only.categories", _("Only against something else: categories"), categories, each),
            Field("exchange_only.products", _("Only against something else: products"), keys, _("One a line")),
        ]),
        Group(_("What the law gives, whatever else is said"), [
            Field("withdrawal.days", _("Days to withdraw"), whole),
            Field("withdrawal.countries", _("Where one can withdraw"), countries, _("One a line, such as DE; EU means all its members")),
            Field("withdrawal.excluded.categories", _("No withdrawal by law: categories"), categories, each),
            Field("withdrawal.excluded.products", _("No withdrawal by law: products"), keys, _("One a line")),
        ]),
        Group(_("What it costs, and what it earns"), [
            Field("fees.restocking_bp", _("Restocking fee, in percent"), share),
            Field("fees.label", _("Our label or code"), amounts, an_amount),
            Field("fees.pick_up", _("Being fetched"), amounts, an_amount),
            Field("fees.spared", _("Who takes one of these pays no fee"), kinds.outcomes()),
            Field("bonus_bp", _("On top of store credit, in percent"), share),
            Field("tenders", _("Where several things paid for it"), first),
        ]),
        Group(_("What is decided without a person"), [
            Field("approve", _("Who says yes"), kinds.choice(("at once", _("the rules, at once")), ("by hand", _("always a person")))),
            Field("keep_it", _("Need not come back, up to"), amounts, an_amount),
            Field("instant.who", _("At once, before the parcel came"), who),
            Field("instant.refund", _("Money at once, up to"), amounts, an_amount),
            Field("instant.exchange", _("Something else at once, up to"), amounts, an_amount),
            Field("review.above", _("A person looks at it above"), amounts, an_amount),
            Field("review.returns", _("A person looks at it from so many returns on"), kinds.maybe(whole)),
            Field("review.within_days", _("counted within so many days"), whole),
        ]),
        *(_reason(number, reason, called) for number, reason in enumerate(body.get("reasons", []))),
    ]  # fmt: skip


def fields(body: Body) -> Iterator[Field]:
    for group in groups(body):
        yield from group.fields


def counts(body: Body) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a body says, group by group, in a line each; of each reason in one. What it leaves open is left out."""
    found, reasons = [], []
    for group in groups(body):
        rows = [(one.label, one.kind.told(_at(one.path, body))) for one in group.fields]
        if group.reason:
            reasons.append((group.reason, _("%(outcomes)s. Photo: %(photo)s", outcomes=rows[2][1], photo=rows[0][1])))
        else:
            found.append((group.title, [row for row in rows if row[1]]))
    return [*found, (_("Reasons"), reasons)]


def typed_of(body: Body) -> dict[str, str]:
    """What the fields of this body hold before anybody types."""
    return {one.name: _show(one, body) for one in fields(body)}


def sent(form: MultiDict[str, str], base: Body) -> Sent:
    """What was typed over `base`. A field that was not sent stays as it is; one of several choices is, empty, where none was made."""
    found = Sent(deepcopy(base), typed_of(base))
    for one in fields(base):
        if one.name in form:
            typed = "\n".join(form.getlist(one.name)).replace("\r\n", "\n").replace("\x00", "").strip()[:LONGEST]
            found.typed[one.name] = typed
            if typed != _show(one, base):
                try:
                    _put(found.body, one.path, one.kind.read(typed))
                except Wrong as wrong:
                    found.problems[one.name] = str(wrong)
    return found


def differences(before: Body, after: Body) -> list[Difference]:
    """All of them in words, those about one reason last. It is compared with itself, wherever in the list it stood."""
    reasons = after.get("reasons", [])
    beside = before | {"reasons": _beside(before.get("reasons", []), reasons)}
    found = [
        Difference(one.label, one.kind.told(_at(one.path, beside)), one.kind.told(_at(one.path, after)), group.reason)
        for group in groups(after)
        for one in (*group.fields, *group.only_as_text)
        if one.kind.show(_at(one.path, beside)) != one.kind.show(_at(one.path, after))
    ]
    for was, now in zip(beside["reasons"], reasons, strict=True):
        found += _listed(_("Sub-reasons"), was.get("details", []), now.get("details", []), _title(now))
    called, now_called = ([{"key": key, "words": words} for key, words in one.get("categories", {}).items()] for one in (before, after))
    found += _listed(_("Reasons"), before.get("reasons", []), reasons)
    found += _listed(_("Why a return is declined"), before.get("decline_reasons", []), after.get("decline_reasons", []))
    found += _listed(_("What is found when it is here"), before.get("findings", []), after.get("findings", []))
    found += _listed(_("What categories are called"), called, now_called)
    return sorted(found, key=lambda one: bool(one.reason))


def rule_told(rule: str, body: Body) -> str:
    """What a rule that said no is called here, such as “Days by category: food” for `windows.categories.food`."""
    for one in fields(body):
        if rule == one.path:
            return one.label
        if rule.startswith(f"{one.path}."):
            return f"{one.label}: {one.kind.named(rule.removeprefix(f'{one.path}.'))}"
    return rule


def _title(reason: Body) -> str:
    return said(reason.get("words", {})) or str(reason.get("key", ""))


def _reason(number: int, reason: Body, called: Callable[[str], str]) -> Group:
    title, faults = _title(reason), kinds.choice(*((str(one), fault_told(one)) for one in Fault))
    photos = kinds.choice((str(Photo.NO), _("no")), (str(Photo.OPTIONAL), _("may be added")), (str(Photo.NEEDED), _("needed")))
    at, yes_no = f"reasons.{number}", kinds.yes_or_no()
    return Group(_("Reason: %(reason)s", reason=title), [
        Field(f"{at}.photo", _("A photo"), photos),
        Field(f"{at}.question", _("A question"), kinds.words(), _("One language a line: “en What is wrong?”")),
        Field(f"{at}.outcomes", _("What can be chosen"), kinds.outcomes()),
        Field(f"{at}.is_free", _("Without any fee"), yes_no),
        Field(f"{at}.is_reviewed", _("A person always looks at it"), yes_no),
    ], title, (
        Field(f"{at}.fault", _("Whose doing it is"), faults),
        Field(f"{at}.categories", _("Offered for these goods only"), kinds.keys(called)),
        Field(f"{at}.suggests", _("What it suggests for the next boxes"), kinds.keys(_suggestion_told)),
    ))  # fmt: skip


def _suggestion_told(key: str) -> str:
    told: dict[str, str] = {Suggests.SKIP: _("Skip"), Suggests.LESS_OFTEN: _("Less often"), Suggests.SWAP: _("Swap")}
    return told.get(key, key)


def _called(body: Body) -> Callable[[str], str]:
    """What people call a category of goods, where these rules have a word for it."""
    names = body.get("categories", {})
    return lambda key: said(names.get(key, {})) or key


def _each_called(body: Body) -> str:
    known = ", ".join(f"{key} ({said(words)})" for key, words in body.get("categories", {}).items())
    return str(_("One a line: %(known)s", known=known) if known else _("One a line"))


def _listed(label: str, was: list[Body], now: list[Body], reason: str = "") -> Iterator[Difference]:
    """What came to a list of the shop's own, what went, what of it is called otherwise and in which language, and another order."""
    old, new = ({one["key"]: one["words"] for one in some} for some in (was, now))
    for key in dict.fromkeys([*old, *new]):
        if key not in old or key not in new:
            yield Difference(label, said(old.get(key, {})), said(new.get(key, {})), reason)
        else:
            for spoken in dict.fromkeys([*old[key], *new[key]]):
                before, after = old[key].get(spoken, ""), new[key].get(spoken, "")
                if before != after:
                    yield Difference(f"{label} ({i18n.language_name(spoken)})", before, after, reason)
    order, other = [key for key in old if key in new], [key for key in new if key in old]
    if order != other:
        first, then = (", ".join(said(new[key]) for key in keys) for keys in (order, other))
        yield Difference(_("%(list)s: their order", list=label), first, then, reason)


def _beside(old: list[Body], new: list[Body]) -> list[Body]:
    """The old reasons in the places of the new ones, and nothing where there was none."""
    known = {one["key"]: one for one in old}
    return [known.get(one["key"], {}) for one in new]


def _show(one: Field, body: Body) -> str:
    return one.kind.show(_at(one.path, body))


def _at(path: str, body: Body) -> Any:
    found: Any = body
    for key in path.split("."):
        if isinstance(found, list):
            found = found[int(key)] if int(key) < len(found) else None
        else:
            found = found.get(key) if isinstance(found, dict) else None
    return found


def _put(body: Body, path: str, value: Any) -> None:
    *way, last = path.split(".")
    place: Any = body
    for key in way:
        place = place[int(key)] if isinstance(place, list) else place.setdefault(key, {})
    if value is None:
        place.pop(last, None)
    else:
        place[last] = value
