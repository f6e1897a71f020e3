from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from publisher.gather.sources.huggingface import HuggingFaceSource
from publisher.models.gathering import BatchState
from publisher.settings.sections.gather import GatherTopic

if TYPE_CHECKING:
    from support.fake_pages import FakePages

    from publisher.gather.polite_client import PoliteClient

DAY, BEFORE = date(2026, 12, 1), date(2026, 11, 30)
NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)


def entry(number: str, **fields: object) -> dict[str, Any]:
    paper = {
        "id": number,
        "title": f"Paper\n {number}",
        "summary": "An\nabstract.",
        "authors": [{"name": "Ada Author", "hidden": False}, {"_id": "x", "name": " "}],
        "publishedAt": "2026-11-29T17:59:59.000Z",
        "upvotes": 12,
    }
    return {"paper": paper | fields, "title": "other", "numComments": 1}


def listing(site: FakePages, day: date, *entries: object, page: int = 0) -> None:
    query = f"?date={day}&limit=100" + (f"&p={page}" if page else "")
    site.pages[f"/api/daily_papers{query}"] = json.dumps(entries)


@pytest.fixture
def source(site: FakePages, client: PoliteClient) -> HuggingFaceSource:
    return HuggingFaceSource(f"{site.url}/", client)


def test_a_batch_has_the_papers_of_the_day_and_late_ones_of_the_day_before(
    site: FakePages, source: HuggingFaceSource
) -> None:
    listing(site, BEFORE, entry("2611.00001"), entry("2611.00002"))
    listing(site, DAY, entry("2611.00002"), entry("2611.00003v2"))
    batch = source.fetch("daily", DAY, NOW)
    assert (batch.state, batch.total, batch.message) == (BatchState.COMPLETE, 3, "")
    ids = [announced.paper.id for announced in batch.papers]
    assert ids == ["arxiv:2611.00001", "arxiv:2611.00002", "arxiv:2611.00003"]
    paper = batch.papers[0].paper
    assert (paper.title, paper.abstract) == ("Paper 2611.00001", "An abstract.")
    assert paper.authors == ("Ada Author",)
    assert paper.abs_url == "https://arxiv.org/abs/2611.00001"
    assert paper.published == datetime(2026, 11, 29, 17, 59, 59, tzinfo=UTC)


def test_a_bad_entry_is_left_out_and_counted(site: FakePages, source: HuggingFaceSource) -> None:
    bad: list[object] = [
        None,
        7,
        {},
        {"paper": {"id": "2611.00009"}},
        entry(" "),
        entry("x", title=[]),
    ]
    listing(site, BEFORE, *bad)
    listing(site, DAY, entry("2611.00001", publishedAt="soon", authors=None), entry("no-arxiv"))
    batch = source.fetch("daily", DAY, NOW)
    assert [announced.paper.id for announced in batch.papers] == [f"url:{site.url}/papers/no-arxiv"]
    assert batch.message == "7 entries without id or title are left out."


def test_a_long_list_is_read_to_its_end(site: FakePages, source: HuggingFaceSource) -> None:
    listing(site, BEFORE)
    listing(site, DAY, *(entry(f"2611.{number:05}") for number in range(1, 101)))
    listing(site, DAY, entry("2611.00200"), page=1)
    assert source.fetch("daily", DAY, NOW).total == 101
    assert len(site.requests) == 3


def test_a_day_without_papers_is_closed(site: FakePages, source: HuggingFaceSource) -> None:
    listing(site, BEFORE)
    listing(site, DAY)
    batch = source.fetch("daily", DAY, NOW)
    assert (batch.state, batch.papers) == (BatchState.CLOSED, ())
    assert batch.message == "Hugging Face has no daily papers of 2026-12-01 and the day before."


def test_a_day_that_only_begins_is_refused_there_and_no_failure(
    site: FakePages, source: HuggingFaceSource
) -> None:
    listing(site, BEFORE, entry("2611.00001"))
    site.pages[f"/api/daily_papers?date={DAY}&limit=100"] = 400
    assert source.fetch("daily", DAY, NOW).total == 1
    later = datetime(2026, 12, 3, tzinfo=UTC)
    assert source.fetch("daily", DAY, later).state is BatchState.FAILED


@pytest.mark.parametrize("page", ["{}", "[", "<html>", "[" * 100_000, "", 404, 500])
def test_an_answer_that_is_no_list_is_a_failure_to_be_tried_again(
    site: FakePages, source: HuggingFaceSource, page: str | int
) -> None:
    listing(site, BEFORE, entry("2611.00001"))
    site.pages[f"/api/daily_papers?date={DAY}&limit=100"] = page
    batch = source.fetch("daily", DAY, NOW)
    assert (batch.state, batch.papers) == (BatchState.FAILED, ())
    assert site.url in batch.message
    assert "It is tried again from 2026-12-01 13:00 UTC." in batch.message
    assert batch.next_try == datetime(2026, 12, 1, 13, tzinfo=UTC)


def test_channels_and_days(source: HuggingFaceSource) -> None:
    assert source.channels(GatherTopic(name="x", sources=("huggingface",))) == ("daily",)
    assert source.channels(GatherTopic(name="x", sources=("https://huggingface.co/x",))) == ()
    assert source.due_days("daily", NOW, date(2026, 11, 29)) == [date(2026, 11, 29), BEFORE, DAY]
    assert source.due_days("daily", NOW, date(2026, 12, 2)) == []
