"""What is announced, where, and how often: real papers, a real store, Apprise, a chat server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from support.announcing_site import TOKEN, AnnouncingSite
from support.chat_server import ChatServer, reply

from publisher.errors import SettingsError, StoreError
from publisher.models import DeliveryState
from publisher.models.announcements import AnnouncementLimits, AnnouncementText
from publisher.models.ledger import FrozenEdition
from publisher.newsletter.audience import IssueAudience
from publisher.services import build
from publisher.services.announcements.announce import (
    announce,
    chosen_targets,
    drafts,
    send_test,
    settle_doubts,
)
from publisher.services.announcements.news import News
from publisher.services.announcements.report import in_words
from publisher.services.remote_store import snapshot
from publisher.store.tables.newsletter import deliveries

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def site(tmp_path: Path) -> Iterator[AnnouncingSite]:
    chat = ChatServer()
    yield AnnouncingSite(tmp_path, chat)
    chat.close()


def test_an_archive_is_not_announced_and_each_new_paper_is_once(site: AnnouncingSite) -> None:
    for _ in range(3):
        site.land()
    (report,) = site.announce()
    assert (report.state, report.known) == (None, 3)
    assert "what there is already is not announced" in in_words(report)
    assert site.announce() == []
    assert site.chat.bodies == []
    titles = [site.land(), site.land()]
    site.land("2020-01-01")  # somebody adds an old digest
    settings = site.settings
    with site.store() as store:
        news = News(build.collect(settings), settings, store, datetime.now(UTC))
        (draft,) = drafts(news, settings.announce.targets)
    assert (draft.items, draft.text.title) == (2, "2 new papers · Papers")
    assert site.chat.bodies == []
    (report,) = site.announce()
    assert in_words(report) == "chat: announced: 2 new papers · Papers"
    assert site.announce() == []
    (body,) = site.chat.bodies
    assert (body["title"], body["message"]) == (draft.text.title, draft.text.body)
    assert all(title in body["message"] for title in titles)
    assert site.states() == ["sent"]


def test_an_empty_site_is_no_archive(site: AnnouncingSite) -> None:
    settings = site.settings
    site.land()
    collection = build.collect(settings)
    (site.folder / "digests" / "1.md").write_text("---\ntags: [NeRF]\ndate: 2026-01-01\n---\n")
    empty = build.collect(settings)
    assert not empty.papers
    with site.store() as store:
        assert list(announce(empty, settings, store, settings.announce.targets)) == []
        (report,) = announce(collection, settings, store, settings.announce.targets)
        assert report.known == 1
    assert site.chat.bodies == []


def test_what_comes_while_a_target_has_had_enough_is_in_the_next(site: AnnouncingSite) -> None:
    text = (site.folder / "publisher.toml").read_text().replace("per_hour = 60", "per_hour = 1")
    (site.folder / "publisher.toml").write_text(text)
    site.land()
    now = datetime.now(UTC)
    site.announce(now)
    for minutes, count in ((1, 1), (2, 0), (30, 0), (62, 1), (63, 0), (124, 1)):
        site.land()
        before = len(site.chat.bodies)
        site.announce(now + timedelta(minutes=minutes))
        assert len(site.chat.bodies) - before == count, minutes
    titles = [body["title"].partition(" new")[0] for body in site.chat.bodies]
    assert titles == ["1", "3", "2"]


def test_a_target_that_fails_stops_no_other(site: AnnouncingSite) -> None:
    site.write_settings("first", "second", "third")
    site.land()
    now = datetime.now(UTC)
    site.announce(now)
    site.land()
    file = site.folder / "publisher.toml"
    text = file.read_text()
    file.write_text(text.replace("json://", "nothing://", 1))
    site.chat.script.append(reply(503, Retry_After="600"))
    first, second, third = site.announce(now)
    assert in_words(first).startswith("announce.targets: first: its url is none")
    assert in_words(second).startswith(
        "second: refused: 503 Service Unavailable; the next try is at"
    )
    assert second.next_at == now + timedelta(seconds=600)
    assert (third.state, third.is_problem) == (DeliveryState.SENT, False)
    assert TOKEN not in " ".join(map(in_words, (first, second, third)))
    file.write_text(text)
    (first,) = site.announce(now + timedelta(minutes=9))
    assert (first.target, first.state) == ("first", DeliveryState.SENT)
    (second,) = site.announce(now + timedelta(minutes=10))
    assert (second.target, second.state) == ("second", DeliveryState.SENT)


def test_what_is_refused_for_a_day_is_given_up(site: AnnouncingSite) -> None:
    site.land()
    now = datetime.now(UTC)
    site.announce(now)
    site.land()
    site.chat.script.extend([reply(401)] * 20)
    moments = [now]
    while (report := site.announce(moments[-1])[0]).next_at is not None:
        moments.append(report.next_at)
    assert (report.state, len(moments)) == (DeliveryState.REJECTED, 8)
    assert timedelta(hours=12) < moments[-1] - now < timedelta(days=1)
    assert "refused, and not tried again: 401 Unauthorized" in in_words(report)
    assert site.announce(now + timedelta(days=2)) == []


def test_doubts_wait_for_a_decision(site: AnnouncingSite) -> None:
    site.land()
    site.announce()
    for answer in ("READY", "ABANDONED"):
        site.land()
        site.chat.script.append(reply(500))
        (report,) = site.announce()
        assert in_words(report).startswith("chat: in doubt: 500 Internal Server Error. Look")
        assert site.announce() == []
        with site.store() as store:
            targets = site.settings.announce.targets
            state = DeliveryState[answer]
            now = datetime.now(UTC)
            assert settle_doubts(targets, store, state, by="me", now=now) == 1
        site.announce()
    assert site.states() == ["abandoned", "sent"]
    assert len(site.chat.bodies) == 3


def test_an_issue_is_announced_when_somebody_has_got_it(site: AnnouncingSite) -> None:
    site.write_settings("chat", events='["issues"]')
    site.land()
    now = datetime.now(UTC)
    site.announce(now)
    site.land()
    with site.store() as store:
        store.subscribers.add("a@example.org", "", (), now=now)
        store.subscribers.confirm("a@example.org", now=now)
        store.issues.freeze(
            "2026-W48",
            period=(now, now),
            papers=[("arxiv:2611.00002", 1)],
            frozen_editions=[FrozenEdition("all", "Weekly", b"To: x\r\n\r\nbody\r\n")],
            audience=IssueAudience({}),
            edition_of=lambda _choice: "all",
            now=now,
        )
        assert site.announce(now) == []
        with store._database.writing() as connection:
            connection.execute(sa.update(deliveries).values(state=DeliveryState.SENT.value))
    (report,) = site.announce(now)
    assert report.title == "Papers: Weekly issue · Week 48, 2026"
    (body,) = site.chat.bodies
    assert body["message"].endswith("/issues/2026-W48.html\n\nNeRF\n• Paper number 2")
    assert site.announce(now) == []


def test_nothing_leaves_where_the_copy_of_the_store_was_not_saved(site: AnnouncingSite) -> None:
    site.land()
    site.announce()
    site.land()
    settings = site.settings

    def fail() -> None:
        raise StoreError("another run has saved meanwhile")

    with site.store() as store:
        store.save = fail
        reports = announce(build.collect(settings), settings, store, settings.announce.targets)
        with pytest.raises(StoreError, match="another run"):
            list(reports)
    assert site.chat.bodies == []
    assert site.states() == ["ready"]


def test_in_a_copy_of_the_store_what_leaves_is_in_doubt(site: AnnouncingSite) -> None:
    now = datetime.now(UTC)
    with site.store() as store:
        stored = store.announcements
        stored.begin("chat", [], now=now)
        stored.freeze(
            "chat",
            "digests",
            ["a"],
            lambda _: AnnouncementText("title", "body"),
            limits=AnnouncementLimits(9, 9),
            now=now,
        )
        stored.mark(1, "me", lease=now + timedelta(hours=1), now=now)
        path = site.folder / ".publisher" / "publisher.db"
        copy = site.folder / "copy.db"
        copy.write_bytes(snapshot(path))
        path.rename(path.with_name("old.db"))
        copy.rename(path)
    for name in ("publisher.db-wal", "publisher.db-shm"):
        path.with_name(name).unlink(missing_ok=True)
    assert site.states() == ["in_doubt"]


def test_a_test_leaves_no_trace(site: AnnouncingSite) -> None:
    (target,) = chosen_targets(site.settings)
    for _ in range(2):
        assert send_test(target, site.settings).state is DeliveryState.SENT
    site.chat.script.append(reply(404))
    report = send_test(target, site.settings)
    assert in_words(report) == "chat: refused, and not tried again: 404 Not Found"
    assert report.is_problem
    assert [body["title"] for body in site.chat.bodies] == ["Test from Papers"] * 3
    assert site.states() == []
    with pytest.raises(SettingsError, match="'x' is not among chat"):
        chosen_targets(site.settings, "x")
    site.write_settings()
    with pytest.raises(SettingsError, match="there is none"):
        chosen_targets(site.settings)
