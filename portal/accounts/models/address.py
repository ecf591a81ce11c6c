"""Where parcels go."""

from datetime import datetime
from typing import Self

from sqlalchemy import ForeignKey, Select, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models.people import Customer
from portal.kit import postal
from portal.kit.db import Model


class Address(Model):
    """Where parcels go. What it says never changes: a correction is another row, and this one is taken out of the book."""

    __tablename__ = "address"
    customer_id: Mapped[int] = mapped_column(ForeignKey(Customer.id), index=True)
    name: Mapped[str] = mapped_column(info={"personal": True})
    """Whose name stands on the parcel."""
    line1: Mapped[str] = mapped_column(info={"personal": True})
    """Street and number."""
    line2: Mapped[str] = mapped_column(info={"personal": True})
    postcode: Mapped[str] = mapped_column(info={"personal": True})
    """As its country writes it; empty where there are none."""
    city: Mapped[str] = mapped_column(info={"personal": True})
    region: Mapped[str] = mapped_column(info={"personal": True})
    """Its key where the country has a list (`OR`), else as it was typed; empty where it uses none."""
    country: Mapped[str] = mapped_column(info={"personal": True})
    """ISO 3166, such as DE."""
    phone: Mapped[str] = mapped_column(default="", info={"personal": True})
    """For the carrier."""
    listed_at: Mapped[datetime | None] = mapped_column(default=None)
    """When it came into the customer's book; None when it is not in it, or not any more."""
    chosen_at: Mapped[datetime | None] = mapped_column(default=None)
    """When it was chosen for all deliveries. Of those in the book, the one chosen last counts."""
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("address.id"), default=None)
    """The one that corrects it."""
    replaced_by: Mapped["Address | None"] = relationship(remote_side="Address.id", init=False)

    @classmethod
    def of(cls, customer: Customer) -> Select[Self]:
        """Those in the book."""
        return select(cls).where(cls.customer_id == customer.id, cls.listed_at.is_not(None))

    @property
    def is_listed(self) -> bool:
        return self.listed_at is not None

    @property
    def newest(self) -> "Address":
        """This one as it was corrected last."""
        return self.replaced_by.newest if self.replaced_by and not self.is_listed else self

    @property
    def lines(self) -> list[str]:
        """As they stand on a parcel, without the country."""
        return self._written(self.name)

    @property
    def place(self) -> list[str]:
        """The same without the name."""
        return self._written("")

    @property
    def one_line(self) -> str:
        """For whoever packs, with the country as ISO 3166 has it."""
        return ", ".join([*self.lines, self.country])

    def _written(self, name: str) -> list[str]:
        street = [line for line in (self.line1, self.line2) if line]
        return postal.country(self.country).lines(name=name, street=street, postcode=self.postcode, city=self.city, region=self.region)
