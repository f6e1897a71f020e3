"""Encoding of a parsed file for the cache: its summary, findings and digests as JSON."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from publisher.collector.archive.cache import CacheEntry
from publisher.collector.archive.digest_index import DigestIndex, index_of, moment_of
from publisher.models import Finding, ParsedDigest, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from publisher.collector.archive.parsing import ParsedFile


class FileSummary(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A file without its texts; the summary of a damaged file has no digests before its repair."""

    digests: tuple[DigestIndex, ...]
    is_draft: bool
    is_damaged: bool
    errors: int  # number of findings with this severity
    warnings: int
    is_digest: bool = True
    codes: dict[str, int] = {}  # number of findings by code
    unread_ids: tuple[str, ...] = ()
    is_list: bool = False
    is_undated: bool = False
    own_date: int | None = None  # as `DigestIndex.moment`


class FileRecord(NamedTuple):
    """A parsed file: its summary, and the `key` of its texts and findings in the cache."""

    key: bytes
    summary: FileSummary


# Not MessagePack, whose times lose their offset.
_summaries = msgspec.json.Decoder(tuple[FileSummary, ...])
findings = msgspec.json.Decoder(tuple[Finding, ...]).decode
slugs = msgspec.json.Decoder(dict[str, str]).decode
body = msgspec.json.Decoder(tuple[ParsedDigest, ...]).decode
encode = msgspec.json.Encoder().encode


def file_summaries(encoded: Iterable[bytes]) -> tuple[FileSummary, ...]:
    """Return the summaries, decoded in one call, since thousands of calls take longer."""
    return _summaries.decode(b"[" + b",".join(encoded) + b"]")


def file_summary(entry: CacheEntry) -> FileSummary:
    """Return the summary of a file."""
    return file_summaries([entry.summary])[0]


def cache_entry(parsed: ParsedFile) -> CacheEntry:
    """Return the cache entry of a parsed file."""
    summary = FileSummary(
        tuple(index_of(digest) for digest in parsed.digests),
        parsed.is_draft,
        parsed.is_damaged,
        errors=sum(finding.severity is Severity.ERROR for finding in parsed.findings),
        warnings=sum(finding.severity is Severity.WARNING for finding in parsed.findings),
        is_digest=parsed.is_digest,
        codes=Counter(finding.code for finding in parsed.findings),
        unread_ids=parsed.unread_ids,
        is_list=parsed.is_list,
        is_undated=parsed.is_undated,
        own_date=moment_of(parsed.own_date) if parsed.own_date else None,
    )
    return CacheEntry(encode(summary), encode(parsed.findings), encode(parsed.digests))
