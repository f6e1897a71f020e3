"""A real IMAP server: Debian's dovecot on this host, with a folder of its own."""

from __future__ import annotations

import getpass
import grp
import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.ports import free_port, listens
from support.program import until

if TYPE_CHECKING:
    from collections.abc import Iterator

DOVECOT = shutil.which("dovecot") or "/usr/sbin/dovecot"


@dataclass(frozen=True)
class Server:
    port: int
    mail: Path  # its Maildir, the folder INBOX


@contextmanager
def imap_server(folder: Path) -> Iterator[Server]:
    """Run dovecot with its settings in `folder`, or skip the test where there is none."""
    if not os.access(DOVECOT, os.X_OK):
        pytest.skip("dovecot is not installed")
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
