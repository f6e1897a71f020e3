from __future__ import annotations

import json
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


def test_a_file_that_is_missing_is_an_error(tmp_path: Any) -> None:
    with pytest.raises(ConfigurationFailure, match="oauth2_file"):
        heard(oauth2_file=str(tmp_path / "none.json"))
