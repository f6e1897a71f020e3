from __future__ import annotations

import base64
import imaplib
import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest

from publisher.errors import ConfigurationFailure
from publisher.inbound.mailboxes.credentials import access_token, login_of
from publisher.settings import load

if TYPE_CHECKING:
    from collections.abc import Iterator

APP = {"client_id": "a", "client_secret": "b", "refresh_token": "c"}


class Connection:
    """Records the logins that a server would get."""

    def __init__(self) -> None:
        self.heard: list[Any] = []

    def login(self, *credentials: str) -> None:
        self.heard.append(credentials)

    def authenticate(self, mechanism: str, answer: Any) -> None:
        self.heard.append((mechanism, answer(b"")))


def heard(**inbox: object) -> Any:
    connection = Connection()
    mail = {"username": "keeper@example.org", "password": "of the mail"}
    login_of(load(None, {}, {"inbox": inbox, "mail": mail}))(connection)  # type: ignore[arg-type]
    return connection.heard[0]


def test_the_password_is_that_of_the_mail_unless_it_has_its_own() -> None:
    assert heard() == ('"keeper@example.org"', "of the mail")
    own = heard(username='a"b', password="own")
    assert own == ('"a\\"b"', "own")


@pytest.mark.parametrize("missing", ["username", "password"])
def test_a_missing_secret_is_an_error(missing: str) -> None:
    mail = {"username": "keeper", "password": "p"} | {missing: ""}
    with pytest.raises(ConfigurationFailure, match=f"inbox.{missing}: is not set"):
        login_of(load(None, {}, {"mail": mail}))


@pytest.fixture
def provider() -> Iterator[tuple[str, list[dict[str, list[str]]]]]:
    """A token endpoint as RFC 6749 has it, on this host."""
    asked: list[dict[str, list[str]]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            asked.append(parse_qs(self.rfile.read(length).decode()))
            good = asked[-1]["refresh_token"] == ["c"]
            body = json.dumps({"access_token": "fresh"} if good else {"error": "c was said"})
            self.send_response(200 if good else 400)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/token", asked
    server.shutdown()
    thread.join()
    server.server_close()


def test_oauth2(provider: tuple[str, list[dict[str, list[str]]]], tmp_path: Any) -> None:
    uri, asked = provider
    path = tmp_path / "oauth.json"
    path.write_text(json.dumps({**APP, "token_uri": uri}), encoding="utf-8")
    mechanism, answer = heard(oauth2_file=str(path))
    assert (mechanism, answer) == (
        "XOAUTH2",
        b"user=keeper@example.org\x01auth=Bearer fresh\x01\x01",
    )
    assert asked[0]["grant_type"] == ["refresh_token"]
    with pytest.raises(ConfigurationFailure, match="no access token: HTTPStatusError") as caught:
        access_token(json.dumps({**APP, "refresh_token": "wrong", "token_uri": uri}))
    assert "was said" not in str(caught.value)
    for text in ("", "[]", "{}", json.dumps({"client_id": "a"})):
        with pytest.raises(ConfigurationFailure, match="must be JSON"):
            access_token(text)


class ImapServer:
    """Takes one name and password, by LOGIN with literals or quoted strings, or by PLAIN."""

    def __init__(self, capabilities: str, username: str, password: str) -> None:
        self.capabilities, self.right = capabilities, (username.encode(), password.encode())
        self.tried: list[tuple[bytes, bytes]] = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self) -> None:
        connection, _ = self.socket.accept()
        with connection, connection.makefile("rwb", buffering=0) as stream:
            stream.write(b"* OK hello\r\n")
            for line in stream:
                tag, command, *arguments = line.rstrip(b"\r\n").split(b" ", 2)
                if command == b"CAPABILITY":
                    stream.write(f"* CAPABILITY IMAP4rev1 {self.capabilities}\r\n".encode())
                elif command in (b"LOGIN", b"AUTHENTICATE"):
                    self.tried.append(self.read(stream, command, arguments[0]))
                    if self.tried[-1] != self.right:
                        stream.write(tag + b" NO [AUTHENTICATIONFAILED] wrong\r\n")
                        continue
                elif command == b"LOGOUT":
                    stream.write(b"* BYE\r\n" + tag + b" OK\r\n")
                    return
                stream.write(tag + b" OK done\r\n")

    def read(self, stream: Any, command: bytes, arguments: bytes) -> tuple[bytes, bytes]:
        if command == b"AUTHENTICATE":
            stream.write(b"+ \r\n")
            _, username, password = base64.b64decode(stream.readline()).split(b"\0")
            return username, password
        if arguments.startswith(b"{"):
            values = []
            while arguments.endswith(b"}"):
                size = int(arguments.rpartition(b"{")[2][:-1])
                stream.write(b"+ go\r\n")
                values.append(stream.read(size))
                arguments = stream.readline().rstrip(b"\r\n")
            return values[0], values[1]
        username, password = arguments.split(b" ", 1)
        return username.strip(b'"'), password.strip(b'"')


@pytest.mark.parametrize("capabilities", ["AUTH=PLAIN", ""])
@pytest.mark.parametrize(
    ("username", "password", "typed"),
    [
        ("keeper", "ключ от ящика", "ключ от ящика"),
        ("用户@example.org", "密码", "密码\n"),
        ("keeper", "abcdefghijklmnop", "abcd\u00a0efgh\u00a0ijkl\u00a0mnop"),
        ("keeper", "four word pass code", "four word pass code"),
        ("keeper", "plain", "plain"),
    ],
)
def test_a_password_of_any_script_logs_in(
    capabilities: str, username: str, password: str, typed: str
) -> None:
    server = ImapServer(capabilities, username, password)
    settings = load(None, {}, {"inbox": {"username": username, "password": typed}})
    imap = imaplib.IMAP4("127.0.0.1", server.socket.getsockname()[1], timeout=10)
    login_of(settings)(imap)
    assert (imap.state, server.tried[-1]) == ("AUTH", server.right)
    imap.logout()
    server.socket.close()


@pytest.mark.parametrize("capabilities", ["AUTH=PLAIN", ""])
def test_a_refused_password_names_the_setting(capabilities: str) -> None:
    server = ImapServer(capabilities, "keeper", "right")
    settings = load(None, {}, {"inbox": {"username": "keeper", "password": "my\u00a0word"}})
    imap = imaplib.IMAP4("127.0.0.1", server.socket.getsockname()[1], timeout=10)
    with pytest.raises(imaplib.IMAP4.error, match=r"wrong .*inbox\.password holds U\+00A0"):
        login_of(settings)(imap)
    imap.logout()
    server.socket.close()


@pytest.mark.parametrize("password", ["p\udce4ss", "p\0ss"])
def test_what_no_server_can_be_sent_names_the_setting(password: str) -> None:
    settings = load(None, {}, {"inbox": {"username": "keeper", "password": password}})
    with pytest.raises(ConfigurationFailure, match=r"inbox\.password: "):
        login_of(settings)


def test_a_file_that_is_missing_is_an_error(tmp_path: Any) -> None:
    with pytest.raises(ConfigurationFailure, match="oauth2_file"):
        heard(oauth2_file=str(tmp_path / "none.json"))
