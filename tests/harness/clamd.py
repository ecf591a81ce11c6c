"""A virus scanner that knows one virus: it speaks clamd's INSTREAM over real TCP, as clamd(8) describes it."""

import socketserver
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""In two parts, so that no scanner takes this file for it. Source: eicar.org."""
LONGEST = 25 * 1024 * 1024
"""StreamMaxLength."""


@dataclass
class Clamd:
    url: str
    sizes: list[int] = field(default_factory=list)
    """Of what it has looked at, in bytes."""
    says: str = ""
    """Instead of what it finds, if anything."""


@contextmanager
def clamd() -> Iterator[Clamd]:
    class Asked(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            command = self.rfile.readline().strip()
            if command == b"nPING":
                self.wfile.write(b"PONG\n")
            elif command == b"nINSTREAM":
                content = b"".join(self._chunks())
                there.sizes.append(len(content))
                answer = there.says or ("stream: Win.Test.EICAR_HDB-1 FOUND" if EICAR in content else "stream: OK")
                self.wfile.write(f"{answer}\n".encode())
            else:
                self.wfile.write(b"UNKNOWN COMMAND\n")

        def _chunks(self) -> Iterator[bytes]:
            while size := struct.unpack("!L", self.rfile.read(4))[0]:
                assert size <= LONGEST
                yield self.rfile.read(size)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Asked) as server:
        there = Clamd(f"tcp://127.0.0.1:{server.server_address[1]}")
        thread = Thread(target=server.serve_forever, args=[0.01], daemon=True)
        thread.start()
        try:
            yield there
        finally:
            server.shutdown()
            thread.join()
