"""Apprise itself against servers that answer as the networks do, or badly."""

from __future__ import annotations

import logging
import socket
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.discord import NotifyDiscord
from apprise.plugins.feishu import NotifyFeishu
from apprise.plugins.telegram import NotifyTelegram
from apprise.plugins.wecombot import NotifyWeComBot
from support.chat_server import ChatServer, break_off, drop, garbage, hang, reply
from support.ports import free_port

from publisher.errors import SettingsError
from publisher.models import DeliveryState
from publisher.models.announcements import AnnouncementText
from publisher.services.announcements import networks
from publisher.services.announcements.networks import Network, open_network
from publisher.settings import Secret
from publisher.settings.sections import AnnounceTarget

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.chat_server import Answer

TEXT = AnnouncementText("2 new papers · Papers", "• A & B <c>\nhttps://papers.example.org/")
TOKEN = "sEcReT0123456789"
SENT, READY, REJECTED, IN_DOUBT = (
    DeliveryState.SENT,
    DeliveryState.READY,
    DeliveryState.REJECTED,
    DeliveryState.IN_DOUBT,
)


@pytest.fixture
def chat(monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatServer]:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    server = ChatServer()
    yield server
    server.close()


def network(url: str, **keys: Any) -> Network:
    return open_network(AnnounceTarget(name="chat", url=Secret(url), **keys))


PLAIN = "json://127.0.0.1:{port}/" + TOKEN
NTFY = "ntfy://127.0.0.1:{port}/" + TOKEN
MASTODON = "toot://" + TOKEN + "@127.0.0.1:{port}"


@pytest.mark.parametrize(
    ("url", "answer", "state", "reason"),
    [
        (PLAIN, reply(200), SENT, ""),
        (PLAIN, reply(204), SENT, ""),
        (NTFY, reply(200, {"id": "1"}), SENT, ""),
        (MASTODON, reply(200, {"id": "1"}), SENT, ""),
        (PLAIN, reply(429, Retry_After="9"), READY, "429 Too Many Requests"),
        (NTFY, reply(429, {"code": 42901, "error": "limit"}), READY, "429 Too Many Requests"),
        (MASTODON, reply(401, {"error": "The access token is invalid"}), READY, "401"),
        (MASTODON, reply(422, {"error": "too long"}), REJECTED, "422"),
        (PLAIN, reply(503), READY, "503"),
        (PLAIN, reply(500), IN_DOUBT, "500"),
        (PLAIN, reply(502), IN_DOUBT, "502"),
        (PLAIN, drop, IN_DOUBT, "no answer"),
        (PLAIN, garbage, IN_DOUBT, "no answer"),
        (NTFY, drop, IN_DOUBT, "no answer"),
        # The service took it, and said so before the line broke; Apprise knows nothing of that.
        (NTFY, break_off, IN_DOUBT, "200"),
    ],
)
def test_answers(
    chat: ChatServer, url: str, answer: Answer, state: DeliveryState, reason: str
) -> None:
    chat.script.append(answer)
    # Apprise's own tries are off, whatever the address says.
    outcome = network(url.format(port=chat.port) + "?retry=3").post(TEXT)
    assert outcome.state is state
    assert outcome.reason.startswith(reason)
    assert len(chat.bodies) == 1
    assert TEXT.body in str(chat.bodies[0].values()) or "papers.example.org" in str(chat.bodies[0])


@pytest.mark.parametrize(
    ("plugin", "url", "notify_url", "answer", "state", "reason"),
    [
        (NotifyDingTalk, "dingtalk", "/robot?t={token}", {"errcode": 0}, SENT, ""),
        (
            NotifyDingTalk,
            "dingtalk",
            "/robot?t={token}",
            {"errcode": 310000, "errmsg": f"keywords not in content, {TOKEN}"},
            READY,
            "200 310000 keywords not in content, ***",
        ),
        (NotifyWeComBot, "wecombot", "/send?key={key}", {"errcode": 0}, SENT, ""),
        (NotifyWeComBot, "wecombot", "/send?key={key}", {"errcode": 45009}, READY, "200 45009"),
        (NotifyFeishu, "feishu", "/hook/{token}/", {"code": 0}, SENT, ""),
        (
            NotifyFeishu,
            "feishu",
            "/hook/{token}/",
            {"code": 9499, "msg": "many"},
            READY,
            "200 9499",
        ),
    ],
)
def test_networks_that_refuse_with_success(
    chat: ChatServer,
    monkeypatch: pytest.MonkeyPatch,
    plugin: Any,
    url: str,
    notify_url: str,
    answer: object,
    state: DeliveryState,
    reason: str,
) -> None:
    monkeypatch.setattr(plugin, "notify_url", f"http://127.0.0.1:{chat.port}{notify_url}")
    chat.script.append(reply(200, answer))
    outcome = network(f"{url}://{TOKEN}").post(TEXT)
    assert (outcome.state, outcome.reason[: len(reason)]) == (state, reason)


def test_discord_is_asked_again_after_the_time_that_it_wants(
    chat: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(NotifyDiscord, "notify_url", f"http://127.0.0.1:{chat.port}")
    limited = reply(429, {"retry_after": 0.3}, Retry_After="1", X_RateLimit_Remaining="0")
    chat.script.extend([limited, reply(204)])
    assert network(f"discord://1234567890/{TOKEN}").post(TEXT).state is SENT
    chat.script.extend([limited] * 3)
    outcome = network(f"discord://1234567890/{TOKEN}").post(TEXT)
    assert outcome.state is READY
    assert outcome.wait.total_seconds() == 1


def test_a_chat_of_several_recipients_is_in_doubt_where_some_may_have_it(
    chat: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(NotifyTelegram, "notify_url", f"http://127.0.0.1:{chat.port}/bot")
    url = "tgram://123456789:AAaaBBbbCCccDDddEEeeFFffGGggHHhhII/111111/222222"
    chat.script.extend([reply(200, {"ok": True}), reply(403, {"description": "blocked"})])
    outcome = network(url).post(TEXT)
    assert outcome.state is IN_DOUBT
    assert "2 recipients" in outcome.reason
    assert chat.bodies[0]["text"].endswith("https://papers.example.org/")
    chat.script.extend([reply(403, {"description": "blocked"})] * 2)
    assert network(url).post(TEXT).state is READY


def _close_the_next(listening: socket.socket) -> None:
    listening.accept()[0].close()


def test_what_is_not_reached_is_tried_again() -> None:
    assert network(f"json://127.0.0.1:{free_port()}/x").post(TEXT).state is READY
    assert network("json://nowhere.invalid/x").post(TEXT).state is READY
    with socket.create_server(("127.0.0.1", 0)) as plain:
        # No TLS there: the handshake fails, and whether by a defect or not is open.
        threading.Thread(target=_close_the_next, args=(plain,), daemon=True).start()
        outcome = network(f"jsons://127.0.0.1:{plain.getsockname()[1]}/x").post(TEXT)
        assert outcome.state in (READY, IN_DOUBT)


def test_a_call_ends_in_time_and_nothing_leaves_afterwards(
    chat: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(networks, "CALL_SECONDS", 0.5)
    chat.script.append(hang)
    began = time.monotonic()
    outcome = network(PLAIN.format(port=chat.port)).post(TEXT)
    assert (outcome.state, outcome.reason) == (IN_DOUBT, "no answer in time")
    assert time.monotonic() - began < 5
    # Discord asks for an hour. Nothing of the message is there, and the plugin's own try is cut.
    monkeypatch.setattr(NotifyDiscord, "notify_url", f"http://127.0.0.1:{chat.port}")
    reset = str(round(time.time()) + 3600)
    limit = {"X_RateLimit_Remaining": "0", "X_RateLimit_Reset": reset}
    chat.script.append(reply(429, {"retry_after": 3600}, Retry_After="3600", **limit))
    outcome = network(f"discord://1234567890/{TOKEN}").post(TEXT)
    assert outcome.state is READY
    assert outcome.wait.total_seconds() == 3600
    assert len(chat.bodies) == 2


def test_a_message_is_one_whatever_its_length(chat: ChatServer) -> None:
    long = AnnouncementText("Title", "x" * 40_000)
    url = PLAIN.format(port=chat.port) + "?overflow=split"
    assert network(url).post(long).state is SENT
    assert len(chat.bodies) == 1


@pytest.mark.parametrize(
    ("url", "characters", "octets"),
    [
        ("json://localhost", 3000, 0),
        (f"toot://{TOKEN}@localhost", 500, 0),
        ("bluesky://me.bsky.social@abcd-efgh", 280, 0),
        (f"wecombot://{TOKEN}", 2048, 2048),
        (f"ntfys://localhost/{TOKEN}", 3000, 4096),
    ],
)
def test_the_room_of_networks(url: str, characters: int, octets: int) -> None:
    room = network(url).room
    assert (room.characters, room.octets) == (characters, octets)
    assert network(url, characters=100).room.characters == 100


@pytest.mark.parametrize(
    ("url", "part"),
    [
        ("", "has no url; `publisher secret announce.chat.url`"),
        (f"nothing://{TOKEN}", "its url is none that Apprise knows"),
        (TOKEN, "its url is none that Apprise knows"),
        (f"discord://{TOKEN}", "its url is none that Apprise knows"),
    ],
)
def test_an_address_that_is_none(url: str, part: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(SettingsError, match=part) as raised:
        network(url)
    assert TOKEN not in str(raised.value)
    assert TOKEN not in caplog.text


def test_the_log_holds_no_secret(
    chat: ChatServer, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    chat.script.append(reply(500))
    with caplog.at_level(logging.INFO):
        network(PLAIN.format(port=chat.port)).post(TEXT)
    assert caplog.text == ""
    assert capfd.readouterr().err == ""


def test_the_hint_where_apprise_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(SettingsError, match=r"pip install 'digest-publisher\[announce\]'"):
        network("json://localhost")
