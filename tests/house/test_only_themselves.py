"""What staff may do while they see a customer's pages: every deed of a customer's stands in one of two lists (REL I3)."""

from flask import Flask

from portal.accounts.current import signed_in
from portal.accounts.models import Mode
from portal.kit.db import transaction
from tests.accounts.builders import customer, staff
from tests.browser import Browser
from tests.ground import standing
from tests.house.test_routes import DESK, KEYS, NO_TOKEN, UNSAFE, address, rules
from tests.support.viewing import acts, begins_view, deeds, views

MAY = {
    "account.change_language": "they read the portal in it, and can change it back",
    "addresses.add": "the most common wish on the phone",
    "addresses.correct": "the most common wish on the phone",
    "addresses.choose_for_all": "the most common wish on the phone",
    "addresses.remove": "the most common wish on the phone",
    "addresses.undo": "takes back what can be taken back",
    "billing.pay_invoice": "charges what is owed anyway, to a card that the customer added",
    "order_changes.cancel": "until it is packed",
    "order_changes.send_to": "until it is packed",
    "order_changes.send_to_another_address": "until it is packed",
    "photos.add": "to a return or a claim",
    "photos.remove": "to a return or a claim",
    "returns.begin": "a return",
    "returns.tell_why": "a return",
    "returns.tell_for_what": "a return",
    "returns.submit": "a return",
    "returns.cancel": "a return",
    "returns.object_to": "a return",
    "returns.go_another_way": "a return",
    "returns.order_pick_up": "a return",
    "returns.tell_number": "a return",
    "returns.show_receipt": "a return",
    "returns.choose_another": "another product in an exchange",
    "returns.take_the_money": "back to where it came from",
    "returns.open_claim": "a claim",
    "returns.cancel_claim": "a claim",
    "subscriptions.skip_delivery": "a subscription",
    "subscriptions.unskip_delivery": "a subscription",
    "subscriptions.move_delivery": "a subscription",
    "subscriptions.undo": "a subscription",
    "subscriptions.set_quantity": "a subscription",
    "subscriptions.swap_product": "a subscription",
    "subscriptions.remove_product": "a subscription",
    "subscriptions.add_product": "a subscription",
    "subscriptions.change_frequency": "a subscription",
    "subscriptions.pause": "a subscription",
    "subscriptions.resume": "a subscription",
    "subscriptions.cancel": "a subscription",
    "subscriptions.open_offer": "a subscription",
    "subscriptions.give_reasons": "a subscription",
    "subscriptions.keep": "a subscription",
    "subscriptions.begin_again": "a subscription",
    "subscriptions.send_to": "a subscription",
    "subscriptions.send_to_another_address": "a subscription",
    "subscriptions.use_code": "a subscription",
}
"""Deeds that staff may do for a customer, under both names."""
FREE = {
    "door.sign_out": "whoever signs out views nobody any more",
    "prepared.say_why": "a note of staff to what they suggest",
    "prepared.withdraw": "staff take back what they suggest",
    "prepared.decline": "tells staff itself that it is not theirs to decide",
}


def test_every_deed_is_one_that_staff_may_do_or_is_refused(database_url: str) -> None:
    """While they act, which is as far as it goes."""
    with standing(database_url) as app:
        desk, alice = _acting(app)
        before, tried = len(deeds(app)), 0
        for rule, methods in rules(app):
            if methods & UNSAFE and rule.endpoint not in DESK | KEYS | NO_TOKEN | FREE:
                status = _sends(desk, address(app, rule))
                if rule.endpoint in MAY:
                    assert status != 403, f"{rule.endpoint} may be done for a customer, and was refused"
                else:
                    assert status == 403, f"{rule.endpoint} answered {status}: mark it `only_themselves`, or say in MAY why staff may do it"
                    tried += 1
        assert tried >= 20 and alice
        assert len(views(app)) == 1
        assert [deed for deed in deeds(app)[before:] if deed[3] is None] == [], "nothing is done without the name of who did it"


def test_nothing_at_all_is_done_while_they_only_look(database_url: str) -> None:
    with standing(database_url) as app:
        desk, _ = _acting(app, Mode.LOOK)
        before = len(deeds(app))
        for rule, methods in rules(app):
            if methods & UNSAFE and rule.endpoint not in DESK | KEYS | NO_TOKEN | FREE:
                assert _sends(desk, address(app, rule)) == 403, rule.endpoint
        assert len(deeds(app)) == before


def test_the_lists_name_no_deed_that_is_gone(app: Flask) -> None:
    endpoints = {rule.endpoint for rule, _ in rules(app)}
    assert MAY.keys() | FREE.keys() <= endpoints


def test_each_page_of_a_customer_that_is_marked_is_refused_also_to_who_only_looks(database_url: str) -> None:
    """Such as the way back from a page of the provider, on which only its owner was."""
    with standing(database_url) as app:
        desk, _ = _acting(app, Mode.LOOK)
        marked = [
            rule for rule, methods in rules(app) if "GET" in methods and hasattr(app.view_functions[rule.endpoint], "only_themselves")
        ]
        assert marked
        for rule in marked:
            assert signed_in in app.before_request_funcs[rule.endpoint.partition(".")[0]]
            assert desk.client.get(address(app, rule)).status_code == 403


def _acting(app: Flask, mode: Mode = Mode.ACT) -> tuple[Browser, int]:
    with app.app_context(), transaction():
        jonas, alice = staff().id, customer("alice@example.com").id
    desk = Browser(app)
    desk.sign_in_staff(jonas)
    if mode is Mode.ACT:
        acts(desk, alice)
    else:
        begins_view(desk, alice)
    return desk, alice


def _sends(desk: Browser, path: str) -> int:
    with desk.app.app_context():
        answer = desk.client.post(path, data={"csrf_token": desk.token()}, headers={"Referer": "http://localhost/"})
    return answer.status_code
