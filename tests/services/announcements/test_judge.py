"""What is known of an announcement: a table of exchanges."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from publisher.models import DeliveryState
from publisher.services.announcements.exchanges import Exchange, named_error
from publisher.services.announcements.judge import DELAYS, judge, next_try

NOW = datetime(2026, 11, 30, 8, tzinfo=UTC)
SENT, READY, REJECTED, IN_DOUBT = (
    DeliveryState.SENT,
    DeliveryState.READY,
    DeliveryState.REJECTED,
    DeliveryState.IN_DOUBT,
)
OK = Exchange(200)
LOST = Exchange()
UNREACHABLE = Exchange(left=False)


def status(code: int, retry_after: str = "") -> Exchange:
    return Exchange(code, refusal="Reason", retry_after=retry_after)


TABLE = [
    # Apprise's word, recipients, exchanges; state, reason, seconds
    (True, 1, [OK], SENT, "", 0),
    (True, 1, [], SENT, "", 0),
    (True, 1, [status(429), OK], SENT, "", 0),  # Discord's plugin waits and tries again
    # DingTalk and WeCom refuse with 200, and Apprise takes it for success.
    (True, 1, [Exchange(200, refusal="45009 slow", is_refused=True)], READY, "200 45009 slow", 0),
    (None, 1, [], IN_DOUBT, "no answer in time", 0),
    (False, 1, [], IN_DOUBT, "it failed, and nothing more is known", 0),
    (False, 1, [UNREACHABLE], READY, "the service can't be reached", 0),
    (False, 1, [LOST], IN_DOUBT, "no answer", 0),
    (False, 1, [OK], IN_DOUBT, "200", 0),
    (False, 1, [OK, status(403)], READY, "403 Reason", 0),  # a login, and then the message
    (False, 1, [status(429, "7")], READY, "429 Reason", 7),
    (False, 1, [status(429, "0.5")], READY, "429 Reason", 0.5),
    (False, 1, [status(503, "Mon, 30 Nov 2026 08:01:00 GMT")], READY, "503 Reason", 60),
    (False, 1, [status(503, "soon")], READY, "503 Reason", 0),
    (False, 1, [status(503, "-5")], READY, "503 Reason", 0),
    (False, 1, [status(401)], READY, "401 Reason", 0),
    (False, 1, [status(404)], READY, "404 Reason", 0),
    (False, 1, [status(400)], REJECTED, "400 Reason", 0),
    (False, 1, [status(413)], REJECTED, "413 Reason", 0),
    (False, 1, [status(409)], IN_DOUBT, "409 Reason", 0),
    (False, 1, [status(302)], IN_DOUBT, "302 Reason", 0),
    *((False, 1, [status(code)], IN_DOUBT, f"{code} Reason", 0) for code in (500, 502, 504, 520)),
    (False, 2, [status(429), status(429)], READY, "429 Reason", 0),
    (False, 2, [OK, status(429)], IN_DOUBT, "429 Reason; some of the 2 recipients may have it", 0),
    (False, 2, [LOST, status(400)], IN_DOUBT, "400 Reason; some of the 2 recipients may", 0),
]


@pytest.mark.parametrize(("accepted", "targets", "exchanges", "state", "reason", "wait"), TABLE)
def test_what_is_known(
    accepted: bool | None,
    targets: int,
    exchanges: list[Exchange],
    state: DeliveryState,
    reason: str,
    wait: float,
) -> None:
    outcome = judge(accepted=accepted, targets=targets, exchanges=exchanges, now=NOW)
    assert outcome.state is state
    assert outcome.reason.startswith(reason)
    assert bool(outcome.reason) == bool(reason)
    assert outcome.wait == timedelta(seconds=wait)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b'{"errcode": 0, "errmsg": "ok"}', ""),
        (b'{"errcode": 310000, "errmsg": "keywords not in content"}', "310000 keywords not in"),
        (b'{"code": 9499, "msg": "too many request"}', "9499 too many request"),
        (b'{"code": 0, "msg": "success"}', ""),
        (b'{"code": 200, "msg": "ok"}', ""),
        (b'{"ok": false, "error": "ratelimited"}', "ratelimited"),
        (b'{"ok": true}', ""),
        (b'{"id": "1", "error": null}', ""),
        (b"ok", ""),
        (b"[1]", ""),
        (b"", ""),
        (b"\xff", ""),
    ],
)
def test_errors_in_answers_of_success(content: bytes, error: str) -> None:
    assert named_error(content).startswith(error)
    assert bool(named_error(content)) == bool(error)


def test_tries_are_made_for_a_day() -> None:
    tries = [next_try(number, timedelta(), NOW) for number in range(1, len(DELAYS) + 2)]
    assert tries[0] == NOW + timedelta(minutes=5)
    assert tries[-1] is None
    assert all(tries[:-1])
    assert next_try(1, timedelta(hours=2), NOW) == NOW + timedelta(hours=2)
    assert next_try(1, timedelta(days=2), NOW) is None
