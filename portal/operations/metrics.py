"""The figures of /metrics, as Prometheus reads them."""

from collections.abc import Iterator
from datetime import datetime

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from portal.operations import queries


class Figures:
    """All of them, as they are in the database at this moment: one process answers for all."""

    def __init__(self, *, at: datetime) -> None:
        self.status, self.events, self.at = queries.status(at=at), queries.events_lately(at=at), at

    def collect(self) -> Iterator[Metric]:
        status = self.status
        waiting = GaugeMetricFamily("portal_work_waiting", "Pieces of work that wait now.", labels=["kind"])
        for kind, number in ("click", status.syncs - status.bulk), ("bulk", status.bulk), ("task", status.tasks):
            waiting.add_metric([kind], number)
        yield waiting
        yield GaugeMetricFamily(
            "portal_work_oldest_seconds", "Age of the oldest piece that somebody waits for.", status.oldest_age.total_seconds()
        )
        yield GaugeMetricFamily("portal_work_failing", "Pieces whose last try failed.", queries.work_that_fails())
        yield GaugeMetricFamily("portal_work_stuck", "Pieces that failed eight times, or were given up.", queries.stuck())
        events = GaugeMetricFamily("portal_webhook_events", "Events of the last 24 hours, by what became of them.", labels=["state"])
        for state, number in self.events.items():
            events.add_metric([state], number)
        yield events
        calls = CounterMetricFamily("portal_stripe_calls", "Calls to Stripe, by how they went.", labels=["outcome"])
        for outcome, number in queries.calls().items():
            calls.add_metric([outcome], number)
        yield calls
        yield GaugeMetricFamily("portal_differences_open", "Differences to Stripe that are not repaired.", queries.open_differences())
        alarms = GaugeMetricFamily("portal_alarm", "Alarms that are on.", labels=["name"])
        for alarm in queries.alarms():
            alarms.add_metric([alarm.name], 1)
        yield alarms
        if (age := queries.worker_age()) is not None:
            yield GaugeMetricFamily("portal_worker_seen_seconds", "Since a worker last left word that it runs.", age.total_seconds())
