"""The command line in the operator's language: no English is left, and columns are right."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from wcwidth import wcswidth

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., subprocess.CompletedProcess[str]]

CHINESE = {"LANGUAGE": "", "LC_ALL": "", "LANG": "zh_CN.UTF-8"}
# Prints the help page of every command, by its path.
PAGES = """
import click, json, sys
from publisher.cli import app, help_pages
help_pages.translate_click()
def pages(command, context):
    yield context.command_path, command.get_help(context)
    for name in command.list_commands(context) if isinstance(command, click.Group) else ():
        below = command.get_command(context, name)
        yield from pages(below, below.make_context(name, [], context, resilient_parsing=True))
context = app.make_context("publisher", [], resilient_parsing=True)
json.dump(dict(pages(app, context)), sys.stdout)
"""
# Three words in a row; commands, settings and file names stand in backticks, or have no blanks.
ENGLISH = re.compile(r"(?<![\w.\-])[a-z']{2,} [a-z']{2,} [a-z']{2,}(?![\w.\-])", re.IGNORECASE)
COMMAND = re.compile(r"`[^`]*`|pip install \S+|^\S+: publisher.*", re.MULTILINE)


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, "-c", PAGES], capture_output=True, text=True, env=os.environ | CHINESE
    )
    assert done.returncode == 0, done.stderr
    shown: dict[str, str] = json.loads(done.stdout)
    return shown


def test_no_help_page_has_an_english_sentence(pages: dict[str, str]) -> None:
    left = {
        path: sentence[0]
        for path, page in pages.items()
        if (sentence := ENGLISH.search(COMMAND.sub("", " ".join(page.split("\n")))))
    }
    assert not left
    assert len(pages) > 30
    assert not [path for path, page in pages.items() if not re.search("[\u4e00-\u9fff]{6}", page)]


def test_no_meaning_of_a_help_page_is_too_wide(pages: dict[str, str]) -> None:
    for path, page in pages.items():
        for line in page.splitlines():
            if "|" in line:  # a list of values is not cut, so that it can be copied
                continue
            assert wcswidth(line) <= 80, (path, line)


def test_meanings_stand_in_one_column(pages: dict[str, str]) -> None:
    rows = [line for line in pages["publisher"].splitlines() if re.match(r"  [a-z]+ ", line)]
    assert len({len(line) - len(line[2:].partition(" ")[2].lstrip()) for line in rows}) == 1


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["biuld"], "错误：没有 'biuld' 这个命令。"),
        (["subscribers", "confirm"], "错误：缺少参数 'ADDRESS'"),
        (["check", "--format", "x"], "'--format' 的值无效：'x' 不是以下之一"),
        (["gather", "--date", "x"], "'x' 不是 2026-11-25 这样的日期"),
    ],
)
def test_wrong_usage_is_told_in_chinese(publisher: Run, arguments: list[str], text: str) -> None:
    assert text in publisher(*arguments, code=2, **CHINESE).stderr


def test_results_are_told_in_chinese_and_json_is_the_same(publisher: Run) -> None:
    done = publisher("subscribers", "add", "ada@example.org", **CHINESE)
    assert done.stdout == "ada@example.org\t待确认\t全部主题\n"
    assert "发信请其确认：publisher subscribers invite ada@example.org" in done.stderr
    rows = [
        json.loads(publisher("subscribers", "list", "--json", **variables).stdout)
        for variables in ({}, CHINESE)
    ]
    assert rows[0] == rows[1]
    assert rows[0]["status"] == "pending"
