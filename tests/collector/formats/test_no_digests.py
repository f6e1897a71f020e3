"""Files that are no digests are passed over and counted; papers that are not read are reported."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from publisher import collector
from publisher.collector.archive.parsing import ParsedFile, parse_bytes, parse_text
from publisher.settings import load

if TYPE_CHECKING:
    from pathlib import Path

ZONE = ZoneInfo("Asia/Shanghai")
TEXT = "Some words about this and that.\n"
PAPER = "## A paper\n\n**Authors:A B**\n\nText.\n\n[PDF](http://arxiv.org/abs/2411.00001v1)\n"
TWO = "- [One](https://arxiv.org/abs/2411.00001)\n- [Two](https://arxiv.org/abs/2411.00002)\n"

NO_DIGESTS = [
    # Listing pages of Hexo, Hugo, Jekyll and others.
    ("tags/index.md", "---\ntitle: tags\ndate: 2024-11-30 10:00:00\ntype: tags\n---\n"),
    ("categories/index.md", '---\ntitle: 分类\ndate: 2024-11-30\ntype: "categories"\n---\n'),
    ("archives.md", "---\ntitle: Archive\nlayout: archives\n---\n"),
    ("category/trees.md", "---\nlayout: category\ntitle: Trees\ncategory: trees\n---\n"),
    ("friends/index.md", f"---\ntitle: 友情链接\ndate: 2024-11-30\n---\n{TEXT}"),
    ("search.md", "---\ntitle: Search\nlayout: search\n---\n"),
    ("index.md", "---\nlayout: home\n---\n"),
    ("blog/index.md", "---\ntitle: Blog\n---\n{% for post in site.posts %}{% endfor %}\n"),
    ("timeline/index.md", "---\ntitle: Timeline\ndate: 2024-11-30\n---\n<div id=timeline></div>\n"),
    # About pages, in any language, also with one's own papers.
    ("about/index.md", f"---\ntitle: About\ndate: 2024-11-30\n---\n{TEXT}"),
    ("about.md", f"---\nlayout: page\ntitle: About Me\npermalink: /about/\n---\n{TEXT}\n{TWO}"),
    ("me.md", f"---\ntitle: 关于我\ndate: 2024-11-30\n---\n{TEXT}"),
    ("page.md", f"---\ntitle: Über mich\ndate: 2024-11-30\n---\n{TEXT}"),
    ("about/index.md", f"---\ntitle: 关于\nlayout: about\ntags: [me]\n---\n{TEXT}"),
    ("cv.md", f"# Curriculum vitae\n\n{TWO}"),
    ("404.md", "---\ntitle: 404 Not Found\npermalink: /404.html\n---\nNothing here.\n"),
    # Files of a repository.
    ("README.md", f"# A blog\n\n{TEXT}"),
    ("README.zh-CN.md", f"# 博客\n\n{TEXT}"),
    ("README.md", f"# Code of a paper\n\n[Paper](https://arxiv.org/abs/2411.00001)\n\n{TEXT}"),
    (
        "README.md",
        f"# A tool\n\n{TEXT * 9}\n## Features\n\n- a\n- b\n- c\n- d\n\n## See also\n\n{TWO}",
    ),
    ("README.md", f"# A list\n\n{TEXT}\n```\n# 2024-11-30 更新\n\n{PAPER}```\n"),
    ("README.md", f"# A tool\n\n{TEXT}\n## References\n\n{TWO}"),
    ("LICENSE.md", "MIT License\n\nCopyright (c) 2024\n"),
    ("license.md", "Title: the terms\n\nCopyright (c) 2024\n"),
    ("CONTRIBUTING.md", "# Contributing\n\nThank you.\n"),
    ("CHANGELOG.md", "# 2024-11-30\n\n- Fixed a thing.\n\n# 2024-11-29\n\n- Another.\n"),
    (".github/pull_request_template.md", "What: why\n\n- [ ] Tests\n"),
    ("notes.md", f"{TEXT}\n```\n{TWO}```\n"),
    # The first post of a new blog.
    ("hello-world.md", f"---\ntitle: Hello World\n---\n{TEXT}"),
    ("hello-world.md", f"title: Hello World\n---\n{TEXT}"),
    ("_posts/2024-11-30-welcome-to-jekyll.md", f"---\ntitle: Welcome to Jekyll!\n---\n{TEXT}"),
    ("my-first-post.md", f"+++\ntitle = 'My First Post'\ndate = 2024-11-30\n+++\n{TEXT}"),
    ("2.md", f"---\ntitle: 你好，世界！\ndate: 2024-11-30\ntags: [life]\n---\n{TEXT}"),
    ("3.md", f"---\ntitle: Hola mundo\ndate: 2024-11-30\ntags: [vida]\n---\n{TEXT}"),
    # Pages without a date.
    ("teaching.md", f"---\ntitle: Teaching\n---\n{TEXT}"),
    ("projects.md", f"---\ntitle: Projects\n---\n{TEXT} See https://arxiv.org/abs/2411.00001.\n"),
    ("plain.md", TEXT),
    ("empty.md", ""),
    # Templates for new posts, of Hexo, Hugo and Obsidian.
    ("scaffolds/post.md", "---\ntitle: {{ title }}\ndate: {{ date }}\ntags:\n---\n"),
    (
        "archetypes/default.md",
        f"+++\ntitle = '{{{{ .Name }}}}'\ndate = {{{{ .Date }}}}\n+++\n{TEXT}",
    ),
    ("archetypes/x.md", f"---\ntitle: ''\ndate: {{{{ .Date }}}}\n---\n{TEXT}"),
    ("x.md", f"---\ntitle: <% tp.file.title %>\ndate: <% tp.date.now() %>\n---\n{TEXT}"),
    ("head.md", "---\ntitle: T\n---\n"),
]


@pytest.mark.parametrize(("path", "text"), NO_DIGESTS, ids=range(len(NO_DIGESTS)))
def test_no_digest(path: str, text: str) -> None:
    parsed = parse_text(path, text, ZONE)
    assert replace(parsed, unread_ids=()) == ParsedFile(is_digest=False)


def test_a_page_in_another_encoding_is_no_digest() -> None:
    for text, encoding in (("Copyright © 2024\n", "latin-1"), ("关于这个博客的一些话。\n", "gbk")):
        parsed = parse_bytes("LICENSE.md", text.encode(encoding), ZONE)
        assert (parsed.digests, parsed.findings, parsed.is_digest) == ((), (), False)


ENTRIES = [
    (
        "a.md",
        f"---\ntitle: A week\ndate: 2024-11-30\ntags: [a]\n---\n\n# 2024-11-30 News\n\n{TEXT}",
    ),
    ("a.md", f"---\ntitle: Search\ndate: 2024-11-30\ntags: [algorithms]\n---\n{TEXT}"),
    ("history/index.md", f"---\ntitle: Trees\ndate: 2024-11-30\ntags: [trees]\n---\n{TEXT}"),
    ("a.md", f"---\ntitle: Un article\ndate: 30 novembre 2024\n---\n{TEXT}"),
    ("2024/11/30/a.md", f"---\ntitle: T\n---\n{TEXT}"),
    ("hello.md", "---\ntitle: Hello World\ndate: 2024-11-30\n---\nOn arXiv:2411.00001.\n"),
    ("tree/index.md", f"---\ntitle: T\ndate: 2024-11-30\nauthors: [A]\nabstract: {TEXT}---\n"),
    ("a.md", "---\ntitle: T\ndate: 2024-11-30\n---\n{% notebook a.ipynb %}\n"),
    (
        "a.md",
        f"---\ntitle: T\ndate: 2024-11-30\n---\n**Authors: A**\n\n[PDF](http://a.example)\n{TEXT}",
    ),
]


@pytest.mark.parametrize(("path", "text"), ENTRIES, ids=range(len(ENTRIES)))
def test_a_post_is_one_entry(path: str, text: str) -> None:
    parsed = parse_text(path, text, ZONE)
    assert [len(digest.papers) for digest in parsed.digests] == [1]
    assert {finding.code for finding in parsed.findings} <= {"D107"}


UNREAD = [  # body, line of it, what the finding says
    (
        "# 2024-11-30 T\n\n## [1]\n\n**arXiv ID** 2411.00001\n\n## 2\n\n**arXiv** 2411.00002\n",
        3,
        "2 papers in a section whose heading is not a title",
    ),
    ("# 2024-11-30 Trees\n\n## One\n\nText of it.\n", 1, "a dated heading, below which no section"),
    (
        "## Trees\n\n- https://arxiv.org/abs/2411.00001\n- https://arxiv.org/abs/2411.00002\n",
        3,
        "2 papers in a list whose items have no titles",
    ),
    ("### [2411.00001](https://arxiv.org/abs/2411.00001)\n\n### 2\nDOI: 10.1000/x.1\n", 1, "2 p"),
    (
        "| Of the day | By |\n|---|---|\n| arXiv:2411.00001 | A |\n| arXiv:2411.00002 | B |\n",
        3,
        "2 papers in a table",
    ),
    ("# 1\n\n[PDF](https://arxiv.org/pdf/2411.00001)\nAbstract: text\n", 1, "2411.00001 in a sec"),
]


@pytest.mark.parametrize(("body", "line", "reason"), UNREAD, ids=range(len(UNREAD)))
def test_papers_that_no_format_reads_are_an_error_with_their_line(
    body: str, line: int, reason: str
) -> None:
    for head, path in (("", "2024-11-30.md"), ("---\nlayout: post\ntags: [t]\n---\n", "a.md")):
        parsed = parse_text(path, head + body, ZONE)
        (finding,) = parsed.findings
        assert (finding.code, finding.line) == ("D108", line + head.count("\n"))
        assert reason in finding.message
        assert not parsed.digests
        assert parsed.is_digest


@pytest.mark.parametrize(
    ("path", "text", "reason"),
    [
        ("2024-11-30.md", "", "it is empty"),
        ("a.md", "---\ndate: 2024-11-30\ntags: [a]\n---\nText.\n", "a date and tags, but no title"),
        (
            "a.md",
            "---\nurl: https://arxiv.org/abs/2411.00001\n---\n# T\n",
            "names a paper, but has no",
        ),
    ],
)
def test_a_digest_that_lacks_what_it_needs_is_an_error(path: str, text: str, reason: str) -> None:
    (finding,) = parse_text(path, text, ZONE).findings
    assert finding.code == "D108"
    assert reason in finding.message


@pytest.mark.parametrize(
    "below",
    [
        *("", "\n\n<!-- made by a job -->\n", "No new papers today.\n"),
        *("今日无更新。\n", "暂无论文\n"),
        *("Nothing new today.\n", "本日无新论文\n", "No papers.\n\n---\n"),
    ],
)
def test_a_day_without_papers_is_a_digest(below: str) -> None:
    parsed = parse_text("a.md", f"> A note.\n\n# 2024-11-30 更新\n\n{below}", ZONE)
    assert [digest.papers for digest in parsed.digests] == [()]
    assert {finding.code for finding in parsed.findings} == {"D103"}


HEAD = "---\ntitle: T\ndate: 2024-11-30\ntags: [t]\n---\n"


@pytest.mark.parametrize(
    ("body", "line", "what"),
    [
        (f"{PAPER}\n### [Another](https://arxiv.org/abs/2411.00009)\n\nText.\n", 14, "2411.00009"),
        (f"{PAPER}\n## Other\n\nLink: https://arxiv.org/abs/2411.00009\n", 14, "2411.00009"),
        (
            "### 1\n- Link: arxiv.org/abs/2411.00001\n### 2\n- Link: arxiv.org/abs/2411.00002\n",
            6,
            "2 papers",
        ),
    ],
)
def test_papers_beside_those_that_are_read_are_a_warning(body: str, line: int, what: str) -> None:
    parsed = parse_text("a.md", HEAD + body, ZONE)
    messages = [str(finding) for finding in parsed.findings if finding.code == "D109"]
    assert messages == [f"a.md:{line}: D109 the file names papers that are not read: {what}"]
    assert parsed.digests


def test_papers_that_are_mentioned_in_prose_are_no_warning() -> None:
    mention = "It extends https://arxiv.org/abs/2411.00009, see\n- words and words\n"
    references = f"A post.\n\nReferences:\n\n{TWO}\n### 参考文献\n\n{TWO}"
    for body in (f"{PAPER}\n**Summary**\n{mention}", f"A post.\n\n{mention}", references):
        parsed = parse_text("a.md", HEAD + body, ZONE)
        assert "D109" not in {finding.code for finding in parsed.findings}


def test_they_are_counted_and_have_no_findings(tmp_path: Path) -> None:
    for path, text in dict(NO_DIGESTS).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    (tmp_path / "digest.md").write_text(HEAD + PAPER, encoding="utf-8")
    for _ in range(2):  # the second time, from the cache
        collection = collector.collect(load(None, {}, {"source": {"folders": [str(tmp_path)]}}))
        assert [paper.id for paper in collection.papers] == ["arxiv:2411.00001"]
        hidden = 1  # .github is not even looked into
        assert len(collection.no_digests) == len(dict(NO_DIGESTS)) - hidden
        assert f"{tmp_path}/about/index.md" in collection.no_digests
        assert not collection.errors
        assert {finding.path for finding in collection.findings} == {f"{tmp_path}/digest.md"}


def test_of_a_huge_log_that_names_a_paper_nothing_is_looked_at() -> None:
    paper = "- [Moss in the Dark](https://arxiv.org/abs/2411.00001)\n"
    log = "- a line of a log\n" * 100
    assert not parse_text("2024-11-30.md", paper + log * 205, ZONE).digests
    (digest,) = parse_text("2024-11-30.md", (paper + log) * 205, ZONE).digests
    assert {each.id for each in digest.papers} == {"arxiv:2411.00001"}
