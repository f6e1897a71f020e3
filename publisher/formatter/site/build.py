"""Writes the site of a collection to the output folder, where anything of it may have changed.

Nothing changed is what most runs find, so what makes files is imported only where there are any.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from publisher.formatter.site.build_state import open_state
from publisher.formatter.site.build_target import stable_hash
from publisher.formatter.site.changes import Changes
from publisher.formatter.site.program import program_fingerprint
from publisher.models import PastIssue

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from publisher.formatter.site.build_state import BuildState
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


def build_site(
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

    def bring() -> Changes:
        past = _past_issues(issues, state)
        content = stable_hash(collection.fingerprint, past) if collection.fingerprint else 0
        if content and state.is_made_of(program, content) and not state.disturbed():
            return Changes()
        from publisher.formatter.site.plan import build_changed  # noqa: PLC0415 - see the docstring

        changes = build_changed(
            collection,
            settings,
            state,
            program,
            saved=saved,
            issues=_decode_issues(past),
            workers=workers,
        )
        state.note_content(content)
        return changes

    try:
        return bring()
    except sqlite3.DatabaseError:  # damaged inside, where opening it does not look
        state.give_up()
        return bring()
    finally:
        state.close()


def prepare() -> None:
    """Load what `write` needs where anything changed: half of what a small change takes."""
    from publisher.formatter.site import plan  # noqa: F401, PLC0415 - see the docstring
    from publisher.formatter.site.paper_index import load_modules  # noqa: PLC0415

    load_modules()


def _past_issues(issues: IssueSource, state: BuildState) -> bytes:
    """Return the issues encoded, as they were read or kept."""
    kept = state.kept("issues", issues.stamp) if issues.stamp else None
    if kept is None:
        kept = msgspec.json.encode(tuple(issues.read()))
        state.keep("issues", issues.stamp, kept)
    return kept
