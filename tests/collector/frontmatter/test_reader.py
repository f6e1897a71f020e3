"""Front matter in every syntax, and lenient reading where it is not valid."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.collector.frontmatter import lenient_yaml, reader
from publisher.collector.frontmatter.reader import text_of

# A line that YAML refuses, and what is read in spite of it.
BROKEN = [
    ("description: a: b", {"description": "a: b"}),
    ("description: a: b # aside", {"description": "a: b"}),
    ("title: [Re] something", {"title": "[Re] something"}),
    ("title: 'it's", {"title": "it's"}),
    ('title: "never closed', {"title": "never closed"}),
    ("title: @home", {"title": "@home"}),
    ("title: 100%: all", {"title": "100%: all"}),
    ("title: `code`", {"title": "`code`"}),
    ("link: http://a.example/b: c", {"link": "http://a.example/b: c"}),
    ("tags: [a, b", {"tags": ["a", "b"]}),
    ("tags:\n  - a: b: c\n  - d", {"tags": ["a: b: c", "d"]}),
    ("tags:\n- a: b: c\n- 'd'", {"tags": ["a: b: c", "d"]}),
    ("tags:\n\t- a\n\t- b", {"tags": ["a", "b"]}),
    ("map:\n  one: a: b\n  two: [c, d]", {"map": {"one": "a: b", "two": ["c", "d"]}}),
    ("说明: 一: 二", {"说明": "一: 二"}),
    ("  title: a: b", {"title": "a: b"}),
    ("date: 2024-13-45", {"date": "2024-13-45"}),
]


@pytest.mark.parametrize(("source", "expected"), BROKEN)
def test_values_of_invalid_yaml_are_read(source: str, expected: dict[str, object]) -> None:
    post = reader.read_post("x.md", f"---\n{source}\n---\nBody.\n")
    assert {key: value for key, value in post.metadata.items() if key != "good"} == expected
    assert post.body == "Body.\n"
    (finding,) = post.findings
    assert finding.code == "D104"
    assert f"keys read: {next(iter(expected))}" in finding.message


GOOD = """\
date: 2024-11-30 10:00:00
day: 2024-11-30
tags: [a, "b, c"]  # a comment
quoted: "x: y # no comment"
# a line of comment
nested:
  deep: {one: 1}
  list:
    - x
long: |
  first: line
  second
folded: >-
  one
  two
flow: [a,
  b]
yes: true
none:
"""


def test_a_bad_value_does_not_affect_others() -> None:
    bad = "first: a: b\n" + GOOD + "last: c: d\n"
    metadata = reader.read_post("x.md", f"---\n{bad}---\n").metadata
    alone = reader.read_post("x.md", f"---\n{GOOD}---\n").metadata
    # `yes` is a truth value in YAML 1.1, and was no key there.
    alone = {("yes" if key == "True" else key): value for key, value in alone.items()}
    assert metadata.pop("first") == "a: b"
    assert metadata.pop("last") == "c: d"
    assert metadata.pop("yes", True) is True
    alone.pop("yes")
    assert metadata == alone
    assert metadata["date"] == datetime(2024, 11, 30, 10)  # noqa: DTZ001 - as YAML reads it
    assert metadata["day"] == date(2024, 11, 30)


def test_repeated_key() -> None:
    post = reader.read_post("x.md", "---\ntitle: a\ntags: [b]\ntitle: c\n---\n")
    assert post.metadata["title"] == "c"
    assert [str(finding) for finding in post.findings] == [
        "x.md:4: D304 the front matter has this key twice, the last holds: title"
    ]


HEADS = [
    ('+++\ntitle = "T"\n+++\nB\n', {"title": "T"}, 4, []),
    ('{\n"title": "T"\n}\nB\n', {"title": "T"}, 3, []),
    ('"title": "T",\n"tags": ["a"],\n;;;\nB\n', {"title": "T", "tags": ["a"]}, 4, []),
    ("Title: T\nDate: 2024-11-30\n\nB\n", {"title": "T", "date": "2024-11-30"}, 4, []),
    ("\nTitle: T\nTags: a,\n b\n\nB\n", {"title": "T", "tags": "a, b"}, 6, []),
    ("Title: alone is a sentence\n\nB\n", {}, 1, ["D103"]),
    ("Note: this\nWarning: that\n\nB\n", {}, 1, ["D103"]),
    ("{{ shortcode }}\nB\n", {}, 1, ["D103"]),
    ("{\nB\n", {}, 1, ["D103"]),
    ('+++\ntitle = "T"\nbad = a: b\n+++\nB\n', {"title": "T", "bad": "a: b"}, 5, ["D104"]),
    ("+++\nnever closed\n", {}, 1, ["D103"]),
    ("", {}, 1, ["D103"]),
]


@pytest.mark.parametrize(("text", "metadata", "body_line", "codes"), HEADS)
def test_other_syntaxes(
    text: str, metadata: dict[str, object], body_line: int, codes: list[str]
) -> None:
    post = reader.read_post("x.md", text)
    assert post.metadata == metadata
    assert post.body_line == body_line
    assert [finding.code for finding in post.findings] == codes
    if metadata:
        assert post.body.lstrip("\n") == "B\n"


def test_invalid_toml_is_reported_with_its_line() -> None:
    post = reader.read_post("x.md", '\n+++\ntitle = "T"\nbad = a: b\n+++\nB\n')
    (finding,) = post.findings
    assert finding.line == 4
    assert "keys read: title, bad" in finding.message


def test_text_of_returns_texts_only() -> None:
    metadata: dict[str, object] = {"Title": " T ", "a": True, "b": ["x"], "c": 7, "d": ""}
    assert text_of(metadata, "title") == "T"
    assert text_of(metadata, "a", "b", "d", "c") == "7"
    assert text_of(metadata, "a", "b", "d") == ""


def test_nested_anchors_are_not_names() -> None:
    bomb = "a: &a [x, x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    post = reader.read_post("x.md", f"---\n{bomb}tags: *i\n---\n")
    assert reader.text_list(post.metadata["tags"]) == ()


@pytest.mark.parametrize("opener", ["[", "{", "- ", "? ", "a: ["])
def test_thousands_of_open_brackets_do_not_end_the_process(opener: str) -> None:
    post = reader.read_post("x.md", f"---\ntitle: T\nx: {opener * 30_000}\n---\nB\n")
    assert post.metadata["title"] == "T"
    assert [finding.code for finding in post.findings] == ["D104"]


@given(st.text(alphabet=st.sampled_from("ab:- \t\n[]{}'\"#|>&*!%@`,0"), max_size=80))
def test_no_text_stops_the_plain_reader(text: str) -> None:
    assert isinstance(lenient_yaml.read_invalid(text), dict)
    reader.read_post("x.md", f"---\n{text}\n---\n")
