"""A model's service on 127.0.0.1 that answers faithfully, or misbehaves as real ones do.

`faults` are ways to misbehave, one for each of the next calls; `always` is one for all calls, and
`by_title` for those about a paper. `refuses` holds parameters that are answered with 400.
"""

from __future__ import annotations

import json
import re
import socket
import threading
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, ClassVar, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

CHINESE = "这项工作研究了一个已知的问题，提出了一种新的方法，并用实验验证了它的效果。"
GERMAN = (
    "Diese Arbeit untersucht ein bekanntes Problem, schlägt eine neue Methode vor und zeigt in"
    " Versuchen, dass sie besser ist als alle früheren Verfahren auf diesem Gebiet."
)
JAPANESE = "この研究では、よく知られた問題を調べ、新しい方法を提案し、その効果を実験で確かめた。"
INVENTED = "The method reaches 98.76% on the benchmark and is 41 times faster than before."
_REFUSAL = "I'm sorry, but I can't help with that."


@dataclass
class ModelCall:
    """A question that the service was asked."""

    body: dict[str, Any]
    authorization: str
    path: str = ""
    way: str = ""

    @property
    def text(self) -> str:
        return str(self.body["messages"][-1]["content"])

    @property
    def system(self) -> str:
        return str(self.body["messages"][0]["content"])

    @property
    def title(self) -> str:
        return self.text.partition("\n")[0].removeprefix("Title: ")

    @property
    def languages(self) -> list[str]:
        return re.findall(r'"(en|zh)":\{"summary"', self.system)

    @property
    def response_format(self) -> str:
        return str(self.body.get("response_format", {}).get("type", ""))


@dataclass
class FakeReply:
    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


def answer_to(call: ModelCall) -> dict[str, dict[str, Any]]:
    """Return a faithful answer: sentences of the text that was given."""
    text = call.text.partition(":\n")[2].partition("\n\nAn earlier")[0]
    sentences = re.findall(r"[^.]+(?:\.\d[^.]*)*\.", text)[:3] or [text]
    english = " ".join(sentence.strip() for sentence in sentences)
    takeaways = {"en": [sentences[-1].strip()], "zh": ["新的方法有效。"]}
    summaries = {"en": english, "zh": CHINESE}
    return {
        code: {"summary": summaries[code], "takeaways": takeaways[code]} for code in call.languages
    }


def completion(call: ModelCall, content: str | None, **changes: Any) -> FakeReply:
    """Return a reply with `content`; `changes` are of the choice, "message" of its message."""
    message = {"role": "assistant", "content": content} | changes.pop("message", {})
    choice = {"index": 0, "message": message, "finish_reason": "stop"} | changes
    asked = sum(len(part["content"]) for part in call.body["messages"]) // 4
    written = max(1, len(content or "") // 4)
    usage = {
        "prompt_tokens": asked,
        "completion_tokens": written,
        "total_tokens": asked + written,
    }
    body = {"object": "chat.completion", "choices": [choice], "usage": usage}
    return FakeReply(200, json.dumps(body, ensure_ascii=False).encode())


def refusal(status: int, message: str, code: str = "", **headers: str) -> FakeReply:
    body = {"error": {"message": message, "type": "error", "code": code or None}}
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return FakeReply(status, json.dumps(body).encode(), names)


def _good(call: ModelCall) -> FakeReply:
    return completion(call, json.dumps(answer_to(call), ensure_ascii=False))


def _stating(text: str) -> Callable[[ModelCall], FakeReply]:
    """Return a way that has `text` as the summary in each language."""

    def way(call: ModelCall) -> FakeReply:
        texts = {code: {"summary": text, "takeaways": []} for code in call.languages}
        return completion(call, json.dumps(texts, ensure_ascii=False))

    return way


def _around(before: str, after: str) -> Callable[[ModelCall], FakeReply]:
    def way(call: ModelCall) -> FakeReply:
        return completion(call, before + json.dumps(answer_to(call)) + after)

    return way


def _tex(call: ModelCall) -> FakeReply:
    """Write TeX as models do: with single backslashes in JSON."""
    text = r"The loss \beta + \theta and $\alpha$ is \frac{1}{2} of \nu, by 10\% and \rho."
    return completion(call, '{"en": {"summary": "' + text + '", "takeaways": []}}')


def _no_usage(call: ModelCall) -> FakeReply:
    body = json.loads(_good(call).body)
    del body["usage"]
    return FakeReply(200, json.dumps(body).encode())


def _many_thoughts(call: ModelCall) -> FakeReply:
    body = json.loads(_good(call).body)
    body["usage"]["total_tokens"] += 100
    return FakeReply(200, json.dumps(body).encode())


def _hidden_instructions(call: ModelCall) -> FakeReply:
    body = json.loads(_good(call).body)
    body["usage"] = {"prompt_tokens": 9000, "completion_tokens": 2000}
    return FakeReply(200, json.dumps(body).encode())


def _half(call: ModelCall) -> FakeReply:
    content = json.dumps(answer_to(call))
    return completion(call, content[: len(content) // 2], finish_reason="length")


WAYS: dict[str, Callable[[ModelCall], FakeReply]] = {
    "": _good,
    "broken json": lambda call: completion(call, '{"en": {"summary": "It is'),
    "other shape": lambda call: completion(call, '{"abstract": ["It is."]}'),
    "no json": lambda call: completion(call, "Here is what I think about the paper."),
    "empty": lambda call: completion(call, None),
    "tex": _tex,
    "fenced": _around("Here you are:\n```json\n", "\n```\nAnything else?"),
    "thoughts": _around("<think>\nIs {this} it? No.\n</think>\n\n", ""),
    "endless thoughts": lambda call: completion(call, "<think>Is it? No. Is it?"),
    "refusal": lambda call: completion(call, None, message={"refusal": _REFUSAL}),
    "refusal in the summary": _stating(_REFUSAL),
    "content filter": lambda call: completion(call, "", finish_reason="content_filter"),
    "content filter 400": lambda _: refusal(400, "Content Exists Risk", "invalid_request_error"),
    "too long": lambda _: refusal(400, "maximum context length is 4096", "context_length_exceeded"),
    "half": _half,
    "wrong language": lambda call: _stating(CHINESE if call.languages == ["en"] else GERMAN)(call),
    "german": _stating(GERMAN),
    "japanese": _stating(JAPANESE),
    "invented numbers": _stating(INVENTED),
    "no usage": _no_usage,
    "many thoughts": _many_thoughts,
    "hidden instructions": _hidden_instructions,
    "429": lambda _: refusal(429, "Rate limit reached", "rate_limit_exceeded"),
    "429 in 7 s": lambda _: refusal(429, "Slow down", Retry_After="7"),
    "429 by date": lambda _: refusal(
        429,
        "Slow down",
        Date="Mon, 18 Nov 2024 01:00:00 GMT",
        Retry_After="Mon, 18 Nov 2024 01:00:09 GMT",
    ),
    "429 tomorrow": lambda _: refusal(429, "Daily limit", Retry_After="86400"),
    "no credit": lambda _: refusal(429, "You exceeded your quota", "insufficient_quota"),
    "401": lambda call: refusal(401, f"Incorrect API key provided: {call.authorization}"),
    "403": lambda call: refusal(403, f"Not for {call.authorization[7:]}"),
    "404": lambda _: refusal(404, "The model does not exist", "model_not_found"),
    "500": lambda _: refusal(500, "The server had an error"),
    "503": lambda _: FakeReply(503, b"<html>Service Unavailable</html>"),
    "504": lambda _: FakeReply(504, b"<html>Gateway Timeout</html>"),
    "error in 200": lambda _: FakeReply(200, b'{"error": {"message": "overloaded", "code": 502}}'),
    "html": lambda _: FakeReply(200, b"<html><title>Welcome</title></html>"),
    "redirect": lambda _: FakeReply(302, b"", {"Location": "/login"}),
}
# Ways of the connection: the model has written its answer, which does not arrive.
BROKEN_CONNECTIONS = ("hang", "drip", "drop", "drop in the answer")


class FakeModel:
    """The service; use it in a `with`."""

    def __init__(self, *, refuses: tuple[str, ...] = ()) -> None:
        self.refuses = set(refuses)
        self.always = ""
        self.faults: deque[str] = deque()
        self.by_title: dict[str, str] = {}
        self.calls: list[ModelCall] = []
        self.at_once = self.most_at_once = 0
        self.before: Callable[[ModelCall], object] = lambda _: None  # each answer
        self.over = threading.Event()
        self.lock = threading.Lock()
        self.server = ThreadingHTTPServer(
            ("127.0.0.1", 0), type("Bound", (_Handler,), {"fake": self})
        )
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.over.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(10)

    @property
    def titles(self) -> list[str]:
        """The papers that were asked about, once for each question."""
        return [call.title for call in self.calls]

    def way_of(self, call: ModelCall) -> str:
        with self.lock:
            self.calls.append(call)
            call.way = self._way_of(call)
        return call.way

    def _way_of(self, call: ModelCall) -> str:
        if call.response_format in self.refuses or self.refuses & set(call.body):
            return "400"
        if call.title in self.by_title:
            return self.by_title[call.title]
        return self.faults.popleft() if self.faults else self.always

    def refused_parameter(self, call: ModelCall) -> FakeReply:
        if "max_tokens" in self.refuses & set(call.body):
            return refusal(
                400,
                "Unsupported parameter: 'max_tokens' is not supported with this model. Use"
                " 'max_completion_tokens' instead.",
                "unsupported_parameter",
            )
        return refusal(400, "This response_format type is unavailable now", "invalid_request_error")


class _Handler(BaseHTTPRequestHandler):
    fake: ClassVar[FakeModel]
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        call = ModelCall(body, self.headers.get("Authorization", ""), self.path)
        fake = self.fake
        if self.path.partition("?")[0] != "/v1/chat/completions":
            self.reply(refusal(404, "no such path"))
            return
        way = fake.way_of(call)
        with fake.lock:
            fake.at_once += 1
            fake.most_at_once = max(fake.most_at_once, fake.at_once)
        fake.before(call)
        with fake.lock:
            fake.at_once -= 1
        with suppress(OSError):
            if way in BROKEN_CONNECTIONS:
                self.break_off(way, _good(call))
            else:
                self.reply(fake.refused_parameter(call) if way == "400" else WAYS[way](call))

    def break_off(self, way: str, reply: FakeReply) -> None:
        if way == "hang":
            self.fake.over.wait(30)
        elif way in {"drip", "drop in the answer"}:
            self.send_response(200)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            if way == "drip":
                for _ in range(600):
                    if self.fake.over.wait(0.05):
                        break
                    self.wfile.write(b" ")
            else:
                self.wfile.write(reply.body[:50])
                self.wfile.flush()
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def reply(self, reply: FakeReply) -> None:
        self.send_response_only(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, *_: object) -> None:
        """Say nothing on stderr."""
