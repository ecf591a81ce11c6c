"""Whether somebody with ten thousand orders waits longer than somebody with ten."""

from statistics import median
from time import perf_counter

from bench.crowd import MANY_ORDERS, Crowd
from bench.figure import Figure
from bench.wire import Wire

ROUNDS, IN_A_ROUND, WARM_UP = 12, 8, 20
AT_MOST = 1.3
LIST, DEEP, ONE = "the list of orders", "the list of orders, half way down", "an order's page"


def compare(few: Wire, full: Wire, many: Wire, crowd: Crowd) -> list[Figure]:
    """Medians, in rounds that alternate. Lists are compared with that of twenty orders: as many are on a page, however many there are."""
    pages = {
        LIST: ((full, "/orders"), (many, "/orders")),
        DEEP: ((full, "/orders"), (many, f"/orders?older_than=B{crowd.many_orders}-{MANY_ORDERS // 2}")),
        ONE: ((few, f"/orders/B{crowd.few_orders}-5"), (many, f"/orders/B{crowd.many_orders}-{MANY_ORDERS // 2}")),
    }
    return [
        Figure(f"{name}: p50 with 10,000 orders over {'10' if name == ONE else '20, a page full'}", round(_ratio(*both), 2), "×", AT_MOST)
        for name, both in pages.items()
    ]


def _ratio(few: tuple[Wire, str], many: tuple[Wire, str]) -> float:
    taken: dict[bool, list[float]] = {False: [], True: []}
    for _ in range(WARM_UP):
        _timed(*few)
        _timed(*many)
    for _ in range(ROUNDS):
        for wire, path in few, many:
            wire.reopen()
            _timed(wire, path)
        for _ in range(IN_A_ROUND):
            taken[False].append(_timed(*few))
            taken[True].append(_timed(*many))
    return median(taken[True]) / median(taken[False])


def _timed(wire: Wire, path: str) -> float:
    began = perf_counter()
    answer = wire.get(path)
    taken = perf_counter() - began
    assert answer.status == 200, f"{path}: {answer.status}"
    return taken
