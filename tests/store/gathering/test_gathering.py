from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from publisher.models.gathering import (
    Announced,
    AnnouncementKind,
    Batch,
    BatchRecord,
    BatchState,
    Candidate,
    GatherCounts,
    WrittenSummary,
)

if TYPE_CHECKING:
    from publisher.store.database import Store

pytestmark = pytest.mark.both_databases

DAY = date(2026, 11, 25)
NEXT = DAY + timedelta(days=1)
FULL = Candidate(
    "arxiv:2611.00001",
    "Gaussian \\emph{Splatting} 高斯 \x00",
    authors=("Ana Müller", "王伟"),
    abstract="$\\alpha < 1$",
    version=2,
    categories=("cs.CV", "cs.GR"),
    comment="v2: new figures",
    doi="10.1/x",
    journal="J. 1",
    abs_url="https://arxiv.org/abs/2611.00001",
    pdf_url="https://arxiv.org/pdf/2611.00001",
    published=datetime(2026, 11, 20, 12, 0, tzinfo=UTC),
    updated=datetime(2026, 11, 24, 12, 0, tzinfo=UTC),
    withdrawn=True,
)
PLAIN = Candidate("arxiv:2611.00002", "Plain")


def batch(
    *papers: Candidate,
    day: date = DAY,
    state: BatchState = BatchState.COMPLETE,
    channel: str = "cs.CV",
    kind: AnnouncementKind = AnnouncementKind.NEW,
) -> Batch:
    announced = tuple(Announced(paper, kind) for paper in papers)
    return Batch("arxiv", channel, day, state, announced, len(papers))


def test_a_batch_comes_back_in_its_order(store: Store, now: datetime) -> None:
    papers = (
        Announced(PLAIN, AnnouncementKind.REPLACED),
        Announced(FULL, AnnouncementKind.CROSS),
        Announced(replace(PLAIN, title="Once more"), AnnouncementKind.NEW),  # listed twice
    )
    gathering = store.gathering
    gathering.save_batch(
        Batch("arxiv", "cs.CV", DAY, BatchState.COMPLETE, papers, 3, "as the listing has it"), now
    )
    assert gathering.papers_of("arxiv", "cs.CV", DAY) == list(papers[:2])
    assert gathering.papers_of("arxiv", "cs.CL", DAY) == []
    assert gathering.known_batches("arxiv", "cs.CV", DAY) == [
        BatchRecord(
            "arxiv",
            "cs.CV",
            DAY,
            BatchState.COMPLETE,
            cross=1,
            replaced=1,
            total=3,
            attempts=1,
            message="as the listing has it",
        )
    ]
    assert gathering.known_batches("arxiv", "cs.CV", NEXT) == []
    assert gathering.known_batches("feed", "cs.CV", DAY) == []


def test_no_read_takes_away_what_is_known(store: Store, now: datetime) -> None:
    gathering, later = store.gathering, now + timedelta(minutes=15)
    reads = (
        Batch("arxiv", "cs.CV", DAY, BatchState.WAITING, message="not out", next_try=later),
        Batch(
            "arxiv",
            "cs.CV",
            DAY,
            BatchState.PARTIAL,
            (Announced(PLAIN), Announced(FULL)),
            239,
            "2 of 239",
            later,
        ),
        Batch("arxiv", "cs.CV", DAY, BatchState.FAILED, message="HTTP 503", next_try=later),
    )
    known = []
    for each in reads:
        gathering.save_batch(each, now)
        known += gathering.known_batches("arxiv", "cs.CV", DAY)
    assert [(r.state, r.new, r.total, r.attempts, r.message, r.next_try) for r in known] == [
        (BatchState.WAITING, 0, 0, 1, "not out", later),
        (BatchState.PARTIAL, 2, 239, 2, "2 of 239", later),
        (BatchState.PARTIAL, 2, 239, 3, "HTTP 503", later),
    ]
    assert len(gathering.papers_of("arxiv", "cs.CV", DAY)) == 2

    more = [Candidate(f"arxiv:2611.1{n:04}", "More") for n in range(239)]
    gathering.save_batch(replace(batch(*more), message="all"), now)
    gathering.save_batch(Batch("arxiv", "cs.CV", DAY, BatchState.CLOSED, message="none"), now)
    (final,) = gathering.known_batches("arxiv", "cs.CV", DAY)
    assert (final.state, final.new, final.total, final.attempts, final.message, final.next_try) == (
        BatchState.COMPLETE,
        241,
        241,
        5,
        "all",
        None,
    )


def test_a_better_read_of_the_day_tells_more_of_a_paper(store: Store, now: datetime) -> None:
    listed = replace(FULL, version=1, abstract="", published=None, doi="10.1/listing")
    gathering = store.gathering
    gathering.save_batch(batch(listed, state=BatchState.PARTIAL), now)
    gathering.save_batch(batch(replace(FULL, title="By the API", doi="")), now)
    assert gathering.papers_of("arxiv", "cs.CV", DAY) == [
        Announced(replace(FULL, title="By the API", doi=""))
    ]
    # Read again without its number, the version keeps what it lacks from the earlier read.
    gathering.save_batch(batch(replace(FULL, title="", abstract="", categories=())), now)
    (again,) = gathering.papers_of("arxiv", "cs.CV", DAY)
    assert (again.paper.title, again.paper.doi) == ("By the API", "10.1/x")
    assert (again.paper.abstract, again.paper.categories) == (FULL.abstract, FULL.categories)


def test_a_later_day_changes_no_version(store: Store, now: datetime) -> None:
    gathering = store.gathering
    first = Candidate("arxiv:1", "First title", abstract="a")
    gathering.save_batch(batch(first), now)
    unnumbered = replace(first, title="Second title", doi="10.1/x")
    gathering.save_batch(batch(unnumbered, day=NEXT, kind=AnnouncementKind.REPLACED), now)
    assert gathering.known_before(["arxiv:1"], NEXT) == {"arxiv:1": replace(first, doi="10.1/x")}
    # A day that is made up for knows better.
    gathering.save_batch(batch(replace(first, title="Zeroth"), day=date(2026, 11, 24)), now)
    assert gathering.known_before(["arxiv:1"], DAY)["arxiv:1"].title == "Zeroth"


def test_changes_are_seen_against_the_newest_version_before(store: Store, now: datetime) -> None:
    gathering = store.gathering
    for number, day in ((1, DAY), (2, NEXT), (10, NEXT + timedelta(days=3))):
        gathering.save_batch(batch(replace(PLAIN, version=number), day=day), now)
    asked = [PLAIN.id, "arxiv:unknown"]
    assert gathering.known_before(asked, DAY) == {}
    assert gathering.known_before(asked, NEXT)[PLAIN.id].version == 1
    assert gathering.known_before(asked, NEXT + timedelta(days=1))[PLAIN.id].version == 2
    assert gathering.known_before(asked, NEXT + timedelta(days=9))[PLAIN.id].version == 10
    assert gathering.known_before([], NEXT) == {}


def test_digests(store: Store, now: datetime) -> None:
    gathering = store.gathering
    gathering.save_digest("3D", DAY, [("arxiv:1", 1, 0.5, ("keyword 'x'",))], "aa", now)
    gathering.save_digest("3D", NEXT, [], "bb", now)
    gathering.save_digest(
        "Language", DAY, [("arxiv:1", 1, 2, ()), ("arxiv:2", 1, 1, ())], "cc", now
    )
    assert gathering.digests_of("3D") == {DAY: "aa", NEXT: "bb"}
    assert gathering.digests_of("Other") == {}
    asked = ["arxiv:1", "arxiv:2", "arxiv:3"]
    assert gathering.published_before("Language", asked, DAY) == set()
    assert gathering.published_before("Language", asked, NEXT) == {"arxiv:1", "arxiv:2"}
    assert gathering.published_before("3D", asked, NEXT) == {"arxiv:1"}

    gathering.save_digest("Language", DAY, [("arxiv:3", 1, 1.0, ())], "dd", now)
    assert gathering.published_before("Language", asked, NEXT) == {"arxiv:3"}
    assert gathering.digests_of("Language") == {DAY: "dd"}


def test_a_repeated_run_is_added_to_the_report(store: Store, now: datetime) -> None:
    gathering = store.gathering
    waiting = GatherCounts(DAY, "cs.CV", BatchState.WAITING, message="not out")
    first = GatherCounts(
        DAY,
        "cs.CV",
        BatchState.COMPLETE,
        announced=300,
        new=200,
        cross=60,
        replaced=40,
        filtered=240,
        chosen=20,
        summarised=5,
        from_cache=3,
        failed=12,
        cost_micro=1234,
    )
    again = replace(first, summarised=12, from_cache=8, failed=0, cost_micro=2000)
    repeated = replace(again, summarised=0, from_cache=20, cost_micro=0)
    closed = GatherCounts(NEXT, "cs.CV", BatchState.CLOSED, message="a holiday")
    # Read again for another topic, whose announcements are not all out.
    read = GatherCounts(DAY, "cs.CV", BatchState.COMPLETE, 300, 200, 60, 40)
    for rows in ([waiting], [first, closed], [again], [repeated], [read]):
        gathering.save_counts(rows, now)
    assert gathering.counts(DAY, NEXT) == [
        replace(first, summarised=17, from_cache=3, failed=0, cost_micro=3234),
        closed,
    ]
    assert gathering.counts(NEXT, NEXT) == [closed]


def test_what_no_digest_has_is_deleted_in_time(store: Store, now: datetime) -> None:
    gathering, summary = store.gathering, WrittenSummary((), "m", "p", "abstract")
    day, later = now.date(), now + timedelta(days=46)
    gathering.save_batch(batch(FULL, PLAIN, day=day), now)
    gathering.save_batch(batch(FULL, day=later.date()), later)
    gathering.save_digest("3D", day, [(FULL.id, 2, 1.0, ())], "aa", now)
    for paper, key in ((FULL, "0"), (PLAIN, "1")):
        gathering.summaries.put(key, paper.id, summary)
        gathering.summaries.reserve(day, key, 5, 1, limit_micro=0, limit_tokens=0)
    gathering.summaries.reserve(later.date(), "1", 5, 1, limit_micro=0, limit_tokens=0)
    for key in "01":
        gathering.summaries.note_refusal(key, "the model refused")

    assert store.retention.delete_expired(now=now + timedelta(days=45), mail_days=30) == {}
    assert store.retention.delete_expired(now=later, mail_days=30) == {
        "announcements": 1,
        "days of spending": 1,
        "model calls": 2,
        "announced papers": 1,
        "summaries": 1,
        "refusals": 1,
    }
    assert gathering.known_batches("arxiv", "cs.CV", day)[0].day == later.date()
    assert set(gathering.known_before([FULL.id, PLAIN.id], later.date())) == {FULL.id}
    assert gathering.summaries.get("0") == summary
    assert gathering.summaries.refusal("1")
    assert gathering.digests_of("3D") == {day: "aa"}
