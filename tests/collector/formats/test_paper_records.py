"""Records of papers in JSON, CSV and TSV, and files of other markings and other JSON."""

from __future__ import annotations

import json
import time
from zoneinfo import ZoneInfo

import pytest

from publisher.collector.archive.parsing import ParsedFile, parse_bytes

UTC = ZoneInfo("UTC")
PAPER = {"title": "Trees That Grow", "authors": ["Ada Author"], "id": "2411.03001"}
CHINESE = {"标题": "Trees That Grow", "作者": "Ada Author", "编号": "2411.03001"}
OTHER = PAPER | {"id": "2411.03002"}
URL = "http://arxiv.org/abs/2411.03001"
ROW = f"|**2024-11-30**|**Trees That Grow**|Ada Author et.al.|[2411.03001]({URL})|null|"
ITEM = f"- 2024-11-30, **Trees That Grow**, Ada Author et.al., Paper: [{URL}]({URL})"
BROKEN = ":2: D118 records of papers that can't be read: "


def parsed(value: object, path: str = "2024-12-02.json") -> ParsedFile:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return parse_bytes(path, text.encode(), UTC)


def papers(file: ParsedFile) -> list[tuple[str, str, tuple[str, ...], str, tuple[str, ...]]]:
    return [
        (
            paper.id,
            paper.title,
            paper.authors,
            f"{digest.published:%Y-%m-%d}",
            paper.topic_names or digest.topic_names,
        )
        for digest in file.digests
        for paper in digest.papers
    ]


@pytest.mark.parametrize(
    ("value", "day", "topic"),
    [
        (PAPER, "2024-12-02", "papers"),
        ([PAPER], "2024-12-02", "papers"),
        ([[PAPER]], "2024-12-02", "papers"),
        ({"count": 1, "papers": [PAPER]}, "2024-12-02", "papers"),
        ({"date": "2024-12-01", "papers": [PAPER]}, "2024-12-01", "papers"),
        ({"2024-11-30": [PAPER]}, "2024-11-30", "papers"),
        ({"Plant Science": [PAPER]}, "2024-12-02", "Plant Science"),
        ({"SLAM": {"2411.03001": ROW}}, "2024-12-02", "SLAM"),
        ({"SLAM": {"2411.03001": ITEM}}, "2024-12-02", "SLAM"),
        ({"2411.03001": PAPER | {"id": "1"}}, "2024-12-02", "papers"),
        ([PAPER | {"id": "http://arxiv.org/abs/2411.03001v1"}], "2024-12-02", "papers"),
        ([PAPER | {"authors": "Ada Author"}], "2024-12-02", "papers"),
        ([PAPER | {"authors": [{"name": "Ada Author"}]}], "2024-12-02", "papers"),
        ([PAPER | {"authors": ["Author, Ada"]}], "2024-12-02", "papers"),
        ([PAPER | {"published": "2024-12-05"}], "2024-12-05", "papers"),
        ([PAPER | {"published": "2024-11-28"}], "2024-12-02", "papers"),
        ([PAPER | {"categories": ["cs.CV", "cs.LG"]}], "2024-12-02", "cs.CV"),
        ([PAPER | {"tags": ["trees"]}], "2024-12-02", "trees"),
        ([{"paper": PAPER, "submittedBy": {"name": "Bo"}}], "2024-12-02", "papers"),
        ([CHINESE], "2024-12-02", "papers"),
        ([PAPER | {"title": "[2024.11] Trees That Grow"}], "2024-12-02", "papers"),
        (f"{json.dumps(PAPER)}\n\n{json.dumps(PAPER)}\n", "2024-12-02", "papers"),
        (f"{PAPER}\n", "2024-12-02", "papers"),
    ],
)  # fmt: skip
def test_a_record_is_read(value: object, day: str, topic: str) -> None:
    paper = ("arxiv:2411.03001", "Trees That Grow", ("Ada Author",), day, (topic,))
    assert papers(parsed(value)) == [paper]
    assert parsed(value).findings == ()


def test_the_summary_of_arxiv_is_the_abstract_and_the_tldr_the_summary() -> None:
    record = PAPER | {
        "summary": "We grow trees.",
        "AI": {"tldr": "Trees grow.", "method": "Water."},
    }
    paper = parsed([record]).digests[0].papers[0]
    assert (paper.abstract, paper.summary) == ("We grow trees.", "Trees grow.")
    assert paper.notes is not None
    assert paper.notes.method == "Water."


@pytest.mark.parametrize(
    ("ending", "text"),
    [
        ("csv", "Title,Authors,arXiv ID\nTrees That Grow,Ada Author,2411.03001\n"),
        ("csv", "Title;Authors;URL\n\nTrees That Grow;Ada Author;https://arxiv.org/abs/2411.03001"),
        ("tsv", "タイトル\t著者\t論文リンク\nTrees That Grow\tAda Author\thttps://arxiv.org/abs/2411.03001"),
        ("csv", "\ufeffTitel,Autoren,Link\r\nTrees That Grow,Ada Author,https://arxiv.org/abs/2411.03001\r\n"),
    ],
)  # fmt: skip
def test_a_row_is_read(ending: str, text: str) -> None:
    file = parsed(text, f"2024-12-02.{ending}")
    assert [paper[:3] for paper in papers(file)] == [
        ("arxiv:2411.03001", "Trees That Grow", ("Ada Author",))
    ]


@pytest.mark.parametrize(
    "text",
    [
        '{"name": "blog", "dependencies": {"hexo": "^7.0.0"}}',
        '[{"title": "A post", "url": "/post/", "content": "See https://arxiv.org/abs/2411.03001."}]',
        '{"seen": ["2411.03001", "2411.03002"]}',
        '{"2411.03001": {"checked": true}}',
        '{"embeddings": [[0.12345, 2411.03001]]}',
        '// a comment\n{"compilerOptions": {}}',
        "",
        "[" * 100_000,
    ],
)
def test_json_of_something_else_is_passed_over(text: str) -> None:
    file = parsed(text)
    assert (file.is_digest, file.digests, file.findings, file.unread_ids) == (False, (), (), ())


@pytest.mark.parametrize(
    ("text", "place", "count"),
    [
        ('[{"id": "2411.03001",\n  "title" "x"}]', f"{BROKEN}column 11: Expecting", 0),
        (f'{json.dumps(PAPER)}\n{{"title": \n{json.dumps(OTHER)}\n', ":4: D118", 2),
        (f"{json.dumps(PAPER)}\n{'[' * 100_000}\n", f"{BROKEN}column 1: nested too deeply", 1),
        (f'{json.dumps(PAPER)}\n{{"x": {"9" * 5000}}}\n', ":2: D118", 1),
        (f"{json.dumps(PAPER)}\n{{'x': 'cut\n", ":2: D118", 1),
        (f"{json.dumps(PAPER)}\n" + "{\n" * 1000, ":22: D118", 1),
    ],
)  # fmt: skip
def test_what_is_broken_is_named_and_the_rest_is_read(text: str, place: str, count: int) -> None:
    file = parsed(text, "2024-12-02.jsonl")
    assert place in str(file.findings[-1])
    assert len(file.findings) <= 20
    assert len(papers(file)) == count


def test_a_nested_record_is_read_as_deep_as_people_nest() -> None:
    value: object = [PAPER]
    for _ in range(8):
        value = {"data": value}
    assert len(papers(parsed(value))) == 1
    for _ in range(200):
        value = {"data": value}
    assert papers(parsed(value)) == []


@pytest.mark.parametrize(
    "text",
    [
        '{"id": "2411.03001"}\n' * 50_000,
        '["2411.03001"' + ', {"title": "x"}' * 60_000 + "]",
        '{"title": "2411.03001' + "\\u0041" * 150_000 + '"}',
        '"2411.03001"' + '{"a": "' * 100_000,
        "{'2411.03001\n" * 60_000,
        "title,id\n" + "x,2411.03001\n" * 20_000 + '"' * 100_000,
    ],
    ids=range(6),
)
def test_a_hostile_megabyte_costs_seconds_at_most(text: str) -> None:
    begin = time.process_time()
    for ending in ("json", "csv"):
        parsed(text, f"2024-12-02.{ending}")
    assert time.process_time() - begin < 30


@pytest.mark.parametrize(
    ("path", "text", "message"),
    [
        ("a.rst", "Papers\n\n* `Trees <https://arxiv.org/abs/2411.03001>`_\n", "reStructuredText"),
        ("a.org", "* Papers\n** [[https://arxiv.org/abs/2411.03001][Trees]]\n", "Org"),
        ("a.ADOC", "== Papers\n\n* https://arxiv.org/abs/2411.03001[Trees]\n", "AsciiDoc"),
        ("a.rst", "Install\n=======\n\nRun it.\n", ""),
        ("a.org", "* Trees\n\nThey grow.\n\n* References\n- arXiv:2411.03001\n", ""),
    ],
)  # fmt: skip
def test_other_markings_are_named_where_they_name_papers(
    path: str, text: str, message: str
) -> None:
    file = parsed(text, path)
    assert file.digests == ()
    assert file.is_digest is bool(message)
    if message:
        advice = "write these papers in Markdown, or leave the file out (source.exclude)"
        line = next(n for n, line in enumerate(text.split("\n"), 1) if "arxiv" in line)
        assert [str(each) for each in file.findings] == [
            f"{path}:{line}: D117 papers in a marking that is not read: {message}; {advice}"
        ]
