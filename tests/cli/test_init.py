"""`publisher init` for digests from arXiv, by options and by questions on a terminal."""

from __future__ import annotations

import os
import pty
import re
import shutil
import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING

import pytest

from publisher.settings import load

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., subprocess.CompletedProcess[str]]

MODEL = ("--model-url", "http://localhost:11434/v1", "--model-name", "qwen3:8b")


def test_the_settings_hold_what_the_options_say(publisher: Run, tmp_path: Path) -> None:
    result = publisher(
        *("init", "--arxiv", "cs.cv", "--arxiv", "cs.GR, Physics.ao-ph"),
        *("--keyword", "gaussian splatting, 3DGS", "--keyword", '"nerf"\\', *MODEL),
        *("--contact", "ada@example.org", "--prices", "0.25", "2"),
    )
    settings = load(tmp_path / "publisher.toml", {})
    (topic,) = settings.gather.topics
    assert topic.name == "Gaussian splatting"
    assert topic.categories == ("cs.CV", "cs.GR", "physics.ao-ph")
    assert topic.keywords == ("gaussian splatting", "3DGS", '"nerf"\\')
    assert (settings.gather.model.url, settings.gather.model.name) == MODEL[1::2]
    assert settings.gather.folder in settings.source.folders
    assert settings.site.language == "en"
    assert settings.gather.contact == "ada@example.org"
    assert (settings.gather.model.price_in, settings.gather.model.price_out) == (0.25, 2.0)
    assert re.search(r"Summaries of up to 20 papers a day: .*, \d.* a year of", result.stdout)
    assert "\n  publisher gather " in result.stdout
    assert "\n  publisher build " in result.stdout
    assert "writes digests into digests" in result.stdout
    assert "`publisher secret gather.model.api_key` keeps" in result.stdout


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ((), "cs.CV, cs.LG"),
        (("--keyword", "nerf"), "Nerf"),
        (("--keyword", "nerf", "--topic", "Radiance  fields"), "Radiance fields"),
        (("--topic", "视觉"), "视觉"),
    ],
)
def test_a_topic_has_a_name(
    publisher: Run, tmp_path: Path, options: tuple[str, ...], name: str
) -> None:
    result = publisher("init", "new/folder", "--arxiv", "cs.CV cs.LG", *options)
    (topic,) = load(tmp_path / "new" / "folder" / "publisher.toml", {}).gather.topics
    assert topic.name == name
    assert f"Topic: {name}, from cs.CV, cs.LG." in result.stdout
    assert "none, as no model is set" in result.stdout


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--arxiv", "computer vision"), "'--arxiv': 'vision!' is not"),
        (("--arxiv", "cs.CV", "cs.LG"), "cs.LG is a category, not a folder; write --arxiv cs.LG."),
        (("--keyword", "nerf"), "--keyword needs --arxiv, the categories of arXiv to read."),
        (MODEL, "--model-url needs --arxiv"),
        (("--arxiv", "cs.CV", *MODEL[:2]), "--model-url and --model-name need each other."),
        (("--arxiv", "cs.CV", *MODEL[2:]), "--model-url and --model-name need each other."),
        (("--arxiv", "cs.CV", "--prices", "1", "2"), "--prices needs --model-url."),
        (("--arxiv", "cs.CV", *MODEL, "--prices", "1", "-2"), "'1,-2' is not the price of a"),
        (("--arxiv", "cs.CV", "--model-url", "localhost"), "'localhost' is not a web address such"),
        (("--arxiv", "cs.CV", "--contact", "me"), "'me' is not an email or web address."),
        (("--arxiv", "cs.CV", "--topic", "a\x01"), "'a\\x01' is not a non-empty line of text."),
        (("--arxiv", "cs.CV", "--topic", "a\udcff"), "'a\\udcff' is not a non-empty line of text."),
        (("--arxiv", "cs.CV", "--topic", " "), "'' is not a non-empty line of text."),
    ],
)
def test_options_that_cannot_be_settings_change_nothing(
    publisher: Run, tmp_path: Path, options: tuple[str, ...], message: str
) -> None:
    options = tuple(option.replace("vision", "vision!") for option in options)
    assert message in publisher("init", *options, code=2).stderr
    assert not list(tmp_path.iterdir())


def test_of_settings_that_exist_nothing_changes_but_the_lines_to_add_are_shown(
    publisher: Run, tmp_path: Path
) -> None:
    publisher("init")
    file = tmp_path / "publisher.toml"
    text = file.read_text()
    again = publisher("init", "--arxiv", "cs.CV", "--keyword", "nerf")
    assert "publisher.toml is there already, and was not changed." in again.stderr
    assert "add these lines to its end" in again.stderr
    assert file.read_text() == text
    file.write_text(text + again.stdout)
    assert load(file, {}).gather.topics[0].keywords == ("nerf",)


def terminal(folder: Path, answers: str, *options: str, **variables: str) -> str:
    """Return what `publisher init` writes to somebody who types `answers`."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "publisher", "init", *options]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PUBLISHER_")}
    os.write(ours, answers.encode())
    with subprocess.Popen(
        command,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=folder,
        env=environment | variables,
    ) as program:
        os.close(theirs)
        output = b""
        try:
            while chunk := os.read(ours, 4096):
                output += chunk
        except OSError:  # Linux ends a terminal in this way
            pass
    os.close(ours)
    assert program.returncode == 0, output
    assert b"Traceback" not in output
    return output.decode()


def test_questions_on_a_terminal(tmp_path: Path) -> None:
    answers = [
        *("cs.CV what?", "cs.cv cs.GR", "nerf, splatting", "me", "me@example.org"),
        *("http://localhost:11434/v1", "", "qwen3:8b", "1 nan", "1 2.5", ""),
    ]
    output = terminal(tmp_path, "\n".join([*answers, "", "", "", "", ""]))
    assert "Error: 'what?' is not a category of arXiv such as cs.CV." in output
    gather = load(tmp_path / "publisher.toml", {}).gather
    assert "Error: 'me' is not an email or web address." in output
    assert gather.contact == "me@example.org"
    assert gather.topics[0].categories == ("cs.CV", "cs.GR")
    assert gather.topics[0].keywords == ("nerf", "splatting")
    assert (gather.model.url, gather.model.name) == ("http://localhost:11434/v1", "qwen3:8b")
    assert "Error: '1 nan' is not the price of a million tokens in, and that of" in output
    assert (gather.model.price_in, gather.model.price_out) == (1.0, 2.5)


HEXO = """\
# mine
title: 论文笔记
author: Ada
language: zh-CN
timezone: Asia/Shanghai
url: https://ada.example.net
skip_render: # nothing yet
source_dir: source
"""
HEXO_CHANGED = HEXO.replace("skip_render: #", 'skip_render: ["papers/**"] #')


@pytest.fixture
def blog(tmp_path: Path, examples: Path) -> Path:
    """A Hexo blog whose path has blanks and Chinese letters."""
    folder = tmp_path / "我的 blog"
    shutil.copytree(examples, folder / "source" / "_posts")
    (folder / "_config.yml").write_text(HEXO, encoding="utf-8")
    return folder


def commands(output: str) -> list[str]:
    """Return the next commands, which stand at the end of `output`."""
    lines = output.replace("\r", "").splitlines()
    (begin,) = (number for number, line in enumerate(lines) if line.startswith("Next, in "))
    return [re.split(r"  +", line.strip())[0] for line in lines[begin + 1 :]]


def test_questions_in_a_blog(blog: Path) -> None:
    output = terminal(blog, "\n\ny\nme\nada.reads@gmail.com\n\n\n")
    assert "Hexo blog: 论文笔记 https://ada.example.net/" in output
    assert "source/_posts: 10 files with 25 papers (arxiv-sections)" in output
    assert "the papers' site will be [https://ada.example.net/papers/]" in output
    assert "such as en or zh-CN [zh-CN]" in output
    assert "Error: 'me' is not an email address." in output
    assert commands(output) == ["publisher build", "npx hexo generate"]
    settings = load(blog / "publisher.toml", {})
    assert settings.site.title == "论文笔记"
    assert settings.site.url == "https://ada.example.net/papers/"
    assert (settings.site.author, settings.site.timezone) == ("Ada", "Asia/Shanghai")
    assert settings.source.folders == ("source/_posts",)
    assert settings.output.folder == "source/papers"
    assert (settings.mail.transport, settings.mail.host) == ("smtp", "smtp.gmail.com")
    assert settings.mail.from_address == settings.mail.username == "ada.reads@gmail.com"
    assert settings.pace.preset == "gmail"
    assert (blog / "_config.yml").read_text(encoding="utf-8") == HEXO_CHANGED
    assert "/.publisher/" in (blog / ".gitignore").read_text().splitlines()


def test_other_answers_in_a_blog(blog: Path) -> None:
    output = terminal(blog, "papers\nhttps://lab.example.net/\nen_US\nen\nn\nn\nn\n")
    assert "Error: 'papers' is not a web address" in output
    assert "Error: 'en_US' is not a language tag." in output
    assert "was not changed. It needs these lines" in output
    settings = load(blog / "publisher.toml", {})
    assert (settings.site.url, settings.site.language) == ("https://lab.example.net/", "en")
    assert settings.output.folder == "paper-site"
    assert settings.mail.transport == "outbox"
    assert (blog / "_config.yml").read_text(encoding="utf-8") == HEXO


def test_yes_asks_nothing_and_changes_no_file_of_the_blog(blog: Path) -> None:
    output = terminal(blog, "", "--yes")
    assert "[zh-CN]" not in output
    assert load(blog / "publisher.toml", {}).output.folder == "paper-site"
    assert (blog / "_config.yml").read_text(encoding="utf-8") == HEXO
    assert commands(output) == ["publisher check", "publisher build"]


def test_without_a_terminal_options_answer(publisher: Run, blog: Path) -> None:
    output = publisher(
        *("init", blog, "--url", "https://x.example.net/p/", "--title", "P", "--language", "en"),
        *("--timezone", "Europe/Oslo", "--source", blog / "source", "--output", blog / "out"),
        *("--from", "news@lab.example.net", "--allow-blog-changes"),
    ).stdout
    text = (blog / "publisher.toml").read_text(encoding="utf-8")
    settings = load(blog / "publisher.toml", {})
    assert settings.site.url == "https://x.example.net/p/"
    assert (settings.site.title, settings.site.language) == ("P", "en")
    assert settings.site.timezone == "Europe/Oslo"
    assert (settings.source.folders, settings.output.folder) == (("source",), "out")
    assert settings.mail.from_address == "news@lab.example.net"
    assert settings.mail.transport == "outbox"
    assert '# host = "smtp.example.org"' in text
    assert len(re.findall(r"(?m)^[^#\n]", text)) <= 16
    # The folder is another one, so the blog needs no change.
    assert (blog / "_config.yml").read_text(encoding="utf-8") == HEXO
    assert commands(output) == ["publisher check", "publisher build"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--url", "papers"), "'papers' is not a web address"),
        (("--language", "Chinese (PRC)"), "is not a language tag."),
        (("--timezone", "Mars/Base"), "'Mars/Base' is not a time zone."),
        (("--from", "me"), "'me' is not an email address."),
        (("--from", "a@example.net", "--no-newsletter"), "leave out --no-newsletter"),
        (("--newsletter",), "--newsletter needs --from ADDRESS"),
    ],
)
def test_wrong_options_change_nothing(
    publisher: Run, blog: Path, options: tuple[str, ...], message: str
) -> None:
    before = sorted(blog.iterdir())
    assert message in publisher("init", *options, cwd=blog, code=2).stderr
    assert sorted(blog.iterdir()) == before


def test_again_says_what_is_new_and_changes_nothing(publisher: Run, blog: Path) -> None:
    publisher("init", "--allow-blog-changes", cwd=blog)
    file = blog / "publisher.toml"
    again = publisher("init", cwd=blog)
    assert again.stdout == ""
    assert commands(again.stderr) == ["publisher build", "npx hexo generate"]

    text = file.read_text(encoding="utf-8").replace("source/_posts", "digests")
    text = text.replace('"zh-CN"', '"en"').replace("source/papers", "public/papers")
    file.write_text(text.replace("init` 0.", "init` 0.0."), encoding="utf-8")
    before = {path: path.read_bytes() for path in blog.rglob("*") if path.is_file()}
    again = publisher("init", cwd=blog)
    assert {path: path.read_bytes() for path in blog.rglob("*") if path.is_file()} == before
    news = tomllib.loads(again.stdout)
    assert news == {
        "site": {"language": "zh-CN"},
        "source": {"folders": ["digests", "source/_posts"]},
    }
    assert "output.folder: Hexo empties public; choose another one." in again.stderr
    assert "It was written by version 0.0." in again.stderr


def test_again_names_the_settings_that_a_full_file_lacks(publisher: Run, tmp_path: Path) -> None:
    publisher("init", "--full")
    file = tmp_path / "publisher.toml"
    assert "lacks" not in publisher("init").stderr
    text = re.sub(r"(?m)^highlights = .*\n", "", file.read_text(encoding="utf-8"))
    file.write_text(re.sub(r"(?s)\[theme\].*?(?=\n\[)", "", text), encoding="utf-8")
    assert "that it lacks: newsletter.highlights, [theme]\n" in publisher("init").stderr


def test_a_file_that_is_broken_is_an_error(publisher: Run, tmp_path: Path) -> None:
    (tmp_path / "publisher.toml").write_text("[site\n")
    assert "not valid TOML" in publisher("init", code=1).stderr


@pytest.mark.parametrize(
    ("files", "folders", "line"),
    [
        ({}, ["digests"], "There are no digests here yet"),
        ({"posts": "2024-12-02"}, ["posts"], "posts: 2 files with"),
        ({"2024": "2024-12-02"}, ["."], ".: 2 files with"),
        ({"README.md": "# Papers\n\n- [Deep nets](https://arxiv.org/abs/2401.00001)\n"
          "- [Wide nets](https://arxiv.org/abs/2401.00002)\n"},
         ["README.md"], "README.md: 1 file with"),
        ({"digests/a.txt": "x"}, ["digests"], "There are no digests here yet"),
    ],
)  # fmt: skip
def test_folders_without_a_blog(
    publisher: Run,
    tmp_path: Path,
    examples: Path,
    files: dict[str, str],
    folders: list[str],
    line: str,
) -> None:
    for name, content in files.items():
        if (examples / content).is_dir():
            shutil.copytree(examples / content, tmp_path / name)
        else:
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(content)
    output = publisher("init", LANG="C", LC_ALL="C", TZ="Asia/Tokyo").stdout
    assert line in output
    settings = load(tmp_path / "publisher.toml", {})
    assert list(settings.source.folders) == folders
    assert (settings.site.language, settings.site.timezone) == ("en", "Asia/Tokyo")
    assert settings.output.folder == "paper-site"


def test_a_blog_with_broken_settings_has_a_note_and_the_defaults(
    publisher: Run, blog: Path
) -> None:
    (blog / "_config.yml").write_text("title: [\n", encoding="utf-8")
    result = publisher("init", "--allow-blog-changes", cwd=blog)
    assert re.search(r"_config.yml can't be read, .*: line \d is not valid YAML", result.stderr)
    settings = load(blog / "publisher.toml", {})
    assert (settings.site.title, settings.output.folder) == ("Paper digests", "paper-site")
    assert (blog / "_config.yml").read_text(encoding="utf-8") == "title: [\n"
    assert '- "papers/**"' in result.stdout


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_is_read_only(publisher: Run, blog: Path) -> None:
    blog.chmod(0o555)
    try:
        for options in ((), ("--allow-blog-changes",)):
            assert "can't be written" in publisher("init", *options, cwd=blog, code=1).stderr
    finally:
        blog.chmod(0o755)
    assert (blog / "_config.yml").read_text(encoding="utf-8") == HEXO


def test_thousands_of_posts_are_counted_quickly(
    publisher: Run, tmp_path: Path, examples: Path
) -> None:
    post = next((examples / "2024-12-02").iterdir())
    posts = tmp_path / "source" / "_posts"
    posts.mkdir(parents=True)
    (tmp_path / "_config.yml").write_text(HEXO, encoding="utf-8")
    for number in range(3000):
        (posts / f"20{number:04}.md").symlink_to(post)
    output = publisher("init").stdout
    assert "source/_posts: 3000 files; the newest 100 have" in output


@pytest.mark.parametrize(
    ("url", "app"),
    [
        ("https://papers.example.org/", "https://papers.example.org/"),
        ("https://example.org:8443/papers/", "https://example.org:8443/"),
    ],
)
def test_a_web_app_on_a_server(publisher: Run, blog: Path, url: str, app: str) -> None:
    (blog / "_config.yml").unlink()
    output = publisher("init", blog, "--url", url, "--web", "--yes").stdout
    settings = load(blog / "publisher.toml", {})
    assert settings.web.url == app
    assert settings.web.trusted_proxies == ("127.0.0.1",)
    assert commands(output) == ["publisher doctor", "publisher serve"]
