"""`publisher subscribers`: what concerns one person, and asking by mail."""

from __future__ import annotations

import json
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., subprocess.CompletedProcess[str]]

INBOX = {"PUBLISHER_INBOX__MAILDIR": "mail"}


def mails(folder: Path) -> list[tuple[str, str]]:
    found = []
    for path in sorted((folder / ".publisher" / "outbox").glob("*.eml")):
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        text = message.get_body(("plain",))
        assert text is not None
        found.append((str(message["To"]), text.get_content()))
    return found


def test_a_person_is_asked_by_mail(publisher: Run, tmp_path: Path, examples: Path) -> None:
    source = {"PUBLISHER_SOURCE__FOLDERS": str(examples)}
    publisher("subscribers", "add", "ada@example.org", "--topic", "NeRF", **source)
    refused = publisher("subscribers", "invite", "ada@example.org", code=1, **source)
    assert "nobody could confirm" in refused.stderr
    publisher("subscribers", "invite", "ada@example.org", **source, **INBOX)
    ((to, text),) = mails(tmp_path)
    assert to == "ada@example.org"
    assert "主题：NeRF" in text
    assert "mailto:newsletter@localhost?subject=confirm%20" in text
    publisher("subscribers", "confirm", "ada@example.org")
    publisher("subscribers", "invite", "ada@example.org", code=1, **source, **INBOX)


def test_both_languages_and_a_link(publisher: Run, tmp_path: Path) -> None:
    web = {"PUBLISHER_WEB__URL": "https://papers.example.org/list"}
    publisher("subscribers", "add", "ada@example.org", "--language", "both")
    publisher("subscribers", "invite", "ada@example.org", **web)
    ((_, text),) = mails(tmp_path)
    assert text.index("如需确认") < text.index("To confirm, open this page")
    assert text.count("https://papers.example.org/list/confirm/") == 2
    assert "mailto:" not in text


def test_an_import_asks_only_when_told_to(publisher: Run, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(
        "email,confirmed_at\nada@example.org,2024-05-01\nbo@example.org,\ncy@example.org,\n",
        encoding="utf-8",
    )
    publisher("subscribers", "suppress", "cy@example.org", "--note", "asked on the phone")
    first = publisher("subscribers", "import", "in.csv", **INBOX)
    assert first.stdout == (
        "3 added, 0 confirmed, 0 already on the list, 0 rejected\n1 became active, 2 pending\n"
    )
    assert not (tmp_path / ".publisher" / "outbox").exists()
    again = publisher("subscribers", "import", "in.csv", "--invite", **INBOX)
    assert "1 mail sent" in again.stderr
    assert [to for to, _ in mails(tmp_path)] == ["bo@example.org"]


def test_pause_resume_suppress_show(publisher: Run) -> None:
    publisher("subscribers", "add", "ada@example.org", "--confirmed", "--note", "on paper")
    publisher("subscribers", "pause", "ada@example.org", "--until", "2030-01-01")
    assert "\tpaused\t" in publisher("subscribers", "list").stdout
    publisher("subscribers", "pause", "ada@example.org", "--until", "soon", code=1)
    publisher("subscribers", "resume", "ada@example.org")
    publisher("subscribers", "resume", "ada@example.org", code=1)
    publisher("subscribers", "suppress", "ada@example.org")
    held = json.loads(publisher("subscribers", "show", "ada@example.org").stdout)
    assert held["subscriber"]["status"] == "active"
    assert [line["action"] for line in held["consent"]] == [
        *("added", "confirmed", "paused", "resumed", "suppressed")
    ]
    assert held["suppression"][0]["reason"] == "by hand"
    lifted = publisher("subscribers", "suppress", "ada@example.org", "--lift")
    assert lifted.stdout == "ada@example.org gets mail again\n"
