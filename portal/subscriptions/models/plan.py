"""When the deliveries of a subscription come: the rhythm, and what a pause or a move makes of it."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from flask_babel import gettext as _

from portal.kit.i18n import day
from portal.kit.shop import shop
from portal.subscriptions.models.delivery import Delivery, DeliveryStatus
from portal.subscriptions.policy import Change
from portal.subscriptions.refusals import WrongDay

if TYPE_CHECKING:
    from portal.subscriptions.models.subscription import Subscription

PLANNED = 6
"""So many deliveries are planned ahead."""


class Plan:
    def __init__(self, subscription: "Subscription") -> None:
        self.of = subscription

    def begin(self, charge_at: datetime, anchor_at: datetime) -> None:
        """Begin with this charge, in the rhythm of an anchor that may be long past (the 31st, when this is the 28th)."""
        is_slot = charge_at == next(self.of.rhythm.after(anchor_at, charge_at - timedelta(seconds=1)))
        self.of.anchor_at = anchor_at if is_slot else charge_at
        self.add(charge_at)
        self.go_on()

    def go_on(self) -> None:
        """Plan as many deliveries as the customer can look at and change ahead of time.

        A slot is left out where a delivery comes already that was moved there, and where the rhythm was moved at the provider so
        that it would follow on the last one's heels.
        """
        last = max(delivery.slot_at for delivery in self.of.deliveries if delivery.status is not DeliveryStatus.DROPPED)
        taken = {delivery.arrives_on for delivery in self.of.scheduled}
        at_least = last + timedelta(days=self.of.rhythm.days / 2)
        for slot in self.of.rhythm.after(self.of.anchor_at or last, last):
            if len(taken) >= PLANNED:
                return
            if slot >= at_least and (arrival := shop().arrival_after(slot)) not in taken:
                self.add(slot)
                taken.add(arrival)

    def follow(self, charge_at: datetime, *, at: datetime) -> None:
        """The next charge was moved at the provider: it is so, and all later ones move along by as much. What had locked may open."""
        first = self.of.scheduled[0]
        by = charge_at - first.charge_at
        for delivery in [later for later in self.of.planned if later.charge_at >= first.charge_at]:
            delivery.slot_at, delivery.charge_at = delivery.slot_at + by, delivery.charge_at + by
            if delivery.locks_at > at:
                delivery.agreed = None
        self.of.anchor_at = charge_at

    def begin_again(self, charge_at: datetime | None = None, *, at: datetime) -> None:
        """How often it comes is another one: what is planned follows, from the first that has not locked on.

        Where the provider says when the next charge is, that is the very next one, locked or not.
        """
        first = self.of.scheduled[0] if charge_at else self.first_open(at=at)
        later = [delivery for delivery in self.of.planned if delivery.charge_at > first.charge_at]
        self.of.anchor_at = first.slot_at = first.charge_at = charge_at or first.charge_at
        self.keep_step(later, after=first.charge_at)

    def move_from(self, delivery: Delivery, arrival: date, *, at: datetime) -> None:
        """Move this delivery and all later ones: the rhythm counts from here."""
        delivery.must_be_open(at=at)
        delivery.must_be_able_to_arrive(arrival, at=at, with_later=True)
        self._start_from(delivery, arrival)

    def pause(self, until: date | None, *, at: datetime) -> None:
        """Send nothing until the day on which the next delivery arrives; None is until somebody resumes it. What has locked comes."""
        self.of.must_allow(Change.PAUSE)
        self.of.agree_on_what_has_locked(at=at)
        first = self.first_open(at=at)
        if until is not None:
            self.must_be_a_pause(until, at=at)
            self._start_from(first, until)
        self.of.is_paused, self.of.resumes_at = True, first.locks_at if until else None

    def resume(self, arrival: date, *, at: datetime) -> None:
        """The next delivery arrives on this day."""
        self.of.must_allow(Change.RESUME)
        self.must_be_a_return(arrival, at=at)
        first = self.resting
        self.of.is_paused, self.of.resumes_at = False, None
        self._start_from(first, arrival)

    def must_be_a_pause(self, until: date, *, at: datetime) -> None:
        if until < (earliest := self.earliest_after_planned(at=at)):
            raise WrongDay(_("Until then nothing would come anyway. Choose %(day)s or later.", day=day(earliest)))
        too_far = _("That is more than two years away. Choose an earlier day, or pause until you resume it.")
        self.first_open(at=at).must_be_on_a_delivery_day(until, at=at, too_far=too_far)

    def must_be_a_return(self, arrival: date, *, at: datetime) -> None:
        too_far = _("That is more than two years away. Choose an earlier day, or leave it paused.")
        self.resting.must_be_on_a_delivery_day(arrival, at=at, too_far=too_far)
        if arrival < (earliest := self.earliest_after_pause(at=at)):
            raise WrongDay(_("A box that is locked comes before. The earliest is %(day)s.", day=day(earliest)))

    def earliest_after_planned(self, *, at: datetime) -> date:
        """The first day on which the next delivery would be late."""
        return next(shop().delivery_days(self.first_open(at=at).arrives_on + timedelta(days=1)))

    @property
    def resting(self) -> Delivery:
        """With this one it goes on after a pause: the first that had not locked before."""
        return next(delivery for delivery in self.of.scheduled if delivery.agreed is None)

    def earliest_after_pause(self, *, at: datetime) -> date:
        """The first day on which it can go on: after what had locked before the pause."""
        earliest = self.resting.earliest_arrival(at=at)
        locked = max((delivery.arrives_on for delivery in self.of.scheduled if delivery.agreed), default=earliest - timedelta(days=1))
        return next(shop().delivery_days(max(earliest, locked + timedelta(days=1))))

    def first_open(self, *, at: datetime) -> Delivery:
        """The first delivery that has not locked. In a pause with an end, the first after it: one that began at the provider moves none.

        Where the end is farther away than is planned, the last.
        """
        until = self.of.resumes_at if self.of.is_paused else None
        not_locked = [delivery for delivery in self.of.scheduled if delivery.locks_at > at]
        return next((delivery for delivery in not_locked if until is None or delivery.charge_at >= until), not_locked[-1])

    def counts_from(self, *, at: datetime) -> Delivery | None:
        """The first delivery that comes and has not locked. None in a pause without an end, and while it ends."""
        until = self.of.resumes_at
        if self.of.is_ending or (self.of.is_paused and until is None):
            return None
        coming = (delivery for delivery in self.of.scheduled if until is None or delivery.charge_at >= until)
        return next((delivery for delivery in coming if delivery.agreed is None and delivery.locks_at > at), None)

    def keep_step(self, deliveries: list[Delivery], *, after: datetime) -> None:
        """Put these into the slots of the rhythm that follow this moment, in the order that they have."""
        in_order = sorted(deliveries, key=lambda delivery: delivery.slot_at)
        for slot, delivery in zip(self.of.rhythm.after(self.of.anchor_at or after, after), in_order, strict=False):
            delivery.slot_at = delivery.charge_at = slot

    def add(self, slot_at: datetime) -> Delivery:
        self.of.deliveries.append(planned := Delivery(slot_at=slot_at, charge_at=slot_at))
        return planned

    def _start_from(self, delivery: Delivery, arrival: date) -> None:
        later = [other for other in self.of.planned if other.charge_at > delivery.charge_at]
        self.of.anchor_at = delivery.slot_at = delivery.charge_at = delivery.charge_for(arrival)
        self.keep_step(later, after=self.of.anchor_at)
