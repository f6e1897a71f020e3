"""Messages a second by hand-written SMTP over sockets: what a sink gives at best."""

from __future__ import annotations

import socket
import time
from concurrent.futures import ThreadPoolExecutor

_SENDER = b"MAIL FROM:<a@example.org>\r\n"
_RECIPIENT = b"RCPT TO:<b@example.org>\r\n"


def rate(port: int, message: bytes, connections: int, each: int, *, pipelining: bool) -> float:
    """Send `message` `each` times over each of `connections` at once; return how many a second."""
    steps = [_SENDER, _RECIPIENT, b"DATA\r\n"]

    def talk(_: int) -> float:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            replies = connection.makefile("rb")
            replies.readline()
            connection.sendall(b"EHLO localhost\r\n")
            while replies.readline()[3:4] == b"-":
                pass
            started = time.perf_counter()
            for _ in range(each):
                if pipelining:
                    connection.sendall(b"".join(steps))
                for step in steps:
                    if not pipelining:
                        connection.sendall(step)
                    replies.readline()
                connection.sendall(message + b".\r\n")
                replies.readline()
            return time.perf_counter() - started

    with ThreadPoolExecutor(connections) as pool:
        return sum(each / seconds for seconds in pool.map(talk, range(connections)))
