"""Properties of every response, and of the server as a whole."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import httpx2
import pytest
from support.web_server import PATIENCE, serving, until

if TYPE_CHECKING:
    from pathlib import Path

    from support.web_server import Site


def test_it_is_well(site: Site) -> None:
    answer = site.client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("path", ["/healthz", "/healthz/nothing", "/assets/style.css", "/assets/x"])
def test_every_answer_is_guarded(site: Site, path: str) -> None:
    headers = site.client.get(path).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "noindex" in headers["x-robots-tag"]
    assert "server" not in headers
    assert "strict-transport-security" not in headers  # this one is reached by http


def test_nothing_is_kept_by_default(site: Site) -> None:
    assert site.client.get("/healthz").headers["cache-control"] == "no-store"
    style = site.client.get("/assets/style.css")
    assert style.headers["content-type"].startswith("text/css")
    again = site.client.get("/assets/style.css", headers={"If-None-Match": style.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("accept", "query", "said"),
    [
        ("en", "", "Page not found"),
        ("zh-CN,en;q=0.5", "", "页面不存在"),
        ("en", "?lang=zh", "页面不存在"),
        ("de", "?lang=xx", "Page not found"),
    ],
)
def test_a_problem_is_a_page_in_the_reader_s_language(
    site: Site, accept: str, query: str, said: str
) -> None:
    answer = site.client.get(f"/assets/nothing{query}", headers={"Accept-Language": accept})
    assert answer.status_code == 404
    assert said in answer.text


def test_a_program_gets_a_problem_as_json(site: Site) -> None:
    answer = site.client.get("/assets/nothing", headers={"Accept": "application/json"})
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {"title": "Not Found", "status": 404}


def test_a_body_is_limited_and_has_to_arrive(tmp_path: Path) -> None:
    with serving(tmp_path, {"web": {"body_seconds": 0.2}}) as site:
        large = site.client.post("/healthz", content=b"x" * 100_000)
        assert large.status_code in (405, 413)


def test_it_ends_when_it_is_told_to(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}/"
    (tmp_path / "publisher.toml").write_text(f'[web]\nurl = "{url}"\nport = {port}\n')
    process = subprocess.Popen(
        [sys.executable, "-m", "publisher", "serve"], cwd=tmp_path, stderr=subprocess.PIPE
    )

    def answers() -> bool:
        assert process.poll() is None
        try:
            return httpx2.get(f"{url}healthz", trust_env=False).status_code == 200
        except httpx2.TransportError:
            return False

    try:
        until(answers)
    finally:
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said
    assert b"Traceback" not in said
