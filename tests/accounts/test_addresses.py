from collections.abc import Callable
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, select

from portal.accounts import news, queries
from portal.accounts.actions.addresses import MOST
from portal.accounts.forms import is_unprintable, plain
from portal.accounts.models import Address, Customer
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.timeline import Entry
from tests.accounts.builders import address
from tests.accounts.door import said
from tests.browser import Browser, Sent, attribute, words
from tests.ground import at_once

Move = Callable[[timedelta], None]
BOOK = "/account/addresses"
HOME: Sent = {
    "name": "Mira Okafor", "line1": "Lindenallee 12", "line2": "", "postcode": "04105", "city": "Leipzig", "region": "", "country": "DE",
    "phone": "",
}  # fmt: skip
WORK: Sent = HOME | {"line1": "Rosenweg 3", "postcode": "99423", "city": "Weimar"}


@pytest.fixture
def browser(app: Flask, alice: int) -> Browser:
    browser = Browser(app)
    browser.sign_in(alice)
    return browser


def add(browser: Browser, sent: Sent) -> BeautifulSoup:
    browser.get(f"{BOOK}/new")
    return browser.post(f"{BOOK}/new", sent)


def cards(page: BeautifulSoup) -> list[str]:
    return [words(card) for card in page.select("main .card")]


def default(app: Flask, customer_id: int) -> str | None:
    with app.app_context():
        found = queries.default_address(customer_id)
        return found.line1 if found else None


def ids(app: Flask) -> list[int]:
    with app.app_context():
        return list(db.session.scalars(select(Address.id).where(Address.listed_at.is_not(None)).order_by(Address.id)))


def undo(browser: Browser, page: BeautifulSoup, expect: int = 200) -> BeautifulSoup:
    form = page.select_one("#notice form")
    assert form
    return browser.post(str(form["action"]), expect=expect)


def test_an_empty_book_says_so_and_leads_on(browser: Browser) -> None:
    page = browser.get(BOOK)
    assert "No address yet" in page.text and page.select_one(f'a[href="{BOOK}/new"]')
    assert browser.get("/account").select_one(f'a[href="{BOOK}"]')


def test_the_first_address_is_for_all_deliveries(app: Flask, alice: int, browser: Browser) -> None:
    page = add(browser, HOME)
    assert said(page, "#notice p") == "Added. All deliveries go to Mira Okafor, Lindenallee 12, 04105 Leipzig."
    assert cards(page) == ["Mira Okafor For all deliveries Lindenallee 12 04105 Leipzig Germany Change Lindenallee 12"]
    assert default(app, alice) == "Lindenallee 12"


def test_another_one_is_added_beside_it_or_for_all(app: Flask, alice: int, browser: Browser, time: Move) -> None:
    add(browser, HOME)
    page = add(browser, WORK)
    assert said(page, "#notice p") == "Added. Mira Okafor, Rosenweg 3, 99423 Weimar"
    assert default(app, alice) == "Lindenallee 12" and len(cards(page)) == 2
    add(browser, HOME | {"line1": "Am Markt 1", "for_all": "1"})
    assert default(app, alice) == "Am Markt 1"
    assert "Am Markt 1" in cards(browser.get(BOOK))[0]


def test_what_was_added_can_be_undone(app: Flask, alice: int, browser: Browser) -> None:
    page = undo(browser, add(browser, HOME))
    assert said(page, "#notice p").startswith("Undone.") and "No address yet" in page.text
    add(browser, HOME)
    page = add(browser, WORK | {"for_all": "1"})
    assert default(app, alice) == "Rosenweg 3"
    undo(browser, page)
    assert default(app, alice) == "Lindenallee 12" and len(ids(app)) == 1


def test_the_same_address_is_not_added_twice(app: Flask, browser: Browser) -> None:
    add(browser, HOME)
    assert said(add(browser, HOME | {"postcode": " D-04105 "}), "#notice p") == "This address is in your book already."
    assert len(ids(app)) == 1


def test_a_correction_is_another_row_and_the_old_one_stays_as_it_was(app: Flask, alice: int, browser: Browser) -> None:
    add(browser, HOME)
    (old,) = ids(app)
    page = browser.get(f"{BOOK}/{old}")
    assert {str(field["name"]): field["value"] for field in page.select("input.input")} == {
        name: value for name, value in HOME.items() if name not in ("country", "region")
    }
    page = browser.post(f"{BOOK}/{old}", HOME | {"line1": "Lindenallee 14"})
    assert said(page, "#notice p") == "Changed. All deliveries go to Mira Okafor, Lindenallee 14, 04105 Leipzig."
    (new,) = ids(app)
    with app.app_context():
        before = db.session.get_one(Address, old)
        assert (before.line1, before.is_listed, before.replaced_by_id, before.newest.id) == ("Lindenallee 12", False, new, new)
    browser.get(f"{BOOK}/{old}", expect=404)
    undo(browser, page)
    assert ids(app) == [old] and default(app, alice) == "Lindenallee 12"
    with app.app_context():
        assert db.session.get_one(Address, old).newest.id == old


def test_a_correction_that_changes_nothing_is_none(app: Flask, browser: Browser) -> None:
    add(browser, HOME)
    (old,) = ids(app)
    browser.get(f"{BOOK}/{old}")
    page = browser.post(f"{BOOK}/{old}", HOME)
    assert said(page, "#notice p") == "Nothing was changed." and ids(app) == [old]
    with app.app_context():
        assert db.session.scalars(select(Entry.deed)).all() == ["address added"]


def test_another_one_is_chosen_for_all_and_that_can_be_undone(app: Flask, alice: int, browser: Browser) -> None:
    add(browser, HOME)
    add(browser, WORK)
    home, work = ids(app)
    browser.get(BOOK)
    page = browser.post(f"{BOOK}/{work}/for-all", target="addresses")
    assert said(page, "#notice p") == "Chosen. All deliveries go to Mira Okafor, Rosenweg 3, 99423 Weimar."
    assert default(app, alice) == "Rosenweg 3"
    undo(browser, page)
    assert default(app, alice) == "Lindenallee 12"
    browser.post(f"{BOOK}/{home}/for-all")
    with app.app_context():
        deeds = db.session.scalars(select(Entry.deed).order_by(Entry.id)).all()
        assert deeds == ["address added", "address added", "address chosen for all", "undone"]


def test_an_address_is_removed_and_that_can_be_undone(app: Flask, browser: Browser) -> None:
    add(browser, HOME)
    add(browser, WORK)
    home, work = ids(app)
    browser.get(BOOK)
    page = browser.post(f"{BOOK}/{work}/remove")
    assert said(page, "#notice p") == "Removed." and ids(app) == [home]
    undo(browser, page)
    assert ids(app) == [home, work]


def test_the_one_for_all_deliveries_cannot_be_removed(app: Flask, browser: Browser) -> None:
    add(browser, HOME)
    (home,) = ids(app)
    page = browser.get(BOOK)
    assert not page.select_one(f'form[action="{BOOK}/{home}/remove"]')
    page = browser.post(f"{BOOK}/{home}/remove")
    assert "All deliveries go here. Choose another address for all of them first" in page.text and ids(app) == [home]


def test_an_undo_that_would_leave_nothing_for_all_is_refused(app: Flask, browser: Browser) -> None:
    add(browser, HOME)
    add(browser, WORK)
    home, work = ids(app)
    browser.get(BOOK)
    chosen = browser.post(f"{BOOK}/{work}/for-all")
    browser.post(f"{BOOK}/{home}/remove")
    page = undo(browser, chosen)
    assert "Then no address would be left for all deliveries." in page.text and ids(app) == [work]


def test_what_was_changed_again_since_is_not_undone(app: Flask, browser: Browser) -> None:
    added = add(browser, HOME)
    (home,) = ids(app)
    browser.get(f"{BOOK}/{home}")
    browser.post(f"{BOOK}/{home}", HOME | {"line1": "Lindenallee 14"})
    page = undo(browser, added)
    assert "because the same address was changed again since" in page.text and len(ids(app)) == 1


def test_an_undo_is_done_once(app: Flask, browser: Browser) -> None:
    added = add(browser, HOME)
    undo(browser, added)
    assert "This was undone already." in undo(browser, added).text


def test_what_goes_to_an_address_keeps_it_in_the_book(app: Flask, alice: int, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    add(browser, HOME)
    added = add(browser, WORK)
    home, work = ids(app)
    monkeypatch.setattr(news, "TELLERS", [lambda customer_id: {work: ["Oil box"]} if customer_id == alice else {}])
    page = browser.get(BOOK)
    assert "Only for: Oil box" in page.text and not page.select_one(f'form[action="{BOOK}/{work}/remove"]')
    assert "Oil box goes here. Give it another address first." in browser.post(f"{BOOK}/{work}/remove").text
    assert "Oil box goes here. Give it another address first." in undo(browser, added).text
    assert ids(app) == [home, work]


def test_whoever_listens_hears_of_each_change_of_the_one_for_all(
    app: Flask, alice: int, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[int] = []
    replaced: list[tuple[str, str, int | None]] = []
    monkeypatch.setattr(news, "ADDRESS_LISTENERS", [lambda customer_id, at: heard.append(customer_id)])
    monkeypatch.setattr(news, "REPLACEMENT_LISTENERS", [lambda old, new, by, at: replaced.append((old.line1, new.line1, by.customer_id))])
    add(browser, HOME)
    assert heard == [alice]
    add(browser, WORK)
    assert heard == [alice]
    home, work = ids(app)
    browser.post(f"{BOOK}/{work}", WORK | {"line1": "Rosenweg 5"})
    assert heard == [alice] and replaced == [("Rosenweg 3", "Rosenweg 5", alice)]
    page = browser.post(f"{BOOK}/{home}", HOME | {"line1": "Lindenallee 14"})
    assert heard == [alice] * 2
    undo(browser, page)
    assert heard == [alice] * 3 and replaced[1:] == [
        ("Lindenallee 12", "Lindenallee 14", alice),
        ("Lindenallee 14", "Lindenallee 12", alice),
    ]


def test_the_history_holds_nothing_personal(app: Flask, alice: int, browser: Browser) -> None:
    add(browser, HOME)
    (home,) = ids(app)
    browser.get(f"{BOOK}/{home}")
    browser.post(f"{BOOK}/{home}", WORK)
    with app.app_context():
        entries = db.session.scalars(select(Entry).order_by(Entry.id)).all()
        assert [entry.subject for entry in entries] == [f"customer:{alice}"] * 2
        assert [entry.personal for entry in entries] == [None, None]
        assert "Linden" not in str([(entry.before, entry.after, entry.facts) for entry in entries])


def test_somebody_elses_address_is_not_there(app: Flask, alice: int, bob: int, browser: Browser) -> None:
    page = add(browser, HOME)
    add(browser, WORK)
    home, work = ids(app)
    bobs = Browser(app)
    bobs.sign_in(bob)
    assert "No address yet" in bobs.get(BOOK).text
    bobs.get(f"{BOOK}/{home}", expect=404)
    bobs.get(BOOK)
    for deed in "", "/for-all", "/remove":
        bobs.post(f"{BOOK}/{work}{deed}", HOME, expect=404)
    undo_form = page.select_one("#notice form")
    assert undo_form
    bobs.get(BOOK)  # where a refusal would lead back to
    bobs.post(str(undo_form["action"]), expect=404)
    assert ids(app) == [home, work] and default(app, alice) == "Lindenallee 12"
    add(bobs, WORK | {"customer_id": str(alice), "id": "99", "listed_at": "", "chosen_at": "2030-01-01"})
    assert default(app, bob) == "Rosenweg 3" and default(app, alice) == "Lindenallee 12"


WRONG: list[tuple[Sent, str, str]] = [
    ({"name": " "}, "name", "Whose name stands at the door?"),
    ({"line1": ""}, "line1", "Type the street and number."),
    ({"city": "\u200b"}, "city", "Type the city or town."),
    ({"postcode": ""}, "postcode", "Type the postcode, such as 26133."),
    ({"postcode": "4105"}, "postcode", "A postcode in Germany looks like 26133."),
    ({"postcode": "04105", "country": "GB"}, "postcode", "A postcode in United Kingdom looks like EC1Y 8SY."),
    ({"line1": "Lindenallee 12 🏠"}, "line1", "Parcel labels can’t show “🏠”. Please leave it out."),
    ({"name": "Mira ❤️ Okafor"}, "name", "Parcel labels can’t show “❤”. Please leave it out."),
    ({"name": "M" * 81}, "name", "This has 81 characters; a label has room for 80."),
    ({"phone": "call me"}, "phone", "A phone number has digits only, such as +49 341 1234567."),
    ({"country": "JP"}, "country", "Halfjar ships to Germany, Austria, Switzerland, France, United Kingdom, Ireland, Italy, Netherlands,"),
    ({"country": "Atlantis"}, "country", "Choose one of these."),
    ({"country": "US", "postcode": "97205", "city": "Portland"}, "region", "Choose one of the list."),
    ({"country": "US", "postcode": "97205", "city": "Portland", "region": "Atlantis"}, "region", "Choose one of the list."),
    ({"country": "US", "postcode": "97205", "city": "Portland", "region": "NY"}, "postcode", "This postcode lies elsewhere"),
]


@pytest.mark.parametrize(("wrong", "field", "sentence"), WRONG, ids=str)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_that_was_typed_is_lost(
    app: Flask, browser: Browser, wrong: Sent, field: str, sentence: str
) -> None:
    sent = HOME | wrong
    browser.get(f"{BOOK}/new")
    page = browser.post(f"{BOOK}/new", sent, expect=422)
    error = page.select_one(f"#{field}-error")
    assert error and sentence in words(error)
    assert len(page.select(".error")) == 1
    typed = page.select_one(f"#{field}")
    assert typed and typed["aria-invalid"] == "true"
    for name in "name", "line1", "postcode", "city", "phone":
        kept = page.select_one(f"#{name}")
        assert kept and kept["value"] == sent[name]
    assert ids(app) == []


def test_all_that_is_wrong_is_said_at_once(browser: Browser) -> None:
    browser.get(f"{BOOK}/new")
    page = browser.post(f"{BOOK}/new", {"country": "US"}, expect=422)
    assert [str(error["id"]) for error in page.select(".error")] == [
        "name-error", "line1-error", "city-error", "region-error", "postcode-error",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("sent", "lines"),
    [
        (
            {"name": "Elif Yılmaz", "line1": "Bağdat Caddesi No: 123/4", "postcode": "34710", "city": "Kadıköy", "region": "İstanbul"}
            | {"country": "TR"},
            "Elif Yılmaz, Bağdat Caddesi No: 123/4, 34710 Kadıköy/İstanbul, TR",
        ),
        (
            {
                "name": "Ștefan Brânză",
                "line1": "Str. Țepeș Vodă 3, bl. A, sc. 2",
                "postcode": "021515",
                "city": "București",
                "country": "RO",
            },
            "Ștefan Brânză, Str. Țepeș Vodă 3, bl. A, sc. 2, 021515 București, RO",
        ),
        (
            {"line1": "Königstraße 5 ½", "line2": "c/o Müller & Söhne, № 7", "postcode": "d-70173", "city": "Stuttgart"},
            "Mira Okafor, Königstraße 5 ½, c/o Müller & Söhne, № 7, 70173 Stuttgart, DE",
        ),
        ({"line1": "10 Downing St", "postcode": "sw1a2aa", "city": "London", "country": "GB"}, "10 Downing St, London, SW1A 2AA, GB"),
        ({"line1": "Ada\u0308lbertstr.\x00\u202e 1"}, "Adälbertstr. 1, 04105 Leipzig, DE"),
        ({"name": "S" * 80}, "S" * 80),
        ({"phone": "+49 (0)341 12 34-567"}, "Mira Okafor"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_addresses_are_kept_as_a_label_prints_them(app: Flask, browser: Browser, sent: Sent, lines: str) -> None:
    add(browser, HOME | sent)
    with app.app_context():
        kept = db.session.scalars(select(Address)).one()
        assert lines in kept.one_line and len(kept.one_line) < 500


def test_the_names_of_countries_are_the_readers(app: Flask, alice: int, browser: Browser) -> None:
    with app.app_context(), transaction():
        db.session.get_one(Customer, alice).locale = "tr"
    names = [option.text for option in browser.get(f"{BOOK}/new").select("#country option")]
    assert names[:2] == ["ABD", "Almanya"] or names[0] == "Almanya"
    assert "Türkiye" in names and "Romanya" in names


def test_the_form_knows_whom_it_asks(browser: Browser) -> None:
    page = browser.get(f"{BOOK}/new")
    asked = {str(field["name"]): field.get("autocomplete") for field in page.select("input.input, select.input")}
    assert asked == {
        "country": "country", "name": "name", "line1": "address-line1", "line2": "address-line2", "postcode": "postal-code",
        "city": "address-level2", "phone": "tel",
    }  # fmt: skip
    assert attribute(page, "#name") == "Alice"
    assert attribute(page, "#country option[selected]") == "DE"


def test_another_country_asks_for_what_it_needs(browser: Browser) -> None:
    browser.get(f"{BOOK}/new")
    part = browser.get(f"{BOOK}/new?country=US", target="by_country")
    label = part.select_one("label[for=postcode]")
    assert label and label.text == "ZIP code" and part.select_one("select#region option[value=OR]")
    part = browser.get(f"{BOOK}/new?country=RO", target="by_country")
    assert part.select_one("input#region")
    assert not browser.get(f"{BOOK}/new?country=AT", target="by_country").select_one("#region")
    browser.get(f"{BOOK}/new?country=nowhere")


def test_a_country_that_is_shipped_to_no_more_is_not_swapped_for_another_in_silence(app: Flask, alice: int, browser: Browser) -> None:
    with app.app_context(), transaction():
        address(alice, country="JP", postcode="154-0023", at=now())
    (far,) = ids(app)
    page = browser.get(f"{BOOK}/{far}")
    assert attribute(page, "#country option[selected]") == "JP"
    page = browser.post(f"{BOOK}/{far}", HOME | {"country": "JP", "postcode": "154-0023", "region": "東京都"}, expect=422)
    assert "Halfjar ships to Germany" in page.text


def test_a_full_book_takes_no_more(app: Flask, alice: int, browser: Browser) -> None:
    with app.app_context(), transaction():
        for number in range(MOST):
            address(alice, line1=f"Lindenallee {number + 100}", at=now())
    browser.get(f"{BOOK}/new")
    page = browser.post(f"{BOOK}/new", HOME, expect=200)
    assert "Your book holds 50 addresses" in page.text and len(ids(app)) == MOST


def test_of_many_taps_at_once_one_adds(app: Flask, alice: int) -> None:
    browsers = [Browser(app) for _ in range(4)]
    for one in browsers:
        one.sign_in(alice)
        one.get(f"{BOOK}/new")
    at_once(app, 4, lambda number: browsers[number].post(f"{BOOK}/new", HOME))
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Address)) == 1


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ("  Mira \t Okafor\r\n", "Mira Okafor"),
        ("Mi\u200bra\x07", "Mira"),
        ("Ștefan", "Ștefan"),
        ("i\u0307zmir", "i\u0307zmir"),
        ("İzmir", "İzmir"),
    ],
)
def test_what_nobody_sees_is_dropped(typed: str, seen: str) -> None:
    assert plain(typed) == seen


def test_what_a_label_can_show() -> None:
    assert not any(map(is_unprintable, "Äß ğıİŞ țșâ é Ł ½ № ° + & / ' ’ „“ - – , . ; : # @ ( ) ´ ` Ελλάδα Київ 東京 ©"))
    assert all(map(is_unprintable, "🏠❤✨🇩⃣\ufffd\ue000"))
