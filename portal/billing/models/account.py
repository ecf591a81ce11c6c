"""A customer as the payment provider has them."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Self

from flask_babel import gettext as _
from sqlalchemy import JSON, ForeignKey, Select, String, cast, literal, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Customer
from portal.billing.models.cards import Card, CardSetup
from portal.billing.models.invoices import Invoice
from portal.billing.refusals import AlreadySo, LastCard, NotThere, ProviderIsAhead
from portal.kit.db import Model
from portal.payments import AccountStanding
from portal.timeline import Entry


class BillingAccount(Model):
    """One person may have several. Which card is the default, and which ones are removed, is ours to say; the rest is learned."""

    __tablename__ = "billing_account"
    customer_id: Mapped[int] = mapped_column(ForeignKey(Customer.id), index=True)
    customer: Mapped[Customer] = relationship(init=False)
    provider_ref: Mapped[str] = mapped_column(unique=True)
    currency: Mapped[str]
    balance: Mapped[int] = mapped_column(default=0)
    """In minor units: above zero it is the customer's, and pays the next charges; below zero it is added to the next one."""
    default_ref: Mapped[str | None] = mapped_column(default=None)
    """The provider's name of the card that is charged."""
    known_default_ref: Mapped[str | None] = mapped_column(default=None)
    """The one that the provider showed when we last looked."""
    shipping: Mapped[dict[str, Any] | None] = mapped_column(JSON, default=None, info={"personal": True})
    """Where parcels go, as last seen there."""
    version: Mapped[int] = mapped_column(default=0)
    confirmed_version: Mapped[int] = mapped_column(default=0)
    """The version that a look at the provider showed."""
    looks: Mapped[int] = mapped_column(default=0)
    """Raised with all that is learned: what somebody had looked up before is not believed any more."""
    learned_at: Mapped[datetime | None] = mapped_column(default=None)
    knows_names: Mapped[bool] = mapped_column(default=False)
    """Whether what its payments are called there was learned from the first one on: until then a look begins with that."""
    gone_at: Mapped[datetime | None] = mapped_column(default=None)
    """When the provider did not have it any more. What was paid through it stays; nothing is charged or changed."""
    cards: Mapped[list[Card]] = relationship(default_factory=list, order_by=Card.id)

    @classmethod
    def of(cls, customer: Customer) -> Select[Self]:
        return select(cls).where(cls.customer_id == customer.id).order_by(cls.id)

    @classmethod
    def holding(cls, card_id: int, customer: Customer) -> Select[Self]:
        return select(cls).join(Card, Card.account_id == cls.id).where(Card.id == card_id, cls.customer_id == customer.id)

    @classmethod
    def billed(cls, invoice_id: int, customer: Customer) -> Select[Self]:
        return select(cls).join(Invoice, Invoice.account_id == cls.id).where(Invoice.id == invoice_id, cls.customer_id == customer.id)

    @classmethod
    def asking(cls, setup_id: int, customer: Customer) -> Select[Self]:
        return select(cls).join(CardSetup, CardSetup.account_id == cls.id).where(CardSetup.id == setup_id, cls.customer_id == customer.id)

    @classmethod
    def changed_by(cls, entry_id: int, customer: Customer) -> Select[Self]:
        """The one in whose history this entry stands."""
        return (
            select(cls)
            .join(Entry, Entry.subject == literal(f"{cls.__tablename__}:") + cast(cls.id, String))
            .where(Entry.id == entry_id, cls.customer_id == customer.id)
        )

    @property
    def is_confirmed(self) -> bool:
        return self.version == self.confirmed_version

    @property
    def usable(self) -> list[Card]:
        """Newest first."""
        return sorted((card for card in self.cards if card.is_usable), key=lambda card: (card.added_at, card.id), reverse=True)

    @property
    def default(self) -> Card | None:
        return next((card for card in self.usable if card.provider_ref == self.default_ref), None)

    def card(self, card_id: int) -> Card:
        """Raises NotThere."""
        found = next((card for card in self.usable if card.id == card_id), None)
        if found is None:
            raise NotThere(_("This card is not there any more. Reload the page to see your cards."))
        return found

    def choose(self, card: Card) -> None:
        """Charge this one from now on."""
        if card.provider_ref == self.default_ref:
            raise AlreadySo(_("This card is the default already."))
        self.default_ref = card.provider_ref

    def after_removal_of(self, card: Card, *, refused: Collection[int] = ()) -> Card | None:
        """The default once this card is gone: the same, or the newest of the others, of the `refused` ones only if there is no other."""
        others = sorted((other for other in self.usable if other is not card), key=lambda other: other.id in refused)
        return self.default if self.default in others else next(iter(others), None)

    def must_be_able_to_lose(self, card: Card, *, is_used: bool) -> None:
        if is_used and self.usable == [card]:
            raise LastCard(_("This is your only card, and something is still paid with it. Add another card first."))

    def remove(self, card: Card, *, is_used: bool, refused: Collection[int] = (), at: datetime) -> None:
        """Nobody can bring it back. Raises LastCard."""
        self.must_be_able_to_lose(card, is_used=is_used)
        then = self.after_removal_of(card, refused=refused)
        card.removed_at = at
        self.default_ref = then.provider_ref if then else None

    def must_be_there(self) -> None:
        if self.gone_at:
            raise NotThere(
                _("This account at the payment provider was closed, and takes no card any more. Write to us, and we open another.")
            )

    def leave(self, *, at: datetime) -> bool:
        """The provider does not have it any more, nor its cards and its credit. Whether that is news."""
        is_news = self.gone_at is None
        self.gone_at = self.gone_at or at
        for card in self.cards:
            card.gone_at = card.gone_at or at
        self.default_ref = self.known_default_ref = None
        self.balance = 0
        self.confirmed_version = self.version
        self.looks += 1
        self.learned_at = at
        return is_news

    def learn(self, stands: AccountStanding, *, at: datetime) -> list[Card]:
        """Take over what is the provider's to say, and a default chosen there. Returns the cards that are gone, but not by us."""
        if stands.version > self.version:
            raise ProviderIsAhead(f"{self.provider_ref} has version {stands.version}, and we only {self.version}.")
        gone = self._learn_cards(stands, at=at)
        if self._is_default_theirs(stands):
            self.default_ref = stands.default_ref
        self.known_default_ref = stands.default_ref
        self.balance = stands.balance
        self.currency = stands.currency or self.currency
        still_there = {card.ref for card in stands.cards}
        if not any(card.removed_at and card.provider_ref in still_there for card in self.cards):
            self.confirmed_version = stands.version
        self.looks += 1
        self.knows_names, self.learned_at, self.gone_at = True, at, None
        return gone

    def _is_default_theirs(self, stands: AccountStanding) -> bool:
        """Whether somebody chose it there. Under a version between the one we know and ours, it is our own choice of before."""
        if stands.version == self.version:
            return True
        return stands.version == self.confirmed_version and self.default_ref == self.known_default_ref

    def _learn_cards(self, stands: AccountStanding, *, at: datetime) -> list[Card]:
        known = {card.provider_ref: card for card in self.cards}
        for there in stands.cards:
            card = known.pop(there.ref, None)
            if card is None:
                self.cards.append(card := Card.seen(there))
            card.learn(there)
        gone = [card for card in known.values() if card.gone_at is None]
        for card in gone:
            card.gone_at = at
        return [card for card in gone if card.removed_at is None]
