"""Every route is walked: a missing guard fails the build with a sentence."""

import inspect
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.routing import IntegerConverter, Rule

from portal import create_app
from portal.accounts.current import DOOR, signed_in
from portal.accounts.models import Role
from portal.api.models import Scope
from portal.kit.csrf import exempt_endpoints
from tests.settings import settings

PUBLIC = {
    "static": "looks and pictures hold nothing of anybody's",
    "health.lives": "asked by machines that have no account",
    "health.can_serve": "asked by machines that have no account",
    "door.ask": "here one signs in",
    "door.send": "here one signs in",
    "door.sent": "here one signs in",
    "door.send_again": "here one signs in",
    "door.enter_code": "here one signs in",
    "door.show_link": "here one signs in",
    "door.enter_by_link": "here one signs in",
    "door.sign_out": "signs out whoever is signed in, and harms nobody else",
    "desk_door.ask": "here staff sign in",
    "desk_door.send": "here staff sign in",
    "desk_door.sent": "here staff sign in",
    "desk_door.send_again": "here staff sign in",
    "desk_door.enter_code": "here staff sign in",
    "desk_door.show_link": "here staff sign in",
    "desk_door.enter_by_link": "here staff sign in",
    "second_step.ask": "here staff sign in, once their mail was proven in this browser",
    "second_step.take": "here staff sign in, once their mail was proven in this browser",
    "second_step.ask_to_set_up": "here staff sign in, once their mail was proven in this browser",
    "second_step.set_up": "here staff sign in, once their mail was proven in this browser",
    "payments.receive_event": "proves by its signature who sent it",
    "carriers.receive_news": "proves by its signature who sent it",
    "operations.metrics": "asked by a machine that has METRICS_TOKEN, and holds figures only",
    "withdrawals.ask": "the law lets everybody withdraw without signing in",
    "withdrawals.read_again": "the law lets everybody withdraw without signing in",
    "withdrawals.confirm": "the law lets everybody withdraw without signing in; what follows from it needs a proof",
    "withdrawals.receipt": "opened by a link that we signed, and shows what its holder declared",
    "receipts.receipt": "opened by a link that we signed, and shows no more than that something was cancelled",
    "undoing.ask": "opened by a link that we signed, and shows no more than what undoing that one change would do",
    "undoing.undo": "by a link that we signed: it undoes that one change, and signs nobody in",
    "api.show": "describes the API, and holds nothing of anybody's",
    "api.description": "describes the API, and holds nothing of anybody's",
    "photos.add": "for a customer; for anybody else there is nothing here",
    "photos.remove": "for a customer; for anybody else there is nothing here",
    "photos.show": "by an address that we signed, and for its owner alone; for anybody else there is nothing here",
    "tracking.show_parcel": "opened by a link that we signed, and shows where one parcel is, and nothing of whose it is",
    "demo.mailbox": "the demo's own mailbox, in the demo only",
    "demo.mail": "the demo's own mailbox, in the demo only",
    "demo.move_clock": "asked from a terminal, in the demo only",
    "styleguide.show": "shows pieces, in demo and development only",
    "styleguide.sheet": "shows pieces, in demo and development only",
    "styleguide.change": "changes nothing, in demo and development only",
}
KEYS = {
    "api.list_products": Scope.PRODUCTS_READ,
    "api.get_product": Scope.PRODUCTS_READ,
    "api.put_product": Scope.PRODUCTS_WRITE,
    "api.list_stock": Scope.STOCK_READ,
    "api.get_stock": Scope.STOCK_READ,
    "api.put_stock": Scope.STOCK_WRITE,
    "api.post_stock": Scope.STOCK_WRITE,
    "api.list_orders": Scope.ORDERS_READ,
    "api.get_order": Scope.ORDERS_READ,
    "api.put_order": Scope.ORDERS_WRITE,
    "api.list_shipments": Scope.SHIPMENTS_READ,
    "api.list_returns": Scope.RETURNS_READ,
    "api.get_return": Scope.RETURNS_READ,
    "api.add_return_events": Scope.RETURNS_WRITE,
    "api.list_claims": Scope.RETURNS_READ,
    "api.get_claim": Scope.RETURNS_READ,
    "api.get_shipment": Scope.SHIPMENTS_READ,
    "api.put_shipment": Scope.SHIPMENTS_WRITE,
    "api.add_events": Scope.SHIPMENTS_WRITE,
    "api.list_changes": Scope.CHANGES_READ,
}
"""What the shop's own systems ask, with the scope that their key needs. No cookie and no token counts there."""
DESK = {
    "support.show": Role.AGENT,
    "support.show_task": Role.AGENT,
    "support.show_task_again": Role.AGENT,
    "support.take_task": Role.AGENT,
    "support.give_task": Role.AGENT,
    "support.put_task_back": Role.AGENT,
    "support.put_task_off": Role.AGENT,
    "support.take_task_up": Role.AGENT,
    "support.correct_note": Role.AGENT,
    "support.remove_note": Role.AGENT,
    "support.keep_note": Role.AGENT,
    "support.finish_task": Role.AGENT,
    "support.reopen_task": Role.AGENT,
    "support.notes": Role.AGENT,
    "support.write_note": Role.AGENT,
    "support.remind": Role.AGENT,
    "support.mark_vip": Role.AGENT,
    "support.end_vip": Role.AGENT,
    "support.sync": Role.AGENT,
    "support.retry_work": Role.AGENT,
    "support.retry_all": Role.LEAD,
    "support.replay": Role.LEAD,
    "support.resync": Role.AGENT,
    "support.reconcile": Role.LEAD,
    "support.search": Role.AGENT,
    "support.suggestions": Role.AGENT,
    "support.incidents": Role.LEAD,
    "support.new_incident": Role.LEAD,
    "support.publish_incident": Role.LEAD,
    "support.show_incident": Role.LEAD,
    "support.reword_incident": Role.LEAD,
    "support.end_incident": Role.LEAD,
    "support.customer": Role.AGENT,
    "support.show_order": Role.AGENT,
    "support.their_suggestions": Role.AGENT,
    "support.board": Role.AGENT,
    "support.queue_counts": Role.AGENT,
    "support.photo": Role.AGENT,
    "support.returns": Role.AGENT,
    "support.start_return": Role.AGENT,
    "support.put_down_return": Role.AGENT,
    "support.show_return": Role.AGENT,
    "support.take_return": Role.AGENT,
    "support.approve_return": Role.AGENT,
    "support.decline_return": Role.AGENT,
    "support.cancel_return": Role.AGENT,
    "support.receive_return": Role.AGENT,
    "support.inspect_return": Role.AGENT,
    "support.miss_the_rest": Role.AGENT,
    "support.refund_return": Role.AGENT,
    "support.refund_by_shop": Role.AGENT,
    "support.return_another_way": Role.AGENT,
    "support.claim_another_way": Role.AGENT,
    "support.given_by_hand": Role.AGENT,
    "support.close_return": Role.AGENT,
    "support.reopen_return": Role.AGENT,
    "support.note_on_return": Role.AGENT,
    "support.claims": Role.AGENT,
    "support.show_claim": Role.AGENT,
    "support.take_claim": Role.AGENT,
    "support.approve_claim": Role.AGENT,
    "support.deny_claim": Role.AGENT,
    "support.resolve_claim": Role.AGENT,
    "support.claim_given_by_hand": Role.AGENT,
    "support.note_on_claim": Role.AGENT,
    "support.ask_to_view": Role.AGENT,
    "support.view": Role.AGENT,
    "support.ask_to_act": Role.AGENT,
    "support.change_mode": Role.AGENT,
    "support.leave": Role.AGENT,
    "prepared_desk.withdraw": Role.AGENT,
    "support.looks": Role.LEAD,
    "support.audit": Role.LEAD,
    "support.flag_customer": Role.LEAD,
    "support.policy": Role.ADMIN,
    "support.policy_version": Role.ADMIN,
    "support.make_policy": Role.ADMIN,
    "support.workers": Role.ADMIN,
    "numbers.show": Role.LEAD,
    "numbers.table": Role.LEAD,
    "webhooks.show": Role.LEAD,
    "webhooks.dispatch": Role.LEAD,
    "webhooks.send_again": Role.LEAD,
    "your_sign_in.show": Role.AGENT,
    "your_sign_in.ask_to_confirm": Role.AGENT,
    "your_sign_in.confirm": Role.AGENT,
    "your_sign_in.ask_for_app": Role.AGENT,
    "your_sign_in.change_app": Role.AGENT,
    "your_sign_in.ask_for_passkey": Role.AGENT,
    "your_sign_in.add_passkey": Role.AGENT,
    "your_sign_in.remove_passkey": Role.AGENT,
    "your_sign_in.recovery_codes": Role.AGENT,
    "your_sign_in.make_recovery_codes": Role.AGENT,
    "your_sign_in.keep_recovery_codes": Role.AGENT,
    "your_sign_in.sign_out_others": Role.AGENT,
}
"""Pages and deeds of the desk, with the least role that may come there."""
NO_TOKEN = {
    "payments.receive_event": "a webhook: who sends it has no page of ours that could carry one",
    "carriers.receive_news": "a webhook: who sends it has no page of ours that could carry one",
    "demo.move_clock": "asked from a terminal, in the demo only",
}
STRINGS = {
    "number": "an order's number is the shop's own, and may hold a slash",
    "kind": "one of the four things that can be wrong",
    "ref": "what the shop's own system calls something",
    "sku": "the shop's own, and may hold a slash",
    "sealed": "a link's own secret",
    "reference": "what a customer calls a cancellation by",
    "rma": "what a customer calls a return by",
    "name": "of one of the files beside the charts",
    "filename": "of a static file",
}
ASKS = {
    "orders.show": "keeps that its owner looked where the parcels are: many looks without a scan open a task",
    "tracking.show_parcel": "keeps that somebody looked where the parcel is, as above",
    "support.show": "keeps whom staff saw, before they see them",
    "support.show_task": "keeps whom staff saw, before they see them",
    "support.notes": "keeps whom staff saw, before they see them",
    "support.search": "keeps whom staff saw, before they see them",
    "support.suggestions": "keeps whom staff saw, before they see them",
    "support.new_incident": "keeps whom staff saw, before they see them",
    "support.customer": "keeps whom staff saw, before they see them",
    "support.show_order": "keeps whom staff saw, before they see them",
    "support.audit": "keeps whom staff saw, before they see them",
    "support.photo": "keeps whom staff saw, before they see them",
    "returns.returned_from_paying": "has a look taken at the provider, which may be asked for any number of times",
    "subscriptions.ask_for_code": "counts the codes that were none, so that nobody can guess them",
    "papers.receipt": "counts how many are made, for each takes the processor for a moment",
    "papers.invoice": "counts how many are made, for each takes the processor for a moment",
    "billing.returned": "a browser that comes back from the payment provider can only GET; it asks for a look, as often as it likes",
}
"""Pages that note that somebody looked at them."""
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


def rules(app: Flask) -> Iterator[tuple[Rule, set[str]]]:
    for rule in app.url_map.iter_rules():
        yield rule, set(rule.methods or ()) - {"HEAD", "OPTIONS"}


def address(app: Flask, rule: Rule) -> str:
    given = {name: 1 if isinstance(converter, IntegerConverter) else "x" for name, converter in rule._converters.items()}
    return app.url_map.bind("localhost").build(rule.endpoint, given)


def least_role(app: Flask, rule: Rule) -> Role | None:
    return getattr(app.view_functions[rule.endpoint], "least_role", None)


def needed_scope(app: Flask, rule: Rule) -> Scope | None:
    return getattr(app.view_functions[rule.endpoint], "scope", None)


def test_each_address_of_the_api_says_which_scope_its_key_needs(app: Flask) -> None:
    assert {rule.endpoint: scope for rule, _ in rules(app) if (scope := needed_scope(app, rule))} == KEYS
    for rule, _ in rules(app):
        is_api = rule.endpoint in KEYS or rule.endpoint.startswith("api.")
        assert rule.rule.startswith("/api/") is is_api, f"{rule.rule}: what is below /api is for programs"


def test_every_page_is_guarded_or_public_for_a_reason(app: Flask) -> None:
    for rule, _ in rules(app):
        customers = signed_in in app.before_request_funcs.get(rule.endpoint.partition(".")[0], [])
        guarded = customers or least_role(app, rule) is not None or needed_scope(app, rule) is not None
        assert guarded or rule.endpoint in PUBLIC, f"{rule.rule} ({rule.endpoint}) has no guard: `bp.before_request(signed_in)`"
        assert not guarded or rule.endpoint not in PUBLIC, f"{rule.endpoint} is guarded, and should not stand in the list of public ones"


def test_the_desk_says_of_each_page_who_may_come_there(app: Flask) -> None:
    assert {rule.endpoint: role for rule, _ in rules(app) if (role := least_role(app, rule))} == DESK
    for rule, _ in rules(app):
        is_desk = rule.endpoint in DESK or rule.endpoint.startswith(("desk_door.", "second_step."))
        assert rule.rule.startswith("/desk") is is_desk, f"{rule.rule}: what is below /desk is the desk’s, and has `staff_only`"


def test_the_list_of_public_pages_names_no_page_that_is_gone(app: Flask) -> None:
    assert PUBLIC.keys() <= {rule.endpoint for rule, _ in rules(app)}


def test_a_stranger_is_sent_to_the_door_by_every_page_that_is_not_public(app: Flask) -> None:
    for rule, methods in rules(app):
        if "GET" in methods and rule.endpoint not in PUBLIC | KEYS:
            answer = app.test_client().get(address(app, rule))
            if rule.endpoint in DESK:
                assert answer.status_code == 404, f"{rule.rule}: for a stranger, the desk is not there"
            else:
                assert (answer.status_code, urlsplit(answer.location or "").path) == (303, DOOR), f"{rule.rule} answered {answer.status}"


def test_no_change_is_made_without_a_token_of_ours(app: Flask) -> None:
    for rule, methods in rules(app):
        for method in methods & UNSAFE if rule.endpoint not in NO_TOKEN | KEYS else ():
            for headers in {}, {"HX-Request": "true"}, {"Sec-Fetch-Site": "cross-site"}:
                answer = app.test_client().open(address(app, rule), method=method, headers=headers)
                assert answer.status_code == 403, f"{method} {rule.rule} without a token answered {answer.status}"


def test_only_webhooks_and_changes_by_key_need_no_token(app: Flask) -> None:
    by_key = {rule.endpoint for rule, methods in rules(app) if rule.endpoint in KEYS and methods & UNSAFE}
    assert exempt_endpoints(app) == NO_TOKEN.keys() | by_key
    real = create_app(settings("sqlite://", DEMO=False))
    assert exempt_endpoints(real) == {"payments.receive_event", "carriers.receive_news"} | by_key


def test_nothing_of_the_demo_is_there_outside_it() -> None:
    real = create_app(settings("sqlite://", DEMO=False))
    endpoints = {rule.endpoint.partition(".")[0] for rule in real.url_map.iter_rules()}
    assert endpoints.isdisjoint({"demo", "styleguide"})


def test_only_get_and_post(app: Flask) -> None:
    for rule, methods in rules(app):
        assert methods <= {"GET", "POST"} | ({"PUT"} if rule.endpoint in KEYS else set()), f"{rule.rule}: a form can only GET and POST"


def test_a_number_in_an_address_is_one(app: Flask) -> None:
    for rule, _ in rules(app):
        for name, converter in rule._converters.items():
            assert isinstance(converter, IntegerConverter) or name in STRINGS, f"{rule.rule}: write <int:{name}>, or say why it is text"


def test_addresses_are_written_in_small_letters_with_hyphens(app: Flask) -> None:
    for rule, _ in rules(app):
        fixed = re.sub("<[^>]*>", "", rule.rule.removesuffix(".json"))
        assert re.fullmatch(r"(/([a-z0-9]+(-[a-z0-9]+)*)?)+(\.[a-z]+)?", fixed), f"{rule.rule}: small-letters-and-hyphens"


def test_no_page_that_is_only_looked_at_opens_a_transaction(app: Flask) -> None:
    for rule, methods in rules(app):
        if methods == {"GET"} and rule.endpoint not in ASKS:
            source = inspect.getsource(inspect.unwrap(app.view_functions[rule.endpoint]))
            assert "transaction()" not in source, f"GET {rule.rule} changes something: a mail scanner or a prefetch would do so too"
