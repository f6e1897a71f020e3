"""A real Postfix on this host, with folders of its own: delivers into Maildirs, and bounces."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.inbound_fixture import ISSUE, LIST, open_inbox
from support.ports import free_port, listens
from support.program import until

from publisher.models import DeliveryState
from publisher.sender.delivery.deliver import deliver
from publisher.sender.delivery.options import DeliveryOptions
from publisher.sender.transports import create

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.inbound_fixture import InboxFixture

POSTFIX = shutil.which("postfix") or "/usr/sbin/postfix"
READERS = 40


@dataclass(frozen=True)
class Server:
    port: int
    mail: Path  # a Maildir for each reader, by name

    def arrived(self, name: str) -> list[Path]:
        folder = self.mail / name / "new"
        return list(folder.iterdir()) if folder.is_dir() else []


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    if not os.access(POSTFIX, os.X_OK) or os.getuid() != 0:
        pytest.skip("postfix is not installed, or this is not root, as its master has to be")
    # Its processes run as users of their own and have to get here.
    folder = Path(tempfile.mkdtemp(prefix="postfix"))
    folder.chmod(0o755)
    postfix = pwd.getpwnam("postfix")
    keeper = pwd.getpwnam("mail")
    for name, user in (
        ("config", 0),
        ("queue", 0),
        ("data", postfix.pw_uid),
        ("mail", keeper.pw_uid),
    ):
        (folder / name).mkdir()
        os.chown(folder / name, user, 0)
    port = free_port()
    config = folder / "config"
    (config / "main.cf").write_text(
        f"""\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.example.org
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
local_recipient_maps =
relay_domains =
default_transport = error:5.1.2 no mail leaves this host
maillog_file = {folder}/data/log
maillog_file_prefixes = {folder}
virtual_mailbox_domains = example.net, papers.example.org
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = texthash:{config}/mailboxes
virtual_uid_maps = static:{keeper.pw_uid}
virtual_gid_maps = static:{keeper.pw_gid}
virtual_minimum_uid = 1
# Unknown ones are taken first and bounced after, as a relay does it.
smtpd_reject_unlisted_recipient = no
""",
        encoding="utf-8",
    )
    names = [*(f"reader{number}" for number in range(READERS)), "list"]
    boxes = [f"{name}@example.net {name}/" for name in names] + [f"{LIST} list/"]
    (config / "mailboxes").write_text("\n".join(boxes) + "\n", encoding="utf-8")
    (config / "master.cf").write_text(
        f"""\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
""",
        encoding="utf-8",
    )
    started = subprocess.run([POSTFIX, "-c", str(config), "start"], capture_output=True, text=True)
    try:
        if started.returncode:
            pytest.skip(f"postfix does not run here: {started.stderr}")
        until(lambda: listens(port))
        yield Server(port, folder / "mail")
    finally:
        subprocess.run([POSTFIX, "-c", str(config), "stop"], capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def by_postfix(server: Server, tmp_path: Path) -> Iterator[InboxFixture]:
    for box in server.mail.iterdir():
        shutil.rmtree(box)
    yield from open_inbox(
        tmp_path,
        {"maildir": str(server.mail / "list")},
        transport="smtp",
        host="127.0.0.1",
        port=server.port,
        security="none",
    )


def test_an_issue_arrives_once_each_and_bounces_are_understood(
    by_postfix: InboxFixture, server: Server
) -> None:
    inbox = by_postfix
    readers = [f"reader{number}@example.net" for number in range(READERS)]
    gone = ["gone@example.net", "nowhere@no-such-host.invalid"]
    inbox.join(*readers, *gone)
    inbox.freeze()
    with create(inbox.settings) as one, create(inbox.settings) as two:
        report = deliver(
            ISSUE,
            inbox.store,
            [one, two],
            DeliveryOptions(envelope_sender=LIST, keys=inbox.store.keys, now=inbox.clock),
        )
    assert report.sent == READERS + 2
    until(
        lambda: (
            len(server.arrived("list")) == 2
            and all(server.arrived(f"reader{number}") for number in range(READERS))
        )
    )
    ids = set()
    for number in range(READERS):
        (path,) = server.arrived(f"reader{number}")
        data = path.read_bytes()
        assert f"To: reader{number}@example.net".encode() in data
        ids.add(next(line for line in data.splitlines() if line.startswith(b"Message-ID: ")))
    assert len(ids) == READERS
    assert inbox.read() == {"bounce, hard": 2}
    assert [bool(inbox.suppressed(email)) for email in (*gone, readers[0])] == [True, True, False]
    assert inbox.store.deliveries.counts(ISSUE)[DeliveryState.SENT] == READERS + 2


def test_a_conversation_by_real_mail(by_postfix: InboxFixture, server: Server) -> None:
    """Request, question, answer and welcome: each mail goes through the server."""
    import re
    import smtplib

    inbox = by_postfix

    def write(subject: str, *head: str) -> None:
        lines = [f"To: {LIST}", "From: reader1@example.net", f"Subject: {subject}", *head]
        lines.append(f"Message-ID: <{time.time_ns()}@example.net>")
        count = len(server.arrived("list"))
        with smtplib.SMTP("127.0.0.1", server.port) as smtp:
            smtp.sendmail("reader1@example.net", [LIST], "\r\n".join([*lines, "", "hello"]))
        until(lambda: len(server.arrived("list")) > count)

    def received(subject: bytes) -> bytes:
        until(lambda: any(subject in path.read_bytes() for path in server.arrived("reader1")))
        return next(
            data for path in server.arrived("reader1") if subject in (data := path.read_bytes())
        )

    write("subscribe nerf")
    assert inbox.read() == {"subscribe": 1}
    question = received(b"Auto-Submitted: auto-replied")
    message_id = re.search(rb"Message-ID: (<confirm\.[^>]+>)", question)
    assert message_id
    write("Re: your question", f"In-Reply-To: {message_id[1].decode()}")
    assert inbox.read() == {"confirm": 1}
    assert inbox.status("reader1@example.net") == "active"
    received(b"Message-ID: <welcome.")
