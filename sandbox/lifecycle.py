"""What happens by the clock: renewals, retries of a declined payment, resuming, and the ends; and where parcels are by then."""

from sandbox import billing, checkout, coupons, invoices, refunds, test_clocks
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
    return happened + world.parcels.run_due()


def _next(world: World) -> bool:
    """The earliest thing that is due, at the moment when it was due."""
    with world.store.transaction():
        if (found := _first(world, "clock IS NULL AND due <= ?", world.clock.now())) is None:
            return False
        kind, ref, due = found
        with world.clock.at(due):
            _HAPPENS[kind](world, world.store.get(kind, ref))
    return True


def _first(world: World, where: str, *values: object) -> tuple[str, str, int] | None:
    rows = world.store.rows(f"SELECT kind, id, due FROM object WHERE {where} ORDER BY due, seq LIMIT 1", *values)  # noqa: S608
    return (str(rows[0][0]), str(rows[0][1]), int(str(rows[0][2]))) if rows else None


def _subscription(world: World, subscription: Json) -> None:
    now, before = world.clock.now(), {**subscription, "items": _copied(subscription["items"])}
    pause = subscription["pause_collection"] or {}
    if subscription["status"] == "incomplete":
        _expire(world, subscription)
    elif pause.get("resumes_at") is not None and pause["resumes_at"] <= now:
        subscription["pause_collection"] = None
        billing.changed(world, subscription, before)
    elif subscription["cancel_at"] is not None and subscription["cancel_at"] <= now:
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
    if invoice["status"] == "draft":
        invoices.finalize(world, invoice)
    problem = invoices.collect(world, invoice, invoices.card_of(world, invoice), by_itself=True)
    billing.after_attempt(world, invoice, problem)


def _test_clock(world: World, clock: Json) -> None:
    """The next thing that falls due in a simulation that is being advanced; after the last one it is where it should be."""
    if (target := test_clocks.target(clock)) is None:
        test_clocks.forget(world, clock)
    elif found := _first(world, "clock = ? AND due <= ?", clock["id"], target):
        kind, ref, due = found
        with world.clock.simulated(due):
            _HAPPENS[kind](world, world.store.get(kind, ref))
    else:
        test_clocks.arrive(world, clock)


def _copied(items: Json) -> Json:
    return {**items, "data": [dict(item) for item in items["data"]]}


_HAPPENS = {
    "subscription": _subscription, "invoice": _invoice, "checkout.session": checkout.end, "coupon": coupons.run_out,
    "promotion_code": coupons.run_out, "refund": refunds.happens, test_clocks.KIND: _test_clock,
}  # fmt: skip
