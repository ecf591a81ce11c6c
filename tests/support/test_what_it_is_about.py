"""A task leads to the pages of what it is about: a return, a claim, an order, a parcel, a subscription."""

from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import delete

from portal.accounts.models import Customer
from portal.kit.clock import now
from portal.kit.db import Model, db, transaction
from portal.orders.models import Shipment
from portal.outbox.models import Sync
from portal.returns.models import Claim, Exchange, Payout, PayoutKind, ReturnLabel, ReturnParcel, Way
from portal.tasks import actions
from portal.timeline import key
from tests.browser import Browser, attribute, words
from tests.orders.builders import order
from tests.returns.builders import sent_back
from tests.subscriptions.builders import Box
from tests.support.test_claims import claimed
from tests.support.test_queue import listed


def test_it_leads_to_the_pages_of_what_it_is_about(app: Flask, desk: Browser, alice: Box) -> None:
    with app.app_context():
        claim = db.session.get_one(Claim, claimed(app, alice)).reference

    def links(kind: str, subject: Model, facts: dict[str, Any] | None = None) -> list[str]:
        with transaction():
            about: dict[str, Any] = {"customer_id": alice.customer_id, "due_at": now() + timedelta(days=1), "at": now(), "facts": facts}
            one = actions.open_task(kind, subject, key=f"{kind} {key(subject)}", **about)
        page = desk.get(f"/desk/tasks/{one}?queue=returns")
        return [str(link["href"]).replace(f"?task={one}&queue=returns", "") for link in page.select('[aria-labelledby="it"] b a')]

    with app.app_context():
        with transaction():
            bought = order(db.session.get_one(Customer, alice.customer_id), now(), number="1002")
            parcel = Shipment(ref="P1", order=bought)
            db.session.add(parcel)
            db.session.flush()
            back = sent_back(bought)
            item: dict[str, Any] = {"return_item_id": back.items[0].id, "sku": "HON", "title": "Honey", "picture": "", "quantity": 1}
            costs: dict[str, Any] = {"unit_amount": 800, "credit": 800, "difference": 0, "currency": "EUR", "asked_at": now()}
            told: dict[str, Any] = {
                "order_id": bought.id,
                "amount": 800,
                "currency": "EUR",
                "return_id": back.id,
                "lines": [],
                "decided_at": now(),
            }
            payout, exchange = Payout(kind=PayoutKind.REFUND, **told), Exchange(**item, **costs)
            goes_back = ReturnParcel(return_=back, way=Way.LABEL, made_at=now())
            db.session.add_all([payout, exchange, goes_back])
            db.session.flush()
            label = ReturnLabel(parcel_id=goes_back.id, body={}, asked_at=now())
            db.session.add(label)
            db.session.flush()
            works = {"subscription": alice.id, "return_label": label.id, "nothing such": 7}
            db.session.execute(delete(Sync))
            syncs = [Sync(kind=kind, subject_id=row_id, due_at=now()) for kind, row_id in works.items()]
            db.session.add_all(syncs)
        here, the_return, its_parcel = "/desk/orders/1002", f"/desk/returns/{back.rma}", f"/desk/orders/1002#parcel-{parcel.id}"
        assert links("return", back) == [the_return]
        assert links("claim", db.session.query(Claim).one()) == [f"/desk/claims/{claim}", "/desk/orders/1001"]
        assert links("return money", payout) == [the_return, here]
        assert links("exchange sold out", exchange, {"order": "1002"}) == [the_return, here]
        assert links("other address", bought) == [here]
        assert links("worry", parcel, {"ref": "P1", "order": "1002"}) == [here, its_parcel]
        theirs = f"/desk/customers/{alice.customer_id}?subscriptions=all#subscription-{alice.id}"
        assert links("out of step", syncs[0], {"work": syncs[0].id, "kind": "subscription"}) == [theirs]
        assert desk.get(theirs).select_one(f"#subscription-{alice.id}")
        assert links("out of step", syncs[1], {"work": syncs[1].id, "kind": "return_label"}) == [the_return]
        assert links("out of step", syncs[2], {"work": syncs[2].id, "kind": "nothing such"}) == []
        assert links("reminder", db.session.get_one(Customer, alice.customer_id)) == []


def test_a_claim_says_in_the_list_what_is_wrong_with_what_and_what_is_wished(app: Flask, desk: Browser, alice: Box) -> None:
    claimed(app, alice)
    (row,) = listed(desk)
    assert "Something is damaged, Linden honey, Money back, K-" in row
    assert "Something is damaged: Linden honey. Money back." in words(desk.get(attribute(desk.get("/desk"), ".queue a", "href")))
