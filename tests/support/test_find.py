from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts.actions import know_customer
from portal.accounts.models import Customer
from portal.billing.models import Attempt, BillingAccount, Card, Invoice
from portal.kit import clock
from portal.kit.db import db, transaction
from portal.orders.commands import imports
from portal.orders.models import Order
from portal.returns.actions import claims
from portal.returns.models import ClaimKind, Wish
from portal.subscriptions.models import Subscription
from portal.timeline import Actor
from tests.accounts.builders import address, customer
from tests.browser import Browser, words
from tests.conftest import Work
from tests.orders.builders import HEADER, csv, order, parcel
from tests.returns.builders import sent_back
from tests.subscriptions.builders import Box
from tests.support.conftest import looks


def find(desk: Browser, typed: str) -> str:
    return words(desk.get(f"/desk/search?q={quote(typed)}"))


def test_what_belongs_to_one_person_leads_to_their_page(app: Flask, desk: Browser, alice: Box, work: Work) -> None:
    work()
    with app.app_context():
        columns = [kind.provider_ref for kind in (BillingAccount, Subscription, Invoice, Card)]
        names = [str(db.session.scalars(select(column)).first()) for column in (*columns, Order.number)]
    for typed in ["alice@example.com", " Alice@Example.COM ", *names]:
        find(desk, typed)
        assert desk.answer.request.path == f"/desk/customers/{alice.customer_id}", typed
    assert {page for _, _, page in looks(app)} == {"customer"}, "on the way there, nothing was shown"


@pytest.mark.parametrize("typed", ["mi", "Mira", "MIRA OK", "ok", "okafor", "Ok", "ok mi", "o mira", "mira@ex", "mira@example.com o"])
def test_a_name_is_found_by_the_beginning_of_any_part(app: Flask, desk: Browser, typed: str) -> None:
    with app.app_context(), transaction():
        mira = customer("mira@example.com", "Mira Okafor").id
        customer("tom@example.com", "Tom Brokaw")
    told = find(desk, typed)
    assert "Mira Okafor" in told and "Tom" not in told
    assert [whom for _, whom, page in looks(app) if page == "search"] == [mira]


def test_names_of_other_alphabets_too(app: Flask, desk: Browser) -> None:
    with app.app_context(), transaction():
        customer("elif@example.com", "Élif Yılmaz")
        customer("stefan@example.com", "Ștefan Ömer")
    for typed in "él", "EL", "yilmaz", "YILMAZ", "yılmaz", "YİLMAZ elif", "ELİF", "ELİF@EXAMPLE.COM":
        assert "Élif" in find(desk, typed), typed
    for typed in "öm", "ste", "ȘTE", "şte", "omer stefan":
        assert "Ștefan" in find(desk, typed), typed


NOBODY = ["", "  ", "m", "%", "_i", "nobody", "\\", "'; DROP TABLE customer; --", "x" * 300, "🙂", "sub_", "alice@"]
NOBODY += ["m o", "#", "+++", "0000000", "\U0010ffff" * 2, "#8765"]


@pytest.mark.parametrize("typed", NOBODY)
def test_what_finds_nobody_says_how_to_search(app: Flask, desk: Browser, typed: str) -> None:
    with app.app_context(), transaction():
        customer("mira@example.com", "Mira Okafor")
    assert "the beginning of a name or of an e-mail address" in find(desk, typed)
    assert looks(app) == []


def test_of_many_twenty_are_shown_and_each_is_written_down(app: Flask, desk: Browser) -> None:
    with app.app_context(), transaction():
        for number in range(21):
            customer(f"ann{number}@example.com", f"Ann {number:02}")
    told = find(desk, "ann")
    assert "The first 20 customers" in told and "There are more." in told and "Ann 19" in told and "Ann 20" not in told
    assert len(looks(app)) == 20


def test_an_order_that_is_nobodys_yet_says_so(app: Flask, desk: Browser) -> None:
    with app.app_context(), transaction():
        at = clock.now() - timedelta(days=9)
        db.session.add(Order(number="10482", placed_at=at, currency="EUR", total=900, source="import", email="alice@example.com"))
    told = find(desk, "10482")
    assert "Order 10482 belongs to nobody yet" in told and "alice" not in told


def test_the_beginning_of_an_address_finds_all_who_have_it(app: Flask, desk: Browser) -> None:
    with app.app_context(), transaction():
        for name in "jo.ann", "jo.anna", "joan":
            customer(f"{name}@example.com")
    for typed in "jo.ann", "jo.ann@example.com jo.a", "ann jo":
        told = find(desk, typed)
        assert "jo.ann@" in told and ("jo.anna@" in told) is ("@" not in typed) and "joan@" not in told, typed


WAYS_TO_CALL = ["0151 2345678", "+49 151 2345678", "0049 (0)151/234-5678", "49 151 2345678", "1512345678", "+49 (0) 151 23 45 678"]


@pytest.mark.parametrize("kept", ["0151 2345678", "+49 151 2345678", "(0151) 234 5678"])
@pytest.mark.parametrize("typed", WAYS_TO_CALL)
def test_a_number_to_call_leads_to_who_has_it_with_or_without_its_country(app: Flask, desk: Browser, kept: str, typed: str) -> None:
    with app.app_context(), transaction():
        mira = customer("mira@example.com", "Mira").id
        address(mira, phone=kept, at=clock.now())
        address(customer("bob@example.com", "Bob").id, phone="0151 2345679", at=clock.now())
    find(desk, typed)
    assert desk.answer.request.path == f"/desk/customers/{mira}"


def test_a_number_that_two_have_shows_both_and_its_last_digits_do_too(app: Flask, desk: Browser) -> None:
    with app.app_context(), transaction():
        for name, phone in ("Mira", "+49 151 2345678"), ("Tom", "0151 2345678"), ("Ann", "0151 2345679"):
            address(customer(f"{name}@example.com".lower(), name).id, phone=phone, name=name, at=clock.now())
    for typed in "+49 151 2345678", "45678":
        told = find(desk, typed)
        assert "mira@example.com, Leipzig" in told, "by which they are told apart"
        assert "2 customers" in told and "Mira" in told and "Tom" in told and "Ann" not in told, typed


def test_a_name_on_a_parcel_finds_whose_parcel_it_is(app: Flask, desk: Browser) -> None:
    with app.app_context(), transaction():
        address(customer("mira@example.com", "Mira").id, name="Großmutter Çiğdem", at=clock.now())
    assert "Mira" in find(desk, "cigdem") and "Mira" in find(desk, "grossm")


def test_the_words_follow_a_new_name_and_a_new_address_of_mail(app: Flask, desk: Browser) -> None:
    with app.app_context(), transaction():
        mira = customer("mira@example.com", "Mira Okafor").id
    with app.app_context(), transaction():
        found = db.session.get_one(Customer, mira)
        found.name, found.email = "Mira Adeyemi", "m.adeyemi@example.com"
    assert "Nobody is found" in find(desk, "okafor") and "Nobody is found" in find(desk, "mira@")
    assert "Mira Adeyemi" in find(desk, "adey") and "Mira Adeyemi" in find(desk, "m.ade")


def test_who_comes_by_a_file_or_by_the_api_is_found(app: Flask, desk: Browser, tmp_path: Path) -> None:
    rows = [
        f"A-{one},2026-03-01 10:00,c{one}@example.com,EUR,HON,Honey,1,8.90,Şule Öz{one},Lindenallee 12,04105,Leipzig,DE" for one in (1, 2)
    ]
    file = csv(tmp_path, *rows, header=f"{HEADER},ship_name,ship_line1,ship_postcode,ship_city,ship_country")
    assert app.test_cli_runner().invoke(imports, ["orders", str(file)]).exit_code == 0
    assert "c1@example.com" in find(desk, "sule oz1")
    with app.app_context(), transaction():
        know_customer("dora@example.com", "Dóra Kiss")
    assert "Dóra Kiss" in find(desk, "kiss dora")


def test_a_return_a_claim_a_parcel_and_a_refund_lead_to_whose_they_are(app: Flask, desk: Browser, alice: Box, work: Work) -> None:
    work()
    at = clock.now()
    with app.app_context(), transaction():
        her = db.session.get_one(Customer, alice.customer_id)
        bought = order(her, at, number="HA-1001")
        db.session.flush()
        parcel(bought, carrier="dhl", tracking_number="JD0146 0000", at=at)
        sent_back(bought, {0: 1}, rma="R-7K2M-4QXA", at=at)
        asked = claims.Asked(ClaimKind.DAMAGED, {bought.lines[0].id: 1}, Wish.REFUND, "It leaks.", "No camera.", "a-draft-of-alices-form")
        claim = claims.open_claim(bought, asked, by=Actor(customer_id=her.id), at=at).reference
        charge = str(db.session.scalars(select(Attempt.provider_ref)).first())
    for typed in "ha-1001", "R-7K2M-4QXA", "r-7k2m-4qxa", claim, claim.lower(), "JD01460000", "jd0146 0000", charge:
        find(desk, typed)
        assert desk.answer.request.path == f"/desk/customers/{alice.customer_id}", typed


def test_a_return_of_nobodys_leads_to_itself(app: Flask, desk: Browser) -> None:
    with app.app_context(), transaction():
        bought = order(customer("alice@example.com"), clock.now())
        db.session.flush()
        sent_back(bought, {0: 1}, rma="R-7K2M-4QXA", at=clock.now()).customer_id = None
    page = desk.get("/desk/search?q=r-7k2m-4qxa")
    assert "belongs to no customer" in words(page) and page.select('a[href="/desk/returns/R-7K2M-4QXA"]')


def test_while_somebody_types_the_first_are_suggested_and_written_down(app: Flask, desk: Browser, jonas: int) -> None:
    with app.app_context(), transaction():
        ids = [customer(f"ann{number}@example.com", f"Ann {number:02}").id for number in range(9)]
    part = desk.get("/desk/search/suggestions?q=ann", target="suggested")
    assert [link["href"] for link in part.select("a.go")] == [f"/desk/customers/{one}" for one in ids[:7]]
    assert looks(app) == [(jonas, one, "search") for one in ids[:7]]
    exact = desk.get("/desk/search/suggestions?q=ann3@example.com", target="suggested")
    assert [link["href"] for link in exact.select("a.go")] == [f"/desk/customers/{ids[3]}"], "it leads nowhere by itself"
    assert desk.get("/desk/search/suggestions?q=an", target="suggested").select("a.go") == []
    assert len(looks(app)) == 8
