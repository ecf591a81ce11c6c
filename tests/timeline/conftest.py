"""A table with a column of each kind, apart from those of the portal."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import JSON, ForeignKey, MetaData
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.kit.db import Model, db, transaction
from portal.timeline import Actor
from tests.ground import app as app

TODAY = datetime(2026, 11, 23, 9, 0, 0, 123456, tzinfo=UTC)
ALICE = Actor(customer_id=1)


class Apart(Model):
    __abstract__ = True
    metadata = MetaData()


class Grind(StrEnum):
    WHOLE = "whole bean"
    FINE = "fine"


class Shelf(Apart):
    __tablename__ = "shelf"


class Jar(Apart):
    __tablename__ = "jar"
    shelf_id: Mapped[int | None] = mapped_column(ForeignKey(Shelf.id), init=False)
    shelf: Mapped[Shelf | None] = relationship(default=None)
    words: Mapped[str] = mapped_column(default="coffee")
    quantity: Mapped[int] = mapped_column(default=1)
    weight: Mapped[float] = mapped_column(default=1.5)
    is_gift: Mapped[bool] = mapped_column(default=False)
    grind: Mapped[Grind] = mapped_column(default=Grind.WHOLE)
    grind_before: Mapped[Grind | None] = mapped_column(default=None)
    filled_on: Mapped[date] = mapped_column(default=date(2026, 11, 1))
    filled_at: Mapped[datetime] = mapped_column(default=TODAY)
    opened_at: Mapped[datetime | None] = mapped_column(default=None)
    at_time: Mapped[time] = mapped_column(default=time(9, 30))
    notes: Mapped[list[Any]] = mapped_column(JSON, default_factory=lambda: ["a", {"b": None}])
    more: Mapped[dict[str, Any] | None] = mapped_column(JSON, default=None)
    owner: Mapped[str] = mapped_column(default="Alice", info={"personal": True})
    version: Mapped[int] = mapped_column(default=0)
    price: Mapped[int] = mapped_column(default=0, info={"learned": True})


@pytest.fixture
def jar(app: Flask) -> Iterator[Jar]:
    with app.app_context():
        Apart.metadata.create_all(db.engine)
        with transaction():
            db.session.add(jar := Jar(shelf=Shelf()))
        yield jar
        db.session.rollback()
