"""Everything that may happen to a subscription, by chance and in any order."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select
from stripe import InvalidRequestError

from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.kit.refusal import Refusal
from portal.outbox.models import Sync
from portal.payments import Discount
from portal.subscriptions import actions
from portal.subscriptions.models import Delivery, Subscription
from portal.subscriptions.policy import UNDOABLE, Obstacle
from portal.subscriptions.rhythm import Rhythm
from portal.timeline import Entry
from tests.subscriptions.chance.checks import (
    Chain,
    Illegal,
    Unequal,
    equal,
    legal,
    must_be_equal,
    must_be_legal,
    must_have_failed_for_a_reason,
    terms_there,
    why_it_waits,
)
from tests.subscriptions.chance.promises import Promises
from tests.subscriptions.chance.sides import CODES, FORTNIGHTLY, MONTHLY, WAIT, Sides

PLACES = st.integers(0, 7)
"""Which of several: counted round and round."""
RHYTHMS = [(1, "month"), (2, "week"), (10, "day"), (5, "week"), (3, "day"), (14, "day")]
"""The shop's two, two of the customer's own, one that comes too often, and one that is said otherwise."""
HELD = timedelta(minutes=12)
"""Longer than a change is held back, or a cancellation at once."""
KINDS = ["lost_after", "lost_before", "truncated", "500", "429", "409"]
DRAFT = timedelta(minutes=65)
CONTENTS = (None, Obstacle.CHARGING, Obstacle.UNPAID, Obstacle.PAUSED)
LONG_ENOUGH = 12
"""Steps before an end: else most subscriptions would see little else."""
SECOND = timedelta(seconds=1)


def mostly(*found: Obstacle | None) -> Callable[[Any], bool]:
    """In these situations, and now and then in the others, where it is refused."""
    return lambda machine: machine.obstacle in found or machine.steps % 15 == 0


class AnyOrder(RuleBasedStateMachine):
    """What is not the customer's has its turn in some of the steps only: else it would crowd out what is."""

    sides: ClassVar[Sides]
    chain: ClassVar[Chain]

    def __init__(self) -> None:
        super().__init__()
        self.context = self.sides.app.app_context()
        self.context.push()
        self.is_heard = True
        """Whether all that was done at the provider has been asked about."""
        self.obstacle: Obstacle | None = None
        self.has_skipped = self.has_several = False
        self.steps = 0
        self.somebody_meddles = False
        """At the provider's dashboard. Where nobody does, more can be promised."""

    @initialize(every=st.sampled_from([MONTHLY, FORTNIGHTLY]), meddles=st.booleans())
    def begin(self, every: tuple[int, str], meddles: bool) -> None:
        self.sides.begin(every)
        self.somebody_meddles = meddles
        self.promises = Promises(self.sides.here())
        db.session.rollback()

    def teardown(self) -> None:
        db.session.rollback()
        try:
            if hasattr(self, "promises"):
                self.sides.end()
        finally:
            db.session.rollback()
            self.context.pop()

    # What the customer does

    @precondition(mostly(None))
    @rule(place=PLACES)
    def skip(self, place: int) -> None:
        self.change("skip", lambda one, at: actions.skip_delivery(pick(one.planned, place), by=self.sides.customer, at=at))

    @precondition(lambda self: self.has_skipped)
    @precondition(mostly(None))
    @rule(place=PLACES)
    def unskip(self, place: int) -> None:
        self.change("unskip", lambda one, at: actions.unskip_delivery(pick(skipped(one), place), by=self.sides.customer, at=at))

    @precondition(mostly(None))
    @rule(place=PLACES, days=st.integers(-20, 45), with_later=st.booleans())
    def move(self, place: int, days: int, with_later: bool) -> None:
        def deed(one: Subscription, at: datetime) -> Any:
            delivery = pick(one.scheduled, place)
            move = actions.move_with_later if with_later else actions.move_delivery
            return move(delivery, self.sides.day_after(delivery.charge_at, days), by=self.sides.customer, at=at)

        self.change("move with later" if with_later else "move one", deed)

    @precondition(mostly(*CONTENTS))
    @rule(place=PLACES, quantity=st.sampled_from([0, 1, 2, 5, 99, 100]))
    def quantity(self, place: int, quantity: int) -> None:
        self.change(
            "quantity", lambda one, at: actions.set_quantity(pick(one.contents.items, place), quantity, by=self.sides.customer, at=at)
        )

    @precondition(mostly(*CONTENTS))
    @rule(place=PLACES, other=PLACES)
    def swap(self, place: int, other: int) -> None:
        def deed(one: Subscription, at: datetime) -> Any:
            return actions.swap_product(pick(one.contents.items, place), self.sides.variant(other), by=self.sides.customer, at=at)

        self.change("swap", deed)

    @precondition(mostly(*CONTENTS))
    @rule(other=PLACES, quantity=st.integers(1, 3))
    def add(self, other: int, quantity: int) -> None:
        self.change("add", lambda one, at: actions.add_product(one, self.sides.variant(other), quantity, by=self.sides.customer, at=at))

    @precondition(mostly(*CONTENTS))
    @precondition(lambda self: self.has_several or self.steps % 15 == 0)
    @rule(place=PLACES)
    def remove(self, place: int) -> None:
        self.change("remove", lambda one, at: actions.remove_product(pick(one.contents.items, place), by=self.sides.customer, at=at))

    @precondition(mostly(None))
    @rule(every=st.sampled_from(RHYTHMS))
    def frequency(self, every: tuple[int, str]) -> None:
        self.change("frequency", lambda one, at: actions.change_frequency(one, Rhythm(*every), by=self.sides.customer, at=at))

    @precondition(mostly(None))
    @rule(days=st.one_of(st.none(), st.integers(5, 120)))
    def pause(self, days: int | None) -> None:
        def deed(one: Subscription, at: datetime) -> Any:
            return actions.pause(one, None if days is None else self.sides.day_after(at, days), by=self.sides.customer, at=at)

        if self.change("pause without end" if days is None else "pause until", deed):
            one, at = self.sides.here(), now()
            legal(one.is_paused and (one.resumes_at is None or one.resumes_at > at), f"paused until {one.resumes_at}, at {at}")
            db.session.rollback()

    @precondition(mostly(Obstacle.PAUSED))
    @rule(days=st.integers(3, 60))
    def resume(self, days: int) -> None:
        self.change("resume", lambda one, at: actions.resume(one, self.sides.day_after(at, days), by=self.sides.customer, at=at))

    @precondition(mostly(*CONTENTS, Obstacle.ENDING))
    @precondition(lambda self: self.steps > LONG_ENOUGH)
    @rule(at_once=st.booleans())
    def cancel(self, at_once: bool) -> None:
        deed = "cancel now" if at_once else "cancel at the end"
        if self.change(deed, lambda one, at: actions.cancel(one, at_once=at_once, by=self.sides.customer, at=at)[0]):
            self.promises.may_not_come()

    @precondition(mostly(Obstacle.ENDING))
    @rule()
    def keep(self) -> None:
        self.change("keep", lambda one, at: actions.keep(one, by=self.sides.customer, at=at))

    @precondition(mostly(Obstacle.ENDED))
    @rule()
    def begin_again(self) -> None:
        self.change("begin again", lambda one, at: actions.begin_again(one, by=self.sides.customer, at=at))

    @rule(place=st.sampled_from([0, 0, 0, 1, 2, 5]))
    def undo(self, place: int) -> None:
        def deed(one: Subscription, at: datetime) -> Any:
            of_it = select(Entry).where(Entry.subject == f"subscription:{one.id}", Entry.deed.in_(UNDOABLE)).order_by(Entry.id.desc())
            return actions.undo(pick(db.session.scalars(of_it).all(), place), one, by=self.sides.customer, at=at)

        self.change("undo", deed)

    @precondition(mostly(*CONTENTS))
    @rule(code=st.sampled_from([*CODES, "NOPE"]))
    def code(self, code: str) -> None:
        """One that the provider does not know is noted while it is away, and refused later."""
        known = CODES.get(code)
        told = None if known is None else Discount(code, known.percent, known.amount, known.is_once, None)
        self.change("code", lambda one, at: actions.use_code(one, code, told, by=self.sides.customer, at=at))

    # What happens besides

    @rule()
    def work(self) -> None:
        self.sides.work()
        self.note()

    @precondition(lambda self: self.steps % 3 == 2)
    @rule(kind=st.sampled_from(KINDS), method=st.sampled_from(["POST", "POST", "DELETE", None]), times=st.integers(1, 2))
    def the_provider_is_unwell(self, kind: str, method: str | None, times: int) -> None:
        self.sides.break_down(kind, method, times)
        self.sides.counts[f"fault {kind}"] += 1
        self.work()
        self.sides.back_again()

    @precondition(lambda self: self.steps % 3 == 2)
    @rule()
    def the_provider_refuses_one_update(self) -> None:
        self.sides.break_down("refuse", "POST", 1)
        self.sides.counts["fault refuse"] += 1
        self.work()
        self.sides.back_again()

    @precondition(lambda self: self.steps % 3 == 2)
    @rule()
    def the_provider_goes_away(self) -> None:
        """Until all comes to rest, or time passes with somebody at work."""
        self.sides.break_down("500", None, None)
        self.sides.counts["fault away"] += 1

    @rule(hours=st.sampled_from([1, 5, 26, 60, 24 * 8, 24 * 20]))
    def time_passes(self, hours: int) -> None:
        self.sides.back_again()
        self.hear_and_work()
        until = now() + timedelta(hours=hours)
        while (left := until - now()) > timedelta():
            self.sides.later(min([left, *self.stops()]))
            self.note()
            self.hear_and_work()
        if self.note():
            must_be_equal(self.sides.here(), self.sides.stripe, at=now())
            self.sides.counts["equal after a while"] += 1
        self.sides.counts["time passes"] += 1

    @rule(late=st.integers(1, 40))
    def the_next_one_locks(self, late: int) -> None:
        """What is changed between its lock and its charge is the hardest to get right."""
        self.time_passes_until(lambda delivery: delivery.locks_at, late, "until after a lock")

    @rule(late=st.integers(1, 30))
    def the_next_charge_comes(self, late: int) -> None:
        self.time_passes_until(lambda delivery: delivery.charge_at, late, "until after a charge")

    @precondition(lambda self: self.steps % 3 == 2)
    @rule(hours=st.sampled_from([1, 26, 24 * 9]))
    def time_passes_while_nobody_works(self, hours: int) -> None:
        self.promises.forget()
        self.sides.later(timedelta(hours=hours))
        self.is_heard = False
        self.note()
        self.sides.counts["time passes, nobody works"] += 1

    @precondition(lambda self: self.steps % 3 == 2)
    @rule()
    def look_by_night(self) -> None:
        self.sides.hear()
        self.is_heard = True

    @rule(waits_for_charges=st.booleans())
    def all_comes_to_rest(self, waits_for_charges: bool) -> None:
        """Nothing fails any more, and time passes until nothing has to wait: then both sides are equal."""
        self.sides.back_again()
        for wait in (WAIT, WAIT, HELD, HELD, HELD):
            self.sides.later(wait)
            self.note()
            self.hear_and_work()
            one, at = self.sides.here(), now()
            if not (one.is_waiting or self.sides.error() or one.ends_now_at):
                break
        why = why_it_waits(one, at=at)
        if why is None and (one.is_waiting or self.sides.error()):
            raise Unequal(f"version {one.version} is not confirmed and nothing says why; {self.sides.error()}")
        self.sides.counts[f"at rest{f', but for a {why}' if why else ''}"] += 1
        must_be_equal(one, self.sides.stripe, at=at)
        if why in ("locked", "charging") and waits_for_charges:
            one = self.sides.here()
            charge_at = max(delivery.charge_at for delivery in one.deliveries if delivery.locks_at <= at)
            db.session.rollback()
            self.time_passes(max(0, int((charge_at - at) / timedelta(hours=1))) + 3)
            self.all_comes_to_rest(waits_for_charges=False)

    # What somebody does at the provider's dashboard

    @precondition(lambda self: self.somebody_meddles and self.steps % 2)
    @rule(days=st.integers(1, 60), is_heard=st.booleans())
    def date_there(self, days: int, is_heard: bool) -> None:
        trial_end = int(self.sides.stripe.now().timestamp()) + days * 86400
        if self.sides.there().status != "past_due":  # it would hide the debt
            self.meddle("date", {"trial_end": trial_end, "proration_behavior": "none"}, is_heard=is_heard)

    @precondition(lambda self: self.somebody_meddles and self.steps % 2)
    @rule(quantity=st.integers(1, 5), is_heard=st.booleans())
    def quantity_there(self, quantity: int, is_heard: bool) -> None:
        items = self.sides.there()["items"].data
        if items[0].price.unit_amount * quantity >= 500:
            sent = {"items": [{"id": items[0].id, "quantity": quantity}], "proration_behavior": "none"}
            self.meddle("quantity", sent, is_heard=is_heard)

    @precondition(lambda self: self.somebody_meddles and self.steps % 2)
    @rule(name=st.sampled_from(["Coffee", "Tea", "Honey", "Mug"]), takes_a_place=st.booleans(), is_heard=st.booleans())
    def product_there(self, name: str, takes_a_place: bool, is_heard: bool) -> None:
        items = self.sides.there()["items"].data
        recurring = items[0].price.recurring
        if ref := self.sides.refs.get((name, (recurring.interval_count, recurring.interval))):
            entry: dict[str, Any] = {"price": ref, "quantity": 1}
            sent = {"items": [{**entry, "id": items[0].id} if takes_a_place else entry], "proration_behavior": "none"}
            self.meddle("product", sent, is_heard=is_heard)

    @precondition(lambda self: self.somebody_meddles and self.steps % 2)
    @rule(is_heard=st.booleans())
    def rhythm_there(self, is_heard: bool) -> None:
        """The shop's other one, and so that nothing is charged for it at once."""
        there = self.sides.there()
        items, names = there["items"].data, {ref: key for key, ref in self.sides.refs.items()}
        if there.status != "past_due" and all(item.price.id in names for item in items):
            other = {MONTHLY: FORTNIGHTLY, FORTNIGHTLY: MONTHLY}
            sent = [
                {"id": item.id, "price": self.sides.refs[name, other[every]]} for item in items for name, every in [names[item.price.id]]
            ]
            params = {"items": sent, "trial_end": items[0].current_period_end, "proration_behavior": "none"}
            self.meddle("rhythm", params, is_heard=is_heard)

    @precondition(lambda self: self.somebody_meddles and self.steps % 2)
    @rule(days=st.one_of(st.none(), st.integers(1, 60)), lift=st.booleans(), is_heard=st.booleans())
    def pause_there(self, days: int | None, lift: bool, is_heard: bool) -> None:
        pause: dict[str, Any] = {"behavior": "void"}
        if days:
            pause["resumes_at"] = int(self.sides.stripe.now().timestamp()) + days * 86400
        self.meddle("pause lifted" if lift else "pause", {"pause_collection": "" if lift else pause}, is_heard=is_heard)

    @precondition(lambda self: self.somebody_meddles and self.steps % 2)
    @rule(ending=st.booleans(), is_heard=st.booleans())
    def end_there(self, ending: bool, is_heard: bool) -> None:
        self.meddle("end" if ending else "no end", {"cancel_at_period_end": ending}, is_heard=is_heard)

    @precondition(lambda self: self.somebody_meddles and self.steps % 2 and self.steps > LONG_ENOUGH)
    @rule(is_heard=st.booleans())
    def cancel_there(self, is_heard: bool) -> None:
        self.meddle("cancelled", None, is_heard=is_heard)

    @precondition(lambda self: self.somebody_meddles and self.steps % 2)
    @rule(good=st.booleans())
    def another_card(self, good: bool) -> None:
        self.sides.back_again()
        v1, token = self.sides.stripe.v1, "pm_card_visa" if good else "pm_card_chargeCustomerFail"
        card = v1.payment_methods.attach(token, {"customer": self.sides.customer_ref}).id
        v1.customers.update(self.sides.customer_ref, {"invoice_settings": {"default_payment_method": card}})
        self.promises.may_not_come()
        self.sides.counts["good card" if good else "bad card"] += 1
        for invoice in self.sides.open_invoices() if good else []:
            v1.invoices.pay(invoice)
            self.sides.counts["debt paid"] += 1

    # What has to be so, whatever happened

    @invariant()
    def after_each_step(self) -> None:
        if hasattr(self, "promises"):
            self.nothing_is_illegal()
            db.session.rollback()
            self.steps += 1
            self.sides.counts["steps"] += 1

    def nothing_is_illegal(self) -> Subscription:
        db.session.rollback()
        one = self.sides.here()
        must_be_legal(one)
        self.promises.must_be_kept(one, self.sides.counts, at=now())
        must_have_failed_for_a_reason()
        self.chain.look()
        self.obstacle, self.has_skipped, self.has_several = one.obstacle, bool(skipped(one)), len(one.contents.items) > 1
        return one

    # How it is done

    def change(self, name: str, deed: Callable[[Subscription, datetime], Any]) -> bool:
        """Whether it did something. A refusal is an answer too, and changes nothing."""
        before = self.all_that_is()
        try:
            with transaction():
                done = deed(self.sides.here(lock=True), now())
        except Refusal:
            legal(self.all_that_is() == before, f"{name} was refused, and changed something")
            self.sides.counts[f"{name}: refused"] += 1
            return False
        except Exception as error:
            raise Illegal(f"{name} is neither done nor refused: {type(error).__name__}: {error}") from error
        if done is None:
            return False
        one = self.sides.here()
        legal(one.version == before[0] + 1, f"{name} makes version {one.version} of {before[0]}")
        db.session.rollback()
        self.sides.counts[name] += 1
        return True

    def all_that_is(self) -> tuple[Any, ...]:
        db.session.rollback()
        one = self.sides.here()
        terms = one.version, one.every_count, one.every_unit, one.is_paused, one.resumes_at, one.is_ending, one.ends_now_at, one.code
        deliveries = [(each.id, each.slot_at, each.charge_at, each.status, each.agreed) for each in one.deliveries]
        items = [(item.id, item.price_id, item.quantity) for item in one.items]
        asked = db.session.execute(select(Sync.kind, Sync.subject_id, Sync.wanted).order_by(Sync.id)).all()
        newest = db.session.scalar(select(Entry.id).order_by(Entry.id.desc()).limit(1))
        db.session.rollback()
        return (*terms, deliveries, items, asked, newest)

    def hear_and_work(self) -> None:
        self.sides.hear()
        self.is_heard = True
        self.sides.work()
        one = self.nothing_is_illegal()
        is_firm = self.note(one)
        self.promises.anything_goes = self.promises.anything_goes and not is_firm

    def note(self, one: Subscription | None = None) -> bool:
        """Of what has locked by now; whether what is told of it is sure to come like that."""
        one = one or self.sides.here()
        is_sure = not one.is_waiting and one.obstacle is None and self.is_heard and not self.sides.is_away and self.sides.error() is None
        self.promises.note(one, is_firm=is_sure, at=now())
        db.session.rollback()
        return is_sure

    def time_passes_until(self, moment_of: Callable[[Delivery], datetime], late: int, name: str) -> None:
        one, at = self.sides.here(), now()
        moment = next((moment_of(delivery) for delivery in one.scheduled if moment_of(delivery) > at), at)
        db.session.rollback()
        if at < moment < at + timedelta(days=70):
            self.time_passes(int((moment - at) / timedelta(hours=1)) + late)
            self.sides.counts[name] += 1

    def stops(self) -> list[timedelta]:
        """How long until a delivery locks, until it is charged, and until the worker comes back to what had to wait."""
        one, at = self.sides.here(), now()
        moments = [moment for each in one.scheduled for moment in (each.locks_at + SECOND, each.charge_at + DRAFT)]
        is_soon = one.ends_now_at or one.obstacle is Obstacle.CHARGING
        comes_back = [HELD if is_soon else 20 * HELD] if one.is_waiting or is_soon else []
        db.session.rollback()
        return [moment - at for moment in moments if moment > at] + comes_back

    def meddle(self, name: str, params: dict[str, Any] | None, *, is_heard: bool) -> None:
        """Somebody changes something there. The provider may refuse that, and we may not hear of it."""
        self.sides.back_again()
        ref, nothing_waits = self.sides.there().id, self.note()
        try:
            if params is None:
                self.sides.stripe.v1.subscriptions.cancel(ref)
            else:
                self.sides.stripe.v1.subscriptions.update(ref, params)
        except InvalidRequestError:
            return
        self.promises.forget()
        self.is_heard = False
        self.sides.counts[f"{name} there"] += 1
        if not is_heard:
            return
        self.sides.hear()
        if nothing_waits:
            self.it_must_stay()

    def it_must_stay(self) -> None:
        """Where nothing of ours waits, what was changed there is taken over, and not sent back to what it was."""
        stripe, at = self.sides.stripe, now()
        theirs = terms_there(self.sides.there(), at=at)
        self.sides.work()
        self.is_heard = True
        equal(terms_there(self.sides.there(), at=at) | {"version": theirs["version"]}, theirs, "what was changed there")
        must_be_equal(self.sides.here(), stripe, at=now())
        self.sides.counts["taken over"] += 1


def pick(those: Any, place: int) -> Any:
    if not those:
        raise Refusal("There is none.")
    return those[place % len(those)]


def skipped(one: Subscription) -> list[Delivery]:
    return [delivery for delivery in one.planned if delivery.is_skipped and delivery.invoice_ref is None]
