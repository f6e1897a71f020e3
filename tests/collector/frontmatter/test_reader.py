"""Front matter in every syntax, and lenient reading where it is not valid."""

from __future__ import annotations

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
    assert metadata.pop("first") == "a: b"
    assert metadata.pop("last") == "c: d"
    assert metadata == alone
    assert metadata["date"] == "2024-11-30 10:00:00"
    assert metadata["yes"] == "true"


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


BLOCKS = [  # every form that Hexo, Hugo, Jekyll or Pandoc accept
    "title: T\ntags:\n- NO\n---\n",
    "title: T\ntags: [NO]\n-----\n",
    "\n\ntags: [NO]\ntitle: T\n---\n",
    "----\ntitle: T\ntags: [NO]\n----\n",
    "---\ntitle: T\ntags: [NO]\n...\n",
    "---\ntitle: T\ntags: [NO]\n-----  \n",
    "--- \t\ntitle: T\ntags: [NO]\n---\t\n",
    "\ufeff---\ntitle: T\ntags: [NO]\n---\n",
    "<!-- made by\na job -->\n\n---\n# comment\n\ntitle: T\ntags: [NO]\n---\n",
    "---yaml\ntitle: T\ntags: [NO]\n---\n",
    ';;;\n{"title": "T", "tags": ["NO"]}\n;;;\n',
    '"title": "T",\n"tags": ["NO"]\n;;;;\n',
    '++++\ntitle = "T"\ntags = ["NO"]\n++++\n',
]


@pytest.mark.parametrize("head", BLOCKS)
def test_every_form_of_a_block(head: str) -> None:
    post = reader.read_post("x.md", f"{head}Body.\n---\nMore.\n")
    assert post.metadata == {"title": "T", "tags": ["NO"]}
    assert post.body == "Body.\n---\nMore.\n"
    assert post.body_line == head.count("\n") + 1
    assert post.findings == ()


NO_BLOCKS = [
    "---\n\nProse above a rule.\n\n---\n\nMore.\n",
    "Note: underlined, so a heading\n---\n\nBody.\n",
    "# Title\n\ndate: today\n---\n",
    "Some prose.\n\ntitle: T\ntags: a\n---\n",
    "title: T\nand prose\n---\n",
    "<!-- title: T\n---\n",
]


@pytest.mark.parametrize("text", NO_BLOCKS)
def test_rules_and_underlined_headings_are_no_blocks(text: str) -> None:
    post = reader.read_post("x.md", text)
    assert post.metadata == {}
    assert post.body == text
    assert [finding.code for finding in post.findings] == ["D103"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("---\ntitle: T\ntags:\n- NO\n\nBody.\n", 2),
        ("\ntitle: T\ntags:\n- NO\n\nBody.\n", 2),
    ],
)
def test_a_block_without_its_fences_is_read_and_reported(text: str, line: int) -> None:
    post = reader.read_post("x.md", text)
    assert post.metadata == {"title": "T", "tags": ["NO"]}
    assert post.body.strip() == "Body."
    assert [(finding.line, finding.code) for finding in post.findings] == [(line, "D104")]
    assert "keys read: title, tags" in post.findings[0].message


# Plain scalars that YAML 1.1 takes for truth values, numbers, times and nothing.
NAMES = (
    "NO On yes n 0123 0x1F 0b1 12:30:45 1e3 1.5e3 1_000 3.10 .5 .inf .NaN 2024-01-01 null ~ = <"
).split()


@pytest.mark.parametrize(
    "source",
    [
        f"tags: [{', '.join(NAMES)}]",
        "tags:\n" + "".join(f"  - {name}\n" for name in NAMES),
        f"tags:\n- [{', '.join(NAMES[:6])}]\n- - {NAMES[6]}\n"
        + "".join(f"- {name}\n" for name in NAMES[7:]),
        f"bad: a: b\ntags: [{', '.join(NAMES)}]",
        f"tags: {', '.join(NAMES)}",
    ],
)
def test_names_are_text_as_it_stands(source: str) -> None:
    post = reader.read_post("x.md", f"---\n{source}\n---\nBody.\n")
    assert reader.names_of(post.metadata, "tags") == tuple(NAMES)


def test_values_are_text_as_they_stand() -> None:
    source = "\n".join(f"k{n}: {name}" for n, name in enumerate(NAMES) if name not in ("null", "~"))
    metadata = reader.read_post("x.md", f"---\n{source}\nempty:\nnothing: ~\n---\n").metadata
    assert metadata.pop("empty") is metadata.pop("nothing") is None
    assert list(metadata.values()) == [name for name in NAMES if name not in ("null", "~")]


def test_names_of_toml_and_json_are_text() -> None:
    toml = reader.read_post("x.md", "+++\ntags = [3.10, true, 12:30:45, 2024-01-01]\n+++\n")
    assert reader.names_of(toml.metadata, "tags") == ("3.10", "true", "12:30:45", "2024-01-01")
    json = reader.read_post("x.md", '{"tags": [3.10, 1e3, false, "NO"]}\n')
    assert reader.names_of(json.metadata, "tags") == ("3.10", "1e3", "false", "NO")


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("Tags: a, b；c、 d", ("a", "b", "c", "d")),
        ("tags: machine learning", ("machine learning",)),
        ("tags: '[a, b]'", ("a", "b")),
        ("tags: ['a, b', c]", ("a, b", "c")),
        ("tags:", ()),
        ("tags: {a: b}", ()),
    ],
)
def test_a_text_of_names_is_split_at_commas(source: str, names: tuple[str, ...]) -> None:
    metadata = reader.read_post("x.md", f"---\n{source}\n---\n").metadata
    assert reader.names_of(metadata, "tags") == names


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
