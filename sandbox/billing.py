"""When a subscription is billed and what becomes of it then: its status follows from its latest invoice."""

from sandbox import cards, discounts, invoices
from sandbox.errors import Json, Refused
from sandbox.periods import end_of_period
from sandbox.world import World, offers

INCOMPLETE_FOR = 23 * 60 * 60
ENDED = ("canceled", "incomplete_expired")
AFTER_RETRIES = ("canceled", "unpaid", "past_due")
"""What a subscription becomes when nothing is tried any more, by the account's setting; the first unless it is set."""


def period_of(subscription: Json) -> tuple[int, int]:
    first = subscription["items"]["data"][0]
    return first["current_period_start"], first["current_period_end"]


def set_period(subscription: Json, start: int, end: int) -> None:
    for item in subscription["items"]["data"]:
        item["current_period_start"], item["current_period_end"] = start, end
    if subscription["cancel_at_period_end"]:
        subscription["cancel_at"] = end


def keep(world: World, subscription: Json) -> None:
    world.store.put(subscription, due=_due(subscription))


def changed(world: World, subscription: Json, before: Json) -> None:
    keep(world, subscription)
    if subscription != before:
        world.tell("customer.subscription.updated", subscription, before)


def _due(subscription: Json) -> int | None:
    if subscription["status"] in ENDED:
        return None
    if subscription["status"] == "incomplete":
        return int(subscription["created"]) + INCOMPLETE_FOR
    pause = subscription["pause_collection"] or {}
    moments = (period_of(subscription)[1], pause.get("resumes_at"), subscription["cancel_at"])
    return min(moment for moment in moments if moment is not None)


def lines(world: World, subscription: Json, *, trial: bool = False, share: tuple[int, int] = (1, 1)) -> list[Json]:
    """A line for each item's current period: nothing to pay in a trial, and for a shorter first period a share."""
    period = period_of(subscription)
    made = []
    for item in subscription["items"]["data"]:
        full = 0 if trial else (item["price"]["unit_amount"] or 0) * item["quantity"]
        words = "Trial period for " if trial else f"{item['quantity']} × "
        amount = (2 * full * share[0] + share[1]) // (2 * share[1])
        made.append(invoices.line(world, subscription, item, amount=amount, period=period, words=words))
    return made


def bill(world: World, subscription: Json, reason: str, charged: list[Json], period: tuple[int, int]) -> str | None:
    """Invoice it and collect; the status follows. A renewal is collected later. Returns why it was not paid, if it was not."""
    invoice = write(world, subscription, reason, charged, period)
    subscription["latest_invoice"] = invoice["id"]
    if pause := subscription["pause_collection"]:
        _while_paused(world, invoice, pause["behavior"])
        return None
    if subscription["status"] == "unpaid":
        _leave_a_draft(world, invoice)
        return None
    if reason == "subscription_cycle" and invoices.wait(world, invoice):
        return None
    invoices.finalize(world, invoice)
    at_start, card = reason == "subscription_create", invoices.card_for(world, subscription)
    if at_start and invoice["amount_due"] and not card:
        raise Refused(
            "This customer has no attached payment source or default payment method. Please consider adding a default payment method.",
            code="resource_missing",
        )
    problem = invoices.collect(world, invoice, card, by_itself=True, retried=not at_start)
    if problem:
        subscription["status"] = "incomplete" if at_start else "past_due"
    elif subscription["status"] in ("incomplete", "past_due"):
        subscription["status"] = "active"
    return problem


def write(world: World, subscription: Json, reason: str, charged: list[Json], period: tuple[int, int]) -> Json:
    """A draft, with what the subscription's discounts take off now; those that count once are used up by it."""
    discounts.drop_ended(world, subscription)
    invoice = invoices.draft(world, subscription, reason, charged, period)
    discounts.use_up(world, subscription, invoice)
    return invoice


def _while_paused(world: World, invoice: Json, behavior: str) -> None:
    if behavior == "keep_as_draft":
        _leave_a_draft(world, invoice)
        return
    invoices.finalize(world, invoice)
    invoices.close(world, invoice, "void" if behavior == "void" else "uncollectible")


def _leave_a_draft(world: World, invoice: Json) -> None:
    invoice["auto_advance"] = False
    invoices.keep(world, invoice)


def renew(world: World, subscription: Json) -> None:
    """The next period begins where the last one ended, and is charged."""
    ended = next_period(subscription)
    bill(world, subscription, "subscription_cycle", lines(world, subscription), ended)


def next_period(subscription: Json) -> tuple[int, int]:
    """It is in its next period from now on; the one that has ended is returned."""
    ended = period_of(subscription)
    recurring = subscription["items"]["data"][0]["price"]["recurring"]
    set_period(subscription, ended[1], end_of_period(subscription["billing_cycle_anchor"], ended[1], recurring))
    if subscription["status"] == "trialing":
        subscription["status"] = "active"
    return ended


def restart(world: World, subscription: Json) -> None:
    """A new cycle from now on, charged at once: a trial was ended by hand, or the interval is another."""
    now = world.clock.now()
    recurring = subscription["items"]["data"][0]["price"]["recurring"]
    subscription["billing_cycle_anchor"], subscription["status"] = now, "active"
    set_period(subscription, now, end_of_period(now, now, recurring))
    bill(world, subscription, "subscription_update", lines(world, subscription), (now, now))


def end(world: World, subscription: Json, *, reason: str, status: str = "canceled") -> None:
    """It is over. What is still open stays open, but nobody collects it any more."""
    now = world.clock.now()
    subscription["status"], subscription["ended_at"] = status, now
    subscription["canceled_at"] = subscription["canceled_at"] or now
    subscription["cancellation_details"]["reason"] = reason
    for invoice in world.store.all("invoice", "subscription = ? AND status IN ('open', 'draft')", subscription["id"]):
        invoice["auto_advance"], invoice["automatically_finalizes_at"], invoice["next_payment_attempt"] = False, None, None
        invoices.keep(world, invoice)
    keep(world, subscription)
    world.tell("customer.subscription.deleted", subscription)


def after_attempt(world: World, invoice: Json, problem: str | None) -> None:
    """An attempt was made on an invoice after it was written: its subscription follows, if this is its latest one."""
    if invoice["parent"] is None:
        return
    subscription = world.store.get("subscription", invoice["parent"]["subscription_details"]["subscription"])
    before = subscription | {}
    is_latest = invoice["id"] == subscription["latest_invoice"]
    if problem is None and is_latest and subscription["status"] in ("incomplete", "past_due", "unpaid"):
        subscription["status"] = "active"
        changed(world, subscription, before)
    elif problem and is_latest and subscription["status"] == "active":
        subscription["status"] = "past_due"
        changed(world, subscription, before)
    elif problem and invoice["next_payment_attempt"] is None and subscription["status"] == "past_due":
        _give_up(world, subscription)


def _give_up(world: World, subscription: Json) -> None:
    """The last retry was declined too. What comes of it then is a setting of the account."""
    then = world.store.setting("after_retries", AFTER_RETRIES[0])
    if then == "canceled":
        end(world, subscription, reason="payment_failed")
    elif then == "unpaid":
        before = subscription | {}
        subscription["status"] = "unpaid"
        changed(world, subscription, before)


@offers("POST", "/v1/invoices/{invoice}/void")
def void(world: World, params: Json, ref: str) -> Json:
    """Nobody owes it any more; its subscription is as if it had been paid."""
    invoice = world.store.get("invoice", ref)
    if invoice["status"] not in ("open", "uncollectible"):
        raise Refused(f"You can only pass in open or uncollectible invoices. This invoice is {invoice['status']}.")
    invoices.close(world, invoice, "void")
    after_attempt(world, invoice, None)
    return invoice


@offers("POST", "/v1/invoices/{invoice}/pay", "payment_method", "off_session")
def pay(world: World, params: Json, ref: str) -> Json:
    invoice = invoices.payable(world, ref)
    if named := params.get("payment_method"):
        card: Json | None = cards.of_customer(world, named, invoice["customer"], "payment_method")
    else:
        card = invoices.card_of(world, invoice)
    if not card:
        raise Refused("There is no `default_payment_method` set on this Customer or Invoice.", code="resource_missing")
    if invoice["status"] == "draft":
        invoices.finalize(world, invoice)
    if problem := invoices.collect(world, invoice, card, by_itself=False):
        raise cards.declined(problem, keeps_effects=True)
    after_attempt(world, invoice, None)
    return invoice
