"""The program of a process that parses files for another one, started by `worker_pool`.

Batches of files come through standard input; the cache entry of each file goes to standard output.
The process ends with its input, so none is left behind by a program that was killed.
"""

from __future__ import annotations

import gc
import os

import msgspec

from publisher.process_pool import MessagePipe


def main() -> None:
    """Parse files until the input ends."""
    pipe = MessagePipe(0, os.dup(1))
    os.dup2(2, 1)  # a format that prints must not write between the results
    # Late, after the pipe is safe from what a module prints.
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - as above

    from publisher.collector.archive import cache_codec  # noqa: PLC0415 - as above
    from publisher.collector.archive.parse_job import UNDATED  # noqa: PLC0415 - as above
    from publisher.collector.archive.parsing import parse_bytes  # noqa: PLC0415 - as above

    try:
        zone = ZoneInfo(msgspec.msgpack.decode(pipe.receive()))
        gc.disable()  # hardly any of it is garbage that counting does not find
        while True:
            entries = [
                cache_codec.cache_entry(
                    parse_bytes(
                        path.decode(errors="surrogatepass"),
                        data,
                        zone,
                        None,
                        UNDATED if keep_undated else None,
                    )
                )
                for path, data, keep_undated in msgspec.msgpack.decode(pipe.receive())
            ]
            pipe.send(msgspec.msgpack.encode(entries))
            gc.collect(0)
    except (EOFError, OSError):
        os._exit(0)  # at once: there is nothing to tidy up
