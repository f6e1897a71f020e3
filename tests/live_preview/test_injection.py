"""The script that is put into served pages, and the policies that have to allow it."""

from __future__ import annotations

import pytest

from publisher.live_preview.injection import with_reload

SCRIPT = b'<script src="/__preview/live.js" data-version="ab.7" defer></script>'
POLICIES = [
    (
        "default-src 'none'; style-src 'self'",
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'",
    ),
    (
        "default-src https://a.example; script-src 'none'",
        "default-src https://a.example; script-src 'self'; connect-src https://a.example 'self'",
    ),
    ("style-src 'self'", "style-src 'self'"),
    ("default-src &#39;none&#39;;", "default-src 'none'; script-src 'self'; connect-src 'self'"),
    ("", ""),
]
PAGES = [
    (b"<html><head><title>a</title></head></html>", b"<html><head>@<title>a</title></head></html>"),
    (b'<HEAD class="x">', b'<HEAD class="x">@'),
    (b"<p>a header, no head</p>", b"<p>a header, no head</p>@"),
    (b"<header></header>", b"<header></header>@"),
    (b"", b"@"),
]


@pytest.mark.parametrize(("policy", "expected"), POLICIES)
def test_a_policy_allows_the_script_and_nothing_else(policy: str, expected: str) -> None:
    page = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'.encode()
    quoted = expected.replace("'", "&#x27;").encode()
    assert with_reload(page, "ab.7").removesuffix(SCRIPT).endswith(b'content="' + quoted + b'">')


@pytest.mark.parametrize(("page", "expected"), PAGES)
def test_the_script_comes_first(page: bytes, expected: bytes) -> None:
    assert with_reload(page, "ab.7") == expected.replace(b"@", SCRIPT)
