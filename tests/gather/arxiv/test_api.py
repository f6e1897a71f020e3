"""Answers of the export API and of RSS, whole and broken."""

from __future__ import annotations

from datetime import UTC, date, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.gather.arxiv import api
from publisher.gather.arxiv.rss import read_rss
from publisher.models.gathering import AnnouncementKind

# After https://info.arxiv.org/help/api/user-manual.html
ANSWER = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <entry>
    <id>http://arxiv.org/abs/hep-ex/0307015v2</id>
    <updated>2003-07-08T13:46:39Z</updated>
    <published>2003-07-07T13:46:39Z</published>
    <title>Multi-Electron Production at High Transverse Momenta
  in ep Collisions</title>
    <summary>  Multi-electron production &lt; 3
is studied.
</summary>
    <author><name>H1 Collaboration</name></author>
    <author><name>Ada</name><arxiv:affiliation xmlns:arxiv="http://arxiv.org/schemas/atom">X
    </arxiv:affiliation></author>
    <arxiv:comment xmlns:arxiv="http://arxiv.org/schemas/atom">23 pages</arxiv:comment>
    <arxiv:journal_ref xmlns:arxiv="http://arxiv.org/schemas/atom">Eur.Phys.J.</arxiv:journal_ref>
    <link href="http://arxiv.org/abs/hep-ex/0307015v2" rel="alternate" type="text/html"/>
    <arxiv:doi xmlns:arxiv="http://arxiv.org/schemas/atom">10.1/x</arxiv:doi>
    <category term="cs.LG" scheme="http://arxiv.org/schemas/atom"/>
    <category term="hep-ex" scheme="http://arxiv.org/schemas/atom"/>
    <category term="I.2.10" scheme="http://arxiv.org/schemas/atom"/>
    <arxiv:primary_category xmlns:arxiv="http://arxiv.org/schemas/atom" term="hep-ex"/>
  </entry>
  <entry>
    <id>http://arxiv.org/api/errors#incorrect_id_format_for_1234.12345</id>
    <title>Error</title>
    <summary>incorrect id format for 1234.12345</summary>
  </entry>
</feed>
"""
FEED = """<?xml version='1.0' encoding='UTF-8'?>
<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"
 version="2.0"><channel>
<item>
  <title>A replaced paper</title><link>https://arxiv.org/abs/2203.01250</link>
  <description>arXiv:2203.01250v3 Announce Type: replace-cross
Abstract: An abstract.</description>
  <guid isPermaLink="false">oai:arXiv.org:2203.01250v3</guid>
  <category>math.AP</category><category>math.OC</category>
  <pubDate>Fri, 23 Aug 2024 00:00:00 -0400</pubDate>
  <arxiv:announce_type>replace-cross</arxiv:announce_type>
  <arxiv:DOI>10.5802/jep.257</arxiv:DOI>
  <dc:creator>Antonin M, Paul P</dc:creator>
</item>
<item><title>Twice</title><guid>oai:arXiv.org:2203.01250v3</guid>
  <pubDate>Fri, 23 Aug 2024 00:00:00 -0400</pubDate></item>
<item><title>Of the day before</title><guid>oai:arXiv.org:2203.01251v1</guid>
  <pubDate>Thu, 22 Aug 2024 00:00:00 -0400</pubDate></item>
<item><title>No id</title><pubDate>Fri, 23 Aug 2024 00:00:00 -0400</pubDate></item>
<item><title>No date</title><guid>oai:arXiv.org:2203.01252v1</guid></item>
</channel></rss>
"""


def test_an_answer() -> None:
    [paper] = api.read_papers(ANSWER.encode())
    assert paper.id == "arxiv:hep-ex/0307015"
    assert paper.version == 2
    assert paper.title == "Multi-Electron Production at High Transverse Momenta in ep Collisions"
    assert paper.abstract == "Multi-electron production < 3 is studied."
    assert paper.authors == ("H1 Collaboration", "Ada")
    assert paper.categories == ("hep-ex", "cs.LG")
    assert (paper.comment, paper.journal, paper.doi) == ("23 pages", "Eur.Phys.J.", "10.1/x")
    assert paper.published == datetime(2003, 7, 7, 13, 46, 39, tzinfo=UTC)
    assert paper.updated == datetime(2003, 7, 8, 13, 46, 39, tzinfo=UTC)
    assert paper.pdf_url == "https://arxiv.org/pdf/hep-ex/0307015v2"


def test_a_cut_answer_loses_the_entry_that_was_cut() -> None:
    second = ANSWER.replace("0307015", "0307016").partition("<entry>")[2].partition("</entry>")[0]
    both = ANSWER.replace("  <entry>", f"  <entry>{second}</entry>\n  <entry>", 1)
    assert len(api.read_papers(both.encode())) == 2
    cut = both[: both.rindex("is studied")]
    assert [paper.id for paper in api.read_papers(cut.encode())] == ["arxiv:hep-ex/0307016"]


def test_addresses() -> None:
    url = api.details_url("https://export.arxiv.org/api/", ["2411.00001", "math/0309136"])
    assert url.startswith("https://export.arxiv.org/api/query?id_list=2411.00001,math/0309136&")
    assert parse_qs(urlsplit(url).query)["max_results"] == ["2"]
    url = api.search_url("https://export.arxiv.org/api", "cs.CV", date(2026, 12, 8), 200)
    query = parse_qs(urlsplit(url).query)
    assert query["search_query"] == ["cat:cs.CV AND submittedDate:[202612041900 TO 202612071900]"]
    assert query["start"] == ["200"]


def test_a_feed_counts_by_the_dates_of_its_items() -> None:
    [announced] = read_rss(FEED.encode(), date(2024, 8, 23))
    assert announced.kind is AnnouncementKind.REPLACED
    paper = announced.paper
    assert (paper.id, paper.version, paper.title) == ("arxiv:2203.01250", 3, "A replaced paper")
    assert (paper.abstract, paper.doi) == ("An abstract.", "10.5802/jep.257")
    assert paper.authors == ("Antonin M", "Paul P")
    assert paper.categories == ("math.AP", "math.OC")
    assert read_rss(FEED.encode(), date(2024, 8, 26)) == []


@pytest.mark.parametrize("document", [ANSWER, FEED])
@given(noise=st.binary(max_size=200), position=st.integers(0, 2000), missing=st.integers(0, 200))
def test_no_bytes_break_it(document: str, noise: bytes, position: int, missing: int) -> None:
    content = document.encode()
    for answer in (noise, content[:position] + noise + content[position + missing :]):
        api.read_papers(answer)
        read_rss(answer, date(2024, 8, 23))


def test_entities_are_not_expanded() -> None:
    bomb = (
        '<!DOCTYPE feed [<!ENTITY a "xxxxxxxxxx"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
        '<!ENTITY file SYSTEM "file:///etc/hostname">]>'
    )
    answer = ANSWER.replace("<feed", f"{bomb}<feed", 1).replace("23 pages", "&b;&file;")
    [paper] = api.read_papers(answer.encode())
    assert paper.comment == "&b;&file;"
