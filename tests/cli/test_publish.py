"""The main job from end to end: digests in, one message for each subscriber out."""

from __future__ import annotations

import email
import email.policy
import os
import re
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from support.smtp_sink import Sink, mail_server

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import EmailMessage
    from pathlib import Path

    Run = Callable[..., subprocess.CompletedProcess[str]]

PEOPLE = [
    ("ada@example.org", ["--topic", "NeRF"]),
    ("bo@example.org", ["--topic", "3DGS", "--topic", "talking-head-generation"]),
    ("cy@example.org", []),
]


def subscribe(publisher: Run, people: list[tuple[str, list[str]]] = PEOPLE) -> None:
    for address, topics in people:
        publisher("subscribers", "add", address, *topics)
        publisher("subscribers", "confirm", address)


def parsed(data: bytes) -> EmailMessage:
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert not message.defects
    return message


def check_message(message: EmailMessage, address: str) -> None:
    assert message["To"].addresses[0].addr_spec == address
    assert message["From"]
    assert message["Date"]
    assert re.fullmatch(r"<[^<>@\s]+@[^<>@\s]+>", message["Message-ID"])
    assert re.search(r"<[a-z0-9.-]+>$", message["List-Id"])
    assert "mailto:" in message["List-Unsubscribe"]
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    plain, marked_up = text.get_content(), html.get_content()
    assert not re.search(r"</?(div|p|table|td|a|style)\b", plain), "HTML in the text part"
    assert "arxiv.org/abs/" in plain
    assert "unsubscribe" in plain
    assert max(len(x) for x in plain.splitlines() if "://" not in x and "mailto:" not in x) <= 78
    assert re.search(r'<(td|p|h1|h2|a)[^>]* style="[^"]+"', marked_up), "styles are inlined"
    assert "unsubscribe-token" not in plain + marked_up, "a placeholder was left"


@pytest.mark.parametrize("source", ["examples", "corpus"])
def test_three_people_three_messages(
    publisher: Run, tmp_path: Path, source: str, request: pytest.FixtureRequest
) -> None:
    folder = request.getfixturevalue(source)
    subscribe(publisher)
    people = PEOPLE
    if source == "corpus":  # the newest week of the corpus has other topics
        for address, topics in [("ada@example.org", "NeRF"), ("bo@example.org", "3DGS")]:
            publisher("subscribers", "remove", address)
            publisher("subscribers", "add", address, "--topic", topics, "--confirmed")
    publisher("publish", "--source", folder)
    assert (tmp_path / "paper-site" / "atom.xml").is_file()
    assert list((tmp_path / "paper-site" / "issues").glob("2024-W*.html"))
    messages = [
        parsed(path.read_bytes()) for path in (tmp_path / ".publisher" / "outbox").glob("*.eml")
    ]
    by_address = {message["To"].addresses[0].addr_spec: message for message in messages}
    assert len(messages) == len(by_address) >= 2
    for address, message in by_address.items():
        check_message(message, address)
    bodies = {message.get_body(("html",)).get_content() for message in messages}
    assert len(bodies) == len(messages), "different topics, different messages"
    assert {address for address, _ in people} >= set(by_address)

    again = publisher("publish", "--source", folder)
    assert "no issue is due" in again.stderr
    assert len(list((tmp_path / ".publisher" / "outbox").glob("*.eml"))) == len(messages)


def test_through_a_real_server(publisher: Run, examples: Path) -> None:
    subscribe(publisher)
    sink = Sink()
    with mail_server(sink) as variables:
        publisher("publish", "--source", examples, **variables)
        publisher("publish", "--source", examples, **variables)
    got = dict(sink.got)
    assert len(got) == len(sink.got) >= 2
    for address, data in sink.got:
        check_message(parsed(data), address)


@pytest.mark.parametrize("transport", ["outbox", "smtp"])
def test_killed_between_two_messages(
    publisher: Run, examples: Path, tmp_path: Path, transport: str
) -> None:
    people = [(f"reader{n}@example.org", []) for n in range(12)]
    lines = ["email,confirmed_at", *(f"{address},2024-01-01" for address, _ in people)]
    (tmp_path / "people.csv").write_text("\n".join(lines))
    publisher("subscribers", "import", "people.csv")
    sink = Sink()
    with mail_server(sink) as server:
        variables = {} if transport == "outbox" else server
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PUBLISHER_")}
        process = subprocess.Popen(
            [sys.executable, "-m", "publisher", "publish", "--source", str(examples)],
            cwd=tmp_path,
            env=environment | variables,
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )

        def received() -> int:
            done = len(list((tmp_path / ".publisher" / "outbox").glob("*.eml")))
            return done if transport == "outbox" else len(sink.got)

        while received() < 3 and process.poll() is None:
            pass  # the next messages are a matter of milliseconds
        process.send_signal(signal.SIGSTOP)
        # Between two messages: the outcome of the last one is on disk, or will be found out.
        process.send_signal(signal.SIGKILL)
        process.wait()
        stopped_at = received()
        assert stopped_at >= 3
        status = publisher("status", **variables).stdout
        publisher_result = subprocess.run(
            [sys.executable, "-m", "publisher", "publish", "--source", str(examples)],
            cwd=tmp_path,
            env=environment | variables,
            capture_output=True,
            text=True,
        )
        if transport == "smtp":
            addresses = [address for address, _ in sink.got]
        else:
            files = (tmp_path / ".publisher" / "outbox").glob("*.eml")
            addresses = [parsed(f.read_bytes())["To"].addresses[0].addr_spec for f in files]
    assert len(addresses) == len(set(addresses)), "nobody has two"
    missing = {address for address, _ in people} - set(addresses)
    if missing:  # killed inside of messages: nobody can know, so it is said and not sent again
        assert len(missing) <= 4, status  # one for each connection
        assert "in doubt" in publisher_result.stdout
    else:
        assert set(addresses) == {address for address, _ in people}


def test_dry_run_and_test_copy_change_nothing(
    publisher: Run, examples: Path, tmp_path: Path
) -> None:
    subscribe(publisher)
    foretold = publisher("send", "--dry-run", "--source", examples).stdout
    assert "would go to 3 subscribers by outbox" in foretold or "would go to 2" in foretold
    assert not (tmp_path / ".publisher" / "outbox").exists()
    publisher("send", "--to", "me@example.org", "--source", examples)
    (copy,) = (tmp_path / ".publisher" / "outbox").glob("*.eml")
    check_message(parsed(copy.read_bytes()), "me@example.org")
    assert "issues: none yet" in publisher("status").stdout


def test_nobody_subscribed_keeps_the_issue(publisher: Run, examples: Path) -> None:
    assert "nobody is subscribed" in publisher("publish", "--source", examples).stderr
    subscribe(publisher)
    assert "sent" in publisher("publish", "--source", examples).stdout


def test_preview(publisher: Run, examples: Path, tmp_path: Path) -> None:
    subject = publisher("preview", "--source", examples).stdout.splitlines()[0]
    html, text, eml = (
        tmp_path / ".publisher" / "preview" / f"2024-W49.{kind}" for kind in ("html", "txt", "eml")
    )
    message = parsed(eml.read_bytes())
    assert message["Subject"] == subject
    assert "<html" in html.read_text(encoding="utf-8")
    assert "arxiv.org/abs/" in text.read_text(encoding="utf-8")
    assert "2024-W48" in publisher("preview", "--issue", "2024-W48", "--source", examples).stdout
    choice = ("--language", "en", "--length", "long", "--frequency", "daily")
    daily = publisher("preview", "daily", *choice, "--source", examples).stdout
    assert re.search(r"daily/\d{4}-\d\d-\d\d\.eml", daily)
    assert "Abstract" in next((tmp_path / "daily").glob("*.txt")).read_text(encoding="utf-8")
    wrong = publisher("preview", "--topic", "nosuch", "--source", examples, code=1)
    assert "no such topic" in wrong.stderr


def test_demo_runs_twice(publisher: Run, tmp_path: Path) -> None:
    first = publisher("demo")
    assert "3 sent" in first.stdout
    second = publisher("demo")
    assert "no issue is due" in second.stderr
    assert len(list((tmp_path / "outbox" / "mail").glob("*.eml"))) == 3


def test_a_server_that_is_not_there_is_said_and_tried_again(publisher: Run, examples: Path) -> None:
    subscribe(publisher)
    sink = Sink()
    with mail_server(sink) as variables:
        nowhere = variables | {"PUBLISHER_MAIL__PORT": "1"}
        failed = publisher("publish", "--source", examples, code=1, **nowhere)
        assert "refused" in failed.stderr.lower()
        assert not sink.got
        time.sleep(0.01)
        publisher("publish", "--source", examples, **variables)
        assert len(sink.got) >= 2


def test_subscribers_in_a_repository_are_warned_of(
    publisher: Run, examples: Path, tmp_path: Path
) -> None:
    def git(*arguments: str) -> str:
        command = ["git", "-C", str(tmp_path), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    git("init", "-q")
    publisher("init")
    (tmp_path / "digests").symlink_to(examples)
    publisher("subscribers", "add", "ada@example.org", "--confirmed")
    publisher("preview")
    assert "S10" not in publisher("publish").stderr
    git("add", "-A")
    assert not [
        name
        for name in git("ls-files").split()
        if "publisher" in name.split("/")[0][1:] and name != "publisher.toml"
    ]

    git("add", "-f", ".publisher/publisher.db")
    for command in ("build", "publish", "preflight"):
        done = publisher(command, *(() if command != "preflight" else ("--issue", "2024-W49")))
        text = done.stdout + done.stderr
        assert f"{tmp_path}/.publisher/publisher.db: S101 private data" in text, command
        assert text.count("S101") == 1
