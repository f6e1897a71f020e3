"""The Chinese pages have what the English ones have: parts, code, settings, commands, links."""

from __future__ import annotations

import re
from collections import Counter
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest
from conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

DOCS = ROOT / "docs"
ENGLISH = [ROOT / "README.md", DOCS / "quick-start.md", *sorted((DOCS / "how-to").glob("*.md"))]
BLOCK = re.compile(r"^( *)```([\w{}]*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"^ {4}(\S.*?)(?: {2,}.*)?$", re.MULTILINE)  # a command, then what it does
COMMENT = re.compile(r"(?:^|(?<=\s))#(?!!).*$", re.MULTILINE)
CODE = re.compile(r"`([^`]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
ENGLISH_SENTENCE = re.compile(r"[A-Za-z]+(?:,? [A-Za-z]+){5}")


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def chinese(page: Path) -> Path:
    """Return the path of the Chinese version of `page`, whether it exists or not."""
    if page.parent == ROOT:
        return page.with_suffix(".zh-CN.md")
    return DOCS / "zh" / page.relative_to(DOCS)


def blocks(text: str) -> list[tuple[str, list[str]]]:
    """Return language and lines of each block of code, without comments and empty lines."""
    fenced = [
        (language, [line.rstrip() for line in COMMENT.sub("", dedent(code)).splitlines()])
        for _, language, code in BLOCK.findall(text)
    ]
    fenced.append(("", INDENTED.findall(BLOCK.sub("", text))))
    return [(language, [line for line in lines if line]) for language, lines in fenced]


def outline(text: str) -> list[str]:
    """Return the parts in order: headings by level, rows by cells, items, paragraphs, blocks."""
    parts: list[str] = []
    goes_on = False
    for line in BLOCK.sub("```", text).splitlines():
        mark = re.match(r" {0,3}(#+ |\||\* |\d+\. |```)", line)
        if mark:
            cells = len(re.findall(r"(?<!\\)\|", line)) if mark[1] == "|" else 1
            parts.append(re.sub(r"\d+", "1", mark[1]).strip() * cells)
        elif line.strip() and not goes_on:
            parts.append("paragraph")
        goes_on = bool(line.strip())
    return parts


def code_in_prose(text: str) -> Counter[str]:
    """Return the settings, commands and names in the prose, and how often each stands there."""
    return Counter(" ".join(code.split()) for code in CODE.findall(BLOCK.sub("", text)))


def links(page: Path, text: str) -> Counter[str]:
    """Return where `page` leads, an English page for its Chinese version, both of it left out."""
    versions = {chinese(english): english for english in (*ENGLISH, DOCS / "index.md")}
    own = versions.get(page, page)
    targets: Counter[str] = Counter()
    for link in LINK.findall(BLOCK.sub("", text)):
        address, _, anchor = link.partition("#")
        if re.match(r"https?:", address):
            targets[address.partition("?")[0]] += 1
            continue
        target = (page.parent / address).resolve() if address else page
        assert target.exists(), link
        if page != own and chinese(target).exists():
            assert target == own, f"{link} has a Chinese version"
        target = versions.get(target, target)
        if target != own:
            targets[f"{name_of(target)}{'#' if anchor else ''}"] += 1
    return targets


def differences(page: Path, translation: str) -> list[str]:
    """Return in what `translation`, the text of the Chinese version of `page`, differs from it."""
    text = page.read_text(encoding="utf-8")
    return [
        f"{what}: {left!r} is {right!r} in {name_of(chinese(page))}"
        for what, left, right in (
            ("blocks of code", blocks(text), blocks(translation)),
            ("outline", outline(text), outline(translation)),
            ("code in the prose", code_in_prose(text), code_in_prose(translation)),
            ("links", links(page, text), links(chinese(page), translation)),
        )
        if left != right
    ]


@pytest.mark.parametrize("page", ENGLISH, ids=name_of)
def test_each_page_is_there_in_chinese(page: Path) -> None:
    translation = chinese(page).read_text(encoding="utf-8")
    assert not differences(page, translation)
    words = CODE.sub("", BLOCK.sub("", LINK.sub("", translation)))
    assert not ENGLISH_SENTENCE.findall(words)


def test_no_chinese_page_outlives_its_english_one() -> None:
    pages = {*(DOCS / "zh").rglob("*.md"), *ROOT.glob("*.zh-CN.md")}
    assert pages == {*map(chinese, ENGLISH), DOCS / "zh" / "index.md"}


@pytest.mark.parametrize(
    ("what", "pattern", "replacement"),
    [
        ("blocks of code", 'preset = "gmail"', 'preset = "qq"'),
        ("blocks of code", "```toml", "```ini"),
        ("outline", "\n## ", "\n### "),
        ("outline", r"\n\n(?=[^\n]+\n\Z)", "\n"),
        ("code in the prose", "`mail.port`", "`mail.ports`"),
        ("links", r"answer/\d+", "answer/1"),
    ],
)
def test_what_differs_is_noticed(what: str, pattern: str, replacement: str) -> None:
    page = DOCS / "how-to" / "gmail.md"
    text = chinese(page).read_text(encoding="utf-8")
    damaged = re.sub(pattern, replacement, text, count=1)
    assert damaged != text
    (difference,) = differences(page, damaged)
    assert difference.startswith(what)
