"""The rules of returns at the desk: what counts, what would change with others, and a new version of them."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from hashlib import sha256
from typing import Any

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from portal.accounts.current import current, freshly, staff_only
from portal.accounts.models import Customer, Role
from portal.kit import i18n
from portal.kit.clock import now
from portal.kit.db import transaction
from portal.kit.shop import shop
from portal.kit.web import one_or_404, page, say
from portal.returns.actions import ruling
from portal.returns.models import FlagKind
from portal.returns.queries.foreseeing import foresee
from portal.support import forms, queries, rules_form, rules_text
from portal.support.routes.door import bp, on_behalf_of

LONGEST_TEXT = 200_000


@dataclass
class Typed:
    """What a form said, as it is shown again, and what can be done with it."""

    body: dict[str, Any] | None
    values: dict[str, str]
    problems: dict[str, str] = field(default_factory=dict)
    """By the fields' names."""
    others: list[tuple[int | None, str]] = field(default_factory=list)
    """What is wrong with it as a whole, with the line of the text if it was one."""
    text: str | None = None
    note: str = ""
    begins: str = ""
    """A day; empty is now."""
    known: int = 0
    """Which version was the last when this page was made."""
    is_overtaken: bool = False
    """By a version that was made since its author opened the page."""
    is_stale: bool = False
    """Its author's second step is too old by now."""
    begun_from: queries.rules.ShownVersion | None = None
    """None is what counts now."""

    @property
    def seen(self) -> str:
        """What of it was shown, beside which version: whoever saves something else has to look first."""
        return sha256(f"{self.known} {self.body}{self.begins}".encode()).hexdigest()[:16] if self.body else ""


@bp.get("/policy")
@staff_only(Role.ADMIN)
@freshly
def policy() -> ResponseReturnValue:
    """As fields, or as text; of what counts now, or of an older version."""
    begun_from = _begun_from(request.args)
    base = (begun_from or queries.rules.newest()).body
    text = ruling.as_toml(base) if "text" in request.args else None
    return _page(Typed(None, rules_form.typed_of(base), text=text, known=queries.rules.last_made(), begun_from=begun_from))


@bp.get("/policy/<int:version_id>")
@staff_only(Role.ADMIN)
@freshly
def policy_version(version_id: int) -> ResponseReturnValue:
    """One that was made, with what it changed."""
    one, before = queries.rules.version(version_id) or abort(404)
    return page(
        "support/policy_version.html", one=one, before=before, differences=rules_form.differences(before.body, one.body),
        text=ruling.as_toml(one.body),
    )  # fmt: skip


@bp.post("/policy")
@staff_only(Role.ADMIN)
def make_policy() -> ResponseReturnValue:
    """First it is shown what would change; saved is what was shown. Rules take longer to write than a second step stays fresh."""
    typed = _typed(request.form)
    if not current.is_fresh:
        return _page(replace(typed, is_stale=True), status=422)
    if typed.body is None or typed.problems or typed.others:
        return _page(typed, status=422)
    if request.form.get("seen") != typed.seen:
        return _page(typed, looks=True)
    at = now()
    begins = _begins(typed.begins, at)
    if not typed.note:
        typed.problems["note"] = _("Say why, for colleagues.")
        return _page(typed, looks=True, status=422)
    try:
        with transaction():
            made = ruling.add_policy(typed.body, applies_from=begins or at, why=typed.note, by=current.actor, at=at, known=typed.known).id
    except ruling.InThePast:
        typed.problems["begins"] = _("It can’t begin in the past: what was bought then stays with the rules of then.")
    except ruling.MomentTaken:
        typed.problems["begins"] = _("Another version begins at that very moment.")
    except ruling.Overtaken:
        return _page(replace(typed, known=queries.rules.last_made(), is_overtaken=True), looks=True, status=409)
    else:
        say(_("These are the rules for orders from then on."), _("Orders from before keep theirs."))
        return redirect(url_for("support.policy_version", version_id=made), 303)
    return _page(typed, looks=True, status=422)


@bp.post("/customers/<int:customer_id>/flag")
@staff_only(Role.LEAD)
def flag_customer(customer_id: int) -> ResponseReturnValue:
    """Blocked, trusted, or neither."""
    kind, why = request.form.get("kind", ""), forms.text(request.form, "why")
    if kind not in (*FlagKind, "none") or (kind != "none" and not why):
        say(_("Nothing was changed."), _("Choose, and say why, for colleagues."), tone="bad")
        return redirect(url_for("support.customer", customer_id=customer_id), 303)
    with transaction():
        customer = one_or_404(select(Customer).where(Customer.id == customer_id).with_for_update())
        if kind == "none":
            ruling.end_flag(customer, by=on_behalf_of(customer_id), at=now())
        else:
            ruling.flag_customer(customer, FlagKind(kind), why, by=on_behalf_of(customer_id), at=now())
    say(_("Kept."))
    return redirect(url_for("support.customer", customer_id=customer_id), 303)


@bp.app_template_global()
def customer_flag(customer_id: int) -> queries.rules.ShownFlag | None:
    return queries.rules.flag(customer_id)


def _page(typed: Typed, *, looks: bool = False, status: int = 200) -> ResponseReturnValue:
    at = now()
    base = queries.rules.newest()
    differences = rules_form.differences(base.body, typed.body) if looks and typed.body else []
    foresight = foresee(ruling.read(typed.body), at=at) if looks and typed.body else None
    return page(
        "support/policy.html", status, sent=typed, groups=rules_form.groups((typed.begun_from or base).body),
        base=base, versions=queries.rules.versions(), rule_told=rules_form.rule_told,
        looks=looks, differences=differences, foresight=foresight, counts=rules_form.counts(base.body), at=at,
    )  # fmt: skip


def _typed(form: MultiDict[str, str]) -> Typed:
    begun_from = _begun_from(form)
    known, base = queries.rules.last_made(), (begun_from or queries.rules.newest()).body
    note, begins = forms.text(form, "note"), forms.text(form, "begins")
    if "text" in form:
        text = form["text"].replace("\r\n", "\n").replace("\x00", "")[:LONGEST_TEXT]
        typed = Typed(None, rules_form.typed_of(base), text=text, note=note, begins=begins)
        try:
            typed.body = rules_text.body_of(text)
        except rules_text.WrongText as wrong:
            typed.others = wrong.problems
    else:
        found = rules_form.sent(form, base)
        typed = Typed(found.body, found.typed, found.problems, note=note, begins=begins)
        if not found.problems:
            _check(typed)
    typed.begun_from, typed.known, typed.is_overtaken = begun_from, known, form.get("known", str(known)) != str(known)
    if begins and _begins(begins, now()) is None:
        typed.problems["begins"] = _("Write a day, such as 2026-12-01.")
    return typed


def _begun_from(form: MultiDict[str, str]) -> queries.rules.ShownVersion | None:
    number = form.get("from", "")
    if not number:
        return None
    found = queries.rules.version(int(number)) if number.isascii() and number.isdecimal() and len(number) < 10 else None
    return found[0] if found else abort(404)


def _check(typed: Typed) -> None:
    """A problem stands at its field, where there is one."""
    try:
        ruling.read(typed.body or {})
    except ruling.WrongPolicy as wrong:
        for problem in wrong.problems:
            key = problem.partition(":")[0]
            name = next((name for name in typed.values if key == name or key.startswith(f"{name}.")), None)
            if name:
                typed.problems[name] = _at_its_field(name, key, problem.partition(": ")[2])
            else:
                typed.others.append((None, problem))


def _at_its_field(name: str, key: str, problem: str) -> str:
    """The field says where it is, but for what of it."""
    what = key.removeprefix(name).strip(".")
    if what.isdecimal():
        return f"{_('Line %(number)s:', number=int(what) + 1)} {problem}"
    return f"{what}: {problem}" if what else i18n.capital(problem)


def _begins(typed: str, at: datetime) -> datetime | None:
    """The first moment of that day, by the shop's clock; of today and of nothing typed, now."""
    if not typed:
        return at
    try:
        begins = datetime.combine(date.fromisoformat(typed), time(), shop().zone).astimezone(UTC)
    except ValueError:
        return None
    return at if begins < at and date.fromisoformat(typed) == at.astimezone(shop().zone).date() else begins
