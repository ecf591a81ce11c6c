"""Each night all days are counted anew, month by month: what was told late, or decided late, belongs to its own day."""

from datetime import date
from typing import Any

from portal import outbox
from portal.kit.clock import now
from portal.kit.db import view
from portal.kit.shop import shop
from portal.numbers.actions import forget_before, keep_month, keep_pauses, now_counted_until
from portal.numbers.periods import DAY, Span, months
from portal.numbers.queries import count_days, first_day, paused_by_day

BEGIN = "count the days"
GO_ON = "count the days of a month"


@outbox.task(BEGIN)
def begin(_: dict[str, Any], lease: outbox.Lease) -> None:
    """Until yesterday. One month asks for the next, and the last one says that all is counted: so it is told only once it is so."""
    at, zone = now(), shop().zone
    with view():
        first = first_day(zone)
        last = at.astimezone(zone).date() - DAY
        levels = paused_by_day(Span(first, last), zone, at=at) if first and first <= last else {}
    with lease.finish(at=at):
        keep_pauses(levels)
        if first and first <= last:
            forget_before(first)
            outbox.want_task(GO_ON, {"month": first.replace(day=1).isoformat(), "last": last.isoformat()}, at=at)


@outbox.task(GO_ON)
def go_on(payload: dict[str, Any], lease: outbox.Lease) -> None:
    at, zone = now(), shop().zone
    last = date.fromisoformat(payload["last"])
    month, *later = months(date.fromisoformat(payload["month"]), last)
    with view():
        counts = count_days(month, zone)
    with lease.finish(at=at):
        keep_month(month, counts, last=last)
        if later:
            outbox.want_task(GO_ON, {"month": later[0].first.isoformat(), "last": payload["last"]}, at=at)
        else:
            now_counted_until(last)
