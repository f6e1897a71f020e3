"""One week of 196 papers for 200 different editions: what each costs, and premailer's share.

Then 10,000 subscribers who share these editions, who must not cost a single inlining more.
"""

from __future__ import annotations

import re
import statistics
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import combinations, islice, product
from pathlib import Path
from typing import TYPE_CHECKING

import premailer

from benchmarks.material import EXAMPLES
from publisher.formatter.email import EditionRenderer
from publisher.models import (
    EditionKey,
    Issue,
    Language,
    Length,
    Preferences,
    SubscriberStatus,
    Topic,
)
from publisher.models.imports import ImportedSubscriber
from publisher.newsletter.audience import edition_key
from publisher.services import build, drafts, publish
from publisher.services.store import open_store
from publisher.settings import load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.models import Paper
    from publisher.settings import Settings

PAPERS, EDITIONS, SUBSCRIBERS = 196, 200, 10_000
TOPICS = tuple(Topic(f"topic-{n}", f"Topic number {n}") for n in range(12))
END = datetime(2024, 12, 9, tzinfo=UTC)


@dataclass
class Inlining:
    """Counts of premailer's work."""

    calls: int = 0
    seconds: float = 0.0


@contextmanager
def watched() -> Iterator[Inlining]:
    """Count what premailer does inside."""
    found, transform = Inlining(), premailer.Premailer.transform

    def timed(*arguments: object, **options: object) -> str:
        started = time.perf_counter()
        try:
            return transform(*arguments, **options)
        finally:
            found.calls += 1
            found.seconds += _since(started)

    premailer.Premailer.transform = timed
    try:
        yield found
    finally:
        premailer.Premailer.transform = transform


def run() -> None:
    with tempfile.TemporaryDirectory() as name:
        url = f"sqlite:///{Path(name, 'publisher.db').as_posix()}"
        settings = load(None, {}, {"source": {"folders": [str(EXAMPLES)]}, "store": {"url": url}})
        issue = week(settings)
        # In the order in which an issue is composed.
        wanted = sorted(islice(choices(), EDITIONS), key=edition_key)
        assert len(set(wanted)) == EDITIONS
        calls = _editions(issue, wanted, settings)
        assert _subscribers(issue, wanted, settings) == calls


def _editions(issue: Issue, wanted: list[EditionKey], settings: Settings) -> int:
    renderer = EditionRenderer(issue, settings)
    times: list[float] = []
    largest = 0
    with watched() as watch:
        for choice in wanted:
            started = time.perf_counter()
            edition = renderer.render(choice)
            times.append(_since(started))
            largest = max(largest, len(edition.html.encode()))
    total = sum(times)
    print(
        f"{EDITIONS} editions of {len(issue.papers)} papers, the largest {largest / 1000:.1f} kB: "
        f"{1000 * statistics.median(times):.1f} ms in the median, "
        f"{1000 * total / EDITIONS:.1f} ms on average, the slowest {1000 * max(times):.0f} ms "
        f"(it makes the cards that later ones share)"
    )
    print(f"premailer: {watch.calls} calls, {100 * watch.seconds / total:.0f}% of the time")
    return watch.calls


def _subscribers(issue: Issue, wanted: list[EditionKey], settings: Settings) -> int:
    rows = (
        ImportedSubscriber(
            line=n,
            email=f"r{n}@example.org",
            name="",
            topics=wanted[n % EDITIONS].topics,
            status=SubscriberStatus.ACTIVE,
            created_at=END,
            confirmed_at=END,
            preferences=Preferences(wanted[n % EDITIONS].language, wanted[n % EDITIONS].length),
        )
        for n in range(SUBSCRIBERS)
    )
    with open_store(settings) as store:
        store.imports.import_rows(rows, now=END)
        with watched() as watch:
            started = time.perf_counter()
            made = drafts.draft_issue(issue, settings, store)
            drafted = _since(started)
            started = time.perf_counter()
            assert publish.freeze(made, settings, store, END) == SUBSCRIBERS
            frozen = _since(started)
    assert len(made.editions) == EDITIONS
    print(
        f"{SUBSCRIBERS:,} subscribers on these: {watch.calls} calls of premailer, "
        f"{drafted:.1f} s to compose, {frozen:.1f} s to freeze"
    )
    return watch.calls


def week(settings: Settings) -> Issue:
    """Return the example papers, as often as needed, with other ids, titles and topics."""
    papers = list(islice(_papers(build.collect(settings).papers), PAPERS))
    return Issue("2024-W49", END - timedelta(days=7), END, tuple(papers))


def _papers(found: object) -> Iterator[Paper]:
    examples: list[Paper] = list(found)  # type: ignore[call-overload]
    for n in range(PAPERS):
        paper = examples[n % len(examples)]
        number = f"2412.{n:05d}"
        topics = [TOPICS[n % len(TOPICS)], *([TOPICS[n * 7 % len(TOPICS)]] if n % 4 == 0 else [])]
        yield replace(
            paper,
            id=f"arxiv:{number}",
            title=f"{paper.title} ({n})",
            title_html="",
            abs_url=re.sub(r"\d{4}\.\d{5}", number, paper.abs_url),
            topics=tuple(dict.fromkeys(topics)),
            first_published=END - timedelta(hours=n % 160 + 1),
        )


def choices() -> Iterator[EditionKey]:
    """Yield different choices: all topics, all but one of them, and single ones."""
    slugs = [topic.slug for topic in TOPICS]
    sets = [(), *combinations(slugs, len(slugs) - 1), *combinations(slugs, 1)]
    for topics, language, length in product(sets, Language, Length):
        yield EditionKey(tuple(sorted(topics)), language, length)


def _since(started: float) -> float:
    return time.perf_counter() - started
