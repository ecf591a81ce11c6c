"""What the provider has told us."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from portal.kit.db import Model, db, insert
from portal.payments.port import Event


class ReceivedEvent(Model):
    """An event from the provider, kept so that a repeat is noticed. What it says is never believed, only looked up."""

    __tablename__ = "received_event"
    event_id: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    ref: Mapped[str | None]
    happened_at: Mapped[datetime]
    received_at: Mapped[datetime]

    @classmethod
    def keep(cls, event: Event, *, at: datetime) -> bool:
        """Whether it is new. The insert decides: of two that come at once, one."""
        values = {"event_id": event.id, "kind": event.kind, "ref": event.ref, "happened_at": event.happened_at, "received_at": at}
        kept = insert(cls).values(values).on_conflict_do_nothing(index_elements=["event_id"])
        return db.session.scalar(kept.returning(cls.id)) is not None


class CaughtUp(Model):
    """Until when the provider's own list of events has been read. One row."""

    __tablename__ = "caught_up"
    until: Mapped[datetime]
