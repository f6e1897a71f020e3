"""The whole chain from an empty folder: settings, digests from arXiv, feeds, pages, a mail."""

from __future__ import annotations

import email
import email.policy
import json
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import feedparser
from support.fake_arxiv import FakeArxiv, FakePaper
from support.fake_model import FakeModel
from support.program import MODULE, running
from support.smtp_sink import Sink, mail_server

from publisher.gather.arxiv.schedule import due_days

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., subprocess.CompletedProcess[str]]

NOW = datetime.now(UTC)
# The issue of the day before yesterday is due in any time zone.
OLDER = [day for day in due_days(NOW, NOW.date() - timedelta(days=9)) if day < NOW.date()][-2]
PAPERS = [
    FakePaper(f"2611.0000{number}", f"Gaussian splatting of {thing}")
    for number, thing in enumerate(("trees", "towns", "teapots"))
]


def addresses(arxiv: FakeArxiv) -> dict[str, str]:
    return {
        "PUBLISHER_GATHER__ARXIV_URL": arxiv.url,
        "PUBLISHER_GATHER__API_URL": arxiv.api_url,
        "PUBLISHER_GATHER__PAUSE_SECONDS": "0",
        "PUBLISHER_SITE__URL": "https://papers.example.org/",
        "PUBLISHER_NEWSLETTER__FREQUENCIES": "daily",
    }


def test_from_an_empty_folder_to_feeds_pages_and_a_mail(publisher: Run, tmp_path: Path) -> None:
    sink = Sink()
    with FakeArxiv(lambda: NOW) as arxiv, FakeModel() as model, mail_server(sink) as mail:
        arxiv.announce(OLDER, "cs.CV", *PAPERS, FakePaper("2611.00009", "Cooking rice"))
        where = addresses(arxiv) | mail
        start = time.perf_counter()
        publisher(
            *("init", "--arxiv", "cs.CV", "--keyword", "gaussian splatting"),
            *("--contact", "me@example.org", "--model-url", model.url, "--model-name", "fake"),
        )
        publisher("gather", "--since", OLDER.isoformat(), **where)
        publisher("build", **where)
        publisher("subscribers", "add", "ada@example.org", "--confirmed", "--note", "x", **where)
        publisher("publish", **where)
        assert time.perf_counter() - start < 60

        report = publisher("gather", "report", "--json", **where).stdout.splitlines()
    rows = {row["date"]: row for row in map(json.loads, report)}
    row = rows[OLDER.isoformat()]
    assert (row["category"], row["announced"], row["filtered"], row["chosen"]) == ("cs.CV", 4, 1, 3)
    assert (row["summarised"], row["from_cache"], row["failed"]) == (3, 0, 0)

    feed = feedparser.parse(str(tmp_path / "paper-site" / "atom.xml"))
    assert sorted(entry.title for entry in feed.entries) == sorted(p.name for p in PAPERS)
    assert "We study what 2611.00001 is about" in feed.entries[0].content[0].value + str(feed)
    ((recipient, content),) = sink.got
    message = email.message_from_bytes(content, policy=email.policy.default)
    text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert recipient == "ada@example.org"
    assert "Gaussian splatting of teapots" in text
    assert "We study what 2611.00001 is about" in " ".join(text.split())


def test_run_gathers_and_builds_by_itself(publisher: Run, tmp_path: Path) -> None:
    newest = due_days(NOW, NOW.date() - timedelta(days=9))[-1]
    with FakeArxiv(lambda: NOW) as arxiv:
        arxiv.announce(newest, "cs.CV", *PAPERS)
        publisher("init", "--arxiv", "cs.CV", "--keyword", "splatting")

        with running(tmp_path, "run", program=MODULE, **addresses(arxiv)) as process:
            process.said("1 digest written, 3 papers")
            page = tmp_path / "paper-site" / "atom.xml"
            until = time.monotonic() + 60
            while not (page.exists() and "teapots" in page.read_text(encoding="utf-8")):
                assert time.monotonic() < until
                time.sleep(0.2)
