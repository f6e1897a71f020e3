from __future__ import annotations

import re
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

from publisher.sender.one_time_tokens import token_hash
from publisher.store.database import open_store

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

WEB = {"PUBLISHER_WEB__URL": "https://papers.example.org"}
LINK = re.compile(r"https://papers\.example\.org/operator/login/([\w-]{43})")


def test_a_link_is_printed_and_its_token_is_kept_nowhere(
    publisher: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    done = publisher("login", "--name", "ada", **WEB)
    found = LINK.fullmatch(done.stdout.strip())
    assert found is not None
    assert "for ada, works once within 15 minutes" in done.stderr
    assert found[1].encode() not in (tmp_path / ".publisher" / "publisher.db").read_bytes()


def test_a_link_is_mailed_to_an_operator_and_to_nobody_else(
    publisher: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    (tmp_path / "publisher.toml").write_text(
        '[web]\nurl = "https://papers.example.org"\n[operator]\naddresses = ["ada@Example.org"]\n'
        '[site]\nlanguage = "en"\n[mail]\nfrom_address = "news@example.org"\n'
    )
    refused = publisher("login", "--email", "eve@example.org", code=1)
    assert "operator.addresses: eve@example.org is not one of them" in refused.stderr

    publisher("login", "--email", "ada@example.org")
    (path,) = (tmp_path / ".publisher" / "outbox").rglob("*.eml")
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    body = mail.get_body()
    assert body is not None
    text = body.get_content()
    found = LINK.search(text)
    assert found is not None
    assert "once, within 15 minutes" in " ".join(text.split())
    assert mail["Auto-Submitted"] == "auto-generated"
    assert found[1] not in mail["Message-ID"]
    with open_store(f"sqlite:///{tmp_path}/.publisher/publisher.db") as store:
        now = mail["Date"].datetime
        entered = store.operators.log_in(token_hash(found[1]), "s", now=now, expires=now)
    assert entered == "ada@example.org"


def test_without_a_web_app_there_is_nothing_to_log_in_to(
    publisher: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    assert "web.url: is not set" in publisher("login", code=1).stderr
