"""Report of a collection for people: unread papers first, then a few places of each defect."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.models import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from publisher.models import Collection, Coverage, Finding
    from publisher.settings import Settings

PLACES = 3  # of each code


def unread_papers(collection: Collection, settings: Settings) -> tuple[str, ...]:
    """Return lines on the arXiv ids of the sources, where most of them did not become papers.

    Where they hold no id and no digest at all, the lines say that.
    """
    coverage = collection.coverage
    shapes = "`publisher formats` shows the shapes that are read"
    if coverage is None:
        if collection.digest_count or collection.errors or not collection.no_digests:
            return ()
        return (f"no digest and no arXiv id in {len(collection.no_digests):,} files; {shapes}",)
    files = "1 file holds" if coverage.files == 1 else f"{coverage.files:,} files hold"
    ids = "1 arXiv id" if coverage.ids == 1 else f"{coverage.ids:,} arXiv ids"
    read = f"{coverage.read:,} {'was' if coverage.read == 1 else 'were'}" if coverage.read else ""
    hint = f"report yours with what `publisher formats try {shlex.quote(coverage.path)}` prints"
    return (
        f"{files} {ids}, {read or 'none was'} read; {_nearest(coverage, settings)}",
        f"{shapes}; {hint}",
    )


def _nearest(coverage: Coverage, settings: Settings) -> str:
    """Return the format that came nearest to the file with most unread ids, and its reason."""
    from publisher.collector.archive.format_trials import (  # noqa: PLC0415 - few archives are unread
        try_formats,
    )

    path = coverage.path
    try:
        trial = try_formats(path, Path(path).read_bytes(), settings.site.zone)
    except OSError:  # gone since
        return f"most of the others are in {path}"
    refusal = trial.refusal
    return (
        f"the nearest format, {trial.nearest.name}, refuses {path}:{refusal.line}: {refusal.what}"
    )


def first_places(
    findings: Iterable[Finding],
    silenced: Mapping[str, int],
    most: int | None = PLACES,
    prefix: str = "",
) -> Iterator[str]:
    """Yield the first places of each code, errors first, and the number of the others.

    `silenced` codes are left out; `prefix` goes before each place. Where `most` is None, every
    finding is there.
    """
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        if most is None or finding.code not in silenced:
            groups.setdefault(finding.code, []).append(finding)
    weights = list(Severity)
    for code in sorted(groups, key=lambda code: (weights.index(groups[code][0].severity), code)):
        yield from (f"{prefix}{finding}" for finding in groups[code][:most])
        if most is not None and (left := len(groups[code][most:])):
            yield f"... and {left:,} more {code}: `publisher check --verbose` lists them"


def silenced_line(collection: Collection) -> str:
    """Return the number of findings by silenced code, "" without any."""
    counts = {code: count for code, count in collection.silenced.items() if count}
    if not counts:
        return ""
    shown = ", ".join(f"{count:,} {code}" for code, count in sorted(counts.items()))
    is_error = any(error.code in counts for error in collection.errors)
    also = "; errors among them still count" if is_error else ""
    return f"silenced by check.ignore: {shown}{also} (`publisher check --verbose` lists them)"
