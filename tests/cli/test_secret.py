"""`publisher secret`."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

COMMAND = (sys.executable, "-m", "publisher", "secret")


def secret(
    folder: Path, *arguments: str, text: bytes = b"", well: bool = True
) -> subprocess.CompletedProcess[bytes]:
    done = subprocess.run([*COMMAND, *arguments], cwd=folder, input=text, capture_output=True)
    assert (done.returncode == 0) == well, done.stderr
    return done


def test_a_piped_secret_is_kept_listed_and_removed(tmp_path: Path) -> None:
    path = tmp_path / ".publisher/secrets/mail.password"
    done = secret(tmp_path, "mail.password", text=b"abcd efgh\n")
    assert path.read_text() == "abcd efgh\n"
    assert str(path) in done.stdout.decode()
    assert b"abcd" not in done.stdout + done.stderr
    assert b"mail.password: kept\n" in secret(tmp_path).stdout
    assert b"inbox.password: not kept\n" in secret(tmp_path).stdout
    secret(tmp_path, "mail.password", "--remove")
    assert not path.exists()
    assert b"is not kept" in secret(tmp_path, "mail.password", "--remove", well=False).stderr


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("mail.host", b"x", b"is no secret; there are gather.model.api_key, mail.password"),
        ("mail.password", b"", b"nothing was given; it was not changed"),
        ("mail.password", b"\xff\xfe\n", b"is not UTF-8"),
    ],
)
def test_what_can_not_be_kept(tmp_path: Path, name: str, text: bytes, reason: bytes) -> None:
    assert reason in secret(tmp_path, name, text=text, well=False).stderr
    assert not (tmp_path / ".publisher").exists()


def test_a_typed_secret_is_not_shown(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, "mail.password"],
        cwd=tmp_path,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,  # getpass takes the terminal of the tests otherwise
    ) as process:
        os.close(theirs)
        shown = read_until(ours, b"not shown")
        os.write(ours, b"hush hush\n")
        shown += read_until(ours, b"only you can read")
        assert process.wait(30) == 0
    os.close(ours)
    assert b"hush" not in shown
    assert (tmp_path / ".publisher/secrets/mail.password").read_text() == "hush hush\n"


def read_until(terminal: int, end: bytes) -> bytes:
    text = b""
    while end not in text:
        text += os.read(terminal, 1000)
    return text
