"""The page of Checkout: where a customer gives a card, or pays. It works without JavaScript, and nothing that is typed here is kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from sandbox import cards, checkout, lifecycle, paying
from sandbox.card_form import CardForm
from sandbox.errors import Json
from sandbox.known_cards import CARDS
from sandbox.words import money

if TYPE_CHECKING:
    from sandbox.app import Sandbox

Answer = Redirect | str | tuple[str, int]

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}


def hosted(sandbox: "Sandbox") -> Blueprint:
    routes = Blueprint("hosted", __name__, url_prefix="/_checkout")

    @routes.after_request
    def keep_to_ourselves(response: Response) -> Response:
        response.headers.update(HEADERS)
        return response

    @routes.get("/pay/<ref>")
    def pay(ref: str) -> Answer:
        with _at_work(sandbox):
            session = sandbox.world.store.find(ref, "checkout.session")
            if session is None or session["status"] != "open":
                return _closed(session)
            return _page(sandbox, session, CardForm(), _last_problem(sandbox, session))

    @routes.post("/pay/<ref>")
    def give_card(ref: str) -> Answer:
        with _at_work(sandbox):
            session = sandbox.world.store.find(ref, "checkout.session")
            if session is None or session["status"] != "open":
                return _closed(session, sent=True)
            form = CardForm.read(request.form, sandbox.world.clock.now())
            if form.problems or form.card is None:
                return _page(sandbox, session, form), 422
            intent = checkout.confirm(sandbox.world, session, cards.made(sandbox.world, form.card, form.expires))
            if intent["status"] == "requires_action":
                return redirect(url_for(".authenticate", ref=ref), 303)
            if problem := checkout.problem_of(intent):
                return _page(sandbox, session, form, problem), 402
            return redirect(checkout.success_url(session), 303)

    @routes.get("/authenticate/<ref>")
    def authenticate(ref: str) -> Answer:
        with _at_work(sandbox):
            session = sandbox.world.store.find(ref, "checkout.session")
            if session is None or session["status"] != "open":
                return _closed(session)
            intent = checkout.intent_of(sandbox.world, session)
            if intent["status"] != "requires_action":
                return redirect(url_for(".pay", ref=ref), 303)
            card = sandbox.world.store.get("payment_method", intent["payment_method"])
            return render_template("authenticate.html", session=session, card=card["card"])

    @routes.post("/authenticate/<ref>")
    def answer_the_bank(ref: str) -> Answer:
        with _at_work(sandbox):
            session = sandbox.world.store.find(ref, "checkout.session")
            if session is None or session["status"] != "open":
                return _closed(session, sent=True)
            if checkout.intent_of(sandbox.world, session)["status"] == "requires_action":
                checkout.authenticated(sandbox.world, session, succeeded=request.form.get("outcome") == "complete")
            if session["status"] == "complete":
                return redirect(checkout.success_url(session), 303)
            return redirect(url_for(".pay", ref=ref), 303)

    return routes


@contextmanager
def _at_work(sandbox: "Sandbox") -> Iterator[None]:
    """One at a time, after all that has fallen due: of two that press at once, the second finds what the first did."""
    lifecycle.run_due(sandbox.world)
    with sandbox.store.transaction():
        sandbox.world.address = request.host_url.rstrip("/")
        yield
    sandbox.webhooks.wake()


def _page(sandbox: "Sandbox", session: Json, form: CardForm, problem: str | None = None) -> str:
    customer = sandbox.world.store.get("customer", session["customer"])
    due = money(session["amount_total"], session["currency"]) if session["mode"] == "payment" else None
    lines = [line["description"] for line in paying.lines_of(sandbox.world, session)] if due else []
    return render_template("pay.html", session=session, customer=customer, form=form, problem=problem, cards=CARDS, due=due, lines=lines)


def _last_problem(sandbox: "Sandbox", session: Json) -> str | None:
    return checkout.problem_of(checkout.intent_of(sandbox.world, session))


def _closed(session: Json | None, *, sent: bool = False) -> Answer:
    """There is no card to give here, or not any more. Whoever sent one twice goes where the first one went."""
    if session is None:
        return render_template("closed.html", status="missing", mode=None), 404
    if session["status"] == "complete" and sent:
        return redirect(checkout.success_url(session), 303)
    onward = checkout.success_url(session) if session["status"] == "complete" else session["cancel_url"]
    page = render_template("closed.html", status=session["status"], mode=session["mode"], onward=onward)
    return page, 200 if session["status"] == "complete" else 410
