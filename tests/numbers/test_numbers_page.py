"""The page of numbers: who sees it, and what stands there."""

import csv
import io
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from flask import Flask

from portal.kit.db import db, transaction
from portal.numbers import shown
from portal.numbers.charts import _spread, lines, top_of
from portal.numbers.sections import BY_NAME
from portal.orders.models import OrderLine
from tests.accounts.builders import customer
from tests.browser import Browser, attribute, words
from tests.numbers import chance
from tests.numbers.world import account, at, cancel, invoice, order, paid_back, pause, refund, returned, subscription
from tests.questions import questions

HERE = "/desk/numbers"
FILES = list(BY_NAME)


def rows(browser: Browser, name: str, asked: str = "") -> list[list[str]]:
    answer = browser.client.get(f"{HERE}/{name}.csv{asked}")
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def fill_november() -> None:
    """Three subscriptions, one of them paused and one ended; six pieces sold, of which two came back; two invoices."""
    alice, bob = customer(), customer()
    box = subscription(alice, at(11, 3))
    pause(subscription(alice, at(10, 3)), at(11, 5))
    subscription(bob, at(10, 5), at(11, 9))
    cancel(box, at(11, 7), "too much", taken_back_at=at(11, 7))
    cancel(box, at(11, 9), "too expensive")
    cancel(box, at(11, 10), "too expensive", "other")
    back = returned(order(alice, at(11, 4), ("HON", 4), ("SOA", 2)), 2, "damaged", received_at=at(11, 9, 8))
    paid_back(back, at(11, 10, 20))
    ours = account(alice)
    refund(invoice(ours, at(11, 4), 1000), at(11, 10), 250)
    invoice(account(bob, "TRY"), at(11, 4), 70000)


def test_a_shop_that_began_today_is_told_so(lead: Browser) -> None:
    page = lead.get(HERE)
    assert "Nothing to count yet" in words(page) and not page.select("svg.chart")
    assert lead.client.get(f"{HERE}/subscriptions.csv").status_code == 404


def test_of_a_day_with_one_order_there_is_a_page(app: Flask, lead: Browser) -> None:
    with app.app_context(), transaction():
        subscription(customer(), at(11, 23, 8))
        order(customer(), at(11, 23, 8))
    for period in "30-days", "12-months", "all":
        for by in "week", "month":
            assert "Active subscriptions 1" in words(lead.get(f"{HERE}?period={period}&by={by}"))


def test_the_tiles_say_how_it_stands(app: Flask, lead: Browser) -> None:
    """In October one was active; now it is one again: of three, one is paused and one ended."""
    with app.app_context(), transaction():
        fill_november()
    told = [words(tile) for tile in lead.get(f"{HERE}?period=30-days").select("dl.card")]
    assert told == [
        "Active subscriptions 1 1 is paused ▼ 1 less than before",
        "Stayed after cancelling 33% 1 of 3",
        "From parcel to refund, median 1.5 days Promise kept for 100%. 6.3 days since it was asked for",
        "Returned, of 100 sold 33.3 2 of 6",
        "Ordered again – 0 of 0, within 90 days",
        "Paid by each, in all €7.50 1 paid in EUR",
        "Failed payments recovered – 0 of 0",
        "Parcels on time – 0 of 0",
    ]


def test_each_chart_has_a_sentence_a_definition_a_table_and_a_file(app: Flask, lead: Browser) -> None:
    with app.app_context(), transaction():
        chance.fill(1)
    page = lead.get(HERE)
    assert [figure["id"] for figure in page.select("figure")] == FILES
    for figure in page.select("figure"):
        assert figure.select_one("figcaption p"), f"{figure['id']}: what is counted is said"
        assert figure.select_one("table.table")
        drawing = figure.select_one("svg[role=img]")
        if drawing:
            assert attribute(figure, f"title#{drawing['aria-labelledby']}", "id") and words(drawing.title or figure)
        path = attribute(figure, "a[download]", "href")
        assert lead.client.get(path).status_code == 200
    assert not page.select("[style]")


def test_what_is_on_the_page_is_in_the_file(app: Flask, lead: Browser) -> None:
    with app.app_context(), transaction():
        fill_november()
    assert rows(lead, "subscriptions", "?period=12-months")[-2:] == [["2026-10-01", "2", "0", "2", "0"], ["2026-11-01", "1", "1", "1", "1"]]
    assert rows(lead, "reasons") == [
        ["Reason", "Named", "Stayed", "Left", "Stayed, share"],
        ["Too expensive", "2", "0", "2", "0.0"],
        ["Something else", "1", "0", "1", "0.0"],
        ["Too much left", "1", "1", "0", "1.0"],
    ]
    assert rows(lead, "returns") == [
        ["Product", "Per 100", "Sold", "Returned", "SKU", "It arrived damaged or leaking"],
        ["The HON", "50.0", "4", "2", "HON", "2"],
        ["The SOA", "0.0", "2", "0", "SOA", "0"],
    ]
    assert rows(lead, "value") == [
        ["Currency", "Customers", "Paid", "Paid back", "Each customer", "In this time"],
        ["EUR", "1", "10.00", "2.50", "7.50", "7.50"],
        ["TRY", "1", "700.00", "0.00", "700.00", "700.00"],
    ]


def test_the_parts_are_weeks_or_months(app: Flask, lead: Browser) -> None:
    with app.app_context(), transaction():
        fill_november()
    weeks = [row[0] for row in rows(lead, "subscriptions", "?period=30-days&by=week")]
    assert weeks == ["Week", "2026-10-25", "2026-10-26", "2026-11-02", "2026-11-09", "2026-11-16", "2026-11-23"]
    assert [row[0] for row in rows(lead, "subscriptions", "?period=all&by=month")] == ["Month", "2026-10-03", "2026-11-01"]
    assert len(rows(lead, "subscriptions", "?period=12-months&by=month")) == 13
    assert len(rows(lead, "subscriptions", "?period=nonsense&by=nonsense")) == 13


def test_a_file_makes_no_spreadsheet_reckon(app: Flask, lead: Browser) -> None:
    with app.app_context(), transaction():
        alice = customer()
        for sku in "=1+1", "+49", "-2+3", "@SUM(A1)", " =HYPERLINK(1)", "\t=1", "fine, “quoted”\nand broken":
            bought = order(alice, at(11, 4), (sku, 20))
            db.session.get_one(OrderLine, bought.lines[0].id).title = sku
    for row in rows(lead, "returns")[1:]:
        assert row[0] == row[4] and not row[0].lstrip(" ").startswith(("=", "+", "-", "@", "\t")), row
    assert ["'=1+1", "0.0", "20", "0", "'=1+1"] in rows(lead, "returns")


def test_of_a_thousand_products_twenty_are_shown_and_all_are_in_the_file(app: Flask, lead: Browser) -> None:
    with app.app_context(), transaction():
        alice = customer()
        for first in range(0, 1000, 100):
            bought = order(alice, at(11, 4), *[(f"SKU-{number:04} {'long ' * 20}", 10) for number in range(first, first + 100)])
            for line in range(3):
                returned(bought, 1 + first // 100, "damaged", line=line)
    page = lead.get(HERE)
    assert len(page.select("#returns table.bars tbody tr")) == 20
    assert "The first 20 of 1,000; the file has all of them." in words(page)
    assert words(page.select("#returns table.bars tbody tr")[0]).startswith("The SKU-0900")
    assert len(rows(lead, "returns")) == 1001


def test_it_asks_as_often_for_a_large_shop_as_for_a_small_one(app: Flask, lead: Browser) -> None:
    with app.app_context(), transaction():
        order(customer(), at(11, 4))
    few = [questions(app, lead, f"{HERE}?period={period}") for period in ("30-days", "12-months", "all")]
    with app.app_context(), transaction():
        chance.fill(5, people=60)
    assert [questions(app, lead, f"{HERE}?period={period}") for period in ("30-days", "12-months", "all")] == few
    assert max(few) <= 30


def test_agents_are_refused_and_for_customers_it_is_not_there(app: Flask, agent: Browser) -> None:
    with app.app_context(), transaction():
        alice = customer().id
    shopper = Browser(app)
    shopper.sign_in(alice)
    for path in HERE, f"{HERE}/subscriptions.csv":
        assert agent.client.get(path).status_code == 403
        assert shopper.client.get(path).status_code == 404
    assert "Numbers" not in words(agent.get("/desk").select("nav")[0])


def test_a_file_that_there_is_none_of(lead: Browser) -> None:
    assert lead.client.get(f"{HERE}/people.csv").status_code == 404


@pytest.mark.parametrize(
    ("most", "top"), [(0, 4), (3, 4), (4, 4), (5, 6), (11, 12), (13, 16), (97, 100), (101, 120), (1284, 1600), (99999, 100000)]
)
def test_the_top_of_a_chart_is_round(most: int, top: float) -> None:
    assert top_of(most) == top


def test_names_at_the_ends_of_lines_do_not_stand_on_each_other() -> None:
    for wanted in [204, 204, 204], [20, 24, 200], [210, 205, 203], [30, 30, 30]:
        found = sorted(_spread([float(place) for place in wanted]))
        assert all(below - above >= 15.9 for above, below in pairwise(found)), found
        assert found[-1] <= 210


def test_a_chart_of_one_moment_is_a_point() -> None:
    assert lines("", [("a", "Active", [3])], ["Nov"], ["4", "2", "0"], 4).is_point


def test_numbers_and_days_are_written_as_the_reader_writes_them(app: Flask) -> None:
    from portal.kit import i18n
    from portal.numbers.periods import By, Span

    november = Span(date(2026, 11, 1), date(2026, 11, 30))
    week = Span(date(2026, 11, 23), date(2026, 11, 23) + timedelta(days=6))
    with app.test_request_context():
        for locale, expected in {
            "en": ["1,284", "4.1", "38%", "Nov", "23 Nov", "November 2026", "23 Nov – 29 Nov 2026", "1.3K"],
            "tr": ["1.284", "4,1", "%38", "Kas", "23 Kas", "Kasım 2026", "23 Kas – 29 Kas 2026", "1,3 B"],
            "ro": ["1.284", "4,1", "38 %", "Nov.", "23 nov.", "Noiembrie 2026", "23 nov. – 29 nov. 2026", "1,3 K"],
        }.items():
            with i18n.speaking(locale, None):
                found = [
                    shown.number(1284), shown.number(4.06, 1), shown.percent(0.38), shown.short(shown.When(november, By.MONTH)),
                    shown.short(shown.When(week, By.WEEK)), shown.label(shown.When(november, By.MONTH)),
                    shown.label(shown.When(week, By.WEEK)), shown.compact(1300),
                ]  # fmt: skip
                assert [one.replace("\u00a0", " ") for one in found] == expected


def test_what_goes_with_time_opens_at_its_newest_and_the_days_of_refunds_are_all_in_view(app: Flask, lead: Browser) -> None:
    """On a narrow screen a chart is scrolled."""
    with app.app_context(), transaction():
        fill_november()
    page = lead.get(HERE)
    opened = {figure["id"] for figure in page.select("figure:has(> .newest)")}
    assert {"subscriptions", "cancellations"} <= opened < set(FILES)
    assert [words(row) for row in page.select("#refunds .bars tbody tr")] == ["same day 0", "1 1", "2 0", "3 0", "4 0", "5 0", "6+ 0"]


@pytest.mark.parametrize(("locale", "parting", "each"), [("en", ",", "-2.50"), ("tr", ";", "-2,50"), ("ro", ";", "-2,50")])
def test_a_file_is_as_a_spreadsheet_in_the_readers_language_takes_it(
    app: Flask, lead: Browser, locale: str, parting: str, each: str
) -> None:
    """What went back may be more than what came in: that is a number too, and no formula to be kept from."""
    with app.app_context(), transaction():
        ours = account(customer())
        refund(invoice(ours, at(9, 4), 1000), at(11, 10), 250)
    app.config["SHOP"] = replace(app.config["SHOP"], locale=locale)
    told = lead.client.get(f"{HERE}/value.csv?period=30-days").data.decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(told), delimiter=parting))[1][5] == each
