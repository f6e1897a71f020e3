"""`publisher inbox`, and the way to it on the landing page."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., subprocess.CompletedProcess[str]]


def test_without_a_mailbox(publisher: Run, tmp_path: Path) -> None:
    refused = publisher("inbox", code=1)
    assert "there is no mailbox" in refused.stderr
    missing = publisher("inbox", code=1, PUBLISHER_INBOX__MAILDIR=str(tmp_path / "none"))
    assert "No such file" in missing.stderr
    both = publisher(
        "inbox", code=1, PUBLISHER_INBOX__MAILDIR="mail", PUBLISHER_INBOX__HOST="imap.example.org"
    )
    assert "either a Maildir or a server" in both.stderr


def test_a_reader_comes_by_mail(publisher: Run, tmp_path: Path, examples: Path) -> None:
    variables = {
        "PUBLISHER_INBOX__MAILDIR": "mail",
        "PUBLISHER_SOURCE__FOLDERS": str(examples),
        "PUBLISHER_SITE__LANGUAGE": "zh-CN",
    }
    for part in ("new", "cur", "tmp"):
        (tmp_path / "mail" / part).mkdir(parents=True)
    assert publisher("inbox", **variables).stdout == "inbox: nothing new\n"
    publisher("build", **variables)
    page = (tmp_path / "paper-site" / "index.html").read_text(encoding="utf-8")
    link = re.search(r'href="mailto:newsletter@localhost\?subject=([^"]+)"', page)
    assert link
    assert link[1] == "%E8%AE%A2%E9%98%85", "the word in the list's language"

    (tmp_path / "mail" / "new" / "1.host").write_bytes(
        "From: ada@example.org\nSubject: 订阅 NeRF、医学图像/分割\n\n".encode()
    )
    done = publisher("inbox", **variables)
    assert done.stdout == "inbox: 1 subscribe\n"
    assert "1 mail sent" in done.stderr
    (path,) = (tmp_path / ".publisher" / "outbox").glob("*.eml")
    asked = message_from_bytes(path.read_bytes(), policy=policy.default)
    (tmp_path / "mail" / "new" / "2.host").write_text(
        f"From: ada@example.org\nSubject: Re: x\nIn-Reply-To: {asked['Message-ID']}\n\n好\n",
        encoding="utf-8",
    )
    assert publisher("inbox", **variables).stdout == "inbox: 1 confirm\n"
    listed = publisher("subscribers", "list").stdout
    assert listed == "ada@example.org\tactive\tnerf, yixuetuxiang-fenge\n"


def test_the_page_is_silent_without_a_mailbox(
    publisher: Run, tmp_path: Path, examples: Path
) -> None:
    publisher("build", "--source", examples)
    assert "mailto:" not in (tmp_path / "paper-site" / "index.html").read_text(encoding="utf-8")
