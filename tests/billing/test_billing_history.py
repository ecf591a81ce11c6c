from datetime import timedelta

import pytest

from portal.billing.models import Attempt, Invoice
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.payments import Result
from tests.billing.builders import Payer, account, behind
from tests.browser import words
from tests.conftest import Work
from tests.questions import asked


def write(payer: Payer, count: int, status: str = "paid", total: int = 1000) -> list[int]:
    """Invoices of the last days, one a day, each with two tries. Their ids, newest first."""
    with payer.app.app_context(), transaction():
        made = []
        for number in range(count):
            at = now() - timedelta(days=number + 1)
            tries = [
                Attempt(
                    provider_ref=f"ch_{total}_{number}_{result}", tried_at=at, amount=total, result=result,
                    reason="" if result is Result.PAID else "insufficient_funds", brand="visa", last4="4242", receipt_url=None,
                )
                for result in (Result.REFUSED, Result.PAID)
            ]  # fmt: skip
            made.append(
                Invoice(
                    account_id=payer.account_id,
                    provider_ref=f"in_{total}_{number}",
                    number=f"N-{number}",
                    written_at=at,
                    words=f"Box number {number}",
                    total=total,
                    due=total,
                    paid=total if status == "paid" else 0,
                    currency="EUR",
                    status=status,
                    was_tried=True,
                    is_collected=status == "open",
                    next_try_at=None,
                    subscription_ref=None,
                    page_url=None,
                    attempts=tries,
                )
            )
        db.session.add_all(made)
        db.session.flush()
        return [invoice.id for invoice in made]


def test_each_invoice_is_there_with_its_outcome(alice: Payer, work: Work) -> None:
    behind(alice, work)
    page = words(alice.browser.get("/account/billing"))
    assert "December 2026" in page and "November 2026" in page
    assert "Your bank refused it and gave no reason. Nothing was taken. Open" in page
    assert "Visa ending 4242 Paid" in page
    assert "Paid for invoices of 2026 €14.90" in page


def test_one_of_them_tells_each_try(alice: Payer, work: Work) -> None:
    behind(alice, work)
    alice.stripe.later(days=4)
    work()
    alice.box.sign_in()
    page = words(alice.browser.get(f"/account/billing/{alice.invoices()[0].id}"))
    assert page.count("Visa ending 0341 was refused") == 2
    assert "1 × Sidamo coffee beans" in page and "Invoice written" in page
    assert "Otherwise it is tried again by itself" in page


def test_a_paid_one_leads_to_its_receipt(alice: Payer) -> None:
    page = alice.browser.get(f"/account/billing/{alice.invoices()[0].id}")
    receipt = page.find("a", string="Receipt")
    assert receipt and str(receipt["href"]).startswith(alice.stripe.url)
    assert "€14.90 paid with Visa ending 4242" in words(page)


def test_invoices_over_nothing_are_left_out(alice: Payer, work: Work) -> None:
    alice.browser.post(alice.box.skip(0))
    work()
    work()
    assert words(alice.browser.get("/account/billing")).count("Sidamo") == 1


def test_a_charge_that_a_discount_made_nothing_is_there(alice: Payer, work: Work) -> None:
    coupon = alice.stripe.v1.coupons.create({"percent_off": 100, "duration": "once"})
    alice.stripe.v1.subscriptions.update(alice.box.ref, {"discounts": [{"coupon": coupon.id}]})
    alice.stripe.later(days=31, hours=2)
    work()
    work()
    alice.box.sign_in()
    page = words(alice.browser.get("/account/billing"))
    assert page.count("Sidamo") == 2
    assert "€0.00 Wed 23 Dec . 1 × Sidamo coffee beans" in page and "Nothing to pay, after a discount" in page


def test_twenty_are_on_a_page_and_the_older_ones_behind_a_link(alice: Payer) -> None:
    write(alice, 45)
    first = alice.browser.get("/account/billing")
    assert len(first.select("a.go")) == 20
    older = first.find("a", string="Older")
    assert older
    second = alice.browser.get(str(older["href"]))
    assert "Box number 18" in words(first) and "Box number 19" in words(second) and "Box number 18" not in words(second)
    older = second.find("a", string="Older")
    assert older
    third = alice.browser.get(str(older["href"]))
    assert len(third.select("a.go")) == 6 and third.find("a", string="Older") is None


def test_only_the_paid_or_only_the_open_ones(alice: Payer) -> None:
    write(alice, 3, "open", total=2000)
    write(alice, 3, "void", total=3000)
    shown = {which: words(alice.browser.get(f"/account/billing?show={which}").select("main")[0]) for which in ("paid", "open", "x")}
    assert "€14.90" in shown["paid"] and "€20.00" not in shown["paid"]
    assert "€20.00" in shown["open"] and "€14.90" not in shown["open"] and "€30.00" not in shown["open"]
    assert "€30.00" in shown["x"] and "Given up: nothing is owed." in shown["x"]


def test_what_is_not_collected_any_more_can_still_be_paid_by_hand(alice: Payer, work: Work) -> None:
    behind(alice, work)
    alice.stripe.v1.subscriptions.cancel(alice.box.ref)
    work()
    page = words(alice.browser.get(f"/account/billing/{alice.invoices()[0].id}"))
    assert "It is not tried again by itself." in page and "Pay now" in page


def test_a_new_card_does_not_pay_what_is_not_collected_any_more(alice: Payer, work: Work) -> None:
    behind(alice, work)
    alice.stripe.v1.subscriptions.cancel(alice.box.ref)
    work()
    assert "€14.90" not in words(alice.browser.get(alice.add))
    alice.browser.get(alice.give("4444"))
    work()
    work()
    assert alice.invoices()[0].status == "open"


@pytest.mark.parametrize("path", ["", "/pay"])
def test_bob_sees_none_of_hers(alice: Payer, bob: Payer, path: str) -> None:
    bob.browser.get(f"/account/billing/{alice.invoices()[0].id}{path}", expect=404)
    mine = alice.invoices()[0].id
    assert f"/account/billing/{mine}" not in str(bob.browser.get("/account/billing"))


def test_an_id_of_somebody_elses_invoice_shows_no_more_of_hers(alice: Payer, bob: Payer) -> None:
    newest = write(alice, 30)[0]
    assert "Box number" not in words(bob.browser.get(f"/account/billing?before={newest}"))


@pytest.mark.parametrize("path", ["/account/billing", "/account/payment"])
def test_the_number_of_questions_does_not_grow(alice: Payer, path: str) -> None:
    alice.browser.get(path)
    with asked(alice.app) as few:
        alice.browser.get(path)
    write(alice, 15, "open")
    for number in range(4):
        account(alice, f"cus_{number}", cards=3)
    with asked(alice.app) as many:
        alice.browser.get(path)
    assert len(many) <= len(few) + 2, many  # the tries of open invoices and what went back of them, where there were none
    assert len(many) < 12
