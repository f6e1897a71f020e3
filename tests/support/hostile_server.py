"""A mail server that misbehaves in one phase, in one way, and counts what it keeps."""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl

PHASES = ("greeting", "ehlo", "starttls", "auth", "mail", "rcpt", "data", "body", "end")
WAYS = ("drop", "hang", "4xx", "5xx", "garbage", "drip")
_POLITE = {
    "greeting": "220 hello",
    "starttls": "220 go on",
    "auth": "235 welcome",
    "mail": "250 ok",
    "rcpt": "250 ok",
    "data": "354 go on",
    "end": "250 2.0.0 kept",
    "rset": "250 ok",
    "quit": "221 bye",
}
_REFUSALS = {"4xx": "451 4.3.0 not now", "5xx": "554 5.3.0 never"}


@dataclass
class Hostile:
    """Answers politely, but for `phase`, where it does it `way`, the first `times` times.

    `keeps`: whether it has the message when it misbehaves after the final dot.
    """

    phase: str = ""
    way: str = ""
    times: int = 1
    keeps: bool = False
    pipelining: bool = True
    context: ssl.SSLContext | None = None  # offers STARTTLS
    kept: Counter[str] = field(default_factory=Counter)
    heard: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.over = threading.Event()
        self.lock = threading.Lock()
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.socket.getsockname()[1]
        self.threads = [threading.Thread(target=self.accept, daemon=True)]
        self.threads[0].start()

    def close(self) -> None:
        self.over.set()
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        for thread in self.threads:
            thread.join(10)

    def accept(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            connection.settimeout(10)
            thread = threading.Thread(target=self.serve, args=(connection,), daemon=True)
            self.threads.append(thread)
            thread.start()

    def serve(self, connection: socket.socket) -> None:
        with suppress(OSError):
            Session(self, connection).talk()

    def due(self, phase: str) -> bool:
        with self.lock:
            if phase != self.phase or self.times <= 0:
                return False
            self.times -= 1
            return True


class Gone(OSError):
    """The server ends this connection."""


class Session:
    def __init__(self, server: Hostile, connection: socket.socket) -> None:
        self.server = server
        self.connection = connection
        self.secure = False
        self.to = ""

    def talk(self) -> None:
        try:
            self.say("greeting")
            while self.converse():
                pass
        finally:
            self.connection.close()

    def converse(self) -> bool:
        """Listen until the line ends or TLS begins; return whether it began."""
        with self.connection.makefile("rb") as lines:
            for raw in lines:
                line = raw.decode("utf-8", "replace").strip()
                self.server.heard.append(line)
                word = line.split(" ")[0].split(":")[0].lower()
                if word == "starttls":
                    if self.say("starttls") and self.server.context:
                        self.connection = self.server.context.wrap_socket(
                            self.connection, server_side=True
                        )
                        self.secure = True
                        return True
                elif word == "data":
                    if self.say("data"):
                        self.take(lines)
                elif word in ("ehlo", "helo"):
                    self.say("ehlo")
                else:
                    if word == "rcpt":
                        self.to = line.partition("<")[2].partition(">")[0]
                    self.say(word)
                    if word == "quit":
                        return False
        return False

    def take(self, lines: object) -> None:
        if self.server.due("body"):
            lines.readline()  # type: ignore[attr-defined]
            self.misbehave("body")
            if self.server.way != "drip":
                raise Gone
        while (line := lines.readline()) != b".\r\n":  # type: ignore[attr-defined]
            if not line:
                raise Gone
        bad = self.server.due("end")
        # A server that says it is kept, however slowly, has kept it.
        if not bad or self.server.way == "drip" or self.server.keeps:
            with self.server.lock:
                self.server.kept[self.to] += 1
        if bad:
            self.misbehave("end")
        else:
            self.line(_POLITE["end"])

    def say(self, phase: str) -> bool:
        """Answer; return whether the answer was the polite one."""
        if self.server.due(phase):
            return self.misbehave(phase)
        self.line(self.polite(phase))
        return True

    def polite(self, phase: str) -> str:
        if phase != "ehlo":
            return _POLITE.get(phase, "502 what?")
        offers = ["hello", "SIZE 10000000", "8BITMIME", "AUTH PLAIN"]
        offers += ["PIPELINING"] if self.server.pipelining else []
        offers += ["STARTTLS"] if self.server.context and not self.secure else []
        return "\r\n".join([*(f"250-{offer}" for offer in offers), "250 HELP"])

    def misbehave(self, phase: str) -> bool:
        match self.server.way:
            case "drop":
                raise Gone
            case "hang":
                self.server.over.wait(10)
                raise Gone
            case "garbage":
                self.line("\x00\x01 what is this")
            case "drip":
                answer = (self.polite(phase) + "\r\n").encode() if phase != "body" else b""
                for byte in answer:
                    self.connection.sendall(bytes((byte,)))
                    time.sleep(0.001)
                return True
            case way:
                self.line(_REFUSALS[way])
        return False

    def line(self, text: str) -> None:
        self.connection.sendall(text.encode() + b"\r\n")
