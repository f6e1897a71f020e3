"""The model's service: one question to `<url>/chat/completions`, and all that its answer may be.

https://platform.openai.com/docs/api-reference/chat/create; the services that speak the same differ
in what they refuse: `response_format` by schema (DeepSeek, older vLLM and Ollama) or at all,
`max_tokens` (OpenAI's newer models).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, Self
from urllib.parse import unquote, urlsplit, urlunsplit

import msgspec

from publisher import __version__
from publisher.errors import GatherError, SettingsError
from publisher.gather.polite_client import retry_after
from publisher.gather.summaries.costs import Usage
from publisher.printable import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

    import httpx2

    from publisher.settings.sections.gather import GatherModel

_MOST_BYTES = 4_000_000
_SHOWN = 200  # characters of a server's words
_LONGEST_WAIT = 300.0  # seconds; whoever asks for more is out of reach today
_OK, _BAD_REQUEST, _SERVER_ERROR, _NO_STATUS = 200, 400, 500, 600
_UNPROCESSABLE = frozenset({400, 422, 501})  # what refusals of a parameter are answered with
_BUSY = frozenset({408, 409, 425, 429})
_NO_LISTING = frozenset({404, 405})
_MAYBE_PAID = frozenset({504, 524})  # a proxy waited no longer; the model may have answered
# No other paper fares better: wrong key, no money, wrong address or model.
_HOPELESS = {
    401: "refuses the key: check gather.model.api_key",
    402: "wants to be paid first: check your account there",
    404: "knows no such address or model: check gather.model.url and gather.model.name",
}
_QUOTA = ("insufficient_quota", "billing_hard_limit", "insufficient balance", "arrearage")
_FILTER = (
    "content_filter", "content_policy", "data_inspection", "datainspection", "inspection_failed",
    "prohibited_content", "content exists risk", "inappropriate content",
    "content management policy",
)  # fmt: skip
_TOO_LONG = (
    "context_length", "context length", "context window", "maximum context", "too many tokens",
    "prompt is too long", "input is too long", "string_above_max_length",
)  # fmt: skip


class FailureKind(Enum):
    """Consequences of a call that brought no answer."""

    BUSY = "it may be asked again"
    UNKNOWN = "it may be asked again, and the call may have cost something"
    PAPER = "the service does not take this paper"
    TOO_LONG = "the question is too long"
    REFUSED = "the service refuses the call"
    BROKEN = "the answer is no chat completion, and the call may have cost something"
    HOPELESS = "no question will be answered"


class ModelFailure(GatherError):
    """A call brought no answer; the text says why, without the key."""

    def __init__(self, message: str, kind: FailureKind, wait_seconds: float = 0.0) -> None:
        """Keep the one-line `message`, and how long the service wants to be left alone."""
        super().__init__(message)
        self.kind = kind
        self.wait_seconds = wait_seconds


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """An answer to a question.

    `fault` is for people, "" where there is none; `is_refusal`: the model or a filter does not want
    to answer; `is_cut_off`: it reached the limit of tokens. `usage` is None where the service does
    not tell it.
    """

    text: str
    usage: Usage | None
    fault: str = ""
    is_refusal: bool = False
    is_cut_off: bool = False


@dataclass(frozen=True, slots=True)
class _Dialect:
    """The parameters that a service takes."""

    answer_format: str = "json_schema"  # then "json_object", then ""
    limit: str = "max_tokens"

    def after(self, error: str) -> _Dialect | None:
        """Return what to try where `error` was the answer, None where nothing is left."""
        if self.limit == "max_tokens" and "max_completion_tokens" in error:
            return replace(self, limit="max_completion_tokens")
        if not self.answer_format:
            return None
        following = "json_object" if self.answer_format == "json_schema" else ""
        return replace(self, answer_format=following)


class Endpoint:
    """A service, open in a `with`; for several threads. It learns which parameters are taken."""

    def __init__(self, model: GatherModel, clock: Callable[[], float]) -> None:
        """Take the settings. Raises `SettingsError` for a key that can't be sent."""
        key = model.api_key.reveal().strip()
        if not (key.isascii() and key.isprintable()) or " " in key:
            raise SettingsError(
                "gather.model.api_key has characters that no key has: copy it again, as one line."
            )
        self._key, self._model, self._clock = key, model, clock
        parts = urlsplit(model.url)
        # User, password and query may be secrets, and libraries log addresses.
        host, path = parts.netloc.rpartition("@")[2], parts.path.rstrip("/")
        self.name = urlunsplit((parts.scheme, host, path, "", ""))
        self._url = urlunsplit((parts.scheme, host, f"{path}/chat/completions", parts.query, ""))
        self._listing_url = urlunsplit((parts.scheme, host, f"{path}/models", parts.query, ""))
        user = (unquote(parts.username or ""), unquote(parts.password or ""))
        self._user = user if any(user) and not key else None
        self._dialect = _Dialect()
        self._client: httpx2.Client | None = None

    def __enter__(self) -> Self:
        """Open the client; connections are made as they are needed."""
        import httpx2  # noqa: PLC0415 - takes a tenth of a second

        headers = {"User-Agent": f"digest-publisher/{__version__}", "Accept": "application/json"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        seconds = self._model.timeout_seconds
        limits = httpx2.Limits(max_connections=self._model.concurrency)
        timeout = httpx2.Timeout(seconds, connect=min(seconds, 20.0), pool=None)
        self._client = httpx2.Client(
            auth=self._user, headers=headers, timeout=timeout, limits=limits
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def most_usage(self, messages: list[dict[str, str]], schema: dict[str, object]) -> Usage:
        """Return what a question takes at most: no token is less than a byte."""
        return Usage(len(self._body(messages, schema, _Dialect())), self._model.max_tokens)

    def ask(self, messages: list[dict[str, str]], schema: dict[str, object]) -> ModelAnswer:
        """Return the answer of one call; refusals of parameters are free and go on to the next.

        Raises `ModelFailure`.
        """
        dialect = self._dialect
        while True:
            status, headers, body = self._send(self._body(messages, schema, dialect), self._url)
            if status == _OK:
                reply = _decode(body)
                if reply.choices:
                    self._dialect = dialect
                    return _read(reply)
                status, error = _status_of(reply.error), _error_text(reply.error)
            else:
                error = _error_text(body)
            folded = error.lower()
            following = dialect.after(folded) if status in _UNPROCESSABLE else None
            if following is None or _any(folded, _FILTER) or _any(folded, _TOO_LONG):
                raise self._failure(status, headers, error)
            dialect = following

    def models(self) -> tuple[str, ...] | None:
        """Return the models that the service lists, which is free; None where it lists none.

        Raises `ModelFailure`, also where it refuses the key.
        """
        status, headers, body = self._send(None, self._listing_url, "GET")
        if status == _OK:
            try:
                return tuple(str(row["id"]) for row in msgspec.json.decode(body)["data"])
            except (msgspec.DecodeError, LookupError, TypeError):
                return None
        if status in _NO_LISTING:
            return None
        raise self._failure(status, headers, _error_text(body))

    def _body(
        self, messages: list[dict[str, str]], schema: dict[str, object], dialect: _Dialect
    ) -> bytes:
        question: dict[str, object] = {
            "model": self._model.name,
            "messages": messages,
            dialect.limit: self._model.max_tokens,
        }
        if dialect.answer_format == "json_schema":
            shape = {"name": "summary", "strict": True, "schema": schema}
            question["response_format"] = {"type": "json_schema", "json_schema": shape}
        elif dialect.answer_format:
            question["response_format"] = {"type": dialect.answer_format}
        return msgspec.json.encode(question)

    def _send(
        self, body: bytes | None, url: str, method: str = "POST"
    ) -> tuple[int, Mapping[str, str], bytes]:
        import httpx2  # noqa: PLC0415 - see above

        assert self._client is not None  # noqa: S101 - for mypy
        headers = {"Content-Type": "application/json"}
        deadline = self._clock() + self._model.timeout_seconds
        content = bytearray()
        try:
            with self._client.stream(method, url, content=body, headers=headers) as response:
                for part in response.iter_bytes():
                    content += part
                    # Some services send a blank now and then while the model is thinking.
                    if self._clock() > deadline:
                        raise ModelFailure(self._too_slow(), FailureKind.UNKNOWN)
                    if len(content) > _MOST_BYTES:
                        raise ModelFailure(
                            f"{self.name} answers with more than {_MOST_BYTES:,} bytes",
                            FailureKind.BROKEN,
                        )
                return response.status_code, response.headers, bytes(content)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ProxyError) as error:
            raise ModelFailure(self._unreached(error), FailureKind.BUSY) from None
        except httpx2.TimeoutException:
            raise ModelFailure(self._too_slow(), FailureKind.UNKNOWN) from None
        except (httpx2.InvalidURL, httpx2.UnsupportedProtocol, UnicodeError) as error:
            raise ModelFailure(self._unreached(error), FailureKind.HOPELESS) from None
        except (httpx2.HTTPError, httpx2.StreamError, OSError) as error:
            raise ModelFailure(
                f"{self.name} broke the connection off: {self._safe(str(error))}",
                FailureKind.UNKNOWN,
            ) from None

    def _too_slow(self) -> str:
        return f"{self.name} gave no answer in {self._model.timeout_seconds:g} seconds"

    def _unreached(self, error: Exception) -> str:
        return f"{self.name} can't be reached: {self._safe(str(error)) or type(error).__name__}"

    def _failure(self, status: int, headers: Mapping[str, str], error: str) -> ModelFailure:
        """Return the meaning of an answer that is no success."""
        folded = error.lower()
        words = f": {self._safe(error)}" if error else ""
        if _any(folded, _FILTER):
            return ModelFailure("the service's content filter refuses it", FailureKind.PAPER)
        if _any(folded, _TOO_LONG):
            return ModelFailure(f"it is too long for the model{words}", FailureKind.TOO_LONG)
        if status in _HOPELESS or _any(folded, _QUOTA):
            # Some services repeat the key where they refuse it.
            advice = _HOPELESS.get(status, f"has no credit left{words}")
            return ModelFailure(f"{self.name} {advice} (HTTP {status})", FailureKind.HOPELESS)
        message = f"{self.name} answers with HTTP {status}{words}"
        if status in _BUSY or _SERVER_ERROR <= status < _NO_STATUS:
            return _busy(status, retry_after(headers), message)
        if status < _BAD_REQUEST:
            message += ", which is no chat completion: check gather.model.url"
        return ModelFailure(message, FailureKind.BROKEN if status == _OK else FailureKind.REFUSED)

    def _safe(self, text: str) -> str:
        """Return a server's or library's words without the key, in one line."""
        if self._key:
            text = text.replace(self._key, "***")
        return one_line(text.replace(self._url, self.name), _SHOWN)


def _busy(status: int, wait: float, message: str) -> ModelFailure:
    if wait > _LONGEST_WAIT:
        message += f"; it wants to be asked again in {wait:,.0f} seconds"
        return ModelFailure(message, FailureKind.HOPELESS)
    kind = FailureKind.UNKNOWN if status in _MAYBE_PAID else FailureKind.BUSY
    return ModelFailure(message, kind, wait)


class _Message(msgspec.Struct):
    content: str | list[dict[str, Any]] | None = None
    refusal: str | None = None


class _Choice(msgspec.Struct):
    message: _Message = msgspec.field(default_factory=_Message)
    finish_reason: str | None = None


class _Reply(msgspec.Struct):
    choices: list[_Choice] | None = None
    usage: Any = None
    error: Any = None


_Tokens = Annotated[int, msgspec.Meta(ge=0, le=10**9)]


class _Usage(msgspec.Struct):
    prompt_tokens: _Tokens
    completion_tokens: _Tokens = 0
    total_tokens: _Tokens | None = None


def _decode(body: bytes) -> _Reply:
    try:
        return msgspec.json.decode(body, type=_Reply)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return _Reply(error="")


def _read(reply: _Reply) -> ModelAnswer:
    """Return the first choice as an answer."""
    choice = (reply.choices or [])[0]
    content, usage = choice.message.content, _usage(reply.usage)
    if isinstance(content, list):
        content = "".join(str(part.get("text", "")) for part in content)
    text = content or ""
    if choice.message.refusal:
        return ModelAnswer(text, usage, "the model refused to answer", is_refusal=True)
    if choice.finish_reason == "content_filter":
        return ModelAnswer(text, usage, "the service's content filter cut it off", is_refusal=True)
    if choice.finish_reason == "length":
        return ModelAnswer(text, usage, "it was cut off", is_cut_off=True)
    return ModelAnswer(text, usage, "" if text.strip() else "it was empty")


def _usage(value: object) -> Usage | None:
    """Return the tokens of an answer; thoughts may be in the total alone."""
    try:
        usage = msgspec.convert(value, _Usage, strict=False)
    except msgspec.ValidationError:
        return None
    written = max(usage.completion_tokens, (usage.total_tokens or 0) - usage.prompt_tokens)
    if not usage.prompt_tokens:
        return None
    return Usage(usage.prompt_tokens, written)


def _error_text(value: object) -> str:
    """Return the words of an error: of `{"error": {"message": ...}}` and its relatives."""
    if isinstance(value, bytes):
        text = value.decode("utf-8", "replace")
        try:
            return _error_text(msgspec.json.decode(text))
        except (msgspec.DecodeError, RecursionError):
            return text.partition("<")[0]
    if isinstance(value, dict):
        if value.get("error") is not None:
            return _error_text(value["error"])
        parts = (value.get(name) for name in ("message", "detail", "msg", "code"))
        return " ".join(str(part) for part in parts if part)
    return value if isinstance(value, str) else ""


def _status_of(error: object) -> int:
    """Return the status that an error within an HTTP 200 stands for, as OpenRouter has them."""
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, int) and _BAD_REQUEST <= code < _NO_STATUS else _OK


def _any(text: str, phrases: tuple[str, ...]) -> bool:
    return any(phrase in text for phrase in phrases)
