from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest

from publisher.sender.message.sender_profile import SenderProfile
from publisher.sender.one_time_tokens import new_token, token_hash
from publisher.sender.transactional_message import (
    TransactionalMessage,
    build_transactional,
)

NOW = datetime(2024, 12, 9, tzinfo=UTC)
HEAD = SenderProfile("news@papers.example.org", "digests.papers.example.org", "论文")


def built(mail: TransactionalMessage, reply_to: str = "news@papers.example.org") -> bytes:
    return build_transactional(
        mail, HEAD, message_id="<a.b@papers.example.org>", reply_to=reply_to, date=NOW
    )


@pytest.mark.parametrize(
    ("name", "text", "html"),
    [
        ("", "Plain\n", ""),
        ("Jane", "确认\n" + "很长" * 200 + "\n.dot\nFrom me\n", "<p>确认</p>\n"),
        ('A "quoted", name', "= trailing blank \n", "<p>.</p>\n"),
    ],
)
def test_what_is_built_reads_back(name: str, text: str, html: str) -> None:
    raw = built(
        TransactionalMessage("jane@example.org", name, "请确认 " + "x" * 100, text, html, "<q@x>")
    )
    assert raw.count(b"\r\n") == raw.count(b"\n") == raw.count(b"\r")
    assert max(map(len, raw.split(b"\r\n"))) < 300
    parsed = message_from_bytes(raw, policy=policy.default)
    assert not parsed.defects
    (to,) = parsed["To"].addresses
    assert (to.display_name, to.addr_spec) == (name, "jane@example.org")
    assert parsed["In-Reply-To"] == parsed["References"] == "<q@x>"
    assert parsed["Auto-Submitted"] == "auto-replied"
    assert parsed["X-Loop"] == HEAD.list_id
    assert "Reply-To" not in parsed
    for kind, expected in (("plain", text), ("html", html)):
        body = parsed.get_body((kind,))
        assert (body.get_content().replace("\r\n", "\n") if body else "") == expected


def test_a_request_says_where_an_answer_goes() -> None:
    parsed = message_from_bytes(
        built(TransactionalMessage("a@b.org", "", "s", "t\n"), "list@papers.example.org")
    )
    assert parsed["Reply-To"] == "list@papers.example.org"
    assert parsed["Auto-Submitted"] == "auto-generated"


def test_tokens_are_long_and_only_their_hashes_kept() -> None:
    token = new_token(lambda count: bytes(range(count)))
    assert token == new_token(lambda count: bytes(range(count)))
    assert len(token.token) == 43
    assert len(token.reply_id) == 32
    assert token.token_hash == token_hash(token.token) != token.reply_hash
    assert len({new_token().token for _ in range(100)}) == 100
