"""The digest formats, in the order they are asked: one file and one line for each.

A format is a module, or any object, with two functions; see `DigestFormat`. A package that is
installed may bring one, without a change here:

    [project.entry-points."publisher.formats"]
    my-digests = "my_package.my_module"

Formats of packages are asked first: who installs one wants it. The last of ours takes any post
that has a title.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Protocol

from publisher.collector.findings import finding
from publisher.collector.formats import arxiv_sections, arxiv_table, markdown_post

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from publisher.collector.frontmatter import Post
    from publisher.models import Finding, ParsedPaper

GROUP = "publisher.formats"


class DigestFormat(Protocol):
    """What a module in this folder offers."""

    def recognises(self, post: Post, /) -> bool:
        """Return whether `post` is in this format."""
        ...

    def parse(
        self, path: str, post: Post, zone: ZoneInfo, /
    ) -> tuple[list[ParsedPaper], list[Finding]]:
        """Return the papers of `post` and every defect.

        `path` is relative to the source folder, `post.body_line` the line of the file where the
        body begins, and `zone` holds for dates that name none. Where the file knows it, a paper
        has a date (`published`) and topics (`topic_names`) of its own; else the digest's front
        matter, heading or path gives them.
        """
        ...


FORMATS: dict[str, DigestFormat] = {
    "arxiv-table": arxiv_table,
    "arxiv-sections": arxiv_sections,
    "markdown-post": markdown_post,
}


@cache
def installed() -> tuple[dict[str, DigestFormat], tuple[Finding, ...]]:
    """Return the formats that installed packages bring, by name, and D303 for those that fail.

    A broken package is no reason to publish nothing: it is reported, and the others do their work.
    """
    # Asked once in a process, and in a few milliseconds; a module is loaded only for an entry.
    from importlib.metadata import entry_points  # noqa: PLC0415

    found: dict[str, DigestFormat] = {}
    broken: list[Finding] = []
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: (entry.name, entry.value)):
        try:
            loaded = entry.load()
        except Exception as error:  # noqa: BLE001 - foreign code may raise anything
            broken.append(_broken(entry.name, error))
            continue
        missing = [
            name for name in ("recognises", "parse") if not callable(getattr(loaded, name, None))
        ]
        if missing:
            broken.append(
                finding(f"{GROUP}:{entry.name}", 0, "D303", f"no {' and no '.join(missing)}")
            )
        else:
            found[entry.name] = loaded
    return found, tuple(broken)


def parse(path: str, post: Post, zone: ZoneInfo) -> tuple[list[ParsedPaper], list[Finding]] | None:
    """Return the papers of `post` and its defects in the first format that it is in, else None."""
    findings: list[Finding] = []
    for name, digest_format in _in_order():
        try:
            if digest_format.recognises(post):
                papers, found = digest_format.parse(path, post, zone)
                return list(papers), [*findings, *found]
        except Exception as error:
            if digest_format in FORMATS.values():
                raise
            findings.append(_broken(name, error, path))
    return ([], findings) if findings else None


def _in_order() -> Iterator[tuple[str, DigestFormat]]:
    yield from installed()[0].items()
    yield from FORMATS.items()


def _broken(name: str, error: Exception, path: str = "") -> Finding:
    reason = " ".join(f"{type(error).__name__}: {error}".split())[:200]
    return finding(path or f"{GROUP}:{name}", 0, "D303", f"{name}: {reason}" if path else reason)
