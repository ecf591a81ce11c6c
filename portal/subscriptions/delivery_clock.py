"""The delivery clock: open until it locks, then charged, then at the door. All of it follows from the charge."""

from datetime import date, datetime

from portal.kit.shop import shop


class DeliveryClock:
    """For what has a `charge_at`: a delivery, or what a page shows of one."""

    charge_at: datetime

    @property
    def locks_at(self) -> datetime:
        """From here on it can't be changed."""
        return self.charge_at - shop().lock

    @property
    def arrives_on(self) -> date:
        """The day at the door, in the shop's zone."""
        return shop().arrival_after(self.charge_at)
