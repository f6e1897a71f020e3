from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from support.ports import free_port

from publisher.models import UNSUBSCRIBE_PLACEHOLDER, Edition, SubscriberStatus
from publisher.models.imports import ImportedSubscriber
from publisher.models.ledger import FrozenEdition
from publisher.newsletter import audience
from publisher.sender.message import edition_message
from publisher.sender.message.sender_profile import SenderProfile
from publisher.sender.transports.login import Server
from publisher.sender.transports.smtp import SmtpTransport
from publisher.store.database import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from publisher.store.database import Store

NOW = dt.datetime(2024, 12, 9, tzinfo=dt.UTC)
ISSUE = "2024-W49"
PROFILE = SenderProfile(
    from_address="news@papers.example.org", list_id="digests.papers.example.org", from_name="Papers"
)


def edition(topics: tuple[str, ...] = ()) -> Edition:
    link = f"mailto:news@papers.example.org?subject={UNSUBSCRIBE_PLACEHOLDER}"
    return Edition(
        issue_id=ISSUE,
        topics=topics,
        subject="论文周报 Weekly papers",
        html=f'<p>摘要</p>\n<p><a href="{link}">off</a></p>\n',
        text=f"摘要\n.dot\nFrom here\n{link}\n",
        paper_count=3,
    )


@dataclass
class Clock:
    now: dt.datetime = NOW

    def __call__(self) -> dt.datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with open_store(url) as opened:
        yield opened


@pytest.fixture
def freeze(store: Store) -> Callable[[int], list[str]]:
    """Return a function that freezes an issue for that many readers and returns their addresses."""

    def make(count: int) -> list[str]:
        emails = [f"reader{number}@example.org" for number in range(count)]
        rows = [
            ImportedSubscriber(n, email, "", (), SubscriberStatus.ACTIVE, NOW, NOW)
            for n, email in enumerate(emails)
        ]
        store.imports.import_rows(rows, now=NOW)
        template = edition_message.build_message(edition(), PROFILE)
        offer = audience.IssueAudience({"arxiv:2411.19525": ("a",)})
        needed = audience.needed_editions(store.readers.choices(offer), offer)
        store.issues.freeze(
            ISSUE,
            period=(NOW, NOW),
            papers=[("arxiv:2411.19525", 1)],
            frozen_editions=[FrozenEdition(key, "Weekly", template) for key in needed],
            audience=offer,
            edition_of=audience.edition_finder(offer, needed),
            now=NOW,
        )
        return emails

    return make


@dataclass
class Received:
    """Messages and logins that a real server received."""

    to: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd
        self.to += envelope.rcpt_tos
        self.bodies.append(envelope.content)
        return "250 2.0.0 kept"

    def authenticate(
        self, _server: Any, _s: Any, _e: Any, _mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        pair = (data.login.decode(), data.password.decode())
        self.logins.append(pair)
        return AuthResult(success=pair == ("keeper", "secret"), handled=False)


@dataclass(frozen=True)
class Certificate:
    server: ssl.SSLContext
    client: ssl.SSLContext


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """Return a certificate for 127.0.0.1, and a client context that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    today = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - dt.timedelta(days=1))
        .not_valid_after(today + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    return Certificate(server, ssl.create_default_context(cafile=str(path)))


@pytest.fixture
def smtp_server() -> Iterator[Callable[..., tuple[int, Received]]]:
    """Return a function that starts a real server and returns its port and what it receives."""
    running: list[Controller] = []

    def start(**options: Any) -> tuple[int, Received]:
        received = Received()
        if options.pop("login", False):
            options |= {"authenticator": received.authenticate, "auth_required": True}
            options.setdefault("auth_require_tls", True)
        port = free_port()
        controller = Controller(received, hostname="127.0.0.1", port=port, **options)
        controller.start()
        running.append(controller)
        return port, received

    yield start
    for controller in running:
        controller.stop()


# The replies of the server by the step of the client; None: it closes the connection.
Script = dict[str, str | None]
_POLITE: Script = {
    "greeting": "220 hello",
    "ehlo": "250 hello",
    "mail": "250 ok",
    "rcpt": "250 ok",
    "data": "354 go on",
    "body": "",
    "end": "250 2.0.0 kept",
    "rset": "250 ok",
    "quit": "221 bye",
}


class ScriptedServer:
    """A server on a bare socket that replies by a script; counts the messages it has accepted."""

    def __init__(self, script: Script) -> None:
        self.script = {**_POLITE, **script}
        self.accepted = 0
        self.connections = 0
        self.heard: list[str] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        # Closing alone does not wake up the thread that waits.
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            with connection, suppress(OSError):
                connection.settimeout(60)
                self._serve_connection(connection)

    def _serve_connection(self, connection: socket.socket) -> None:
        if not self._reply(connection, "greeting"):
            return
        with connection.makefile("rb") as lines:
            for line in lines:
                text = line.decode("utf-8", "replace").strip()
                word = text[:4].strip().lower()
                self.heard.append(text)
                step = "ehlo" if word == "helo" else word
                if not self._reply(connection, step) or step == "quit":
                    return
                if step == "data" and (self.script["data"] or "").startswith("354"):
                    if self.script["body"] is None:
                        lines.read(10)
                        return
                    while (line := lines.readline()) != b".\r\n":
                        if not line:
                            return
                    if (self.script["end"] or "").startswith("250"):
                        self.accepted += 1
                    if not self._reply(connection, "end"):
                        return

    def _reply(self, connection: socket.socket, step: str) -> bool:
        answer = self.script.get(step, "500 what?")
        if answer is None:
            return False
        if answer != "silence":
            connection.sendall(answer.encode() + b"\r\n")
        return True


@pytest.fixture
def scripted() -> Iterator[Callable[[Script], ScriptedServer]]:
    servers: list[ScriptedServer] = []

    def start(script: Script) -> ScriptedServer:
        servers.append(ScriptedServer(script))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def smtp(smtp_server: object, scripted: object) -> Iterator[Callable[..., SmtpTransport]]:
    """Return a function that creates a transport to a port of this host, closed before servers."""
    del smtp_server, scripted
    transports: list[SmtpTransport] = []

    def make(port: int, **options: Any) -> SmtpTransport:
        names = {field.name for field in fields(Server)}
        server = {"host": "127.0.0.1", "security": "none"}
        server |= {name: options.pop(name) for name in names & set(options)}
        options.setdefault("timeout_seconds", 5.0)
        transports.append(SmtpTransport(Server(port=port, **server), **options))
        return transports[-1]

    yield make
    for transport in transports:
        transport.close()
