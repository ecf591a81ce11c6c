"""The page of an invoice: what was charged, and what became of it. Stripe's own page also takes the payment; ours only shows."""

from typing import TYPE_CHECKING

from flask import Blueprint, Response, render_template

from sandbox.charges import intent_id
from sandbox.hosted import HEADERS
from sandbox.words import day, money

if TYPE_CHECKING:
    from sandbox.app import Sandbox


def receipts(sandbox: "Sandbox") -> Blueprint:
    routes = Blueprint("receipts", __name__, url_prefix="/_invoice")

    @routes.after_request
    def keep_to_ourselves(response: Response) -> Response:
        response.headers.update(HEADERS)
        return response

    @routes.get("/<ref>")
    def receipt(ref: str) -> str | tuple[str, int]:
        with sandbox.store.lock:
            invoice = sandbox.store.find(ref, "invoice")
            if invoice is None or invoice["status"] == "draft":
                return render_template("closed.html", status="missing"), 404
            of_intent = "customer = ? AND json_extract(body, '$.payment_intent') = ?"
            attempts = sandbox.store.all("charge", of_intent, invoice["customer"], intent_id(invoice))
        return render_template("invoice.html", invoice=invoice, attempts=attempts, money=money, day=day)

    return routes
