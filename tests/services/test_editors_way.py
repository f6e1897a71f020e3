"""An editor's way from the note to the inboxes, against a real mail server, killed on the way.

PUBLISHER_TEST_KILLS says at how many points; 0 takes all of them.
"""

from __future__ import annotations

import email
import os
from collections import Counter
from datetime import datetime, timedelta
from email import policy
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from support.smtp_sink import Sink, mail_server

from publisher.errors import AlreadyFrozen
from publisher.models import Collection, DeliveryState, Paper, Topic
from publisher.models.ledger import Decision
from publisher.newsletter.editing import PaperMark
from publisher.services import drafts, editing, publish, transactional
from publisher.services.store import open_store
from publisher.settings import load

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.settings import Settings
    from publisher.store.database import Store

ZONE = ZoneInfo("UTC")
DUE = datetime(2024, 12, 9, 8, tzinfo=ZONE)
LATER = DUE + timedelta(days=1)  # the mails whose sender died have long been given up
W49, ADA = "2024-W49", "ada@example.org"
READERS = ("reader1@example.org", "reader2@example.org")
KILLS = int(os.environ.get("PUBLISHER_TEST_KILLS", "3"))
NERF, GAN = Topic("nerf", "NeRF"), Topic("gan", "GAN")


def make_paper(number: int, topic: Topic) -> Paper:
    moment = DUE - timedelta(days=3)
    return Paper(
        id=f"arxiv:2412.{number:05d}",
        version=1,
        title=f"Rendering number {number}",
        authors=(),
        abstract="We render.",
        comment=None,
        abs_url=f"https://arxiv.org/abs/2412.{number:05d}",
        pdf_url="",
        code_urls=(),
        topics=(topic,),
        digests=(),
        first_published=moment,
        updated=moment,
        summary=None,
        takeaways=(),
        figures=(),
        repaired=False,
    )


PAPERS = tuple(make_paper(number, NERF if number < 4 else GAN) for number in range(1, 6))
COLLECTION = Collection(PAPERS, (NERF, GAN), {}, 1, ())


@pytest.fixture
def sink() -> Sink:
    return Sink()


def settings_for(folder: Path, environment: dict[str, str]) -> Settings:
    folder.mkdir(exist_ok=True)
    flags: dict[str, dict[str, object]] = {
        "site": {"url": "https://papers.example.org", "timezone": "UTC"},
        "newsletter": {"approve": True},
        "operator": {"addresses": [ADA]},
        "output": {"folder": str(folder / "site")},
        "source": {"cache": str(folder / "cache")},
        "store": {"url": f"sqlite:///{folder}/publisher.db"},
    }
    settings = load(None, environment, flags)
    with open_store(settings) as store:
        for address, topic in zip(READERS, ("nerf", "gan"), strict=True):
            store.subscribers.add(address, "", (topic,), now=DUE - timedelta(days=30))
            store.subscribers.confirm(address, now=DUE - timedelta(days=30))
    return settings


def walk(settings: Settings, store: Store, now: datetime = DUE) -> None:
    """Go the whole way; each step may have been done before."""

    def clock() -> datetime:
        return now

    try:
        (issue,) = drafts.due_issues(COLLECTION, settings, store, now) or [None]
        if issue is not None:
            edit_and_approve(settings, store, now)
            list(publish.prepare_due(COLLECTION, settings, store, now=clock))
    except AlreadyFrozen:
        pass
    publish.deliver_pending(settings, store, now=clock, stopping=lambda: False)


def edit_and_approve(settings: Settings, store: Store, now: datetime) -> None:
    def clock() -> datetime:
        return now

    (issue,) = drafts.due_issues(COLLECTION, settings, store, now)
    texts = {"note": "Hello *readers*", "subject": "Ours: {papers}"}
    marks = [(PaperMark.HIDE, "2412.00002"), (PaperMark.PROMOTE, "2412.00003")]
    editing.change_issue(issue, texts, marks, settings, store, by="ada", now=now)
    if store.plans.get(W49).decision is Decision.NONE:
        list(publish.prepare_due(COLLECTION, settings, store, now=clock))
        transactional.send_queued(settings, store, clock, topic_names={})
    editing.decide(W49, Decision.APPROVED, settings, store, by="ada", now=now)


def test_note_hide_promote_test_approve_send(tmp_path: Path, sink: Sink) -> None:
    with mail_server(sink) as environment:
        settings = settings_for(tmp_path / "one", environment)
        with open_store(settings) as store:
            edit_and_approve(settings, store, DUE)
            (issue,) = drafts.due_issues(COLLECTION, settings, store, DUE)
            edited = editing.edited(issue, settings, store)
            publish.send_test(edited, settings, store, ADA, now=lambda: DUE)
            assert sink.recipients() == [ADA, ADA]  # the question and the test
            walk(settings, store)
            walk(settings, store)
            actions = [row.action for row in store.audit_log.recent_actions(limit=20)[::-1]]
            (past,) = store.sent_papers.past_issues()
    question, trial, *issues = [
        (address, email.message_from_bytes(data, policy=policy.default))
        for address, data in sink.got
    ]
    assert sorted(address for address, _ in issues) == sorted(READERS)
    assert question[1]["Subject"] == "Send issue 2024-W49? Ours: 4 new papers"
    assert trial[1]["Subject"] == "Ours: 4 new papers"
    for address, message in [trial, *issues]:
        html = message.get_body(("html",)).get_content()
        text = message.get_body(("plain",)).get_content()
        assert "Hello <em>readers</em>" in html
        assert "Hello readers" in text
        assert "number 2" not in html + text
        # Promoted where the edition has the paper.
        assert ("Highlights" in text) == (address != READERS[1])
    assert actions == [
        "note changed",
        "subject changed",
        "paper hidden",
        "paper promoted",
        "approval asked for",
        "issue approved",
    ]
    assert past.edits.note == "Hello *readers*"
    page = (settings.path(settings.output.folder) / f"issues/{W49}.html").read_text("utf-8")
    assert "Hello <em>readers</em>" in page
    assert "number 2" not in page


def run_killed(settings: Settings, kill_at: int) -> int:
    """Go the way in a process that dies at its commit number `kill_at`; return the commits."""
    ready, pipe = os.pipe()
    pid = os.fork()
    if pid == 0:
        count = 0

        def die(_connection: object) -> None:
            nonlocal count
            count += 1
            if count == kill_at:
                os._exit(9)

        with open_store(settings) as store:
            sa.event.listen(store._database._engine, "commit", die)
            walk(settings, store)
        os.write(pipe, str(count).encode())
        os._exit(0)
    os.close(pipe)
    os.waitpid(pid, 0)
    commits = os.read(ready, 16)
    os.close(ready)
    return int(commits or 0)


def test_a_kill_loses_nothing_and_sends_nothing_twice(tmp_path: Path, sink: Sink) -> None:
    with mail_server(sink) as environment:
        total = run_killed(settings_for(tmp_path / "all", environment), 0)
        assert total > 8
        step = max(1, total // KILLS) if KILLS else 1
        for kill_at in range(1, total + 1, step):
            sink.got.clear()
            settings = settings_for(tmp_path / str(kill_at), environment)
            assert run_killed(settings, kill_at) == 0
            with open_store(settings) as store:
                walk(settings, store)
                walk(settings, store, LATER)
                check(store, sink, kill_at)


def check(store: Store, sink: Sink, kill_at: int) -> None:
    counts = Counter(sink.recipients())
    assert max(counts.values()) == 1, kill_at
    rows = {row.email: row.state for row in store.deliveries.rows(W49)}
    doubts = {DeliveryState.IN_DOUBT, DeliveryState.SENDING}
    for reader in READERS:
        # Nobody can know whether what left in the last moment arrived: the operator decides.
        assert rows[reader] is DeliveryState.SENT or rows[reader] in doubts, kill_at
        assert counts[reader] == 1 or rows[reader] in doubts, kill_at
    for address, data in sink.got:
        if address != ADA:
            html = email.message_from_bytes(data, policy=policy.default).get_body(("html",))
            assert "Hello <em>readers</em>" in html.get_content()
    actions = Counter(row.action for row in store.audit_log.recent_actions(limit=50))
    assert actions["note changed"] == actions["issue approved"] == 1, kill_at
