"""A mail sink that takes its time for each reply: `slow_sink.py PORT SECONDS [pipelining]`.

With PIPELINING, the commands that came together are answered together.
"""

from __future__ import annotations

import asyncio
import sys


async def serve(port: int, seconds: float, *, pipelining: bool) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        waiting: list[bytes] = [b"220 slow\r\n"]

        async def answer(reply: bytes) -> None:
            waiting.append(reply)
            # More of the same packet: it is answered with it.
            if not (pipelining and reply == b"250 ok\r\n" and reader._buffer):  # type: ignore[attr-defined]  # noqa: SLF001 - no other way
                await asyncio.sleep(seconds)
                writer.write(b"".join(waiting))
                waiting.clear()

        await asyncio.sleep(seconds)
        writer.write(waiting.pop())
        while line := await reader.readline():
            word = line[:4].upper()
            if word == b"EHLO":
                offer = b"250-PIPELINING\r\n" if pipelining else b""
                await answer(b"250-slow\r\n" + offer + b"250 SIZE 0\r\n")
            elif word == b"DATA":
                await answer(b"354 go\r\n")
                await reader.readuntil(b"\r\n.\r\n")
                await answer(b"250 kept\r\n")
            elif word == b"QUIT":
                break
            else:
                await answer(b"250 ok\r\n")
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", port, limit=1 << 20)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2]), pipelining="pipelining" in sys.argv))
