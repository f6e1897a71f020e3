"""The build of a site: what of it changed is planned and made, most often nothing at all.

So the modules that plan and make files are imported only where there are any to make.
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
from publisher.process_pool import usable_cores

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from publisher.formatter.site.build_state import BuildState
    from publisher.models import Collection, Paper
    from publisher.settings import Settings

_decode_issues = msgspec.json.Decoder(tuple[PastIssue, ...]).decode


@dataclass(frozen=True, slots=True)
class IssueSource:
    """The issues that were sent: `read` returns them, newest first.

    It is not called again while `stamp` is the same, unless that is empty.
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
    force: bool = False,
) -> Changes:
    """Bring the output folder to what `collection`, `issues` and `settings` make of it.

    `saved` has the test of each saved filter by its name. `workers` is the number of processes,
    None for as many as pay. `force` overwrites files that this program did not write.

    Raises `OutputError` and `TemplateError`.
    """
    program = program_fingerprint(settings)
    folder = settings.path(settings.output.folder)
    state = open_state(settings.cache_folder, folder)

    def build() -> Changes:
        past_issues = _past_issues(issues, state, program)
        content = stable_hash(collection.fingerprint, past_issues) if collection.fingerprint else 0
        if content and state.is_made_of(program, content) and not state.disturbed():
            return Changes()
        from publisher.formatter.site.build_targets import build_targets  # noqa: PLC0415 - see top
        from publisher.formatter.site.plan import plan_site  # noqa: PLC0415 - see top
        from publisher.formatter.templating.templates import (  # noqa: PLC0415 - see top
            forget_templates,
        )

        forget_templates()
        cores = usable_cores() if workers is None else workers
        targets, index = plan_site(
            collection,
            settings,
            state,
            program,
            saved=saved,
            issues=_decode_issues(past_issues),
            workers=cores,
        )
        changes = build_targets(folder, state, program, targets, cores, index, force=force)
        state.note_content(content)
        return changes

    try:
        return build()
    except sqlite3.DatabaseError:  # damaged inside, where opening it does not look
        state.give_up()
        return build()
    finally:
        state.close()


def prepare() -> None:
    """Import what `build_site` needs where anything changed: half the time of a small change."""
    from publisher.formatter.site import build_targets, plan  # noqa: F401, PLC0415 - see top
    from publisher.formatter.site.paper_index import load_modules  # noqa: PLC0415 - see top

    load_modules()


def _past_issues(issues: IssueSource, state: BuildState, program: int) -> bytes:
    """Return the issues encoded, as they were read or kept by the same `program`."""
    stamp = f"{issues.stamp} {program}" if issues.stamp else ""
    kept = state.kept("issues", stamp) if stamp else None
    if kept is None:
        kept = msgspec.json.encode(tuple(issues.read()))
        state.keep("issues", stamp, kept)
    return kept
