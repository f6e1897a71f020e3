from __future__ import annotations

from datetime import UTC, date, datetime
from html import escape
from typing import TYPE_CHECKING

import pytest

from publisher.errors import GatherError
from publisher.gather.sources import feed
from publisher.gather.sources.feed import FeedSource
from publisher.models.gathering import AnnouncementKind, BatchState, Candidate
from publisher.settings.sections.gather import GatherTopic

if TYPE_CHECKING:
    from support.fake_pages import FakePages

    from publisher.gather.polite_client import PoliteClient
    from publisher.models.gathering import Batch

DAY = date(2026, 12, 1)
NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
BIORXIV = """<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="x"><title>bioRxiv</title><link>http://biorxiv.org</link></channel>
<item rdf:about="http://biorxiv.org/cgi/content/short/2026.11.01.123456v1?rss=1">
<title><![CDATA[A <i>nice</i> title &amp; more]]></title>
<link>http://biorxiv.org/cgi/content/short/2026.11.01.123456v1?rss=1</link>
<description><![CDATA[<p>H<sub>2</sub>O is wet.</p><p>Always.</p>]]></description>
<dc:creator><![CDATA[Author, A., Writer, B. C.]]></dc:creator><dc:date>2026-11-30</dc:date>
<dc:identifier>doi:10.1101/2026.11.01.123456</dc:identifier></item></rdf:RDF>"""
ARXIV = """<rss xmlns:arxiv="http://arxiv.org/schemas/atom" version="2.0"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>cs.CV</title>
<item><title>New {x}</title><link>https://arxiv.org/abs/2611.00001</link>
<description>arXiv:2611.00001v1 Announce Type: new
Abstract: We show $a &lt; b$.</description><guid>oai:arXiv.org:2611.00001v1</guid>
<category>cs.CV</category><category>cs.GR</category><dc:creator>Ada Author, Bo Writer</dc:creator>
<pubDate>Tue, 01 Dec 2026 00:00:00 -0500</pubDate></item>
<item><title>Replaced</title><link>https://arxiv.org/abs/2611.00002</link>
<description>arXiv:2611.00002v3 Announce Type: replace-cross
Abstract: More.</description><guid>oai:arXiv.org:2611.00002v3</guid>
<pubDate>Tue, 01 Dec 2026 00:00:00 -0500</pubDate></item></channel></rss>"""


def item(name: str, moment: str = "", title: str = "A title") -> str:
    when = f"<pubDate>{moment}</pubDate>" if moment else ""
    link = f"<link>https://example.org/{name}</link>" if name else ""
    return f"<item><title>{escape(title)}</title>{link}{when}</item>"


def rss(*items: str) -> str:
    return f'<rss version="2.0"><channel><title>F</title>{"".join(items)}</channel></rss>'


@pytest.fixture
def source(client: PoliteClient) -> FeedSource:
    return FeedSource(client)


def read(source: FeedSource, site: FakePages, page: str | int, day: date = DAY) -> Batch:
    site.pages["/feed"] = page
    return source.fetch(f"{site.url}/feed", day, NOW)


def test_a_feed_of_preprints_has_dois(source: FeedSource, site: FakePages) -> None:
    batch = read(source, site, BIORXIV)
    (announced,) = batch.papers
    moment = datetime(2026, 11, 30, tzinfo=UTC)
    assert announced.paper == Candidate(
        "doi:10.1101/2026.11.01.123456",
        "A nice title & more",
        ("A. Author", "B. C. Writer"),
        "H2O is wet. Always.",
        doi="10.1101/2026.11.01.123456",
        abs_url="http://biorxiv.org/cgi/content/short/2026.11.01.123456v1?rss=1",
        updated=moment,
    )
    assert (batch.state, batch.total, batch.message) == (BatchState.COMPLETE, 1, "")


def test_a_feed_of_arxiv_has_versions_and_kinds(source: FeedSource, site: FakePages) -> None:
    new, replaced = read(source, site, ARXIV).papers
    assert new.paper == Candidate(
        "arxiv:2611.00001",
        "New {x}",
        ("Ada Author", "Bo Writer"),
        "We show $a < b$.",
        categories=("cs.CV", "cs.GR"),
        abs_url="https://arxiv.org/abs/2611.00001",
        pdf_url="https://arxiv.org/pdf/2611.00001v1",
        published=datetime(2026, 12, 1, 5, tzinfo=UTC),
    )
    assert (replaced.kind, replaced.paper.version) == (AnnouncementKind.REPLACED, 3)


def test_a_batch_has_the_entries_of_three_days(source: FeedSource, site: FakePages) -> None:
    page = rss(
        item("28", "Sat, 28 Nov 2026 23:59:00 +0000"),
        item("29", "Sat, 28 Nov 2026 23:59:00 -0100"),
        item("30", "Mon, 30 Nov 2026 10:00:00 +0000"),
        item("31", "Tue, 01 Dec 2026 10:00:00 +0000"),
        item("future", "Fri, 01 Jan 2027 00:00:00 +0000"),
        item("undated"),
        item("wrong", "one day"),
    )

    def names(day: date) -> list[str]:
        papers = read(source, site, page, day).papers
        return [announced.paper.abs_url.rpartition("/")[2] for announced in papers]

    assert names(DAY) == ["29", "30", "31", "future", "undated", "wrong"]
    assert names(date(2026, 11, 30)) == ["28", "29", "30"]
    assert names(date(2026, 11, 27)) == []


def test_a_day_without_entries_says_why(source: FeedSource, site: FakePages) -> None:
    page = rss(item("30", "Mon, 30 Nov 2026 10:00:00 +0000"))
    batch = read(source, site, page, date(2026, 11, 20))
    assert (batch.state, batch.message) == (
        BatchState.CLOSED,
        "The feed goes back to 2026-11-30 only.",
    )
    batch = read(source, site, rss())
    assert batch.state is BatchState.CLOSED
    assert batch.message == "The feed has no entry of 2026-12-01 or the two days before."


def test_an_entry_without_title_or_address_is_left_out(source: FeedSource, site: FakePages) -> None:
    batch = read(source, site, rss(item("a"), item("", title="No link"), item("b", title=" ")))
    assert [announced.paper.id for announced in batch.papers] == ["url:https://example.org/a"]
    assert batch.message == "2 entries without title or address are left out."


@pytest.mark.parametrize("link", ["javascript://x/%0aalert(1)", "file:///etc/passwd", "ftp://x/y"])
def test_only_addresses_of_the_web_become_links(
    source: FeedSource, site: FakePages, link: str
) -> None:
    entry = f"<item><title>A</title><link>{link}</link><guid>{link}</guid></item>"
    assert read(source, site, rss(entry)).papers == ()


def test_an_entry_that_stands_twice_is_one(source: FeedSource, site: FakePages) -> None:
    batch = read(source, site, rss(item("a"), item("a", "Mon, 30 Nov 2026 10:00:00 +0000")))
    assert batch.total == len(batch.papers) == 1


@pytest.mark.parametrize("page", ["<html><body>Hello</body></html>", "", "{}", "\0", 404, 503])
def test_what_is_no_feed_is_a_failure(source: FeedSource, site: FakePages, page: str | int) -> None:
    batch = read(source, site, page)
    assert (batch.state, batch.papers) == (BatchState.FAILED, ())
    assert f"{site.url}/feed" in batch.message
    assert batch.next_try == datetime(2026, 12, 1, 13, tzinfo=UTC)


def test_hostile_markup_is_text(source: FeedSource, site: FakePages) -> None:
    title = "<script>alert(1)</script>Safe <img src=x onerror=y>&lt;b&gt; " + "<p" * 10_000
    (announced,) = read(source, site, rss(item("a", title=title))).papers
    assert announced.paper.title.startswith("Safe <b>")
    assert "alert" not in announced.paper.title


def test_without_the_package_the_message_names_it(
    source: FeedSource, site: FakePages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "find_spec", lambda _: None)
    with pytest.raises(GatherError, match=r"pip install 'digest-publisher\[feeds\]'"):
        read(source, site, rss())


def test_channels_are_addresses(source: FeedSource) -> None:
    topic = GatherTopic(name="x", sources=("huggingface", "https://example.org/feed"))
    assert source.channels(topic) == ("https://example.org/feed",)
