"""What the cache keeps of a parsed file, and how it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from publisher.collector.archive.cache import CacheEntry
from publisher.collector.archive.digest_index import DigestIndex, index_of
from publisher.models import Finding, ParsedDigest, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from publisher.collector.archive.parsing import ParsedFile


class FileSummary(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What is known of a file without its texts; one that is damaged has none before its repair."""

    digests: tuple[DigestIndex, ...]
    is_draft: bool
    is_damaged: bool
    errors: int  # findings of this severity, as is the next
    warnings: int


class FileRecord(NamedTuple):
    """What a file was parsed to; the cache has the rest of it under `key`."""

    key: bytes
    head: FileSummary


# Not MessagePack: its times forget the offset they were written with.
_heads = msgspec.json.Decoder(tuple[FileSummary, ...])
findings = msgspec.json.Decoder(tuple[Finding, ...]).decode
slugs = msgspec.json.Decoder(dict[str, str]).decode
body = msgspec.json.Decoder(tuple[ParsedDigest, ...]).decode
encode = msgspec.json.Encoder().encode


def file_summaries(encoded: Iterable[bytes]) -> tuple[FileSummary, ...]:
    """Return the heads, decoded at once: thousands of calls take longer than the decoding."""
    return _heads.decode(b"[" + b",".join(encoded) + b"]")


def cache_entry(parsed: ParsedFile) -> CacheEntry:
    """Return what is kept of a parsed file."""
    head = FileSummary(
        tuple(index_of(digest) for digest in parsed.digests),
        parsed.is_draft,
        parsed.damaged,
        errors=sum(each.severity is Severity.ERROR for each in parsed.findings),
        warnings=sum(each.severity is Severity.WARNING for each in parsed.findings),
    )
    return CacheEntry(encode(head), encode(parsed.findings), encode(parsed.digests))
