from __future__ import annotations

import pytest

from publisher.collector.text.links import code_urls, project_urls, urls
from publisher.collector.text.plain_text import from_arxiv

URLS = [
    ("see https://a.b/c.", ["https://a.b/c"]),
    ("(https://a.b/c), https://a.b/(d)!", ["https://a.b/c", "https://a.b/(d)"]),
    (r"https://github.com/a/b\_c \url{https://a.b/x\%20y\#z}", ["https://github.com/a/b_c", "https://a.b/x%20y#z"]),
    (r"\href{https://a.b/x}{here}.", ["https://a.b/x"]),
    ("见 https://a.b/c。中文 https://a.b/d中文", ["https://a.b/c", "https://a.b/d"]),
    ("https://a.b/c   is, http://x.y https://a.b/c", ["https://a.b/c", "http://x.y"]),
    ("ftp://a.b //c.d javascript:x www.a.b http://", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), URLS)
def test_urls(text: str, expected: list[str]) -> None:
    assert list(urls(from_arxiv(text))) == expected


CODE = [
    "https://github.com/a/b",
    "https://www.github.com/a/b.git",
    "https://gitlab.com/a/b",
    "https://gitlab.inria.fr/a/b",
    "https://huggingface.co/spaces/a/b",
    "https://huggingface.co/datasets/a/b",
    "https://bitbucket.org/a/b",
    "https://codeberg.org/a/b",
    "https://gitee.com/a/b",
    "https://anonymous.4open.science/r/a-B1C2",
]
NO_CODE = [
    "https://github.com",
    "https://a.github.io/b",
    "https://huggingface.co/papers/2401.00001",
    "https://zenodo.org/record/1",
    "https://github.com.evil.example/a/b",
    "https://arxiv.org/abs/2401.00001",
]


@pytest.mark.parametrize("url", CODE)
def test_code(url: str) -> None:
    assert code_urls(f"Code: {url}.") == (url,)


@pytest.mark.parametrize("url", NO_CODE)
def test_no_code(url: str) -> None:
    assert code_urls(f"Code: {url}.") == ()


PROJECTS = [
    ("Project page: https://a.b/c.", ["https://a.b/c"]),
    ("Our project website is available at https://a.b", ["https://a.b"]),
    ("Project Page: see https://a.b/ ; Video: see https://c.d", ["https://a.b/"]),
    ("Web: https://a.b", ["https://a.b"]),
    (r"Visit our \href{https://a.b/c}{project page}.", ["https://a.b/c"]),
    ("demo at https://me.github.io/x and https://g.gitlab.io/y", ["https://me.github.io/x", "https://g.gitlab.io/y"]),
    ("https://x.readthedocs.io/en https://sites.google.com/view/x", ["https://x.readthedocs.io/en", "https://sites.google.com/view/x"]),
    ("Project page: me.github.io/x/", ["https://me.github.io/x/"]),
    ("Project page: https://github.com/a/b", []),
    ("Project page: https://youtu.be/x https://www.bilibili.com/video/x", []),
    ("as in https://a.b/c; arXiv https://arxiv.org/abs/2401.00001", []),
    ("Code: https://a.b/c", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), PROJECTS)
def test_projects(text: str, expected: list[str]) -> None:
    assert list(project_urls(from_arxiv(text))) == expected
