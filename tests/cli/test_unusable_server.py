from __future__ import annotations

import re
import shutil
import socket
from contextlib import suppress
from datetime import UTC, datetime
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from conftest import EXAMPLES

from publisher.store.database import open_store

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

NOW = datetime(2024, 12, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"PORT": "closed"}, r"stopped: 127\.0\.0\.1:\d+: connecting: .*\(is mail\.port right\?\)"),
        ({"HOST": "nowhere.invalid", "SECURITY": "ssl"}, r"stopped: nowhere\.invalid:\d+: connec"),
        ({"USERNAME": "me@gmail.com"}, r"stopped: mail\.password: is not set, and mail\.username"),
        ({"SECURITY": "ssl", "PASSWORD": "x"}, r"stopped: .*\(is mail\.security right for this"),
    ],
)
def test_a_server_that_can_not_be_used_is_one_clear_line(
    publisher: Callable[..., subprocess.CompletedProcess[str]],
    tmp_path: Path,
    settings: dict[str, str],
    said: str,
) -> None:
    with socket.socket() as taken, socket.create_server(("127.0.0.1", 0)) as server:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        closed = str(taken.getsockname()[1])
        Thread(target=_greet, args=(server,), daemon=True).start()
        mail = {"TRANSPORT": "smtp", "HOST": "127.0.0.1", "SECURITY": "none"}
        mail["FROM_ADDRESS"] = "news@example.org"
        mail |= {"PORT": str(server.getsockname()[1])} | settings
        if mail["PORT"] == "closed":
            mail["PORT"] = closed
        variables = {f"PUBLISHER_MAIL__{name}": value for name, value in mail.items()}
        shutil.copytree(EXAMPLES, tmp_path / "digests")
        (tmp_path / "publisher.toml").write_text('[site]\nurl = "https://papers.example.org/"\n')
        with open_store(f"sqlite:///{tmp_path}/.publisher/publisher.db") as store:
            store.subscribers.add("a@example.org", "", (), now=NOW)
            store.subscribers.confirm("a@example.org", now=NOW)
        done = publisher("send", "--force", code=1, **variables)
    (line,) = [line for line in done.stderr.splitlines() if "stopped: " in line] or [done.stderr]
    assert re.search(said, line), line


def _greet(server: socket.socket) -> None:
    with suppress(OSError):
        connection, _ = server.accept()
        with connection:
            connection.sendall(b"220 hello\r\n")
            connection.recv(100)
