"""The recipes of docs/how-to/ for static hosting, tried as they stand in the documents."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from itertools import product
from typing import TYPE_CHECKING

import pytest
import yaml
from conftest import ROOT
from support.ports import free_port, listens
from support.program import until

from publisher.formatter.feeds.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message
    from pathlib import Path

    from publisher.formatter.feeds.formats import FeedFormat

HUB = '<https://pubsubhubbub.appspot.com/>; rel="hub"'
DIGEST = """\
---
tags: [NeRF]
date: 2024-12-01
---
## {0}

**Authors:A. Uthor**

The abstract.

[PDF](http://arxiv.org/abs/2412.00001v1)
"""


def block(page: str, language: str, part: str = "") -> str:
    """Return the only block of that language and with that part in a how-to guide."""
    text = (ROOT / "docs" / "how-to" / f"{page}.md").read_text(encoding="utf-8")
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    (wanted,) = (block for block in blocks if part in block)
    return str(wanted)


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """Return a folder with a command `publisher`, to put in front of PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "publisher").write_text(f'#!/bin/sh\nexec {sys.executable} -m publisher "$@"\n')
    (folder / "publisher").chmod(0o755)
    return folder


def test_a_push_builds(tmp_path: Path, program: Path) -> None:
    bare, work, site = tmp_path / "digests.git", tmp_path / "work", tmp_path / "site"
    site.mkdir()
    work.mkdir()

    def git(*arguments: str) -> str:
        done = subprocess.run(
            ["git", "-c", "user.name=T", "-c", "user.email=t@example.org", *arguments],
            cwd=work,
            env=os.environ | {"PATH": f"{program}{os.pathsep}{os.environ['PATH']}"},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stderr

    git("init", "--bare", "-b", "main", str(bare))
    settings = block("git-hook", "toml").replace("/srv/git/digests.git", str(bare))
    (site / "publisher.toml").write_text(settings + f'cache = "{tmp_path / "kept"}"\n')
    hook = bare / "hooks" / "post-receive"
    hook.write_text(block("git-hook", "sh").replace("/srv/papers", str(site)))
    hook.chmod(0o755)
    git("init", "-b", "main")
    (work / "a.md").write_text(DIGEST.format("First title"))
    git("add", ".")
    git("commit", "-m", "x")
    git("push", str(bare), "HEAD:other")
    assert not (site / "paper-site").exists()
    assert "remote: atom.xml" in git("push", str(bare), "HEAD:main")
    assert "First title" in (site / "paper-site" / "atom.xml").read_text()
    (work / "a.md").write_text(DIGEST.format("Second title"))
    git("commit", "-a", "-m", "x")
    assert "1 paper from 1 digest" in git("push", str(bare), "HEAD:main")
    assert "Second title" in (site / "paper-site" / "atom.xml").read_text()


def test_the_workflow_is_one() -> None:
    workflow = yaml.safe_load(block("github-pages", "yaml"))
    (job,) = workflow["jobs"].values()
    runs = [step["run"] for step in job["steps"] if "run" in step]
    uses = [step["uses"].split("@")[0] for step in job["steps"] if "uses" in step]
    assert runs[1:] == [
        "publisher build --no-ping > changed.txt",
        "publisher ping changed.txt",
    ]
    assert uses[-1] == "actions/deploy-pages"
    assert workflow[True]["schedule"]  # YAML reads "on" as true


def test_units_are_ones(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not here")
    true = shutil.which("true") or "/bin/true"
    names = {
        "publisher-watch.service": block("run-as-a-service", "ini", "--watch"),
        "publisher-run.service": block("run-as-a-service", "ini", "publisher run"),
        "publisher-send.service": block("run-as-a-service", "ini", "oneshot"),
        "publisher-send.timer": block("run-as-a-service", "ini", "OnCalendar"),
        "publisher-gather.service": block("arxiv", "ini", "oneshot"),
        "publisher-gather.timer": block("arxiv", "ini", "OnCalendar"),
    }
    for name, text in names.items():
        here = text.replace("/srv/papers/.venv/bin/publisher", true).replace("User=papers\n", "")
        (tmp_path / name).write_text(here)
    done = subprocess.run(
        ["systemd-analyze", "verify", *(tmp_path / name for name in names)],
        capture_output=True,
        text=True,
    )
    assert not [line for line in done.stderr.splitlines() if "publisher-" in line], done.stderr


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "public"
    for path in ("", "topics/a/", "archive/2024-12/"):
        (folder / path).mkdir(parents=True, exist_ok=True)
        for name in ("index.html", ".manifest", *(known.file_name for known in FORMATS)):
            (folder / path / name).write_text(f"this is {path}{name}\n")
    (folder / "atom.xml.gz").write_bytes(gzip.compress(b"this is atom.xml\n"))
    return folder


@pytest.mark.parametrize("feed_format", FORMATS, ids=lambda known: known.label)
@pytest.mark.parametrize("name", ["nginx", "caddy"])
def test_every_feed_format_is_in_the_recipes(name: str, feed_format: FeedFormat) -> None:
    recipe = block(name, name)
    assert feed_format.media_type in recipe
    # Its type; and how long caches may keep it, as a feed that has a hub.
    assert recipe.replace("\\.", ".").count(feed_format.file_name) >= 3


@pytest.fixture(params=["nginx", "caddy"])
def server(request: pytest.FixtureRequest, tmp_path: Path, site: Path) -> Iterator[str]:
    """Serve `site` with the document's configuration; give its address."""
    name = str(request.param)
    binary = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if not binary:
        pytest.skip(f"{name} is not here")
    port = free_port()
    config = tmp_path / "config"
    text = block(name, name).replace("/srv/papers/paper-site", str(site))
    if name == "nginx":
        listening = text.replace("listen 80", f"listen 127.0.0.1:{port}")
        paths = "".join(
            f"{kind}_temp_path {tmp_path}/{kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        config.write_text(
            f"daemon off; pid {tmp_path}/pid; error_log {tmp_path}/error.log; events {{}}\n"
            + ("user root;\n" if hasattr(os, "geteuid") and os.geteuid() == 0 else "")
            + f"http {{ include /etc/nginx/mime.types; access_log off; {paths}\n{listening}}}\n"
        )
        options = ["-e", f"{tmp_path}/error.log", "-c", str(config)]
        check, run = [binary, "-t", *options], [binary, *options]
    else:
        config.write_text(
            "{\n\tadmin off\n\tauto_https off\n}\n"
            + text.replace("papers.example.org {\n", f"http://127.0.0.1:{port} {{\n", 1)
        )
        options = ["--config", str(config), "--adapter", "caddyfile"]
        check, run = [binary, "validate", *options], [binary, "run", *options]
    environment = os.environ | {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
    checked = subprocess.run(check, capture_output=True, text=True, env=environment)
    assert checked.returncode == 0, checked.stderr
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(run, stdout=log, stderr=log, env=environment)
    address = f"http://127.0.0.1:{port}/"
    try:
        until(lambda: listens(port))
        yield address
    finally:
        process.terminate()
        process.wait()


def get(url: str, **headers: str) -> tuple[int, Message, bytes]:
    request = urllib.request.Request(  # noqa: S310 - of this test
        url, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, b""


def test_a_server_says_what_readers_want_to_hear(server: str) -> None:
    for folder, feed_format in product(("", "topics/a/"), FORMATS):
        path = folder + feed_format.file_name
        status, headers, body = get(server + path)
        assert (status, body.decode()) == (200, f"this is {path}\n")
        assert headers["Content-Type"].split(";")[0] == feed_format.media_type
        assert headers["Cache-Control"].startswith("public, max-age=300, stale-while-revalidate=")
        assert headers["Link"] == f'{HUB}, <https://papers.example.org/{path}>; rel="self"'
        again, told, _ = get(server + path, If_None_Match=headers["etag"])
        assert again == 304
        assert told["Cache-Control"] == headers["Cache-Control"]

    _, headers, body = get(server + "atom.xml", Accept_Encoding="gzip")
    assert headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(body) == b"this is atom.xml\n"
    assert headers["Content-Type"].split(";")[0] == "application/atom+xml"
    assert "Accept-Encoding" in headers["Vary"]

    _, headers, body = get(server + "archive/2024-12/atom.xml")
    assert headers["Content-Type"].split(";")[0] == "application/atom+xml"
    assert headers["Cache-Control"].startswith("public, max-age=86400")
    assert "Link" not in headers

    _, headers, body = get(server + "topics/a/")
    assert body == b"this is topics/a/index.html\n"
    assert headers["Content-Type"].startswith("text/html")
    assert headers["Cache-Control"].startswith("public, max-age=600")
    assert "Link" not in headers
    assert get(server + ".manifest")[0] == 404
    assert get(server + "archive/2024-12/.manifest")[0] == 404
    assert get(server + "nowhere")[0] == 404
