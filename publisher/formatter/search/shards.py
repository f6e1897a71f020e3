"""Shards of a segment: terms in their order, each with the numbers of the papers that have it.

A file begins with the stamp of its segment and the number of the segment's papers; behind that head
lies the shard, compressed by zlib. A shard begins with the number of its blocks and the place of
each; all of these have four bytes. A block has up to 32 terms. Of every term come the number of
bytes that it shares with the one before, none at the start of a block (a byte), the rest of it (a
byte for its length), and its postings (a varint for their length). A posting is a varint of the
distance from the paper before, times four, and a weight from 0 to 3.
"""

from __future__ import annotations

import struct
import zlib
from bisect import bisect_right
from typing import TYPE_CHECKING

from publisher.formatter.search.terms import FIRST_UNSPACED, is_unspaced

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

HEADER = struct.Struct("<II")
_NUMBER = struct.Struct("<I")
_TERMS_IN_BLOCK = 32
_KEY_CHARACTERS = 3
_MORE = 0x80


def shard_of(term: str, shards: int) -> int:
    """Return the number of the shard that has `term`, and what begins like it."""
    key = term[:_KEY_CHARACTERS] if term < FIRST_UNSPACED or not is_unspaced(term) else term[0]
    return zlib.crc32(key.encode(errors="replace")) % shards


def encode_shards(postings: Mapping[str, Sequence[int]], shards: int) -> list[bytes]:
    """Return the bodies of `shards` shards.

    `postings` have of each paper of a term its number times four and the weight, in their order.
    """
    blocks: list[list[int]] = [[] for _ in range(shards)]
    bodies = [bytearray() for _ in range(shards)]
    before = [b""] * shards
    room = [0] * shards  # in the block
    shard_of_begin: dict[str, int] = {}
    for term in sorted(postings):
        begin = term[:_KEY_CHARACTERS]
        at = shard_of_begin.get(begin, -1)
        if at < 0:
            at = shard_of_begin[begin] = shard_of(term, shards)
        body, encoded = bodies[at], term.encode(errors="replace")
        shared = 0
        if room[at]:
            for letter, other in zip(before[at], encoded, strict=False):
                if letter != other:
                    break
                shared += 1
            room[at] -= 1
        else:
            blocks[at].append(len(body))
            room[at] = _TERMS_IN_BLOCK - 1
        before[at] = encoded
        of_term = postings[term]
        if len(of_term) == 1 and of_term[0] < _MORE:  # half of all terms
            body += bytes((shared, len(encoded) - shared))
            body += encoded[shared:]
            body += bytes((1, of_term[0]))
            continue
        numbers = _encode_numbers(of_term)
        body += bytes((shared, len(encoded) - shared))
        body += encoded[shared:]
        _write_varint(body, len(numbers))
        body += numbers
    return [_with_table(*shard) for shard in zip(blocks, bodies, strict=True)]


def find_term(body: bytes, term: str, *, begins: bool = False) -> dict[int, int]:
    """Return the weights of the papers with `term`, by their number; `begins`: or any longer one.

    Raises `IndexError` or `struct.error` where the shard is damaged.
    """
    wanted = term.encode(errors="replace")
    (count,) = _NUMBER.unpack_from(body)
    blocks = struct.unpack_from(f"<{count}I", body, _NUMBER.size)
    after = bisect_right(blocks, wanted, key=lambda at: body[at + 2 : at + 2 + body[at + 1]])
    weights: dict[int, int] = {}
    for encoded, numbers in _entries(body, blocks[max(0, after - 1)] if blocks else len(body)):
        if encoded == wanted or (begins and encoded.startswith(wanted)):
            for number, weight in _decode_numbers(numbers):
                weights[number] = max(weight, weights.get(number, 0))
        elif encoded > wanted:
            break
    return weights


def _with_table(blocks: Sequence[int], body: bytearray) -> bytes:
    start = _NUMBER.size * (len(blocks) + 1)
    return struct.pack(f"<{len(blocks) + 1}I", len(blocks), *(start + at for at in blocks)) + body


def _entries(body: bytes, at: int) -> Iterator[tuple[bytes, bytes]]:
    term = b""
    while at < len(body):
        shared, rest = body[at], body[at + 1]
        at += 2
        term = term[:shared] + body[at : at + rest]
        size, at = _read_varint(body, at + rest)
        yield term, body[at : at + size]
        at += size


def _encode_numbers(postings: Sequence[int]) -> bytes:
    numbers = bytearray()
    next_number = 0  # times four, as in postings
    for posting in postings:
        value = posting - next_number
        next_number = (posting | 3) + 1
        if value < _MORE:
            numbers.append(value)
        else:
            _write_varint(numbers, value)
    return bytes(numbers)


def _decode_numbers(numbers: bytes) -> Iterator[tuple[int, int]]:
    at, last = 0, -1
    while at < len(numbers):
        value, at = _read_varint(numbers, at)
        last += (value >> 2) + 1
        yield last, value & 3


def _write_varint(target: bytearray, value: int) -> None:
    while value >= _MORE:
        target.append(value & 0x7F | _MORE)
        value >>= 7
    target.append(value)


def _read_varint(source: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = source[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < _MORE:
            return value, at
        shift += 7
