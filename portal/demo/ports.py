"""Ports for processes that are started in a moment: no two who ask here are given the same, whenever their processes come to listen."""

import fcntl
import os
import socket
from contextlib import closing, suppress
from functools import cache
from pathlib import Path
from tempfile import gettempdir


def take(port: int, host: str = "127.0.0.1") -> bool:
    """Whether it is ours now, until this process ends: nobody listened there, and nobody else had taken it."""
    with closing(socket.socket()) as probe, suppress(OSError):
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
        fcntl.lockf(_taken(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
        return True
    return False


@cache
def _taken() -> int:
    """A byte for each port, locked by whoever has it: the system lets go of the locks of a process that ended, however it did."""
    return os.open(Path(gettempdir(), f"latchkey-ports-{os.getuid()}"), os.O_RDWR | os.O_CREAT, 0o600)
