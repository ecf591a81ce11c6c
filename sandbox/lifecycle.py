"""What happens by the clock: renewals, retries of a declined payment, resuming, and the ends."""

from sandbox import billing, invoices
from sandbox.errors import Json
from sandbox.world import World


def advance(world: World, seconds: int) -> int:
    """Move the clock forward and do all that falls due meanwhile, before anyone else may ask. How many things happened."""
    with world.store.lock:
        world.clock.forward(seconds)
        return run_due(world)


def run_due(world: World) -> int:
    happened = 0
    while _next(world):
        happened += 1
    if happened:
        world.webhooks.wake()
    return happened


def _next(world: World) -> bool:
    """The earliest thing that is due, at the moment when it was due."""
    with world.store.transaction():
        rows = world.store.rows("SELECT kind, id, due FROM object WHERE due <= ? ORDER BY due, seq LIMIT 1", world.clock.now())
        if not rows:
            return False
        kind, ref, due = str(rows[0][0]), str(rows[0][1]), int(str(rows[0][2]))
        with world.clock.at(due):
            _HAPPENS[kind](world, world.store.get(kind, ref))
    return True


def _subscription(world: World, subscription: Json) -> None:
    now, before = world.clock.now(), {**subscription, "items": _copied(subscription["items"])}
    pause = subscription["pause_collection"] or {}
    if subscription["status"] == "incomplete":
        _expire(world, subscription)
    elif pause.get("resumes_at") is not None and pause["resumes_at"] <= now:
        subscription["pause_collection"] = None
        billing.changed(world, subscription, before)
    elif subscription["cancel_at_period_end"]:
        billing.end(world, subscription, reason="cancellation_requested")
    else:
        billing.renew(world, subscription)
        billing.changed(world, subscription, before)


def _expire(world: World, subscription: Json) -> None:
    """The first payment was not made in time."""
    before = subscription | {}
    subscription["status"], subscription["ended_at"] = "incomplete_expired", world.clock.now()
    invoices.close(world, world.store.get("invoice", subscription["latest_invoice"]), "void")
    billing.changed(world, subscription, before)


def _invoice(world: World, invoice: Json) -> None:
    subscription = world.store.get("subscription", invoice["parent"]["subscription_details"]["subscription"])
    if invoice["status"] == "draft":
        invoices.finalize(world, invoice)
    problem = invoices.collect(world, invoice, invoices.card_for(world, subscription), by_itself=True)
    billing.after_attempt(world, invoice, problem)


def _copied(items: Json) -> Json:
    return {**items, "data": [dict(item) for item in items["data"]]}


_HAPPENS = {"subscription": _subscription, "invoice": _invoice}
