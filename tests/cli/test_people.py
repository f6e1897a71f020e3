"""`publisher subscribers`: what concerns one person, and asking by mail."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

from publisher.store.database import open_store

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
    assert "Topics: NeRF" in text
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
    assert held["subscriber"]["status"] == "suppressed"
    assert [line["action"] for line in held["consent"]] == [
        *("added", "confirmed", "paused", "resumed", "suppressed")
    ]
    assert held["suppression"][0]["reason"] == "by hand"
    lifted = publisher("subscribers", "suppress", "ada@example.org", "--lift")
    assert lifted.stdout == "ada@example.org gets mail again\n"


def test_whoever_gets_no_mail_is_shown_with_the_reason_and_may_get_mail_again(
    publisher: Run, tmp_path: Path
) -> None:
    """A mailbox that refused an issue for good, and one that complained."""
    for email in ("ada@example.org", "bo@example.org", "cy@example.org"):
        publisher("subscribers", "add", email, "--confirmed", "--note", "in person")
    now = datetime.now(UTC)
    with open_store(f"sqlite:///{tmp_path}/.publisher/publisher.db") as store:
        store.suppressions.add("bo@example.org", "bounced: 550 5.1.1 no such user", now=now)
        store.suppressions.add("cy@example.org", "complained: this is spam", now=now)
    status = publisher("status").stdout
    assert "1 active" in status
    assert "2 suppressed" in status
    assert "suppressed: bo@example.org: bounced: 550 5.1.1 no such user" in status
    assert "suppress --lift" in status
    state = json.loads(publisher("status", "--json").stdout)
    assert (state["subscribers"]["active"], state["subscribers"]["suppressed"]) == (1, 2)
    assert {row["email"] for row in state["suppressed"]} == {"bo@example.org", "cy@example.org"}
    listed = publisher("subscribers", "list").stdout.splitlines()
    assert listed[0] == "ada@example.org\tactive\tall topics"
    assert listed[1].split("\t")[1:] == [
        *("suppressed", "all topics", "bounced: 550 5.1.1 no such user")
    ]
    only = publisher("subscribers", "list", "--status", "suppressed").stdout
    assert [line.split("\t")[0] for line in only.splitlines()] == [
        *("bo@example.org", "cy@example.org")
    ]
    held = json.loads(publisher("subscribers", "show", "bo@example.org").stdout)
    assert held["subscriber"]["status"] == "suppressed"
    publisher("subscribers", "export", "out.csv")
    exported = (tmp_path / "out.csv").read_text(encoding="utf-8")
    assert exported.count('"suppressed"') == 2
    # In another store they get nothing either, whatever their confirmation says.
    again = {"PUBLISHER_STORE__URL": "sqlite:///other.db"}
    refused = publisher("subscribers", "import", "out.csv", code=1, **again)
    assert refused.stdout.startswith("1 added")
    assert refused.stderr.count("suppressed") == 2
    resumed = publisher("subscribers", "resume", "bo@example.org", code=1)
    assert "550 5.1.1 no such user" in resumed.stderr
    assert "suppress --lift bo@example.org" in resumed.stderr

    (tmp_path / "back.csv").write_text("email,confirmed_at\nBO@example.org,2024-01-01\n")
    refused = publisher("subscribers", "import", "back.csv", code=1)
    assert "back.csv:2: suppressed: bounced: 550 5.1.1 no such user; not impo" in refused.stderr
    publisher("subscribers", "suppress", "di@example.org")
    added = publisher("subscribers", "add", "Di@example.org")
    assert "suppress --lift Di@example.org" in added.stderr
    assert "subscribers confirm" not in added.stderr
    publisher("subscribers", "erase", "di@example.org")

    lifted = publisher("subscribers", "suppress", "bo@example.org", "--lift", "--note", "typo")
    assert lifted.stdout == "bo@example.org gets mail again\n"
    assert "bo@example.org\tactive" in publisher("subscribers", "list").stdout
    assert "2 active" in publisher("status").stdout
    with open_store(f"sqlite:///{tmp_path}/.publisher/publisher.db") as store:
        entry = store.audit_log.recent_actions(limit=1)[0]
        assert (entry.operator, entry.action) == ("command line", "suppression lifted")
        assert store.consent_log.history("bo@example.org")[-1][1:] == ("gets mail again", "typo")


def test_every_change_is_told_as_json(publisher: Run) -> None:
    def told(*arguments: str, **variables: str) -> dict[str, object]:
        answer: dict[str, object] = json.loads(publisher(*arguments, "--json", **variables).stdout)
        return answer

    assert told("init")["written"] is True
    assert told("init")["written"] is False
    ada = "ada@example.org"
    assert told("subscribers", "add", ada)["status"] == "pending"
    web = {"PUBLISHER_WEB__URL": "https://papers.example.org/list"}
    assert told("subscribers", "invite", ada, **web) == {"invited": [ada], "waiting": 0}
    publisher("subscribers", "confirm", ada)
    paused = told("subscribers", "pause", ada, "--until", "2125-03-01")
    assert (paused["status"], str(paused["paused_until"])[:8]) == ("paused", "2125-03-")
    assert told("subscribers", "resume", ada)["status"] == "active"
    for lift, status in ((), "suppressed"), (("--lift",), "active"):
        for changed in (True, False):
            assert told("subscribers", "suppress", ada, *lift) == {
                "email": ada,
                "status": status,
                "suppressed": not lift,
                "changed": changed,
            }
    removed = told("subscribers", "remove", ada)
    assert (removed["status"], removed["changed"]) == ("unsubscribed", True)
    assert told("subscribers", "erase", ada) == {"erased": True, "suppressed": True}
    link = told("login", "--name", "Ada", **web)
    assert str(link["link"]).startswith("https://papers.example.org/list/operator/login/")
