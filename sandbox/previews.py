"""The invoice that would be written next: played through to its draft, and then it never was."""

from sandbox import billing, invoices, subscriptions
from sandbox.errors import Json, Refused, required
from sandbox.expand import expand
from sandbox.world import World, offers

_DETAILS = ("items", "trial_end", "proration_behavior", "cancel_at_period_end")


@offers("POST", "/v1/invoices/create_preview", "subscription", "customer", "subscription_details", "discounts")
def create_preview(world: World, params: Json) -> Json:
    if "subscription" not in params:
        raise required("subscription")
    details = params.get("subscription_details", {})
    for name in details.keys() - set(_DETAILS):
        raise Refused(f"The stand-in does not do `{name}` here.", param=f"subscription_details[{name}]")
    with world.store.rehearsal():
        changes = details | {name: params[name] for name in ("discounts",) if name in params}
        invoice = _next_invoice(world, _wanted(world, params), changes)
        invoice["id"] = f"upcoming_{invoice['id']}"
        invoice["lines"]["url"] = f"/v1/invoices/{invoice['id']}/lines"
        for line in invoice["lines"]["data"]:
            line["invoice"] = invoice["id"]
        # What was redeemed only here can be shown only here.
        return expand(world.store, invoice, params.pop("expand", []))


def _wanted(world: World, params: Json) -> Json:
    subscription = world.store.get("subscription", params["subscription"], "subscription")
    if params.get("customer", subscription["customer"]) != subscription["customer"]:
        raise Refused(f"The subscription {subscription['id']} does not belong to the customer {params['customer']}.", param="subscription")
    if subscription["status"] in billing.ENDED:
        raise _none(subscription)
    return subscription


def _next_invoice(world: World, subscription: Json, changes: Json) -> Json:
    latest = subscription["latest_invoice"]
    if changes:
        subscription = subscriptions.update(world, changes, subscription["id"])
    if subscription["latest_invoice"] != latest and changes.get("trial_end", "now") == "now":
        return _as_written(world, subscription["latest_invoice"]) | {"billing_reason": "upcoming"}
    if subscription["cancel_at"] is not None and subscription["cancel_at"] <= billing.period_of(subscription)[1]:
        raise _none(subscription)
    with world.clock.at(billing.period_of(subscription)[1]):
        ended = billing.next_period(subscription)
        invoice = billing.write(world, subscription, "upcoming", billing.lines(world, subscription), ended)
        invoices.wait(world, invoice)
    return invoice


def _as_written(world: World, ref: str) -> Json:
    """Before it was finalized and charged, as the changes would have it."""
    of_it = "json_extract(body, '$.type') = 'invoice.created' AND json_extract(body, '$.data.object.id') = ?"
    written: Json = world.store.all("event", of_it, ref)[0]["data"]["object"]
    return written


def _none(subscription: Json) -> Refused:
    return Refused(
        f"No upcoming invoices for customer: {subscription['customer']}", 404, code="invoice_upcoming_none", param="subscription"
    )
