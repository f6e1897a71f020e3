"""Every feed keeps the rules of the W3C feed validator, whatever the papers hold."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from conftest import EXAMPLES
from hypothesis import given
from hypothesis import strategies as st
from support.feed_rules import problems
from support.sample_feed import ROOT, feed, paper, settings

from publisher.formatter.feeds.entries import make_entry
from publisher.formatter.feeds.formats import FORMATS
from publisher.formatter.feeds.opml import render_opml
from publisher.models import Notes, Paper, Topic, Venue
from publisher.services import build

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.settings import Settings

LEVELS = ("summary", "full", "notes")


def check(*papers: Paper, chosen: Settings | None = None, **fields: Any) -> dict[str, bytes]:
    """Return the documents of a feed of `papers`, after all rules held for them."""
    chosen = chosen or settings()
    entries = tuple(
        make_entry(one, chosen, updated=one.updated + timedelta(seconds=number))
        for number, one in enumerate(papers)
    )
    made = feed(entries, chosen, **fields)
    documents = {one.file_name: one.render(made) for one in FORMATS}
    for name, document in documents.items():
        assert problems(document, made.url(name)) == []
        assert document == next(f for f in FORMATS if name == f.file_name).render(made)
    return documents


HOSTILE = [
    {"title": "a\x00b\x08c\x0bd\x1fe\x7ff\x85g\ufffeh\uffff", "abstract": "\x01\x02"},
    {"title": "]]> <![CDATA[ x ]]>", "summary": "]]>", "abstract": "<!-- -- -->"},
    {"title": "x" * 100_000, "abstract": "字" * 100_000},
    {"title": "שלום עולם \u202eevil\u202c", "summary": "إعادة بناء المشاهد"},
    {"title": "👩‍🔬🧪 \U0001f9ec", "summary": "👍🏽"},
    {"authors": ()},
    {"authors": ("", "  ", "\x00", "O'Neil <x@y.z>", "A & B", "A & B")},
    {"abs_url": "javascript:alert(1)", "pdf_url": "//evil.example/x", "figures": ("data:x,y",)},
    {"abs_url": "http://[::1", "pdf_url": "https://exa mple.org/", "figures": ("/relative.png",)},
    {"abs_url": "https://例え.jp/论文?q=数#节", "figures": ("https://x.org/a%zz[1]|{}.png",)},
    {"code_urls": ('https://x.org/"><script>', "https://x.org/a?b=1&c=2&copy=3", "ftp://x.org/")},
    {"title": "Why <b>bold</b> &amp; <script>alert(1)</script> &#x41; Q&A2 AT&T R&D &nope;"},
    {"summary": "<img src=x onerror=alert(1)> &lt;p&gt; a<b and c>d &copy"},
    {"title": "", "summary": None, "abstract": "", "takeaways": (), "notes": None, "figures": ()},
    {"title": " \n two \t lines \n", "summary": "  \n "},
    {"title": "lone \ud800 surrogate \udfff", "summary": "\ud83d", "authors": ("\udc00",)},
    {"title": "damaged \ufffd text", "topics": (Topic("a", "\ufffd<b>&amp;\x00"), Topic("b", ""))},
    {"id": "doi:10.1002/(SICI)1097<1::AID>3.0.CO;2-Z", "topics": ()},
    {"id": "title:元宇宙 %zz#x"},
    {"title_html": "<em>x</em>", "abstract_html": 'a<sub>2</sub> <a href="https://x.org/">b</a>'},
    {"first_published": datetime(1890, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai"))},
    {"comment": "</p></div>", "venue": Venue("<CVPR>", 0), "takeaways": ("", "</li></ul>")},
    {"notes": Notes(background="</p>\n\n<p>", workload="\n", results=" x ")},
]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("fields", HOSTILE, ids=lambda fields: ascii(fields)[:40])
def test_hostile_papers(fields: dict[str, Any], level: str) -> None:
    if "first_published" in fields:
        fields = fields | {"updated": fields["first_published"]}
        with pytest.raises(AssertionError, match="implausible"):
            check(paper(**fields))  # the date is the digest's, and well-formed all the same
        return
    check(paper(**fields), chosen=settings(feeds={"content": level}))


def test_a_description_like_an_entity() -> None:
    check(paper(), title="x", description="&#A is none, nor is R&D or &#", author="&#x")


texts = st.text(max_size=30) | st.text("<>&;#/!-?]['\"\x00\x85 \nabpx", max_size=30)


@given(title=texts, summary=texts, url=texts, author=texts, note=texts)
def test_any_text(title: str, summary: str, url: str, author: str, note: str) -> None:
    hostile = paper(
        title=title,
        summary=summary,
        abstract=note,
        abs_url=url,
        figures=(f"https://x.org/{url}",),
        code_urls=(f"https://{url}",),
        authors=(author,),
        notes=Notes(method=note),
        topics=(Topic("t", title),),
    )
    chosen = settings(feeds={"content": "notes"}, site={"url": ROOT})
    check(hostile, chosen=chosen, title=title or "x", description=note, author=author or "x")


@pytest.mark.parametrize("month", ["", "2024-12"])
def test_a_feed_without_entries_is_valid(month: str) -> None:
    documents = check(month=month, description="")
    assert b"<updated>2024-01-01T00:00:00+00:00</updated>" in documents["atom.xml"]
    assert json.loads(documents["feed.json"])["items"] == []


@pytest.mark.parametrize("older", ["", "2024-11"])
@pytest.mark.parametrize("newer", ["", "2025-01"])
@pytest.mark.parametrize("hub", ["", "https://hub.example.org/?a=1&b=2"])
@pytest.mark.parametrize("folder", ["", "topics/nerf/"])
def test_archives_are_valid(older: str, newer: str, hub: str, folder: str) -> None:
    chain = {"older": older, "hub_url": hub, "folder": folder}
    check(paper(), **chain)
    check(paper(), **chain, month="2024-12", newer=newer)


@pytest.fixture(scope="module", params=["examples", "corpus"])
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = request.getfixturevalue("corpus") if request.param == "corpus" else EXAMPLES
    output = tmp_path_factory.mktemp("out")
    flags = {"source": {"folders": [str(source)]}, "output": {"folder": str(output)}}
    build.build(settings(**flags, feeds={"entries": 10_000, "content": "notes"}))
    return output


def test_every_feed_keeps_the_rules(built: Path) -> None:
    names = ("atom.xml", "rss.xml", "feed.json", "opml.xml")
    paths = [path for name in names for path in built.rglob(name)]
    assert len(paths) > 3
    for path in paths:
        address = ROOT + path.relative_to(built).as_posix()
        assert set(problems(path.read_bytes(), address)) == set(), path


def test_opml_keeps_the_rules_whatever_a_topic_is_called() -> None:
    one = feed((), settings())
    feeds = [
        one,
        replace(one, folder="topics/a/", title="<b>A</b> \x00&amp; R&D < & \ud800", description=""),
        replace(one, folder="topics/b/", month="2024-12"),
    ]
    assert (
        problems(
            render_opml({"All": feeds[:1], "Parts & <more>": feeds[1:]}, "All & <more>"),
            ROOT + "opml.xml",
        )
        == []
    )
    assert problems(render_opml({"All": []}, "Nothing yet"), ROOT + "opml.xml") == []


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("atom.xml", "<title", "<titel"),
        ("atom.xml", "2024-12-02T12:00:00+00:00", "2024-12-02 12:00:00"),
        ("atom.xml", 'rel="self"', 'rel="edit"'),
        ("atom.xml", "https://papers.example.org/atom.xml", "https://papers.example.org/x.xml"),
        ("atom.xml", "tag:papers.example.org,2024:arxiv", "tag:papers.example.org,24:arxiv"),
        ("atom.xml", "Fields of light", "Fields &lt;b&gt;of&lt;/b&gt; light"),
        ("atom.xml", "Fields of light", "Fields \x85 of light"),
        ("atom.xml", 'xml:lang="zh-CN"', 'xml:lang="Chinese (PRC)"'),
        ("atom.xml", "&lt;/ul&gt;", ""),
        ("atom.xml", "&lt;ul&gt;", '&lt;ul onclick="x"&gt;'),
        ("atom.xml", "&lt;ul&gt;", "&lt;script&gt;x&lt;/script&gt;&lt;ul&gt;"),
        ("atom.xml", 'href="https://github.com/ada/light"', 'href="/ada/light"'),
        ("atom.xml", "&lt;h3", "&amp;nope; &lt;h3"),
        ("atom.xml", "&lt;h3", "a &amp; b &lt;h3"),
        ("atom.xml", "image/png", "png"),
        ("atom.xml", "</feed>", ""),
        ("rss.xml", "Mon, 02 Dec 2024", "Tue, 02 Dec 2024"),
        ("rss.xml", "Mon, 02 Dec 2024", "2024-12-02"),
        ("rss.xml", 'isPermaLink="false"', ""),
        ("rss.xml", "<link>https://papers.example.org/papers", "<link>/papers"),
        ("rss.xml", "dc:creator", "author"),
        ("rss.xml", "Fields of light", "Fields &lt;b of light"),
        ("rss.xml", "<guid", '<enclosure url="https://x.org/x" type="a/b" length="0"/><guid'),
        ("rss.xml", "<language>zh-CN", "<language>"),
        ("feed.json", '"id"', '"uid"'),
        ("feed.json", '"feed_url"', '"url"'),
        ("feed.json", "1.1", "1"),
        ("feed.json", "+00:00", ""),
    ],
)
def test_the_rules_find(name: str, old: str, new: str) -> None:
    document = check(paper())[name].decode()
    assert old in document
    assert problems(document.replace(old, new).encode(), ROOT + name) != []
