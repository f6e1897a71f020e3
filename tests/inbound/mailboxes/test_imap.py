"""A real IMAP server: Debian's dovecot on this host, with a folder of its own."""

from __future__ import annotations

import getpass
import grp
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.inbound_fixture import open_inbox
from support.ports import free_port, listens
from support.program import until

from publisher.errors import ConfigurationFailure, SourceError
from publisher.inbound.mailboxes.imap import ImapFolder, _folder_name

if TYPE_CHECKING:
    import imaplib
    from collections.abc import Iterator

    from support.inbound_fixture import InboxFixture

DOVECOT = shutil.which("dovecot") or "/usr/sbin/dovecot"


@dataclass(frozen=True)
class Server:
    port: int
    mail: Path  # its Maildir, the folder INBOX


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    if not os.access(DOVECOT, os.X_OK):
        pytest.skip("dovecot is not installed")
    folder = tmp_path_factory.mktemp("dovecot")
    port = free_port()
    # Under root its own processes want users of their own, and a way to their sockets.
    root = os.getuid() == 0
    login, internal, group = (
        ("dovenull", "dovecot", "dovecot") if root else (getpass.getuser(),) * 2 + (_group(),)
    )
    run = Path(tempfile.mkdtemp(prefix="imap"))
    run.chmod(0o755)
    keeper = pwd.getpwnam("mail") if root else pwd.getpwuid(os.getuid())
    mail = run / "mail"
    for part in ("", "new", "cur", "tmp"):
        (mail / part).mkdir()
        os.chown(mail / part, keeper.pw_uid, keeper.pw_gid)
    config = folder / "dovecot.conf"
    config.write_text(
        f"""\
base_dir = {run}/run
state_dir = {run}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_login_user = {login}
default_internal_user = {internal}
default_internal_group = {group}
first_valid_uid = 1
first_valid_gid = 0
mail_location = maildir:{mail}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid={keeper.pw_uid} gid={keeper.pw_gid} home={run}
}}
""",
        encoding="utf-8",
    )
    process = subprocess.Popen(
        [DOVECOT, "-F", "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        _wait_for(port, process, folder / "log")
        yield Server(port, mail)
    finally:
        process.terminate()
        process.communicate(timeout=120)
        shutil.rmtree(run, ignore_errors=True)


def _group() -> str:
    return grp.getgrgid(os.getgid()).gr_name


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until(lambda: listens(port) or process.poll() is not None)
    if process.returncode is not None:
        errors = process.stderr.read().decode() if process.stderr else ""
        pytest.skip(f"dovecot does not run here: {errors}{log.read_text() if log.exists() else ''}")


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
