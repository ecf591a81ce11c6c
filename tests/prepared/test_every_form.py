"""Each form of the customer's pages, while staff prepare: it is tried, or it is refused with a reason, or it keeps a draft. A new one
has to say which."""

from bs4 import BeautifulSoup
from flask import Flask

from portal.accounts.current import signed_in
from portal.accounts.viewing import ALSO_THEIRS
from portal.prepared.what import DRAFTS, OURS, PAYS, WITH_PHOTOS, why_not
from tests.browser import Browser, words
from tests.house.test_routes import DESK, KEYS, NO_TOKEN, UNSAFE, address, rules
from tests.prepared.builders import counted

TRIED = {
    "account.change_language",
    "addresses.add",
    "addresses.choose_for_all",
    "addresses.correct",
    "addresses.remove",
    "addresses.undo",
    "order_changes.cancel",
    "order_changes.send_to",
    "order_changes.send_to_another_address",
    "returns.cancel",
    "returns.cancel_claim",
    "returns.choose_another",
    "returns.go_another_way",
    "returns.object_to",
    "returns.order_pick_up",
    "returns.open_claim",
    "returns.submit",
    "returns.take_the_money",
    "returns.tell_number",
    "subscriptions.add_product",
    "subscriptions.begin_again",
    "subscriptions.cancel",
    "subscriptions.change_frequency",
    "subscriptions.give_reasons",
    "subscriptions.keep",
    "subscriptions.move_delivery",
    "subscriptions.pause",
    "subscriptions.remove_product",
    "subscriptions.resume",
    "subscriptions.send_to",
    "subscriptions.send_to_another_address",
    "subscriptions.set_quantity",
    "subscriptions.skip_delivery",
    "subscriptions.swap_product",
    "subscriptions.undo",
    "subscriptions.unskip_delivery",
    "subscriptions.use_code",
}
"""What can be prepared, as `test_every_change` and `tests/returns/test_suggested.py` do."""
THE_CUSTOMERS_ANSWER = {"prepared.decline"}


def customers(app: Flask, endpoint: str) -> bool:
    return signed_in in app.before_request_funcs.get(endpoint.rpartition(".")[0], []) or endpoint in ALSO_THEIRS


def test_each_form_says_what_becomes_of_it(app: Flask) -> None:
    forms = {rule.endpoint for rule, methods in rules(app) if methods & UNSAFE and customers(app, rule.endpoint)}
    theirs_alone = {endpoint for endpoint in forms if hasattr(app.view_functions[endpoint], "only_themselves")}
    assert forms - theirs_alone == TRIED | DRAFTS | OURS | WITH_PHOTOS | PAYS | THE_CUSTOMERS_ANSWER


def test_none_of_them_changes_anything_and_what_is_refused_says_why(app: Flask, jonas: Browser) -> None:
    before, left_out = counted(app), DESK.keys() | KEYS.keys() | NO_TOKEN.keys() | {"door.sign_out", "styleguide.change"}
    for rule in [rule for rule, methods in rules(app) if "POST" in methods and rule.endpoint not in left_out]:
        data = {"csrf_token": jonas.token()}
        answer = jonas.client.post(address(app, rule), data=data, headers={"Referer": "http://localhost/account"})
        assert answer.status_code in (303, 400, 403, 404, 409, 422), f"{rule.rule} answered {answer.status}"
        if not customers(app, rule.endpoint) or hasattr(app.view_functions[rule.endpoint], "only_themselves"):
            assert answer.status_code == 403, f"{rule.rule} answered {answer.status}"
        if rule.endpoint in WITH_PHOTOS | PAYS:
            assert answer.status_code == 403
            assert why_not(rule.endpoint) in words(BeautifulSoup(answer.text, "html.parser"))
        assert counted(app) == before, f"{rule.rule} changed something"
