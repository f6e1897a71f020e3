from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from publisher.web.checks import key_problems, url_problems

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

URLS = [
    ("", "web.url: is not set"),
    ("http://papers.example.org/", "web.url: must be https"),
    ("http://127.0.0.1.example.org/", "web.url: must be https"),
    ("http://192.168.0.1/", "web.url: must be https"),
    ("https://me:secret@papers.example.org/", "must not have a query, a fragment or a user name"),
    ("https://papers.example.org/?a=b", "must not have a query, a fragment or a user name"),
    ("https://papers.example.org/news/", "the root of a host"),
    ("https://papers.example.org/", None),
    ("https://papers.example.org", None),
    ("http://localhost:8000/", None),
    ("http://127.0.0.1:8000/", None),
    ("http://[::1]:8000/", None),
]


@pytest.mark.parametrize(("url", "problem"), URLS)
def test_the_address(url: str, problem: str | None) -> None:
    found = list(url_problems(url))
    assert problem in found[0] if problem else found == []


KEYS = [
    ({}, "has no key"),
    ({1: b""}, "can be guessed"),
    ({1: b"secret"}, "can be guessed"),
    ({1: bytes(32)}, "can be guessed"),
    ({1: os.urandom(32), 2: b"changeme" * 4}, "key 2"),
    ({1: os.urandom(32)}, None),
]


@pytest.mark.parametrize(("keys", "problem"), KEYS)
def test_the_keys(keys: dict[int, bytes], problem: str | None) -> None:
    found = list(key_problems(keys))
    assert problem in found[0] if problem else found == []


def test_the_app_does_not_start(
    publisher: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    said = publisher("serve", code=1).stderr
    assert "web.url: is not set" in said
    import sqlite3

    with sqlite3.connect(tmp_path / ".publisher" / "publisher.db") as store:
        store.execute("UPDATE keys SET secret = zeroblob(32)")
    store.close()
    said = publisher("serve", code=1, PUBLISHER_WEB__URL="https://papers.example.org/").stderr
    assert "key 1 of the store can be guessed" in said
