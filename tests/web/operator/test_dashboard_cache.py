"""The dashboard: values kept between requests, and the state of the digests."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import TYPE_CHECKING

import pytest
from conftest import EXAMPLES
from support.operator_site import fill, log_in, post
from support.web_server import until

from publisher import collector
from publisher.errors import StoreError
from publisher.models import Collection, Finding, Severity
from publisher.services import publish
from publisher.settings import load
from publisher.web.operator.dashboard_cache import latest_digests, worst_findings
from publisher.web.operator.refreshing_cache import RefreshingCache

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor
    from pathlib import Path

    from support.web_server import Site


@pytest.fixture
def pool() -> Iterator[Executor]:
    with ThreadPoolExecutor(2) as found:
        yield found


def test_a_value_is_made_once_for_all(pool: Executor) -> None:
    kept: RefreshingCache[int] = RefreshingCache(60, pool)
    made: list[int] = []
    gate = Event()

    def make() -> int:
        gate.wait(60)
        made.append(1)
        return len(made)

    with ThreadPoolExecutor(8) as readers:
        asked = [readers.submit(kept.get, make) for _ in range(8)]
        gate.set()
        assert {one.result() for one in asked} == {1}
    assert made == [1]


def test_an_old_value_is_shown_while_the_next_is_made(pool: Executor) -> None:
    now = [0.0]
    kept: RefreshingCache[str] = RefreshingCache(60, pool, monotonic=lambda: now[0])
    assert kept.get(lambda: "old") == "old"
    now[0] = 61.0
    gate = Event()

    def make() -> str:
        gate.wait(60)
        return "new"

    assert kept.get(make) == "old"
    gate.set()
    until(lambda: kept.get(make) == "new")


def test_what_takes_long_is_kept_for_longer(pool: Executor) -> None:
    now = [0.0]
    kept: RefreshingCache[int] = RefreshingCache(60, pool, monotonic=lambda: now[0])

    def make() -> int:
        now[0] += 10.0
        return int(now[0])

    assert kept.get(make) == 10
    now[0] = 10.0 + 199.0
    assert kept.get(make) == 10
    assert kept._making is not None
    assert kept._making.result() == 10  # nothing else was begun


def test_what_is_much_too_old_is_shown_to_nobody(pool: Executor) -> None:
    now = [0.0]
    kept: RefreshingCache[str] = RefreshingCache(60, pool, monotonic=lambda: now[0])
    assert kept.get(lambda: "of yesterday") == "of yesterday"
    now[0] = 86_400.0
    assert kept.get(lambda: "of today") == "of today"


def test_who_is_in_a_hurry_gets_nothing_yet(pool: Executor) -> None:
    kept: RefreshingCache[str] = RefreshingCache(60, pool)
    gate = Event()

    def make() -> str:
        gate.wait(60)
        return "made"

    assert kept.get(make, patience=0) is None
    gate.set()
    assert kept.get(make) == "made"
    kept.forget()
    assert kept.get(lambda: "anew") == "anew"


def test_a_failure_reaches_who_waits_and_takes_nothing_away(pool: Executor) -> None:
    now = [0.0]
    kept: RefreshingCache[str] = RefreshingCache(60, pool, monotonic=lambda: now[0])

    def fail() -> str:
        raise StoreError("locked")

    with pytest.raises(StoreError, match="locked"):
        kept.get(fail)
    assert kept.get(lambda: "made") == "made"
    now[0] = 61.0
    assert kept.get(fail) == "made"
    until(lambda: kept.get(lambda: "next") == "next")


def test_what_landed_lately_has_the_findings_of_its_file(tmp_path: Path) -> None:
    folder = tmp_path / "digests"
    shutil.copytree(EXAMPLES, folder)
    newest = folder / "2024-12-05" / "医学图像_分割.md"
    text = newest.read_text(encoding="utf-8")
    newest.write_text(text + "\n\n## A title alone\n", encoding="utf-8")
    flags = {"source": {"folders": [str(folder)], "cache": str(tmp_path / "cache")}}
    found = collector.collect(load(None, {}, flags))

    first, *others = latest_digests(found, most=3)

    assert first.path == newest.relative_to(folder).as_posix()
    assert first.papers == sum(first.path in paper.digests[-1:] for paper in found.papers)
    assert {one.path for one in first.findings} == {str(newest)}
    assert len(others) == 2
    assert [one.at for one in (first, *others)] == sorted(
        (one.at for one in (first, *others)), reverse=True
    )


def test_errors_come_first() -> None:
    error = Finding("a.md", 1, "D102", "bad")
    warning = Finding("b.md", 1, "D401", "so so", Severity.WARNING)
    later = Finding("c.md", 1, "D401", "so so", Severity.WARNING)
    found = Collection((), (), {}, 2, (warning, error, later), (error,), 2)
    assert worst_findings(found) == (error, later, warning)
    assert worst_findings(found, most=2) == (error, later)
    assert worst_findings(found, most=1) == (error,)


def test_the_first_page_says_what_waits_and_what_landed(site: Site) -> None:
    fill(site.store, site.clock())
    log_in(site)
    page = site.client.get("/operator/").text
    assert "3 deliveries in doubt" in page
    assert "The digests can&#39;t be read" in page

    for folder in EXAMPLES.iterdir():
        shutil.copytree(folder, site.folder / "digests" / folder.name)
    # Until the digests are read anew, the page says what it saw before.
    assert "can&#39;t be read" in site.client.get("/operator/").text
    assert post(site, "/operator/look").status_code == 303
    page = site.client.get("/operator/").text
    assert "can&#39;t be read" not in page
    assert "2024-12-05/" in page


def test_single_mails_that_wait_are_told(site: Site) -> None:
    site.store.outgoing_queue.put("help", "a@example.org", "{}", now=site.clock())
    log_in(site)
    assert "1 transactional mail is waiting" in site.client.get("/operator/").text


def overview(site: Site) -> str:
    """Return the overview when all of its figures are there."""
    pages: list[str] = []

    def is_complete() -> bool:
        pages.append(site.client.get("/operator/").text)
        return "…" not in pages[-1]

    until(is_complete)
    return pages[-1]


def test_a_due_issue_is_told_in_one_way_from_due_to_sent(site: Site) -> None:
    for folder in EXAMPLES.iterdir():
        shutil.copytree(folder, site.folder / "digests" / folder.name)
    site.clock.now = datetime(2024, 12, 9, 9, tzinfo=UTC)
    log_in(site)
    page = overview(site)
    assert "2024-W49 is due" in page
    assert "as soon as somebody subscribes" in page
    # When it fell due: not the date of the issue after it.
    assert "9 Dec 2024" in page
    assert "16 Dec 2024" not in page

    site.store.subscribers.add("ada@example.org", "", (), now=site.clock())
    site.store.subscribers.confirm("ada@example.org", now=site.clock())
    until(lambda: "as soon as somebody subscribes" not in overview(site))
    assert "2024-W49 is due" in overview(site)
    until(lambda: '<span class="figure">1</span> active subscriber' in overview(site))

    # Another process freezes it: what was read minutes ago would still call it due.
    site.clock.now += timedelta(minutes=1)
    collection = collector.collect(site.settings)
    (prepared,) = publish.prepare_due(collection, site.settings, site.store, now=site.clock)
    assert prepared.is_frozen
    page = overview(site)
    assert "is due" not in page
    assert "16 Dec 2024" in page
    assert '<span class="figure">0</span> sent in the last issue' in page
    assert "2024-W49" in page


def test_an_issue_that_is_not_sent_says_why(site: Site) -> None:
    text = "2024-W49: not sent: P101 no address"
    site.store.tasks.note_end("issues", text, failed=True, now=site.clock())
    log_in(site)
    assert text in site.client.get("/operator/").text
