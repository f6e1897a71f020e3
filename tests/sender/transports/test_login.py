from __future__ import annotations

import base64
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringError

from publisher.errors import ConfigurationFailure, TemporaryFailure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conftest import Script, ScriptedServer


Make = "Callable[..., SmtpTransport]"
TOKENS = {
    "email_address": "keeper@example.org",
    "google_client_id": "client",
    "google_client_secret": "shh",
    "google_refresh_token": "refresh",
}


class OneRing(KeyringBackend):
    priority = 1  # type: ignore[assignment]

    def __init__(self, passwords: dict[tuple[str, str], str] | None) -> None:
        super().__init__()
        self.passwords = passwords

    def get_password(self, service: str, username: str) -> str | None:
        if self.passwords is None:
            raise KeyringError("locked")
        return self.passwords.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError

    def delete_password(self, service: str, username: str) -> None:
        raise NotImplementedError


@pytest.fixture
def ring() -> Iterator[Callable[[dict[tuple[str, str], str] | None], None]]:
    before = keyring.get_keyring()
    yield lambda passwords: keyring.set_keyring(OneRing(passwords))
    keyring.set_keyring(before)


def test_the_password_comes_from_the_keyring(
    smtp: Make, scripted: Callable[[Script], ScriptedServer], ring: Any
) -> None:
    server = scripted({"ehlo": "250-hi\r\n250 AUTH PLAIN", "auth": "235 ok"})
    ring({("yagmail", "keeper"): "secret"})
    smtp(server.port, username="keeper", keyring=True).open()
    (command,) = [line for line in server.heard if line.startswith("AUTH")]
    assert base64.b64decode(command.split()[-1]) == b"\0keeper\0secret"


@pytest.mark.parametrize("passwords", [{}, None])
def test_a_keyring_without_it_is_an_error_and_never_a_prompt(
    smtp: Make, scripted: Callable[[Script], ScriptedServer], ring: Any, passwords: Any
) -> None:
    server = scripted({"ehlo": "250-hi\r\n250 AUTH PLAIN"})
    ring(passwords)
    with pytest.raises(ConfigurationFailure, match=r"mail\.keyring"):
        smtp(server.port, username="keeper", keyring=True).open()
    assert server.connections == 0


def test_a_secret_without_a_name(smtp: Make) -> None:
    with pytest.raises(ConfigurationFailure, match=r"mail\.username"):
        smtp(1, keyring=True).open()


@contextmanager
def token_server(status: int, answer: bytes) -> Iterator[tuple[str, list[bytes]]]:
    forms: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            forms.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/token", forms
        finally:
            server.shutdown()
            thread.join()


GOOD = b'{"access_token": "access", "expires_in": 3600}'


@pytest.mark.parametrize(
    ("auth", "status", "answer", "error"),
    [
        ("235 ok", 200, GOOD, None),
        ("535 5.7.8 no", 200, GOOD, ConfigurationFailure),
        ("334 eyJzdGF0dXMiOiI0MDAifQ==", 200, GOOD, ConfigurationFailure),
        ("235 ok", 400, b'{"error": "invalid_grant"}', ConfigurationFailure),
        ("235 ok", 503, b"", TemporaryFailure),
        ("235 ok", 200, b"not json", TemporaryFailure),
        ("235 ok", 200, b"[]", TemporaryFailure),
    ],
)
def test_login_by_the_file_that_yagmail_makes(
    smtp: Make,
    scripted: Callable[[Script], ScriptedServer],
    tmp_path: Path,
    auth: str,
    status: int,
    answer: bytes,
    error: type[Exception] | None,
) -> None:
    server = scripted({"auth": auth, "": "535 5.7.8 told you"})
    path = tmp_path / "oauth2.json"
    path.write_text(json.dumps(TOKENS))
    with token_server(status, answer) as (url, forms):
        transport = smtp(
            server.port, username="keeper@example.org", oauth2_file=path, token_url=url
        )
        if error is None:
            transport.open()
        else:
            with pytest.raises(error) as caught:
                transport.open()
            assert "refresh" not in str(caught.value)
            assert "logging in: " in str(caught.value)
    assert b"refresh_token=refresh" in forms[0]
    commands = [line for line in server.heard if line.startswith("AUTH")]
    if status == 200 and answer == GOOD:
        secret = base64.b64decode(commands[0].split()[-1])
        assert secret == b"user=keeper@example.org\x01auth=Bearer access\x01\x01"
    else:
        assert not commands


@pytest.mark.parametrize("text", [None, "{}", "[]", '{"installed": {}}', "not json"])
def test_a_token_file_that_can_not_serve_is_an_error_and_never_a_prompt(
    smtp: Make, scripted: Callable[[Script], ScriptedServer], tmp_path: Path, text: str | None
) -> None:
    path = tmp_path / "oauth2.json"
    if text is not None:
        path.write_text(text)
    server = scripted({})
    with pytest.raises(ConfigurationFailure, match=r"mail\.oauth2_file"):
        smtp(server.port, username="keeper@example.org", oauth2_file=path).open()


def test_plain_lines_to_another_host_have_to_be_asked_for(smtp: Make) -> None:
    with pytest.raises(ConfigurationFailure, match=r"mail\.plaintext"):
        smtp(25, host="192.0.2.1").open()
    with pytest.raises(TemporaryFailure):
        smtp(25, host="0.0.0.1", plaintext=True, timeout_seconds=0.2).open()
