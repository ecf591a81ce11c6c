"""Where a process can listen that is started in a moment."""

from random import SystemRandom

from portal.demo import ports

OURS = range(20_000, 32_768)
"""Below those that the system gives away by itself: until the process listens, no connection of somebody else's is at its port."""
_given: set[int] = set()


def free_port() -> int:
    """Never the same twice."""
    while True:
        port = SystemRandom().choice(OURS)
        if port not in _given and ports.take(port):
            _given.add(port)
            return port
