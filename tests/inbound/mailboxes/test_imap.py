"""A real IMAP server: Debian's dovecot on this host, with a folder of its own."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest
from support.imap_server import Server, imap_server
from support.inbound_fixture import open_inbox

from publisher.errors import ConfigurationFailure, SourceError
from publisher.inbound.mailboxes.imap import ImapFolder, _folder_name

if TYPE_CHECKING:
    import imaplib
    from collections.abc import Iterator
    from pathlib import Path

    from support.inbound_fixture import InboxFixture


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with imap_server(tmp_path_factory.mktemp("dovecot")) as running:
        yield running


@pytest.fixture
def by_imap(server: Server, tmp_path: Path) -> Iterator[InboxFixture]:
    for path in (*(server.mail / "new").iterdir(), *(server.mail / "cur").iterdir()):
        path.unlink()
    (tmp_path / "mail").symlink_to(server.mail)
    section: dict[str, object] = {
        "host": "127.0.0.1",
        "port": server.port,
        "security": "none",
        "username": "keeper",
        "password": "secret",
        "since_days": 3650,
    }
    for inbox in open_inbox(tmp_path, section):
        # No name comes twice in a Maildir, and the server relies on it.
        inbox.host = tmp_path.name
        yield inbox


def names(folder: Path) -> list[str]:
    paths = [path.name for part in ("new", "cur") for path in (folder / part).iterdir()]
    return sorted(name.partition(":")[2] or "new" for name in paths)


def test_a_folder_by_imap(by_imap: InboxFixture) -> None:
    by_imap.write("reader@example.net", "subscribe nerf")
    by_imap.write("reader@example.net", "A question")
    by_imap.arrive(b"From: reader@example.net\r\nSubject: help\r\n\r\n" + b"x" * 1_000_000)
    assert by_imap.read() == {"subscribe": 1, "other": 1, "help": 1}
    assert len(by_imap.answers()) == 2
    assert sum("S" in name for name in names(by_imap.folder / "mail")) == 2
    assert by_imap.read() == {}
    by_imap.write("reader@example.net", "help", Message_ID="<later@example.net>")
    assert by_imap.read() == {"help": 1}


def folder_of(server: Server, inbox: InboxFixture, **options: Any) -> ImapFolder:
    def login(imap: imaplib.IMAP4) -> None:
        imap.login("keeper", options.pop("password", "secret"))

    values: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": server.port,
        "security": "none",
        "login": login,
        "folder": "INBOX",
        "handled_folder": "",
        "since_days": 3650,
        "position": inbox.store.mailbox,
        "timeout_seconds": 10.0,
    }
    return ImapFolder(**{**values, **options})


def test_handled_mails_move_to_a_new_folder(by_imap: InboxFixture, server: Server) -> None:
    by_imap.write("reader@example.net", "help")
    by_imap.write("reader@example.net", "A question")
    assert by_imap.read(folder_of(server, by_imap, handled_folder="处理 & done")) == {
        "help": 1,
        "other": 1,
    }
    assert len(names(server.mail)) == 1
    (moved,) = [path for path in server.mail.iterdir() if path.name.startswith(".&")]
    assert len(names(moved)) == 1
    shutil.rmtree(moved)


def test_a_mail_that_goes_away_meanwhile(by_imap: InboxFixture, server: Server) -> None:
    path = by_imap.write("reader@example.net", "help")
    folder = folder_of(server, by_imap)
    (mail,) = folder.unread()
    for gone in (path, *(server.mail / "cur").iterdir()):
        gone.unlink(missing_ok=True)
    assert folder.read(mail, 1000) in (None, b"")
    folder.mark_handled(mail)
    folder.close()


def test_what_goes_wrong_is_one_line(by_imap: InboxFixture, server: Server) -> None:
    with pytest.raises(SourceError, match="Nowhere"):
        folder_of(server, by_imap, folder="Nowhere")
    with pytest.raises(SourceError, match="refused"):
        folder_of(server, by_imap, port=1)
    with pytest.raises(SourceError, match="TLS"):
        folder_of(server, by_imap, security="starttls")
    with pytest.raises(ConfigurationFailure, match="needs"):
        folder_of(server, by_imap, host="imap.example.org")


@pytest.mark.parametrize(
    ("name", "quoted"),
    [
        ("INBOX", '"INBOX"'),
        ('a"b\\c', '"a\\"b\\\\c"'),
        ("R&D", '"R&-D"'),
        ("台北", '"&U,BTFw-"'),
        ("~peter/mail/日本語", '"~peter/mail/&ZeVnLIqe-"'),
    ],
)
def test_names_in_modified_utf_7(name: str, quoted: str) -> None:
    assert _folder_name(name) == quoted
