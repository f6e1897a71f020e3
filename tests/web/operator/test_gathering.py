from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from lxml import html
from support.operator_site import fill_gathering, log_in
from support.web_server import serving

from publisher.models.gathering import Batch, BatchState, GatherCounts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.web_server import Site

PATH = "/operator/gathering"


@pytest.fixture
def gathering(tmp_path: Path) -> Iterator[Site]:
    (tmp_path / "digests").mkdir()
    flags: dict[str, dict[str, object]] = {
        "source": {"folders": ["digests"]},
        "gather": {"topics": [{"name": "3D vision", "categories": ["cs.CV", "cs.GR", "cs.LG"]}]},
        "gather.model": {"budget_per_day": 2.0, "price_in": 1.0, "price_out": 4.0},
    }
    with serving(tmp_path, flags) as site:
        yield site


def texts(site: Site, query: str) -> list[str]:
    page = html.fromstring(site.client.get(PATH).text)
    return [" ".join(" ".join(element.itertext()).split()) for element in page.xpath(query)]


def test_only_operators_see_it(gathering: Site) -> None:
    answer = gathering.client.get(PATH)
    assert (answer.status_code, answer.headers["location"]) == (303, "/operator/login")


def test_a_month(gathering: Site) -> None:
    fill_gathering(gathering.store, gathering.clock())
    log_in(gathering)
    assert texts(gathering, "//ul[@class='tiles']/li") == [
        "504 papers chosen",
        "416 with a summary 6 failed",
        "1.57 spent in the currency of your prices",
        "0.0675 spent today of 2.00",
    ]
    assert texts(gathering, "//section[@aria-label='Newest announcements']//tbody/tr") == [
        "cs.CV 2024-12-09 partial 241 of 400 read 400",
        "cs.GR 2024-12-09 waiting not out; next try 9 Dec 2024, 16:15 0",
        "cs.LG not read yet",
    ]
    rows = texts(gathering, "//section[@aria-label='Report by day and category']//tbody/tr")
    assert rows[:3] == [
        "2024-12-09 cs.CV partial 400 announced, 241 of them read 400 12 8 0 0 0.0675",
        "2024-12-09 cs.GR 40 12 8 0 0 0.0075",
        "2024-12-08 cs.CV closed arXiv announces nothing today",
    ]
    assert len(rows) == 40
    for text in (
        "And 20 older ones: publisher gather report lists all.",
        "arXiv announces next: 10 Dec 2024, 09:00 .",
    ):
        assert text in texts(gathering, "//p")


def test_an_announcement_of_tomorrow(gathering: Site) -> None:
    tomorrow = gathering.clock().date() + timedelta(days=1)
    row = GatherCounts(tomorrow, "<b>", BatchState.COMPLETE, announced=7, new=7, message="<i>")
    gathering.store.gathering.save_counts([row], gathering.clock())
    log_in(gathering)
    figures = texts(gathering, "//section[@aria-label='Announced by day, figures']//tbody/tr")
    assert figures[-1] == "2024-12-10 7 0 0"
    assert "<b><i>" not in gathering.client.get(PATH).text
    assert texts(gathering, "//h2[@id='topics']/..//tbody/tr") == ["3D vision none yet"]


def test_the_overview_names_what_could_not_be_read(gathering: Site) -> None:
    now = gathering.clock()
    for back, state in ((2, BatchState.FAILED), (1, BatchState.CLOSED), (0, BatchState.FAILED)):
        batch = Batch(
            "arxiv", "cs.CV", now.date() - timedelta(days=back), state, message="HTTP 503"
        )
        gathering.store.gathering.save_batch(batch, now)
    log_in(gathering)
    page = html.fromstring(gathering.client.get("/operator/").text)
    needs = page.xpath(f"//section[@class='needs']//a[@href='{PATH}']")
    assert [need.text for need in needs] == ["cs.CV, 2024-12-07: HTTP 503"]


def test_without_topics(tmp_path: Path) -> None:
    with serving(tmp_path) as site:
        log_in(site)
        assert "Nothing is gathered yet" in texts(site, "//p[@class='lead']")[0]
