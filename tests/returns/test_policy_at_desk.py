"""An administrator makes new rules at the desk: what they would change is seen before they are saved, and nothing typed is lost."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from portal.accounts.models import Staff
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.kit.i18n import speaking
from portal.orders.models import Order
from portal.returns.actions.ruling import Overtaken, add_policy
from portal.returns.models import CustomerFlag, FlagKind, Outcome, PolicyVersion, Return
from portal.returns.policy.standard import FILE, body_of
from portal.returns.policy.terms import read
from portal.returns.queries.foreseeing import Effect, Foresight, foresee
from portal.support.rules_form import differences, fields, sent, typed_of
from portal.support.rules_text import WrongText
from portal.support.rules_text import body_of as body_of_text
from portal.timeline import Actor, Entry
from tests.accounts.builders import customer, staff
from tests.browser import Browser, attribute, words
from tests.ground import at_once
from tests.orders.builders import order
from tests.questions import asked
from tests.returns.builders import sent_back

HERE = "/desk/policy"
Time = Callable[[timedelta], None]
OTHERS = {"2026-11-15": "2026-11-16", "2026-12-24": "2026-12-23", "2027-01-15": "2027-01-16", Outcome.KEEP: Outcome.REFUND}
OTHERS |= dict.fromkeys(set(Outcome) - {Outcome.KEEP}, Outcome.KEEP)
"""Of what can't be anything, another that it can be."""


@pytest.fixture
def admin(app: Flask) -> Browser:
    return with_role(app, "admin")


def with_role(app: Flask, role: str) -> Browser:
    with app.app_context(), transaction():
        person = staff(f"{role}@halfjar.example", "Mara", role=role).id
    browser = Browser(app)
    browser.sign_in_staff(person)
    return browser


def versions(app: Flask) -> list[PolicyVersion]:
    with app.app_context():
        return list(db.session.scalars(select(PolicyVersion).order_by(PolicyVersion.id)))


def shows(admin: Browser, data: dict[str, Any], expect: int = 200) -> BeautifulSoup:
    admin.get(HERE)
    return admin.post(HERE, data, expect=expect)


def makes(admin: Browser, data: dict[str, Any]) -> BeautifulSoup:
    return admin.post(HERE, {**data, "seen": attribute(shows(admin, data), "input[name=seen]")})


def test_what_changes_is_shown_first_and_then_made(app: Flask, admin: Browser, alice: int) -> None:
    told = {"windows.default": "30", "windows.categories": "food 45\nhome 60", "note": "Holidays"}
    page = shows(admin, told)
    assert versions(app) == []
    assert "Days, usually Before: 14 → Now: 30" in words(page)
    assert "food 14, body care 30, household goods 60 → Now: food 45, household goods 60" in words(page)
    made = makes(admin, told)
    assert "Days, usually Before: 14 → Now: 30" in words(made)
    (version,) = versions(app)
    assert version.body["windows"] == {**body_of(FILE)["windows"], "default": 30, "categories": {"food": 45, "home": 60}}
    assert version.note == "Holidays"
    with app.app_context():
        entry = db.session.scalars(select(Entry).where(Entry.deed == "policy made")).one()
        assert entry.staff_id == version.staff_id == db.session.scalars(select(Staff.id)).one()
    assert "Mara. Holidays" in words(admin.get(HERE))


def test_whoever_changes_something_after_looking_looks_again(app: Flask, admin: Browser) -> None:
    seen = attribute(shows(admin, {"windows.default": "30", "note": "More"}), "input[name=seen]")
    page = admin.post(HERE, {"windows.default": "31", "note": "More", "seen": seen})
    assert "Days, usually Before: 14 → Now: 31" in words(page)
    assert versions(app) == []


def test_of_two_who_change_them_at_once_the_second_is_told_and_nothing_is_overwritten_unseen(app: Flask, admin: Browser) -> None:
    told = {"windows.default": "30", "note": "Mine"}
    page = shows(admin, told)
    seen, known = attribute(page, "input[name=seen]"), attribute(page, "input[name=known]")
    with app.app_context(), transaction():
        at, body = now(), body_of(FILE)
        theirs = {**body, "windows": {**body["windows"], "default": 21}}
        add_policy(theirs, applies_from=at, why="Theirs", by=Actor(system="command line"), at=at)
    page = admin.post(HERE, {**told, "seen": seen, "known": known})
    assert "Other rules were made while you wrote." in words(page)
    assert "Days, usually Before: 21 → Now: 30" in words(page)
    assert [one.note for one in versions(app)] == ["Theirs"]
    admin.post(HERE, {**told, "seen": attribute(page, "input[name=seen]"), "known": attribute(page, "input[name=known]")})
    assert [one.note for one in versions(app)] == ["Theirs", "Mine"]


def test_one_can_begin_from_an_older_version_which_makes_a_new_one(app: Flask, admin: Browser) -> None:
    body, at = body_of(FILE), now()
    old = {**body, "windows": {**body["windows"], "default": 21}, "reasons": body["reasons"][1:]}
    with app.app_context(), transaction():
        for note, told, days in ("Old", old, 2), ("New", body, 1):
            moment = at - timedelta(days=days)
            add_policy(told, applies_from=moment, why=note, by=Actor(system="command line"), at=moment)
    first = versions(app)[0]
    page = admin.get(attribute(admin.get(f"{HERE}/{first.id}"), f"a[href='{HERE}?from={first.id}']", "href"))
    assert attribute(page, "input[name='windows.default']") == "21"
    told = {"windows.default": "20", "note": "As it was, nearly", "from": str(first.id)}
    looked = admin.post(HERE, told)
    assert "Days, usually Before: 14 → Now: 20" in words(looked)
    seen = {name: attribute(looked, f"input[name={name}]") for name in ("seen", "known", "from")}
    admin.post(HERE, {**told, **seen})
    assert [one.note for one in versions(app)] == ["Old", "New", "As it was, nearly"]
    assert read(versions(app)[-1].body) == read({**old, "windows": {**old["windows"], "default": 20}})
    admin.get(f"{HERE}?from=99999", expect=404)


def test_of_two_who_save_at_the_same_moment_one_is_kept(app: Flask) -> None:
    def save(number: int) -> bool:
        at = now()
        try:
            with transaction():
                add_policy(
                    body_of(FILE),
                    applies_from=at + timedelta(days=number),
                    why=str(number),
                    by=Actor(system="command line"),
                    at=at,
                    known=0,
                )
        except Overtaken:
            return False
        return True

    assert sum(at_once(app, 4, save)) == 1
    assert len(versions(app)) == 1


def test_it_can_begin_on_a_later_day_and_not_in_the_past(app: Flask, admin: Browser) -> None:
    told = {"windows.default": "30", "note": "Later"}
    past = {**told, "begins": f"{now() - timedelta(days=2):%Y-%m-%d}"}
    seen = attribute(shows(admin, past), "input[name=seen]")
    page = admin.post(HERE, {**past, "seen": seen}, expect=422)
    assert "can’t begin in the past" in words(page)
    makes(admin, {**told, "begins": f"{now() + timedelta(days=3):%Y-%m-%d}"})
    (version,) = versions(app)
    assert version.applies_from > now() + timedelta(days=1)


def test_without_a_reason_it_is_not_made(app: Flask, admin: Browser) -> None:
    seen = attribute(shows(admin, {"windows.default": "30"}), "input[name=seen]")
    assert "Say why" in words(admin.post(HERE, {"windows.default": "30", "seen": seen}, expect=422))
    assert versions(app) == []


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("windows.default", "soon", "Write a whole number."),
        ("windows.default", "9999", "At most 3650"),
        ("windows.categories", "food 14\nhome", "Line 2: write a name, a blank, and what counts for it."),
        ("windows.markets", "DE 30\nXX 14", "a country of ISO 3166"),
        ("fees.restocking_bp", "120", "Write percent from 0 to 100"),
        ("fees.label", "EUR 2.90\nEUR two", "Line 2: write a currency and an amount"),
        ("fees.label", "EUR 1.000", "Line 1: write a currency and an amount"),
        ("keep_it", "QQQ 5", "a currency of ISO 4217"),
        ("seasons", "2026-11-15 2026-12-24", "Line 1: write three days"),
        ("reasons.0.outcomes", "refund\nmoon", "Choose among these."),
        ("reasons.0.photo", "perhaps", "Choose one of these."),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(admin: Browser, name: str, typed: str, said: str) -> None:
    page = shows(admin, {name: typed, "note": "My long note", "send_by_days": "21"}, expect=422)
    mine = page.find(id=f"{name}-error")
    assert mine and said in mine.get_text()
    field = page.find(id=name)
    assert name.startswith("reasons") or (field and typed in (field.get("value") or field.get_text()))
    assert attribute(page, "[id=send_by_days]") == "21"
    assert "My long note" in page.get_text()


def test_as_text_the_line_of_each_problem_is_named(app: Flask, admin: Browser) -> None:
    text = FILE.read_text(encoding="utf-8")
    line = next(number for number, one in enumerate(text.split("\n"), 1) if one.startswith("default = 14"))
    page = shows(admin, {"text": text.replace("default = 14", "default = -1"), "note": ""}, expect=422)
    assert f"Line {line} windows.default: at least 0" in words(page)
    assert "default = -1" in page.get_text()
    page = shows(admin, {"text": text.replace("default = 14", "default = = 1")}, expect=422)
    assert f"Line {line} Invalid value" in words(page)
    makes(admin, {"text": text.replace("default = 14", "default = 15"), "note": "By hand"})
    assert versions(app)[0].body["windows"]["default"] == 15


@pytest.mark.parametrize(
    ("written", "instead", "said"),
    [
        ('fault = "carrier"', 'fault = "moon"', "şunlardan biri: customer, merchant, carrier"),
        ("default = 14", 'default = "14"', "tırnak işareti olmadan bir tam sayı"),
        ('outcomes = ["refund", "store_credit"]', 'outcomes = "refund"', "köşeli ayraç içinde bir liste"),
        ("is_free = true", 'is_free = "yes"', "true / false"),
        ('key = "used"', "key = 5", "tırnak işareti içinde sözcükler"),
        ('{ en = "Used", tr = "Kullanılmış", ro = "Folosit" }', '"Used"', "anahtarlar ve her biri için ne geçerli olduğu"),
        ("[final_sale]", '[[seasons]]\nbought_from = "soon"\n[final_sale]', "2026-12-01 gibi bir gün"),
    ],
)
def test_what_the_text_gets_wrong_is_said_in_the_shops_language(app: Flask, written: str, instead: str, said: str) -> None:
    text = FILE.read_text(encoding="utf-8")
    assert written in text
    with app.app_context(), speaking("tr", None), pytest.raises(WrongText) as wrong:
        body_of_text(text.replace(written, instead, 1))
    assert any(said in problem for _line, problem in wrong.value.problems), wrong.value.problems


def test_the_line_of_a_reason_is_that_of_the_one_that_is_meant() -> None:
    text = FILE.read_text(encoding="utf-8").replace('photo = "needed"', 'photo = "perhaps"', 1)
    with pytest.raises(WrongText) as wrong:
        body_of_text(text)
    ((line, problem),) = wrong.value.problems
    assert problem.startswith("reasons.4.photo")
    assert text.split("\n")[(line or 0) - 1] == 'photo = "perhaps"'


@pytest.mark.parametrize("language", ["en", "tr", "ro"])
def test_fields_give_back_what_they_were_given(app: Flask, language: str) -> None:
    """Typing nothing changes nothing, also where everything is sent, and whatever the decimal mark."""
    base = body_of(FILE) | {"bonus_bp": 750, "keep_it": {"EUR": 850, "JPY": 900, "KWD": 1250}}
    with app.app_context(), speaking(language, None):
        typed = typed_of(base)
        assert typed["keep_it"].split("\n")[0] == ("EUR 8.50" if language == "en" else "EUR 8,50")
        found = sent(MultiDict(typed), base)
        assert (found.body, found.problems) == (base, {})
        other = sent(MultiDict(typed), base | {"bonus_bp": 0, "keep_it": {}})
        assert (other.body["bonus_bp"], other.body["keep_it"]) == (base["bonus_bp"], base["keep_it"])
        assert differences(base, found.body) == []
        assert len({one.name for one in fields(base)}) == len(list(fields(base)))


def test_what_counts_and_what_changes_is_told_in_the_shops_language(app: Flask, admin: Browser, back: str) -> None:
    app.config["SHOP"] = replace(app.config["SHOP"], locale="tr")
    counts = words(admin.get(HERE).select("[aria-labelledby=now]")[0])
    assert "gıda 14, kişisel bakım 30, ev eşyası 60" in counts
    assert "€8,00" in counts
    assert "EUR" not in counts
    assert "Fikrimi değiştirdim Para iadesi · Bakiye · Değişim. Fotoğraf: hayır" in counts
    page = admin.post(HERE, {"fees.pick_up": "EUR 3,50", "final_sale.products": "*", "withdrawal.countries": "NO"})
    assert "€2,90 → Şimdi: €3,50" in words(page)
    assert "Avrupa Birliği → Şimdi: Norveç" in words(page)
    assert "(Cayılabilen yerler, Kesin satış: ürünler: *)" in words(page)


def test_none_of_several_choices_is_an_answer_too(app: Flask, admin: Browser) -> None:
    page = shows(admin, {"fees.spared": ["", "refund", "exchange"]})
    assert "Exchange · The same again · Store credit → Now: Money back · Exchange" in words(page)
    assert "Store credit → Now: –" in words(shows(admin, {"fees.spared": [""]}))
    page = shows(admin, {"reasons.0.outcomes": [""], "note": "None at all"}, expect=422)
    assert "One at least" in words(page)


def test_a_reason_is_compared_with_itself_wherever_it_stands(app: Flask) -> None:
    base = body_of(FILE)
    first, second, *others = base["reasons"]
    moved = base | {"reasons": [second | {"photo": "needed"}, *others, {**first, "key": "new"}]}
    with app.app_context():
        found = {(one.reason, one.label): (one.before, one.after) for one in differences(base, moved)}
    assert found["It doesn’t taste as I expected", "A photo"] == ("may be added", "needed")
    assert found["I changed my mind", "What can be chosen"] == ("", "Money back · Store credit · Exchange")
    assert not any("spoilt" in reason for reason, _label in found)


def test_what_only_the_text_knows_changes_in_words_too(app: Flask, admin: Browser) -> None:
    text = FILE.read_text(encoding="utf-8")
    for old, new in (
        ('fault = "carrier"\nphoto', 'fault = "merchant"\nphoto'),
        ('suggests = ["skip", "less often"]', 'suggests = ["skip"]'),
        ('key = "too_mild", words = { en = "Too mild"', 'key = "too_mild", words = { en = "Too weak"'),
        ('key = "leaking", words = { en = "Leaking"', 'key = "seeping", words = { en = "Leaking a little"'),
        ('categories = ["care"]', 'categories = ["care", "home"]'),
        ('tr = "gıda"', 'tr = "yiyecek"'),
        ('en = "Opened, so it can’t be sold again"', 'en = "Opened"'),
        ('tr = "Sorun nedir?"', 'tr = "Nesi var?"'),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    first, second = (text.index(f'[[decline_reasons]]\nkey = "{key}"') for key in ("used", "not_ours"))
    third = text.index("[[decline_reasons]]", second + 1)
    text = text[:first] + text[second:third] + text[first:second] + text[third:]
    told = words(shows(admin, {"text": text}).select("[aria-labelledby=change]")[0])
    for said in (
        "It arrived damaged or leaking Whose doing it is Before: Carrier’s fault → Now: Our fault",
        "I ordered too much What it suggests for the next boxes Before: Skip, Less often → Now: Skip",
        "It doesn’t taste as I expected Sub-reasons (English) Before: Too mild → Now: Too weak",
        "Sub-reasons Before: Leaking → Now: –",
        "Sub-reasons Before: – → Now: Leaking a little",
        "Offered for these goods only Before: body care → Now: body care, household goods",
        "What categories are called (Türkçe) Before: gıda → Now: yiyecek",
        "What is found when it is here (English) Before: Opened, so it can’t be sold again → Now: Opened",
        "Türkçe: Nesi var?",
        "Why a return is declined: their order Before: It was used, beyond trying it out, It was not bought from us",
    ):
        assert said in told, said


def test_whatever_is_written_otherwise_is_a_difference_without_a_key(app: Flask) -> None:
    base = body_of(FILE) | {"seasons": [{"bought_from": "2026-11-15", "bought_until": "2026-12-24", "until": "2027-01-15"}]}

    def leaves(value: Any) -> Iterator[tuple[Any, Any]]:
        for place, inner in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(inner, dict | list):
                yield from leaves(inner)
            else:
                yield value, place

    changed = deepcopy(base)
    with app.app_context():
        for around, place in leaves(changed):
            was = around[place]
            around[place] = not was if isinstance(was, bool) else was + 1 if isinstance(was, int) else OTHERS.get(was, f"{was}x")
            found = differences(base, changed)
            assert found, (around, place)
            assert not any("." in one.label for one in found), (around, place, found)
            around[place] = was


def test_rules_that_took_longer_to_write_than_a_second_step_stays_fresh_are_kept(app: Flask, admin: Browser, time: Time) -> None:
    admin.get(HERE)
    time(timedelta(minutes=16))
    page = admin.post(HERE, {"windows.default": "30", "note": "My long note"}, expect=422)
    assert "Confirm that it is you" in words(page)
    assert attribute(page, "[id='windows.default']") == "30"
    assert "My long note" in page.get_text()
    assert versions(app) == []


def test_only_an_administrator_whose_second_step_is_fresh_comes_here(app: Flask, desk: Browser) -> None:
    desk.get(HERE, expect=403)
    with_role(app, "lead").get(HERE, expect=403)


def rules(**told: Any) -> Any:
    return read({**body_of(FILE), **told})


def foreseen(app: Flask, **told: Any) -> Foresight:
    with app.app_context():
        return foresee(rules(**told), at=now())


@pytest.fixture
def back(app: Flask, alice: int) -> str:
    """Alice sent one honey back just now, because she changed her mind."""
    with app.app_context(), transaction():
        made = sent_back(db.session.scalars(select(Order)).one(), at=now())
        made.items[0].reason, made.items[0].outcome = "changed_mind", Outcome.REFUND
        return made.rma


FREE_OF_LAW = {"withdrawal": {"countries": ["NO"]}}
"""The law's time would give the same back whatever the rules say."""


@pytest.mark.parametrize(
    ("told", "effect"),
    [
        ({}, None),
        ({"windows": {"default": 60}}, None),
        ({"windows": {"default": 0}}, None),
        ({"windows": {"default": 0}, **FREE_OF_LAW}, Effect.REFUSED),
        ({"final_sale": {"products": ["*"]}, **FREE_OF_LAW}, Effect.REFUSED),
        ({"exchange_only": {"products": ["*"]}, **FREE_OF_LAW}, Effect.OTHER_OUTCOME),
        ({"fees": {"restocking_bp": 1000}, **FREE_OF_LAW}, Effect.FEES),
        ({"review": {"returns": 1}}, Effect.LOOKED_AT),
        ({"instant": {"who": "all", "refund": {"EUR": 100000}}}, Effect.AT_ONCE),
    ],
    ids=str,
)
def test_what_would_change_on_last_months_returns(app: Flask, back: str, told: dict[str, Any], effect: Effect | None) -> None:
    found = foreseen(app, **told)
    assert found.looked_at == 1
    assert [(one.rma, effect) for one in found.changed if effect in one.effects] == ([(back, effect)] if effect else [])
    assert bool(found.changed) is (effect is not None)


def test_the_page_lists_whom_it_concerns_before_it_is_saved(app: Flask, admin: Browser, back: str) -> None:
    page = shows(admin, {"review.returns": "1", "note": "Strict"})
    assert "One return of the last 30 days was judged again" in words(page)
    assert f"{back} a person would have had to look at it" in words(page)
    assert versions(app) == []


def test_older_returns_and_drafts_are_left_alone(app: Flask, back: str) -> None:
    with app.app_context(), transaction():
        db.session.scalars(select(Return)).one().submitted_at = now() - timedelta(days=31)
    assert foreseen(app, review={"returns": 1}).looked_at == 0


def test_it_asks_as_often_for_many_as_for_one(app: Flask, back: str) -> None:
    with asked(app) as few:
        foreseen(app)
    with app.app_context(), transaction():
        for _ in range(20):
            bob = customer()
            sent_back(order(bob, now() - timedelta(days=3)), at=now())
    with asked(app) as many:
        assert foreseen(app).looked_at == 21
    assert len(many) == len(few)


def test_a_lead_trusts_or_blocks_a_customer_and_says_why(app: Flask, alice: int) -> None:
    lead = with_role(app, "lead")
    page = lead.get(f"/desk/customers/{alice}")
    assert "Neither blocked nor trusted" in words(page)
    page = lead.post(f"/desk/customers/{alice}/flag", {"kind": "blocked", "why": "Sends back empty boxes"})
    assert "Blocked Sends back empty boxes" in words(page)
    lead.post(f"/desk/customers/{alice}/flag", {"kind": "trusted", "why": ""})
    lead.post(f"/desk/customers/{alice}/flag", {"kind": "trusted", "why": "We were wrong"})
    lead.post(f"/desk/customers/{alice}/flag", {"kind": "none", "why": ""})
    with app.app_context():
        kinds = [(flag.kind, flag.ended_at is not None) for flag in db.session.scalars(select(CustomerFlag).order_by(CustomerFlag.id))]
        assert kinds == [(FlagKind.BLOCKED, True), (FlagKind.TRUSTED, True)]
        deeds = db.session.scalars(
            select(Entry.deed).where(Entry.staff_id.is_not(None), Entry.customer_id == alice).order_by(Entry.id)
        ).all()
        assert deeds == ["customer flagged", "customer flag ended", "customer flagged", "customer flag ended"]


def test_an_agent_sees_it_and_may_not(app: Flask, desk: Browser, alice: int) -> None:
    desk.get(f"/desk/customers/{alice}")
    desk.post(f"/desk/customers/{alice}/flag", {"kind": "blocked", "why": "No"}, expect=403)
