"""Report of a collection for people: unread papers first, then a few places of each defect."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.models import Severity
from publisher.translation import _, ngettext

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
    shapes = _("`publisher formats` shows the shapes that are read")
    if coverage is None:
        if collection.digest_count or collection.errors or not collection.no_digests:
            return ()
        number = len(collection.no_digests)
        text = ngettext(
            "no digest and no arXiv id in 1 file; {shapes}",
            "no digest and no arXiv id in {count} files; {shapes}",
            number,
        )
        return (text.format(count=f"{number:,}", shapes=shapes),)
    ids = ngettext("1 arXiv id", "{count} arXiv ids", coverage.ids)
    files = ngettext("1 file holds {ids}", "{count} files hold {ids}", coverage.files)
    read = ngettext("1 was read", "{count} were read", coverage.read)
    hint = _("report yours with what `publisher formats try {path}` prints")
    return (
        _("{files}, {read}; {nearest}").format(
            files=files.format(
                count=f"{coverage.files:,}", ids=ids.format(count=f"{coverage.ids:,}")
            ),
            read=read.format(count=f"{coverage.read:,}") if coverage.read else _("none was read"),
            nearest=_nearest(coverage, settings),
        ),
        f"{shapes}; {hint.format(path=shlex.quote(coverage.path))}",
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
        return _("most of the others are in {path}").format(path=path)
    refusal = trial.refusal
    return _("the nearest format, {format}, refuses {place}: {reason}").format(
        format=trial.nearest.name, place=f"{path}:{refusal.line}", reason=refusal.what
    )


def in_words(finding: Finding, codes: Mapping[str, tuple[Severity, str]] | None = None) -> str:
    """Return the message of a finding in the language that holds; details stay as they are.

    `codes` has the texts of its codes: by default the collector's.
    """
    from publisher.collector.findings import CODES  # noqa: PLC0415 - loads a parser of HTML

    code = (codes or CODES).get(finding.code)
    if code is None:  # an installed format has its own
        return finding.message
    _severity, text = code
    detail = finding.message.removeprefix(text)
    if not detail:
        return _(text)
    if not detail.startswith(": "):
        return finding.message
    return _("{text}: {detail}").format(text=_(text), detail=detail[2:])


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
        for finding in groups[code][:most]:
            yield f"{prefix}{finding.path}:{finding.line}: {code} {in_words(finding)}"
        if most is not None and (left := len(groups[code][most:])):
            yield _("... and {count} more {code}: `publisher check --verbose` lists them").format(
                count=f"{left:,}", code=code
            )


def silenced_line(collection: Collection) -> str:
    """Return the number of findings by silenced code, "" without any."""
    counts = {code: count for code, count in collection.silenced.items() if count}
    if not counts:
        return ""
    shown = ", ".join(f"{count:,} {code}" for code, count in sorted(counts.items()))
    if any(error.code in counts for error in collection.errors):
        text = _(
            "silenced by check.ignore: {codes}; errors among them still count "
            "(`publisher check --verbose` lists them)"
        )
    else:
        text = _("silenced by check.ignore: {codes} (`publisher check --verbose` lists them)")
    return text.format(codes=shown)
