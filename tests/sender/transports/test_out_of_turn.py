"""Servers whose replies come too early, or are none: the ledger must not believe them."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from publisher.errors import TemporaryFailure, TransportError, UnknownOutcome
from publisher.sender.transports.reply_reader import ReplyReader
from publisher.sender.transports.smtp_replies import NO_REPLY, SmtpReply
from publisher.settings import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import Certificate

    from publisher.sender.transports.smtp import SmtpTransport

Make = "Callable[..., SmtpTransport]"
SMALL = b"Subject: x\r\n\r\none\r\ntwo\r\n"
LARGE = b"Subject: x\r\n\r\n" + b"x" * 78 * 100_000 + b"\r\n"


@dataclass
class EarlyServer:
    """Sends `early` too soon at `step`, then goes on as if it had not; keeps every message."""

    step: str
    early: str
    pipelining: bool = True
    starttls: bool = False
    kept: int = 0
    connections: int = 0
    heard: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.current = self.socket
        self.port: int = self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def close(self) -> None:
        for opened in (self.socket, self.current):
            with suppress(OSError):
                opened.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join(10)

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            self.current = connection
            with connection, suppress(OSError):
                connection.settimeout(60)
                self.talk(connection)

    def reply(self, connection: socket.socket, step: str, polite: str) -> None:
        """SmtpReply to `step`; what is early at the next one goes with it."""
        following = {
            "greeting": "ehlo",
            "ehlo": "starttls" if self.starttls else "mail",
            "starttls": "tls",
            "mail": "rcpt",
            "rcpt": "data",
            "data": "body",
            "end": "next",
        }
        text = f"{polite}\r\n"
        if following.get(step) == self.step:
            text += f"{self.early}\r\n"
        connection.sendall(text.encode())

    def talk(self, connection: socket.socket) -> None:
        offers = ["hello"] + ["PIPELINING"] * self.pipelining + ["STARTTLS"] * self.starttls
        ehlo = "".join(f"250-{offer}\r\n" for offer in offers) + "250 HELP"
        polite = {"ehlo": ehlo, "starttls": "220 go", "data": "354 go", "quit": "221 bye"}
        self.reply(connection, "greeting", "220 hello")
        with connection.makefile("rb") as lines:
            for raw in lines:
                line = raw.decode().strip()
                self.heard.append(line)
                word = line.split(" ")[0].split(":")[0].lower()
                self.reply(connection, word, polite.get(word, "250 ok"))
                if word == "data":
                    if self.step == "first line":
                        lines.readline()
                        connection.sendall(f"{self.early}\r\n".encode())
                    elif self.step == "unread":
                        time.sleep(0.3)
                        connection.sendall(f"{self.early}\r\n".encode())
                        time.sleep(0.3)
                    while (text := lines.readline()) != b".\r\n":
                        if not text:
                            return
                    self.kept += 1
                    self.reply(connection, "end", "250 kept")


@pytest.fixture
def early() -> Iterator[Callable[..., EarlyServer]]:
    servers: list[EarlyServer] = []

    def start(*values: Any, **options: Any) -> EarlyServer:
        servers.append(EarlyServer(*values, **options))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def send(transport: SmtpTransport, message: bytes = SMALL) -> str:
    return transport.send("news@example.org", "a@example.org", message, "<x@y>")


WORDS = ["250 2.0.0 kept", "451 4.3.0 later", "554 5.7.1 spam", "421 4.3.2 bye", "garbage"]


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize("step", ["body", "first line", "unread"])
def test_a_word_before_the_final_dot_leaves_a_doubt(
    smtp: Make, early: Callable[..., EarlyServer], step: str, word: str, *, pipelining: bool
) -> None:
    server = early(step, word, pipelining=pipelining)
    transport = smtp(server.port)
    # What the server does not read stays here, and with it the final dot.
    with pytest.raises(UnknownOutcome, match="before the final dot"):
        send(transport, LARGE if step == "unread" else SMALL)
    assert not transport.ready()
    server.step = ""
    assert send(transport) == "250 kept"
    assert server.connections == 2


@pytest.mark.parametrize("word", [*WORDS, "250 ok", "354 go", "220 hello"])
@pytest.mark.parametrize("step", ["ehlo", "mail", "rcpt", "data"])
def test_a_word_before_its_command_ends_the_connection(
    smtp: Make, early: Callable[..., EarlyServer], step: str, word: str
) -> None:
    server = early(step, word, pipelining=False)
    transport = smtp(server.port)
    with pytest.raises(TemporaryFailure, match="a reply to no command"):
        send(transport)
    assert server.kept == 0
    server.step = ""
    send(transport)
    assert (server.kept, server.connections) == (1, 2)


def test_a_word_between_two_messages_costs_a_connection_and_no_message(
    smtp: Make, early: Callable[..., EarlyServer]
) -> None:
    server = early("next", "421 4.4.2 too long idle")
    transport = smtp(server.port)
    for _ in range(3):
        assert send(transport) == "250 kept"
    assert (server.kept, server.connections) == (3, 3)


@pytest.mark.parametrize("word", ["250-mail.example.org\r\n250 AUTH PLAIN", "250 ok", "220 go"])
def test_plain_text_before_tls_is_no_part_of_the_session(
    smtp: Make, early: Callable[..., EarlyServer], certificate: Certificate, word: str
) -> None:
    server = early("tls", word, starttls=True)
    transport = smtp(
        server.port,
        security="starttls",
        context=certificate.client,
        username="keeper",
        password=Secret("secret"),
    )
    with pytest.raises(TemporaryFailure, match="a reply to no command"):
        transport.open()
    assert not any("AUTH" in line for line in server.heard)


@dataclass
class Wire:
    """Both ends of a connection, of which the reader has one."""

    reader: ReplyReader
    server: socket.socket

    def read(self, data: bytes) -> SmtpReply:
        self.server.sendall(data)
        return self.reader.read(time.monotonic() + 60)


@pytest.fixture
def wire() -> Iterator[Wire]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield Wire(ReplyReader(ours), theirs)


@pytest.mark.parametrize(
    ("data", "code", "lines"),
    [
        (b"250 ok\r\n", 250, ("ok",)),
        (b"250\r\n", 250, ("",)),
        (b"250 \r\n", 250, ("",)),
        (b"250-a\r\n250-\r\n250 c\r\n", 250, ("a", "", "c")),
        (b"550 \xe9\x82\xae\xe7\xae\xb1\r\n", 550, ("邮箱",)),
        (b"550 \xd3\xca\xcf\xe4\r\n", 550, ("����",)),
        (b"250 " + b"x" * 506 + b"\r\n", 250, ("x" * 506,)),
        (b"250-x\r\n" * 99 + b"250 y\r\n", 250, (*["x"] * 99, "y")),
    ],
)
def test_replies(wire: Wire, data: bytes, code: int, lines: tuple[str, ...]) -> None:
    assert wire.read(data) == SmtpReply(code, lines)
    assert wire.read(b"221 next\r\n") == SmtpReply(221, ("next",))


@pytest.mark.parametrize(
    "data",
    [
        b"250_ok\r\n",
        b"2500 ok\r\n",
        b"25 ok\r\n",
        b"250ok\r\n",
        b"250\tok\r\n",
        b" 250 ok\r\n",
        b"250 ok\n",
        b"250 ok\r\r\n",
        b"250 o\x00k\r\n",
        b"250 o\x1b[2Jk\r\n",
        b"199 ok\r\n",
        b"299 ok\r\n",
        b"600 ok\r\n",
        b"571 no\r\n",
        b"\xb2\xb5\xb0 ok\r\n",
        "２５０ ok\r\n".encode(),
        b"+OK POP3\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"\r\n",
        b"250" + b"x" * 1000 + b"\r\n",
        b"250 " + b"x" * 1000 + b"\r\n",
        b"250 " + b"x" * 507 + b"\r\n",
        b"250 " + b"x" * 5000,
        b"250-a\r\n550 b\r\n",
        b"250-a\r\nb\r\n",
        b"250-x\r\n" * 101,
    ],
)
def test_what_is_no_reply(wire: Wire, data: bytes) -> None:
    assert wire.read(data).code == NO_REPLY


def test_a_reply_that_drips_ends_in_time(wire: Wire) -> None:
    over = threading.Event()

    def drip() -> None:
        while not over.wait(0.02):
            with suppress(OSError):
                wire.server.sendall(b"2")

    thread = threading.Thread(target=drip)
    thread.start()
    started = time.monotonic()
    with pytest.raises(TimeoutError):
        wire.reader.read(started + 0.3)
    over.set()
    thread.join()
    assert time.monotonic() - started > 0.25


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ("greeting", "250 hello"),
        ("greeting", "354 hello"),
        ("ehlo", "220 hello"),
        ("ehlo", "251 hello"),
        ("mail", "251 ok"),
        ("mail", "354 ok"),
        ("rcpt", "235 ok"),
        ("rcpt", "354 ok"),
        ("data", "250 ok"),
        ("data", "334 ok"),
        ("end", "251 kept"),
        ("end", "220 kept"),
        ("end", "299 kept"),
        ("end", "354 kept"),
        ("end", "250kept"),
        ("end", "250 " + "x" * 1000),
        ("end", "250-kept\r\n251 kept"),
    ],
)
@pytest.mark.parametrize("pipelining", [True, False])
def test_a_code_that_a_command_never_gets_is_no_answer(
    smtp: Make, scripted: Callable[..., Any], step: str, answer: str, *, pipelining: bool
) -> None:
    script = {"ehlo": "250-hi\r\n250 PIPELINING" if pipelining else "250 hi"}
    server = scripted({**script, step: answer})
    transport = smtp(server.port, timeout_seconds=1.0)
    with pytest.raises(TransportError) as caught:
        send(transport)
    assert isinstance(caught.value, UnknownOutcome if step == "end" else TemporaryFailure)
    assert not transport.ready()


@pytest.mark.parametrize("code", ["250", "251", "252"])
def test_codes_that_a_recipient_may_get(
    smtp: Make, scripted: Callable[..., Any], code: str
) -> None:
    server = scripted({"rcpt": f"{code} fine", "end": "250"})
    assert send(smtp(server.port)) == "250"
