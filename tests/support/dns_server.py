"""A DNS server on 127.0.0.1 that knows what it is told."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Zone = "Mapping[tuple[str, str], Sequence[str]]"


class DnsServer:
    """Answers for `zone`, (name, type) to records as in a zone file; `asked` are the questions.

    A name below one of `broken` gets SERVFAIL; where `silent`, nobody gets anything.
    """

    def __init__(self, zone: Zone, broken: Sequence[str] = (), *, silent: bool = False) -> None:
        self.zone = {(name.lower(), kind): records for (name, kind), records in zone.items()}
        self.broken = broken
        self.silent = silent
        self.asked: list[tuple[str, str]] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop."""
        self._socket.sendto(b"", self._socket.getsockname())
        self._thread.join(5)
        self._socket.close()

    def _serve(self) -> None:
        while True:
            data, client = self._socket.recvfrom(4096)
            if not data:
                return
            answer = self._answer(dns.message.from_wire(data))
            if not self.silent:
                self._socket.sendto(answer.to_wire(), client)

    def _answer(self, query: dns.message.Message) -> dns.message.Message:
        (question,) = query.question
        name, kind = question.name.to_text(omit_final_dot=True).lower(), question.rdtype
        self.asked.append((name, kind.name))
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA
        records = self.zone.get((name, kind.name))
        if name.endswith(tuple(self.broken)) and self.broken:
            response.set_rcode(dns.rcode.SERVFAIL)
        elif records:
            response.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *records))
        elif not any(known == name or known.endswith(f".{name}") for known, _ in self.zone):
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response


@contextmanager
def serving(zone: Zone, broken: Sequence[str] = (), *, silent: bool = False) -> Iterator[DnsServer]:
    server = DnsServer(zone, broken, silent=silent)
    try:
        yield server
    finally:
        server.close()
