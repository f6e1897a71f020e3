"""The recipes of docs/how-to/web-app.md, tried as they stand in the document."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import httpx2
import pytest
from conftest import ROOT
from support.feed_readers import ADA, Person
from support.https_front import certificate
from support.ports import free_port
from support.web_server import PATIENCE, serving, until

from publisher.settings import load

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.web_server import Site

TEXT = (ROOT / "docs" / "how-to" / "web-app.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    return str(found)


def test_the_settings_hold(tmp_path: Path) -> None:
    from publisher.web.checks import url_problems

    (tmp_path / "publisher.toml").write_text(block("toml"))
    settings = load(tmp_path / "publisher.toml", {})
    assert list(url_problems(settings.web.url)) == []
    assert settings.web.trusted_proxies == ("127.0.0.1",)


def test_the_unit_is_one(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not here")
    true = shutil.which("true") or "/bin/true"
    text = (
        block("ini").replace("/srv/papers/.venv/bin/publisher", true).replace("User=papers\n", "")
    )
    (tmp_path / "publisher-serve.service").write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", tmp_path / "publisher-serve.service"],
        capture_output=True,
        text=True,
    )
    assert not [line for line in done.stderr.splitlines() if "publisher-" in line], done.stderr


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with serving(tmp_path, {"web": {"trusted_proxies": ["127.0.0.1"]}}) as running:
        (running.public / "atom.xml").write_text("<feed/>")
        yield running


@pytest.fixture(params=["nginx", "caddy"])
def proxy(request: pytest.FixtureRequest, tmp_path: Path, site: Site) -> Iterator[str]:
    """Put the document's configuration in front of `site`; give its address."""
    name = str(request.param)
    binary = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if not binary:
        pytest.skip(f"{name} is not here")
    port = free_port()
    text = block(name).replace("127.0.0.1:8000", f"127.0.0.1:{site.port}")
    config = tmp_path / "config"
    if name == "nginx":
        pem = certificate(tmp_path, "papers.example.org")
        text = re.sub(r"/etc/letsencrypt/\S+\.pem", str(pem), text)
        text = text.replace("listen 80", f"listen 127.0.0.1:{free_port()}")
        text = text.replace("listen 443", f"listen 127.0.0.1:{port}")
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        paths = "".join(f"{kind}_temp_path {tmp_path}/{kind};" for kind in kinds)
        user = "user root;\n" if os.geteuid() == 0 else ""
        config.write_text(
            f"daemon off; pid {tmp_path}/pid; error_log {tmp_path}/error.log; events {{}}\n{user}"
            f"http {{ {paths}\n{text}}}\n"
        )
        command = [binary, "-e", f"{tmp_path}/error.log", "-c", str(config)]
        address = f"https://127.0.0.1:{port}"
    else:
        plain = text.replace("papers.example.org {\n", f"http://127.0.0.1:{port} {{\n", 1)
        config.write_text("{\n\tadmin off\n\tauto_https off\n}\n" + plain)
        command = [binary, "run", "--config", str(config), "--adapter", "caddyfile"]
        address = f"http://127.0.0.1:{port}"
    environment = os.environ | {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)

    def answers() -> bool:
        assert process.poll() is None, (tmp_path / "log").read_text()
        try:
            return ask(f"{address}/healthz").status_code == 200
        except httpx2.TransportError:
            return False

    try:
        until(answers)
        yield address
    finally:
        process.terminate()
        process.wait()


def ask(url: str, **options: object) -> httpx2.Response:
    # The certificate is signed by itself.
    with httpx2.Client(verify=False, trust_env=False, timeout=PATIENCE) as client:
        method = "POST" if "data" in options else "GET"
        return client.request(method, url, **options)  # type: ignore[arg-type]


def test_a_proxy_passes_on_what_is_asked_and_by_whom(proxy: str, site: Site) -> None:
    first = ask(f"{proxy}/atom.xml")
    assert first.text == "<feed/>"
    again = ask(f"{proxy}/atom.xml", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert ask(f"{proxy}/%2e%2e/publisher.db").status_code in (400, 404)
    person = Person(site)
    # What a reader says of themselves is not believed: the proxy knows better.
    told = {"X-Forwarded-For": "192.0.2.1"}
    data = {"email": ADA, "stamp": person.stamp()}
    assert ask(f"{proxy}/subscribe", data=data, headers=told).status_code == 200
    link = person.link("confirm")
    assert ask(f"{proxy}/{link}", data={}, headers=told).status_code == 200
    (line,) = site.store.subscribers.export_person(ADA)["consent"]  # type: ignore[misc]
    assert line["origin"] == "127.0.0.1 127.0.0.1"


def test_a_proxy_serves_the_search(proxy: str, site: Site) -> None:
    (site.public / "search").mkdir()
    for name in ("index.html", "search.js", "words.bin"):
        (site.public / "search" / name).write_bytes(b"\0\xff page")
    page = ask(f"{proxy}/search/index.html?q=nerf")
    assert page.content == b"\0\xff page"
    # The page's own policy allows its script; a header could only take that back.
    policy = page.headers.get("content-security-policy", "")
    assert not re.search("default-src|script-src|connect-src", policy)
    script = ask(f"{proxy}/search/search.js")
    assert "javascript" in script.headers["content-type"]
    assert ask(f"{proxy}/search/words.bin").content == b"\0\xff page"
    # The same without scripts, by the app, which finds no index in these files.
    answer = ask(f"{proxy}/search?q=nerf")
    assert answer.status_code == 503
    assert 'name="q"' in answer.text
