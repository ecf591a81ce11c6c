"""Where a process can listen that is started in a moment."""

import socket
from contextlib import closing, suppress
from random import SystemRandom

OURS = range(20_000, 32_768)
"""Below those that the system gives away by itself: until the process listens, no connection of somebody else's is at its port."""
_given: set[int] = set()


def free_port() -> int:
    """Never the same twice."""
    while True:
        port = SystemRandom().choice(OURS)
        with closing(socket.socket()) as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            if port not in _given:
                _given.add(port)
                return port
