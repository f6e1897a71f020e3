"""Writes the site of a collection to the output folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from publisher.formatter.build import Changes, write_site
from publisher.formatter.build_state import open_state
from publisher.formatter.labels import find_labels
from publisher.formatter.parts import stable_hash
from publisher.formatter.site import SitePlan, all_parts
from publisher.formatter.site.program import program_fingerprint
from publisher.formatter.templating import forget_templates
from publisher.formatter.timeline import lay_out
from publisher.models import PastIssue
from publisher.processes import usable_cores

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from publisher.formatter.build_state import BuildState
    from publisher.models import Collection, Paper
    from publisher.settings import Settings

_decode_issues = msgspec.json.Decoder(tuple[PastIssue, ...]).decode


@dataclass(frozen=True, slots=True)
class IssueSource:
    """Where the issues that were sent are found: `read` gives them, newest first.

    It is not asked again while `stamp` is the same, unless that is empty.
    """

    stamp: str
    read: Callable[[], Sequence[PastIssue]]


NO_ISSUES = IssueSource("none", tuple)


def write(
    collection: Collection,
    settings: Settings,
    *,
    saved: Mapping[str, Callable[[Paper], bool]],
    issues: IssueSource = NO_ISSUES,
    workers: int | None = None,
) -> Changes:
    """Bring the output folder to what `collection`, `issues` and `settings` make of it.

    `saved` has the test of each saved filter by its name. `workers` is the number of processes,
    None for as many as pay.

    Raises `OutputError` and `TemplateError`.
    """
    program = program_fingerprint(settings)
    folder = settings.path(settings.output.folder)
    state = open_state(settings.cache_folder, folder)
    try:
        past = _past_issues(issues, state)
        content = stable_hash(collection.fingerprint, past) if collection.fingerprint else 0
        if content and state.is_made_of(program, content) and not state.disturbed():
            return Changes()
        forget_templates()
        listed = lay_out(collection, settings.site.zone)
        stamp = str(program)
        labels, fresh = find_labels(listed, collection.papers, saved, state.kept("labels", stamp))
        if fresh is not None:
            state.keep("labels", stamp, fresh)
        plan = SitePlan(
            collection, settings, listed, labels, issues=_decode_issues(past), lookup=state.entries
        )
        changes = write_site(
            folder,
            state,
            program,
            all_parts(plan),
            usable_cores() if workers is None else workers,
            plan,
        )
        state.note_content(content)
        return changes
    finally:
        state.close()


def _past_issues(issues: IssueSource, state: BuildState) -> bytes:
    """Return the issues encoded, as they were read or kept."""
    kept = state.kept("issues", issues.stamp) if issues.stamp else None
    if kept is None:
        kept = msgspec.json.encode(tuple(issues.read()))
        state.keep("issues", issues.stamp, kept)
    return kept
