"""The whole app under hostile requests and a scanner that follows every link."""

from __future__ import annotations

import re
import signal
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING

import httpx2
import psutil
import pytest
from support.attack_payloads import attack
from support.feed_readers import ADA, text_of
from support.ports import free_port
from support.web_server import PATIENCE, until

from publisher.sender.message.tokens import make_preferences_token, make_token

if TYPE_CHECKING:
    from pathlib import Path

    from support.feed_readers import Person

REQUESTS = 1500
MOST_MEMORY = 200_000_000


@pytest.mark.slow
def test_hostile_requests_leave_all_as_it_was(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/"
    (tmp_path / "paper-site").mkdir()
    (tmp_path / "paper-site" / "atom.xml").write_text("<feed/>")
    (tmp_path / "publisher.toml").write_text(f'[web]\nurl = "{url}"\nport = {port}\n')
    command = [sys.executable, "-m", "publisher", "serve", "--web-only"]
    with (tmp_path / "said").open("wb") as said:
        process = subprocess.Popen(command, cwd=tmp_path, stdout=said, stderr=said)

    def answers() -> bool:
        assert process.poll() is None, (tmp_path / "said").read_text()
        try:
            return httpx2.get(f"{url}healthz", trust_env=False, timeout=5).status_code == 200
        except httpx2.TransportError:
            return False

    try:
        until(answers)
        counted = attack(port, REQUESTS)
        assert counted["no connection"] == 0
        assert counted["500"] == 0, counted
        assert sum(counted.values()) == REQUESTS
        until(answers)
        answer = httpx2.get(f"{url}atom.xml", timeout=PATIENCE, trust_env=False)
        assert answer.text == "<feed/>"
        assert psutil.Process(process.pid).memory_info().rss < MOST_MEMORY
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)
    assert process.returncode == 0
    text = (tmp_path / "said").read_text(errors="replace")
    assert "Traceback" not in text, text[text.index("Traceback") :][:3000]
    with sqlite3.connect(tmp_path / ".publisher" / "publisher.db") as store:
        assert store.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        for table in ("subscribers", "letters", "confirmations", "sessions"):
            assert store.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)  # noqa: S608 - a literal
    store.close()


def test_a_scanner_that_follows_every_link_does_nothing(person: Person) -> None:
    site = person.site
    person.joins("reader@example.org")
    reader = site.store.subscribers.find("reader@example.org")
    assert reader is not None
    person.subscribe(ADA)
    mails = person.mails()
    person.asks_for_preferences("reader@example.org")
    mails += person.mails()
    links = {found for mail in mails for found in re.findall(rf"{site.url}[^\s<>]+", text_of(mail))}
    links.add(f"{site.url}unsubscribe/{make_token(site.store.keys, reader.id, 1)}")
    day = site.clock().date()
    choices = make_preferences_token(site.store.keys, reader.id, 1, day)
    links.add(f"{site.url}preferences/issue/{choices}")
    assert len(links) == 4
    before = site.store.subscribers.export_person("reader@example.org")
    for link in sorted(links):
        for method in ("HEAD", "GET", "GET", "OPTIONS"):
            site.client.request(method, link, headers={"User-Agent": "Mail scanner"})
        # Some look at what a page links to as well.
        for found in re.findall(r'(?:href|src)="([^"]+)"', site.client.get(link).text):
            site.client.get(httpx2.URL(link).join(found.replace("&amp;", "&")))
    assert site.store.subscribers.export_person("reader@example.org") == before
    assert person.status(ADA) is None
    assert person.status("reader@example.org") == "active"
