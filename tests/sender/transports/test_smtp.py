from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING, Any

import pytest
import yagmail.sender
from support.ports import free_port

from publisher.errors import (
    ConfigurationFailure,
    PermanentFailure,
    PublisherError,
    QuotaExceeded,
    TemporaryFailure,
    TransportError,
    UnknownOutcome,
)
from publisher.sender.transports import login, smtp_session
from publisher.sender.transports.error_translation import translate
from publisher.sender.transports.smtp_replies import Phase
from publisher.settings import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Certificate, Received, Script, ScriptedServer

    from publisher.sender.transports.smtp import SmtpTransport

Make = "Callable[..., SmtpTransport]"
MESSAGE = b"Subject: x\r\n\r\n.one\r\n..two\r\nthree\r\n"


def send(transport: SmtpTransport, to: str = "a@example.org", message: bytes = MESSAGE) -> str:
    return transport.send("news@example.org", to, message, "<x@y>")


def test_messages_go_over_one_connection_until_it_is_old(
    smtp: Make, scripted: Callable[[Script], ScriptedServer]
) -> None:
    server = scripted({})
    transport = smtp(server.port, messages_per_connection=2)
    for _ in range(5):
        assert send(transport) == "250 2.0.0 kept"
    assert (server.accepted, server.connections) == (5, 3)


def test_a_real_server_gets_the_very_bytes(
    smtp: Make, smtp_server: Callable[..., tuple[int, Received]]
) -> None:
    port, received = smtp_server()
    transport = smtp(port)
    send(transport)
    send(transport, "b@example.org", b".starts with a dot\r\nends without line end")
    assert received.to == ["a@example.org", "b@example.org"]
    assert received.bodies == [MESSAGE, b".starts with a dot\r\nends without line end\r\n"]


def test_where_the_server_offers_pipelining_three_commands_leave_together(
    smtp: Make, scripted: Callable[[Script], ScriptedServer]
) -> None:
    server = scripted({"ehlo": "250-hi\r\n250-PIPELINING\r\n250 SIZE 100", "mail": None})
    with pytest.raises(TemporaryFailure):
        send(smtp(server.port))
    server.script["mail"] = "250 ok"
    server.heard.clear()
    transport = smtp(server.port)
    send(transport)
    size = f"SIZE={len(MESSAGE) + 2}"
    commands = [f"MAIL FROM:<news@example.org> {size}", "RCPT TO:<a@example.org>", "DATA"]
    assert server.heard[1:] == commands
    with pytest.raises(ConfigurationFailure, match="accepts 100"):
        send(transport, message=b"x" * 200 + b"\r\n")
    send(transport)
    assert (server.accepted, server.connections) == (2, 2)


@pytest.mark.parametrize(
    ("script", "expected", "connections"),
    [
        # Postfix: no valid recipients.
        ({"rcpt": "550 5.1.1 gone", "data": "554 5.5.1 no"}, PermanentFailure, 1),
        # Others ask for a message to nobody, and get none.
        ({"rcpt": "550 5.1.1 gone"}, PermanentFailure, 2),
        ({"mail": "451 later", "rcpt": "503 no", "data": "503 no"}, TemporaryFailure, 1),
        ({"rcpt": "451 later", "data": None}, TemporaryFailure, 2),
        ({"rcpt": "nonsense"}, TemporaryFailure, 2),
    ],
)
def test_the_first_refusal_of_a_pipeline_counts(
    smtp: Make,
    scripted: Callable[[Script], ScriptedServer],
    script: Script,
    expected: type[TransportError],
    connections: int,
) -> None:
    server = scripted({"ehlo": "250-hi\r\n250 PIPELINING", **script})
    transport = smtp(server.port)
    with pytest.raises(expected) as caught:
        send(transport)
    refusals = [answer for answer in script.values() if answer and answer[0] in "45"]
    if refusals:
        assert caught.value.code == int(refusals[0][:3])
    assert server.accepted == 0
    server.script |= {"mail": "250 ok", "rcpt": "250 ok", "data": "354 go"}
    send(transport)
    assert (server.accepted, server.connections) == (1, connections)


EAI = "用户@example.org"


def test_an_address_that_is_not_ascii_goes_where_the_server_takes_it(
    smtp: Make, smtp_server: Callable[..., tuple[int, Received]]
) -> None:
    port, received = smtp_server(enable_SMTPUTF8=True, decode_data=False)
    transport = smtp(port)
    message = f"To: {EAI}\r\n\r\nhello\r\n".encode()
    send(transport, EAI, message)
    send(transport)
    assert received.to == [EAI, "a@example.org"]
    assert received.bodies[0] == message


def test_an_address_that_is_not_ascii_is_refused_alone_where_the_server_does_not(
    smtp: Make, scripted: Callable[[Script], ScriptedServer]
) -> None:
    server = scripted({})
    transport = smtp(server.port)
    with pytest.raises(PermanentFailure, match="SMTPUTF8") as caught:
        send(transport, EAI)
    assert caught.value.enhanced == "5.6.7"
    send(transport)
    assert server.accepted == 1
    assert not any("MAIL" in line and "用户" in line for line in server.heard)


# aiosmtpd does not notice that its socket is already wrapped.
@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("security", ["ssl", "starttls"])
def test_tls_and_login(
    smtp: Make,
    smtp_server: Callable[..., tuple[int, Received]],
    certificate: Certificate,
    security: str,
) -> None:
    option = "ssl_context" if security == "ssl" else "tls_context"
    port, received = smtp_server(
        login=True, auth_require_tls=security != "ssl", **{option: certificate.server}
    )
    options: dict[str, Any] = {"security": security, "username": "keeper"}
    good = smtp(port, context=certificate.client, password=Secret("secret"), **options)
    assert send(good).startswith("250")
    assert received.logins == [("keeper", "secret")]
    bad = smtp(port, context=certificate.client, password=Secret("wrong"), **options)
    with pytest.raises(ConfigurationFailure, match="535") as caught:
        bad.open()
    assert "wrong" not in str(caught.value)
    untrusting = smtp(port, password=Secret("secret"), **options)
    with pytest.raises(ConfigurationFailure, match="CERTIFICATE_VERIFY_FAILED"):
        untrusting.open()
    assert len(received.to) == 1


@pytest.mark.parametrize(
    ("hello", "options", "problem"),
    [
        ("250 hi", {"security": "none", "host": "mail.example.org"}, "mail.security"),
        ("250 hi", {"username": "keeper"}, "mail.password"),
        ("250 hi", {"security": "starttls"}, "STARTTLS"),
        ("250 hi", {"username": "keeper", "password": Secret("x")}, "AUTH"),
        ("250 hi", {"security": "ssl"}, "mail.security"),
        ("250-hi\r\n250 AUTH NTLM", {"username": "a", "password": Secret("x")}, "AUTH"),
    ],
)
def test_settings_that_can_not_work(
    smtp: Make,
    scripted: Callable[[Script], ScriptedServer],
    hello: str,
    options: dict[str, Any],
    problem: str,
) -> None:
    server = scripted({"ehlo": hello})
    with pytest.raises(ConfigurationFailure, match=problem):
        smtp(server.port, **options).open()
    assert server.accepted == 0


def test_a_closed_port_is_temporary(smtp: Make) -> None:
    with pytest.raises(TemporaryFailure, match="refused"):
        smtp(free_port()).open()


STEPS = ["greeting", "ehlo", "mail", "rcpt", "data", "end"]


@pytest.mark.parametrize("step", [*STEPS[:-1], "body"])
@pytest.mark.parametrize("how", [None, "silence"])
def test_a_line_that_breaks_before_the_end_is_temporary(
    smtp: Make, scripted: Callable[[Script], ScriptedServer], step: str, how: str | None
) -> None:
    if (step, how) == ("body", "silence"):
        pytest.skip("silence while the body goes out is silence at its end")
    server = scripted({step: how})
    # Too large for the buffers between client and server.
    message = b"Subject: x\r\n\r\n" + b"x" * 70 * 1000 * 200 + b"\r\n"
    with pytest.raises(TemporaryFailure) as caught:
        send(smtp(server.port, timeout_seconds=0.3), message=message if step == "body" else MESSAGE)
    assert not isinstance(caught.value, QuotaExceeded)
    assert server.accepted == 0


@pytest.mark.parametrize("how", [None, "silence", "nonsense"])
def test_a_line_that_breaks_after_the_final_dot_leaves_a_doubt(
    smtp: Make, scripted: Callable[[Script], ScriptedServer], how: str | None
) -> None:
    server = scripted({"end": how})
    transport = smtp(server.port, timeout_seconds=0.3)
    with pytest.raises(UnknownOutcome):
        send(transport)
    server.script["end"] = "250 ok"
    assert send(transport) == "250 ok"
    assert server.connections == 2


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("answer", ["451 4.3.0 later", "554 5.3.0 never", "421 4.3.2 bye"])
def test_a_refusal_at_each_step(
    smtp: Make, scripted: Callable[[Script], ScriptedServer], step: str, answer: str
) -> None:
    server = scripted({step: answer})
    transport = smtp(server.port)
    if answer.startswith("4"):
        expected: type[TransportError] = TemporaryFailure
    elif step in ("greeting", "ehlo", "mail"):
        expected = ConfigurationFailure
    else:
        expected = PermanentFailure
    with pytest.raises(expected) as caught:
        send(transport)
    if step != "ehlo":  # an EHLO that is refused is followed by a HELO
        assert caught.value.code == int(answer[:3])
    assert server.accepted == 0
    server.script[step] = {"data": "354 go", "greeting": "220 hi"}.get(step, "250 ok")
    send(transport)
    assert server.accepted == 1
    reused = step not in ("greeting", "ehlo") and not answer.startswith("421")
    assert server.connections == (1 if reused else 2)
    assert ("RSET" in server.heard) == reused


def test_an_interruption_gives_the_connection_up(
    smtp: Make,
    scripted: Callable[[Script], ScriptedServer],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = scripted({})
    transport = smtp(server.port)
    transport.open()

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(smtp_session.SmtpSession, "_read_reply", interrupt)
        with pytest.raises(KeyboardInterrupt):
            send(transport)
    send(transport)
    assert server.connections == 2


@pytest.mark.parametrize(
    "message", [b"a\nb\r\n", b"a\rb\r\n", b"a\r\r\n", b"a\r\n.\nMAIL FROM:<x>\r\n"]
)
def test_a_bare_cr_or_lf_never_leaves(
    smtp: Make, scripted: Callable[[Script], ScriptedServer], message: bytes
) -> None:
    server = scripted({})
    with pytest.raises(ConfigurationFailure, match="bare"):
        send(smtp(server.port), message=message)
    assert server.connections == 0


def test_an_address_with_a_line_break_never_leaves(
    smtp: Make, scripted: Callable[[Script], ScriptedServer]
) -> None:
    server = scripted({})
    with pytest.raises(PermanentFailure, match="not an address"):
        send(smtp(server.port), "a@x.org>\r\nRCPT TO:<b@x.org")
    assert not any("b@x.org" in line for line in server.heard)


def test_closing_does_not_hang_on_a_server_that_does(
    smtp: Make, scripted: Callable[[Script], ScriptedServer]
) -> None:
    server = scripted({"quit": "silence"})
    transport = smtp(server.port, timeout_seconds=0.2)
    transport.open()
    transport.close()
    transport.close()


def library_errors() -> list[Exception]:
    """Return all exceptions of the mail library, and those of the system."""
    library = yagmail.sender.smtplib
    errors: list[Exception] = []
    for name in dir(library):
        kind = getattr(library, name)
        if isinstance(kind, type) and issubclass(kind, Exception):
            if issubclass(kind, library.SMTPSenderRefused):
                errors.append(kind(550, b"no", "a@b"))
            elif issubclass(kind, library.SMTPResponseException):
                errors.append(kind(450, b"later"))
            elif issubclass(kind, library.SMTPRecipientsRefused):
                errors.append(kind({}))
            else:
                errors.append(kind("text"))
    return [
        *errors,
        OSError(5, "io"),
        TimeoutError("slow"),
        ConnectionResetError(104, "reset"),
        BrokenPipeError(32, "pipe"),
        socket.gaierror(socket.EAI_NONAME, "no such host"),
        socket.gaierror(socket.EAI_AGAIN, "try again"),
        ssl.SSLError(1, "wrong version number"),
        ssl.SSLEOFError(8, "eof"),
        ssl.SSLCertVerificationError("bad certificate"),
        ValueError("newline"),
        UnicodeEncodeError("ascii", "ключ", 0, 1, "no"),
    ]


@pytest.mark.parametrize("phase", list(Phase))
@pytest.mark.parametrize("error", library_errors(), ids=lambda error: type(error).__name__)
def test_nothing_foreign_gets_out(error: Exception, phase: Phase) -> None:
    with pytest.raises(PublisherError) as caught, smtp_session.translating(phase):
        raise error
    assert isinstance(caught.value, TransportError)
    assert caught.value.__cause__ is error
    assert "\n" not in str(caught.value)
    if phase is Phase.END and not caught.value.code:
        assert isinstance(caught.value, UnknownOutcome)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (socket.gaierror(socket.EAI_NONAME, "x"), ConfigurationFailure),
        (socket.gaierror(socket.EAI_AGAIN, "x"), TemporaryFailure),
        (ssl.SSLCertVerificationError("x"), ConfigurationFailure),
        (ssl.SSLEOFError(8, "x"), TemporaryFailure),
        (ConnectionRefusedError(111, "x"), TemporaryFailure),
        (TimeoutError("x"), TemporaryFailure),
    ],
)
def test_what_a_failed_connection_means(error: Exception, expected: type[TransportError]) -> None:
    assert type(translate(error, Phase.CONNECT)) is expected


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("[::1]", True),
        ("10.0.0.1", False),
        ("localhost.example.org", False),
        ("0.0.0.0", False),  # noqa: S104 - nothing listens there
    ],
)
def test_which_hosts_are_this_one(host: str, *, local: bool) -> None:
    assert login.is_this_host(host) == local


def test_the_time_out_of_a_send_covers_all_its_waits(smtp: Make) -> None:
    transport = smtp(1, timeout_seconds=600.0)
    assert 600 + 180 + 120 + 300 + 300 + 60 < transport.timeout_seconds < 3600
