"""A push puts a new digest's papers on the feed: by the hook of a repository, and by a forge's."""

from __future__ import annotations

import hashlib
import hmac
import os
import shlex
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx2
import pytest
from conftest import ROOT
from support.ports import free_port
from support.program import PATIENCE, Running, running, until
from support.web_server import serving

from publisher.web.webhook import MOST_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECRET = "correct-horse-battery-staple"
DIGEST = """\
---
tags: [NeRF]
date: 2024-12-01
---
## {title}

**Authors:A. Uthor**

The abstract.

[PDF](http://arxiv.org/abs/2412.{number:05}v1)
"""


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Hub-Signature-256": f"sha256={digest}", "X-GitHub-Event": "push"}


@dataclass
class Forge:
    """A bare repository, somebody's copy of it, and a server that publishes what is in it."""

    folder: Path
    url: str
    run: Running
    number: int = 0

    def push(self) -> str:
        """Push one more digest; return the title of its paper."""
        self.number += 1
        title = f"Paper number {self.number}"
        text = DIGEST.format(title=title, number=self.number)
        (self.folder / "work" / f"{self.number}.md").write_text(text)
        for command in ("add .", "commit -m x", f"push {self.folder / 'digests.git'} HEAD:main"):
            git(self.folder / "work", *command.split(" "))
        return title

    def feed(self) -> str:
        """Return the feed as it is served, "" where there is none yet."""
        answer = httpx2.get(f"{self.url}atom.xml", timeout=PATIENCE, trust_env=False)
        return answer.text if answer.status_code == 200 else ""


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=T", "-c", "user.email=t@example.org"]
    done = subprocess.run(
        ["git", *identity, *arguments],
        cwd=folder,
        env=os.environ | {"PATH": f"{folder.parent / 'bin'}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


@contextmanager
def forge(folder: Path) -> Iterator[Forge]:
    port = free_port()
    url = f"http://localhost:{port}/"
    for name in ("work", "bin"):
        (folder / name).mkdir()
    git(folder, "init", "--bare", "-b", "main", "digests.git")
    git(folder / "work", "init", "-b", "main")
    (folder / "publisher.toml").write_text(
        f'[source]\ngit = "{folder}/digests.git"\nfolders = []\ncache = "cache"\n'
        # Nothing is pulled by itself as long as a test lasts.
        f'[watch]\ngit_seconds = 86400\n[web]\nurl = "{url}"\nport = {port}\n'
    )
    program = folder / "bin" / "publisher"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m publisher "$@"\n')
    program.chmod(0o755)
    first = Forge(folder, url, None)  # type: ignore[arg-type]
    title = first.push()
    with running(folder, "serve", PUBLISHER_WEB__WEBHOOK_SECRET=SECRET) as run:
        first.run = run
        until(lambda: answers(url))
        until(lambda: title in first.feed())
        yield first


def answers(url: str) -> bool:
    try:
        return httpx2.get(f"{url}healthz", trust_env=False).status_code == 200
    except httpx2.TransportError:
        return False


def test_a_push_to_a_repository_with_the_recipe(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "how-to" / "git-hook.md").read_text(encoding="utf-8")
    (recipe,) = [part.split("```")[0] for part in text.split("```sh\n")[1:] if "refs/" in part]
    with forge(tmp_path) as made:
        hook = tmp_path / "digests.git" / "hooks" / "post-receive"
        hook.write_text(recipe.replace("/srv/papers", str(tmp_path)))
        hook.chmod(0o755)
        title = made.push()
        until(lambda: title in made.feed())


def test_a_push_that_a_forge_announces(tmp_path: Path) -> None:
    with forge(tmp_path) as made, httpx2.Client(timeout=PATIENCE, trust_env=False) as client:
        where = f"{made.url}hooks/push"
        title = made.push()
        body = b'{"ref": "refs/heads/main"}'
        assert client.post(where, content=body, headers=signed(body, "wrong")).status_code == 401
        assert client.post(where, content=body).status_code == 401
        answer = client.post(where, content=body, headers=signed(body))
        assert (answer.status_code, answer.json()) == (202, {"status": "accepted"})
        until(lambda: title in made.feed())
        again = client.post(where, content=body, headers=signed(body))
        assert (again.status_code, again.json()) == (202, {"status": "known"})
        # GitLab, and a burst of them.
        title = made.push()
        before = sum("requested" in line for line in made.run.everything())
        token = {"X-Gitlab-Token": SECRET, "X-Gitlab-Event": "Push Hook"}
        for _ in range(30):
            assert client.post(where, content=body, headers=token).status_code == 202
        until(lambda: title in made.feed())
        after = sum("requested" in line for line in made.run.everything())
        assert after - before <= 5


def test_nobody_else_has_anything_built(tmp_path: Path) -> None:
    body = b"{}"
    with serving(tmp_path, {"web": {"webhook_secret": SECRET}}) as site:

        def post(content: bytes = body, **headers: str) -> int:
            return site.client.post(
                "/hooks/push",
                content=content,
                headers={name.replace("_", "-"): value for name, value in headers.items()},
            ).status_code

        assert post() == 401
        assert post(X_Hub_Signature_256=f"sha256={'0' * 64}") == 401
        assert post(X_Gitlab_Token=SECRET.upper()) == 401
        assert post(b"x" * 200_000, X_Gitlab_Token="wrong") == 401
        assert post(b"x" * (MOST_BYTES + 1), X_Gitlab_Token="wrong") == 413
        assert site.client.get("/hooks/push").status_code == 405
        assert site.store.tasks.newest_request("build") == 0
        # Other events of the same forge ask for nothing.
        ping = signed(body) | {"X-GitHub-Event": "ping"}
        assert site.client.post("/hooks/push", content=body, headers=ping).status_code == 202
        assert site.store.tasks.newest_request("build") == 0
        large = b"x" * 3_000_000
        answer = site.client.post("/hooks/push", content=large, headers=signed(large))
        assert answer.status_code == 202
        until(lambda: site.store.tasks.newest_request("build") > 0)


@pytest.mark.parametrize("headers", [{}, {"X-Gitlab-Token": ""}])
def test_without_a_secret_there_is_no_hook(tmp_path: Path, headers: dict[str, str]) -> None:
    with serving(tmp_path) as site:
        assert site.client.post("/hooks/push", content=b"{}", headers=headers).status_code == 404
        assert site.store.tasks.newest_request("build") == 0
