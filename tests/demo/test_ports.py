"""Of several demos that are started at one moment, each has ports of its own."""

import socket
import subprocess
import sys
from pathlib import Path

from portal.demo import ports
from tests.harness.ports import free_port

PROGRAM = "import ports, sys; print(ports.take(int(sys.argv[1])), flush=True); sys.stdin.read()"


def test_what_a_process_took_is_its_own_until_it_ends_though_nobody_listens_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as once:
        port = once.getsockname()[1]
    command = [sys.executable, "-c", PROGRAM, str(port)]
    with subprocess.Popen(command, cwd=Path(ports.__file__).parent, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout and other.stdout.readline() == b"True\n"
        assert not ports.take(port)
        other.kill()
        other.wait()
        assert ports.take(port)


def test_where_somebody_listens_nobody_else_does() -> None:
    with socket.create_server(("127.0.0.1", free_port())) as other:
        assert not ports.take(other.getsockname()[1])
