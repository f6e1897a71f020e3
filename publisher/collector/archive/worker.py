"""A process that parses files for another one: what `crew` starts.

Files come on standard input, some at a time; what the cache keeps of each goes to standard output.
It ends with its input, so that none is left behind by a program that was killed.
"""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from typing import IO

_LENGTH = 8  # bytes


def main() -> None:
    """Parse what comes until nothing comes any more."""
    files, results = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a format that prints must not write between the results
    # Late: the other end needs `send` and `receive` only.
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    from publisher.collector.archive import cache_codec  # noqa: PLC0415
    from publisher.collector.archive.parsing import parse_bytes  # noqa: PLC0415

    zone = ZoneInfo(receive(files))
    gc.disable()  # hardly any of it is garbage that counting does not find
    try:
        while True:
            some = [(path.decode(errors="surrogatepass"), data) for path, data in receive(files)]
            send(
                results,
                [
                    cache_codec.cache_entry(parse_bytes(path, data, zone, None))
                    for path, data in some
                ],
            )
            gc.collect(0)
    except (EOFError, OSError):
        os._exit(0)  # at once: there is nothing to tidy up


def send(stream: IO[bytes], message: object) -> None:
    """Write `message`, of lists, texts and bytes. Raises OSError where nobody reads."""
    data = msgspec.msgpack.encode(message)
    stream.write(len(data).to_bytes(_LENGTH, "big") + data)
    stream.flush()


def receive(stream: IO[bytes]) -> Any:  # noqa: ANN401
    """Return the next message. Raises EOFError where none comes, and msgspec's DecodeError."""
    head = stream.read(_LENGTH)
    length = int.from_bytes(head, "big")
    data = stream.read(length) if len(head) == _LENGTH else b""
    if len(head) < _LENGTH or len(data) < length:
        raise EOFError
    return msgspec.msgpack.decode(data)
