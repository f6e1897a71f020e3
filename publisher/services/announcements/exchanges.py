"""The requests that Apprise makes: it tells whether it succeeded, and not what was answered.

Whether a message may be sent again depends on the answer, so it is looked at on its way. Apprise
speaks HTTP by requests, whose sessions make their transport adapters by one name.
"""

from __future__ import annotations

import json
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any

import requests
import requests.adapters
import requests.sessions
from urllib3.exceptions import NewConnectionError, ProxyError

if TYPE_CHECKING:
    from collections.abc import Iterator

_SUCCESS = range(200, 300)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer: `status` is 0 where none came; `left` whether it may have arrived.

    `refusal` is what the answer says of an error, "" where it names none, and `is_refused` whether
    its body does, with a status of success. `retry_after` is the header of that name.
    """

    status: int = 0
    left: bool = True
    refusal: str = ""
    is_refused: bool = False
    retry_after: str = ""


@dataclass(slots=True)
class Recording:
    """The exchanges of one call, in their order.

    Once it is closed, no further request leaves.
    """

    exchanges: list[Exchange] = field(default_factory=list)
    _in_flight: bool = False
    _closed: bool = False
    _lock: Lock = field(default_factory=Lock)

    def begin(self) -> None:
        """Note that a request leaves. Raises `requests.ConnectionError` after the close."""
        with self._lock:
            if self._closed:
                raise requests.ConnectionError("given up")
            self._in_flight = True

    def end(self, exchange: Exchange) -> None:
        """Note the answer."""
        with self._lock:
            self._in_flight = False
            self.exchanges.append(exchange)

    def close(self) -> bool:
        """Let no further request leave; return whether all that left are answered, one at least."""
        with self._lock:
            self._closed = True
            return bool(self.exchanges) and not self._in_flight


_recording: ContextVar[Recording | None] = ContextVar("recording", default=None)


@contextmanager
def recording_to(recording: Recording) -> Iterator[None]:
    """Note the exchanges that this thread has inside."""
    token = _recording.set(recording)
    try:
        yield
    finally:
        _recording.reset(token)


class _RecordingAdapter(requests.adapters.HTTPAdapter):
    """Sends as requests does, and notes the answer where somebody records."""

    def send(self, request: Any, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - as there
        recording = _recording.get()
        if recording is None:
            return super().send(request, *arguments, **options)
        recording.begin()
        exchange = Exchange()
        try:
            response = super().send(request, *arguments, **options)
            exchange = _exchange(response, is_stream=bool(options.get("stream")))
        except requests.RequestException as error:
            exchange = Exchange(left=_has_left(error))
            raise
        finally:
            recording.end(exchange)
        return response


# In place as soon as this module is imported; without a recording it does what it replaces.
_sessions: Any = requests.sessions
_sessions.HTTPAdapter = _RecordingAdapter


def _has_left(error: requests.RequestException) -> bool:
    """Return whether the request may have reached the service: only a connection that never was."""
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return False
    if isinstance(error, requests.exceptions.SSLError):
        return "CERTIFICATE_VERIFY_FAILED" not in str(error)
    reason = error.args[0] if error.args else None
    return not isinstance(getattr(reason, "reason", reason), NewConnectionError | ProxyError)


def _exchange(response: Any, *, is_stream: bool) -> Exchange:  # noqa: ANN401 - no types
    status = response.status_code
    after = str(response.headers.get("Retry-After", ""))
    if status not in _SUCCESS:
        return Exchange(status, refusal=str(response.reason or ""), retry_after=after)
    # requests reads it right after this; one that breaks off fails there again.
    content = b""
    if not is_stream:
        with suppress(requests.RequestException):
            content = response.content
    refusal = named_error(content)
    return Exchange(status, refusal=refusal, is_refused=bool(refusal), retry_after=after)


def named_error(content: bytes) -> str:
    """Return the error that the body of a successful answer names, "" where it names none.

    DingTalk and WeCom answer 200 to what they refuse, with an `errcode`, which Apprise passes over.
    Slack has `ok` and `error`, Feishu a `code` other than 0, while Pushplus has 200 for success.
    """
    try:
        answer = json.loads(content)
    except ValueError:
        return ""
    if not isinstance(answer, dict):
        return ""
    text = answer.get("errmsg") or answer.get("msg") or answer.get("error") or ""
    code = answer.get("errcode") or answer.get("code")
    if code and code != requests.codes.ok:
        return f"{code} {text}".strip()
    return str(text or "not ok") if answer.get("ok") is False else ""
