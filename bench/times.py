"""How long the portal takes to answer, beside a bare Flask app on the same kind of server, in rounds that alternate."""

from collections.abc import Callable
from statistics import quantiles
from time import perf_counter

from bench.crowd import Crowd
from bench.figure import Figure
from bench.wire import Wire

ROUNDS, IN_A_ROUND = 15, 12
WARM_UP = 30


def measure(portal: Wire, bare: Wire, crowd: Crowd) -> list[Figure]:
    """The fastest tenth, over all rounds: what it takes when nothing else wants the processor.

    The bare answer is what a machine like this one can do: compare the ratios, not the milliseconds.
    """
    change = Change(portal, crowd)
    tasks: dict[str, Callable[[], float]] = {
        "bare": lambda: _timed(lambda: bare.get("/")),
        "home": lambda: _timed(lambda: portal.get("/")),
        "change": change.make,
    }
    for task in tasks.values():
        bare.reopen()
        for _ in range(WARM_UP):
            task()
    taken: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(ROUNDS):
        for name, task in tasks.items():
            portal.reopen()
            bare.reopen()
            task()
            taken[name] += [task() for _ in range(IN_A_ROUND)]
    ms = {name: quantiles(times, n=10)[0] * 1000 for name, times in taken.items()}
    return [
        Figure("home, times a bare answer", round(ms["home"] / ms["bare"], 1), "×"),
        Figure("a change (skip, and the page that follows), times a bare answer", round(ms["change"] / ms["bare"], 1), "×"),
        Figure("a bare answer of 12 KB", round(ms["bare"], 2), "ms"),
        Figure("home", round(ms["home"], 2), "ms"),
        Figure("a change (skip, and the page that follows)", round(ms["change"], 2), "ms"),
    ]


class Change:
    """A delivery is skipped, and the skip undone; only the skip, with the page that follows, is timed."""

    def __init__(self, portal: Wire, crowd: Crowd) -> None:
        self.portal, self.skip = portal, f"/deliveries/{crowd.delivery}/skip"
        self.fields = {"csrf_token": portal.token(self.skip)}

    def make(self) -> float:
        began = perf_counter()
        page = self._post(self.skip)
        taken = perf_counter() - began
        undo = page.partition('action="/changes/')[2].partition('"')[0]
        assert undo, "the skip was refused"
        self._post(f"/changes/{undo}")
        return taken

    def _post(self, path: str) -> str:
        answer = self.portal.post(path, self.fields)
        assert answer.status == 303, f"{path}: {answer.status}"
        return self.portal.get(answer.location).text


def _timed(ask: Callable[[], object]) -> float:
    began = perf_counter()
    ask()
    return perf_counter() - began
