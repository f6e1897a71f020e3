"""Signatures that prove a push was announced by somebody who knows the secret."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode

import pytest

from publisher.web.webhook import RecentPushes
from publisher.web.webhook_signature import TOLERANCE_SECONDS, Proof

NOW = 1_733_700_000.0
SECRET = "It's a Secret to Everybody"
BODY = b"Hello, World!"
# GitHub's own example, docs.github.com: "Testing the webhook payload validation".
HUB = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
KEY = b"0123456789abcdef0123456789abcdef"
STANDARD = "whsec_" + b64encode(KEY).decode()


def holds(headers: dict[str, str], secret: str = SECRET, body: bytes = BODY) -> bool:
    proof = Proof(headers, secret, NOW)
    for start in range(0, len(body), 5):
        proof.feed(body[start : start + 5])
    return proof.is_possible and proof.holds()


def standard(at: float = NOW, name: str = "msg_1", key: bytes = KEY) -> dict[str, str]:
    signed = f"{name}.{int(at)}.".encode() + BODY
    signature = b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return {
        "webhook-id": name,
        "webhook-timestamp": str(int(at)),
        "webhook-signature": f"v1,{signature}",
    }


def test_github_and_gitea() -> None:
    assert holds({"x-hub-signature-256": HUB})
    assert not holds({"x-hub-signature-256": HUB}, body=b"Hello, World?")
    assert not holds({"x-hub-signature-256": HUB}, secret="another secret")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-hub-signature-256": ""},
        {"x-hub-signature-256": HUB.removeprefix("sha256=")},
        {"x-hub-signature-256": HUB.upper()},
        {"x-hub-signature-256": "sha256=" + "0" * 64},
        {"x-hub-signature-256": "sha256=\u00e9"},
        {"x-hub-signature": "sha1=" + "0" * 40},
        {"x-gitlab-token": ""},
        {"x-gitlab-token": SECRET[:-1]},
        {"x-gitlab-token": SECRET + "x"},
        {"x-gitlab-token": "\u00e9" * 40},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v1,x", "webhook-timestamp": "\u0661"},
        {"webhook-signature": "v1,x", "webhook-timestamp": "9" * 5000},
    ],
)
def test_anything_else_proves_nothing(headers: dict[str, str]) -> None:
    assert not holds(headers)


def test_gitlab_with_a_secret_token() -> None:
    assert holds({"x-gitlab-token": SECRET})


def test_gitlab_with_a_signing_token() -> None:
    assert holds(standard(), STANDARD)
    fresh = standard()
    rotated = {**fresh, "webhook-signature": f"v1,AAAA {fresh['webhook-signature']}"}
    assert holds(rotated, STANDARD)
    assert not holds(standard(NOW - TOLERANCE_SECONDS - 1), STANDARD)
    assert not holds(standard(NOW + TOLERANCE_SECONDS + 1), STANDARD)
    assert not holds({**fresh, "webhook-id": "msg_2"}, STANDARD)
    assert not holds(standard(key=b"x" * 32), STANDARD)


def test_an_announcement_is_known_again_for_a_while() -> None:
    pushes = RecentPushes()
    assert pushes.is_new("a", 0)
    assert not pushes.is_new("a", 599)
    assert pushes.is_new("b", 600)
    assert pushes.is_new("a", 601)
    assert pushes.is_new("", 0)
    assert pushes.is_new("", 0)
    for number in range(5000):
        assert pushes.is_new(str(number), 602)
    assert len(pushes._marks) <= 1000
