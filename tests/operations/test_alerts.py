"""What is done too often within an hour is an alarm, and a quiet hour ends it (REL G7, I10)."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.kit.alarms import Alarm
from portal.kit.clock import now
from portal.kit.db import db, transaction
from portal.operations.alerts import RULES, Rule
from portal.operations.watching import watch
from portal.timeline import Actor, note
from tests.accounts.builders import customer, staff


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.deed)
def test_one_more_than_may_be_is_an_alarm_until_the_hour_is_over(app: Flask, rule: Rule) -> None:
    at = now()
    with app.app_context():
        with transaction():
            jonas, alice = staff(), customer()
            for number in range(rule.most):
                note(alice, rule.deed, by=Actor(staff_id=jonas.id), at=at - timedelta(minutes=number // 10), facts={})
            note(alice, rule.deed, by=Actor(staff_id=jonas.id), at=at - timedelta(hours=2), facts={})
        assert is_on(rule, at) is False
        with transaction():
            note(alice, rule.deed, by=Actor(staff_id=jonas.id), at=at, facts={})
        assert is_on(rule, at) is True
        assert is_on(rule, at + timedelta(hours=2)) is False


def test_each_person_is_counted_alone(app: Flask) -> None:
    """Twenty-one begun by two are no alarm, and each of one person's is about another customer."""
    at, rule = now(), next(rule for rule in RULES if rule.of == "staff")
    with app.app_context():
        with transaction():
            jonas, mara = staff("jonas@halfjar.example"), staff("mara@halfjar.example")
            for number in range(rule.most + 1):
                note(customer(), rule.deed, by=Actor(staff_id=(jonas, mara)[number % 2].id), at=at, facts={})
        assert is_on(rule, at) is False
        with transaction():
            for _ in range(rule.most):
                note(customer(), rule.deed, by=Actor(staff_id=jonas.id), at=at, facts={})
        assert is_on(rule, at) is True
        assert f"Staff {jonas.id} began to view customers" in db.session.scalars(select(Alarm.sentence)).one()


def is_on(rule: Rule, at: datetime) -> bool:
    with transaction():
        watch(at)
    db.session.expire_all()
    return db.session.scalar(select(Alarm.id).where(Alarm.name == rule.alarm, Alarm.ended_at.is_(None))) is not None
