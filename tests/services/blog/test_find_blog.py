"""Blogs of each generator, by settings such as people have, and by broken ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from publisher.services.blog import find_blog

if TYPE_CHECKING:
    from pathlib import Path

HEXO = """\
# Site
title: 我的论文笔记
subtitle: 'Notes on papers'
author: Ada
language: zh-CN
timezone: 'Asia/Shanghai'
url: https://ada.example.net
root: /
permalink: :year/:month/:day/:title/
source_dir: source
public_dir: public
theme: landscape
"""
JEKYLL = """\
title: Lab notes
description: >-
  What we read,
  week by week
author: {name: The Lab, email: lab@lab.example.net}
url: "https://lab.example.net"
baseurl: "/notes"
locale: en_US
theme: minima
exclude: [Gemfile, README.md]
"""
HUGO = """\
baseURL = 'https://hugo.example.net/blog/'
languageCode = 'de-de'
title = 'Gelesen'
timeZone = 'Europe/Berlin'
[params]
  description = "Papers"
  [params.author]
    name = "Grace"
[permalinks]
  posts = '/papers/:slug/'
"""
PELICAN = """\
import os
AUTHOR: str = 'Lin'
SITENAME = 'Reading ' 'list'
SITEURL = ""
PATH = "content"
TIMEZONE = 'Europe/Paris'
DEFAULT_LANG = 'fr'
OUTPUT_PATH = os.environ['NOWHERE']
LINKS = (('a', 'b'),)
raise SystemExit(3)
"""
# name: files, and what the blog has
CASES: dict[str, tuple[dict[str, str], dict[str, Any]]] = {
    "Hexo": (
        {"_config.yml": HEXO, "source/_posts/a.md": "", "package.json": '{"hexo": {}}'},
        {
            "generator": "Hexo", "title": "我的论文笔记", "description": "Notes on papers",
            "papers_url": "https://ada.example.net/papers/", "author": "Ada",
            "language": "zh-CN", "timezone": "Asia/Shanghai", "posts": ("source/_posts",),
            "output": "source/papers", "is_output_safe": False, "emptied": "public",
        },
    ),
    "Hexo in a folder of its host, with other folders and a page named papers": (
        {
            "_config.yml": "url: https://h.example.net\nroot: /b/\nsource_dir: src\n"
            "language: [en, zh]\nskip_render: paper-digests/**\n",
            "src/papers/index.md": "", "package.json": '{"dependencies": {"hexo": "^8"}}',
        },
        {
            "generator": "Hexo", "papers_url": "https://h.example.net/b/paper-digests/",
            "language": "en", "output": "src/paper-digests", "is_output_safe": True,
            "addition": None, "posts": ("src",),
        },
    ),
    "Hexo as it comes": (
        {"_config.yml": "title: Hexo\nurl: http://example.com\nsource_dir: source\nper_page: 1\n"},
        {"generator": "Hexo", "papers_url": "", "posts": ()},
    ),
    "Hexo whose permalinks begin with papers": (
        {"_config.yml": "permalink: papers/:title/\nsource_dir: source\npublic_dir: out\n"},
        {"output": "source/paper-digests", "emptied": "out"},
    ),
    "Hexo with what a build left": (
        {"_config.yml": HEXO, "source/papers/.publisher-manifest": ""},
        {"generator": "Hexo", "output": "source/papers"},
    ),
    "Jekyll": (
        {"_config.yml": JEKYLL, "_posts/2024-12-02-a.md": "", "Gemfile": ""},
        {
            "generator": "Jekyll", "title": "Lab notes",
            "description": "What we read, week by week",
            "author": "The Lab", "papers_url": "https://lab.example.net/notes/papers/",
            "language": "en-US", "posts": ("_posts",), "output": "papers", "emptied": "_site",
            "is_output_safe": True,
        },
    ),
    "Jekyll in docs, with a collection of papers": (
        {"_config.yml": "source: docs\ncollections: {papers: {output: true}}\ntheme: x\n"},
        {"generator": "Jekyll", "output": "docs/paper-digests", "addition": None},
    ),
    "Hugo": (
        {"hugo.toml": HUGO, "content/post/a.md": ""},
        {
            "generator": "Hugo", "title": "Gelesen", "description": "Papers", "author": "Grace",
            "papers_url": "https://hugo.example.net/blog/paper-digests/", "language": "de-DE",
            "timezone": "Europe/Berlin", "posts": ("content/post",),
            "output": "static/paper-digests",
        },
    ),
    "Hugo in YAML, in several languages": (
        {
            "config/_default/config.yaml": "baseurl: https://hugo.example.net\nstaticDir: [own]\n"
            "defaultContentLanguage: zh\nlanguages: {zh: {title: 笔记}}\npublishDir: docs\n",
        },
        {"generator": "Hugo", "title": "笔记", "language": "zh", "output": "own/papers",
         "emptied": "docs"},
    ),
    "Hugo in JSON": (
        {"hugo.json": '{"TITLE": "Caps", "baseURL": "https://example.org/"}'},
        {"generator": "Hugo", "title": "Caps", "url": ""},
    ),
    "Zola": (
        {"config.toml": 'base_url = "https://zola.example.net"\ntitle = "Z"\n'},
        {"generator": "Zola", "url": "https://zola.example.net/", "output": "static/papers"},
    ),
    "MkDocs with tags of Python": (
        {"mkdocs.yml": "site_name: Wiki\nsite_url: https://wiki.example.net/\n"
         "markdown_extensions:\n  - pymdownx.emoji: {x: !!python/name:a.b ''}\n  - a: !ENV [B]\n"},
        {"generator": "MkDocs", "title": "Wiki", "output": "docs/papers"},
    ),
    "Pelican, whose address is in the other file": (
        {"pelicanconf.py": PELICAN, "publishconf.py": "SITEURL = 'https://p.example.net'\n",
         "content/a.md": ""},
        {
            "generator": "Pelican", "title": "Reading list", "author": "Lin", "language": "fr",
            "timezone": "Europe/Paris", "papers_url": "https://p.example.net/papers/",
            "posts": ("content",), "output": "paper-site", "emptied": "output",
        },
    ),
    "a byte order mark": (
        {"_config.yml": "\ufefftitle: Marked\ntheme: minima\n"},
        {"generator": "Jekyll", "title": "Marked", "notes": ()},
    ),
    "strange values": (
        {"_config.yml": "title: [1]\nurl: 5\nlanguage: {a: b}\ntimezone: Mars/Base\nauthor: yes\n"
         "source_dir: null\npublic_dir: 2024-01-01\nroot: [/]\n"},
        {"generator": "Hexo", "title": "", "url": "", "language": "", "timezone": "", "author": ""},
    ),
    "control characters": (
        {"_config.yml": 'title: "a\\x07b\\n c\\u2028d"\ntheme: minima\n'},
        {"title": "a b c d"},
    ),
}  # fmt: skip
BROKEN = {
    "YAML": ({"_config.yml": "title: [\nurl: x", "source/_posts/a.md": ""}, "Hexo", "_config.yml"),
    "tabs": (
        {"_config.yml": "a:\n\tb: c", "_posts/a.md": ""},
        "Jekyll",
        "line 2 is not valid YAML",
    ),
    "a list": ({"_config.yml": "- a\n", "_posts/a.md": ""}, "Jekyll", "it holds no settings"),
    "a date": ({"_config.yml": "a: 2024-13-45\n", "_posts/a.md": ""}, "Jekyll", "month must be"),
    "TOML": ({"hugo.toml": "title = \n"}, "Hugo", "hugo.toml can't be read, so nothing is taken"),
    "JSON": ({"hugo.json": "{"}, "Hugo", "hugo.json"),
    "depth": ({"hugo.json": "[" * 100_000}, "Hugo", "nested too deeply"),
    "size": ({"hugo.toml": "#" * 1_000_001}, "Hugo", "larger than 1 MB"),
    "Python": ({"pelicanconf.py": "A = 1\nif:\n"}, "Pelican", "line 2 is not valid Python"),
    "a null byte": ({"pelicanconf.py": "A = '\0'"}, "Pelican", "pelicanconf.py can't be read"),
}
NONE = {
    "an empty folder": {},
    "plain digests": {"digests/a.md": ""},
    "settings of another program": {"config.toml": 'title = "x"\n', "config.yaml": "a: b\n"},
    "a _config.yml of another program": {"_config.yml": "sphinx: {}\n"},
    "a folder of such a name": {"_config.yml/a": "", "hugo.toml/a": ""},
}


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("case", CASES)
def test_blog(tmp_path: Path, case: str) -> None:
    files, expected = CASES[case]
    write(tmp_path, files)
    blog = find_blog(tmp_path)
    assert {name: getattr(blog, name) for name in expected} == expected


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_is_a_note(tmp_path: Path, case: str) -> None:
    files, generator, note = BROKEN[case]
    write(tmp_path, files)
    blog = find_blog(tmp_path)
    assert blog is not None
    assert blog.generator == generator
    assert note in blog.notes[0]
    assert "\n" not in blog.notes[0]


@pytest.mark.parametrize("case", NONE)
def test_no_blog(tmp_path: Path, case: str) -> None:
    write(tmp_path, NONE[case])
    assert find_blog(tmp_path) is None


def test_settings_that_are_no_text_or_unreadable(tmp_path: Path) -> None:
    (tmp_path / "hugo.toml").write_bytes(b"title = '\xff'")
    (tmp_path / "content").mkdir()
    blog = find_blog(tmp_path)
    assert blog is not None
    assert "utf-8" in blog.notes[0]


def test_a_link_that_leads_nowhere_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "_config.yml").symlink_to(tmp_path / "gone.yml")
    (tmp_path / "_posts").mkdir()
    assert find_blog(tmp_path) is None
