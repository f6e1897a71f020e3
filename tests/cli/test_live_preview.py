"""`publisher preview --serve` as a process: ports, signals, and what it never touches."""

from __future__ import annotations

import os
import signal
import socket
from typing import TYPE_CHECKING

import pytest
from support.ports import free_port
from support.preview import blog, digest, previewing
from support.program import running, until

from publisher.cli import live_preview
from publisher.errors import OutputError
from publisher.live_preview.board import Board

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., subprocess.CompletedProcess[str]]


def test_a_change_is_built_and_nothing_of_the_real_site_is_touched(tmp_path: Path) -> None:
    home = blog(tmp_path)
    with previewing(home) as preview:
        preview.shows("Paper number 1")
        page = preview.page()
        assert f'href="{preview.root}atom.xml"' in page
        assert "https://papers.example.org/" not in page
        feed = preview.page("/atom.xml")
        assert f"{preview.root}papers/" in feed
        assert "tag:papers.example.org,2024" in feed
        (home / "digests" / "2.md").write_text(digest(2), encoding="utf-8")
        preview.shows("Paper number 2")
        preview.shows("Paper number 2", "/__preview/mail")
        mail = preview.page("/__preview/mail")
        assert "https://papers.example.org/" not in mail
        assert "Paper number 2" in preview.page("/__preview/mail?part=text")
        (home / "digests" / "2.md").unlink()
        until(lambda: "Paper number 2" not in preview.page())
    assert sorted(path.name for path in home.iterdir()) == [
        ".publisher",
        "digests",
        "mine",
        "publisher.toml",
    ]
    assert sorted(path.name for path in (home / ".publisher").iterdir()) == [
        ".gitignore",
        "preview",
    ]


def test_subscribers_are_counted_and_the_store_stays_as_it_is(
    publisher: Run, tmp_path: Path
) -> None:
    home = blog(tmp_path)
    publisher("subscribers", "add", "bo@example.org", "--confirmed")
    (store,) = (home / ".publisher").glob("publisher.db")
    before = store.read_bytes()
    with previewing(home) as preview:
        preview.shows("1 subscriber gets it", "/__preview/")
    assert store.read_bytes() == before


def test_broken_settings_and_templates_are_shown_until_they_are_mended(tmp_path: Path) -> None:
    home = blog(tmp_path)
    config = home / "publisher.toml"
    settings = config.read_text(encoding="utf-8")
    config.write_text(settings.replace('language = "en"', "language = 7"), encoding="utf-8")
    with previewing(home) as preview:
        preview.shows("publisher.toml:4")
        assert "settings can&#39;t be used" in preview.page("/papers/")
        assert preview.client.get("/atom.xml").status_code == 503
        config.write_text(settings, encoding="utf-8")
        preview.shows("Paper number 1")
        config.write_text("[site]\ntitle = \n", encoding="utf-8")
        preview.shows("publisher.toml:2")
        config.write_text(settings, encoding="utf-8")
        preview.shows("Paper number 1")
        template = home / "mine" / "pages" / "index.html.j2"
        template.parent.mkdir()
        template.write_text("a\n{% if %}\n", encoding="utf-8")
        preview.shows("mine/pages/index.html.j2:2")
        assert "A template fails" in preview.page("/__preview/")
        template.unlink()
        preview.shows("Paper number 1")
        mail = home / "mine" / "email" / "issue.html.j2"
        mail.parent.mkdir()
        mail.write_text("{{ nothing_of_that_name }}", encoding="utf-8")
        preview.shows("mine/email/issue.html.j2:1", "/__preview/mail")
        preview.shows("mine/email/issue.html.j2:1", "/__preview/")
        assert "Paper number 1" in preview.page()


def test_from_an_empty_folder_to_the_first_paper(tmp_path: Path) -> None:
    with previewing(tmp_path) as preview:
        preview.shows("There are no digests yet")
        page = preview.page()
        assert "digests: no such folder" in page
        assert "publisher init" in page
        (tmp_path / "digests").mkdir()
        preview.shows("it is empty, so name the folder")
        (tmp_path / "digests" / "a.md").write_text("# Notes\n", encoding="utf-8")
        preview.shows("No paper was read yet", "/__preview/")
        (tmp_path / "digests" / "a.md").write_text(digest(1), encoding="utf-8")
        preview.shows("Paper number 1")
        preview.shows("Nobody is subscribed yet", "/__preview/")


@pytest.mark.skipif(
    os.name != "posix" or os.geteuid() == 0, reason="root reads every folder; Windows has no modes"
)
def test_a_folder_that_can_not_be_read_is_tried_again(tmp_path: Path) -> None:
    home = blog(tmp_path)
    with previewing(home) as preview:
        preview.shows("Paper number 1")
        (home / "digests").chmod(0)
        (home / "publisher.toml").touch()
        preview.shows("The digests can")
        (home / "digests").chmod(0o755)
        preview.shows("Paper number 1")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_cleanly(tmp_path: Path, number: int) -> None:
    home = blog(tmp_path)
    with previewing(home) as preview:
        preview.shows("Paper number 1")
        with preview.client.stream("GET", "/__preview/events") as answer:
            assert next(answer.iter_lines()) == "retry: 1000"
            assert preview.process.signal(number) == 0
        assert "stopped" not in "".join(preview.process.everything())


def test_the_next_free_port_is_taken_and_a_named_one_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", free_port())) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setattr(live_preview, "PORT", port)
        with live_preview.listening(Board(), None) as server:
            assert server.server_address[1] in range(port + 1, port + 20)
        monkeypatch.setattr(live_preview, "_PORTS", 1)
        with pytest.raises(OutputError, match=f"no port from {port} to {port} is free"):
            live_preview.listening(Board(), None)
        with running(tmp_path, "preview", "--serve", "--port", str(port)) as process:
            process.said(f"publisher: port {port} can't be used: ")
            until(lambda: process.process.poll() == 1)


WRONG = [
    (("--serve", "folder"), "[DIR] has no use with --serve"),
    (("--serve", "--issue", "2024-W49"), "--issue has no use with --serve"),
    (("--serve", "--screenshot"), "--screenshot has no use with --serve"),
    (("--port", "4243"), "--port has a use with --serve only"),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG)
def test_options_that_do_not_fit(publisher: Run, arguments: tuple[str, ...], message: str) -> None:
    assert message in publisher("preview", *arguments, code=2).stderr


def test_the_page_begins_with_the_edition_that_was_asked_for(tmp_path: Path) -> None:
    options = ("--topic", "nerf", "--language", "zh")
    with running(blog(tmp_path), "preview", "--serve", *options) as process:
        assert process.said("Preview: ").endswith("/__preview/?topic=nerf&language=zh")
