"""Rules for files that are not published: drafts, leftovers of editors, ignored files.

They are skipped and counted, but are no defects: a file that an editor left behind needs no report.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from pathspec import GitIgnoreSpec

_DRAFT_FOLDERS = frozenset({"_drafts", "_draft"})  # Jekyll, Hexo
# The groups of a pattern, joined, are the name of the original file.
_LEFTOVERS = (
    r"#(.+)#",  # Emacs: not saved
    r"\.#(.+)",  # Emacs: being edited
    r"(.+)~",  # Emacs, gedit
    r"\.(.+)\.sw[a-p]",  # Vim
    r"(.+)\.(?:bak|orig|rej|tmp|temp|old|part|crdownload|save)",
    r"~\$(.+)",  # Office
    r"\._(.+)",  # macOS, on disks of other systems
    r"\.(.+\.\w+)\.[A-Za-z0-9]{6}",  # rsync
    r"\.(.+)",  # hidden
    # A second version of a file that two machines changed; the first is there as well.
    r"(.+)\.sync-conflict-\d{8}-\d{6}(?:-\w+)?(\.\w+)",  # Syncthing
    r"(.+) \([^()]*(?:conflicted copy|conflict|冲突)[^()]*\)(\.\w+)",  # Dropbox, Nextcloud
    r"(.+)_conflict-\d{8}-\d{6}(\.\w+)",  # ownCloud
)
_OWN_NAMES = frozenset({"_index.md", "_index.markdown"})  # Hugo: the page of a list
_TRUE = frozenset({"true", "yes", "on", "1"})
_FALSE = frozenset({"false", "no", "off", "0"})
_DRAFT_KEYS = ("draft", "_draft", "hidden")
_DRAFT_STATES = frozenset({"draft", "hidden", "private", "skip"})  # Pelican's `Status:`


def stands_for(path: str) -> str | None:
    """Return the path of the original of the leftover or draft `path`, None where it is neither."""
    folders, _, name = path.rpartition("/")
    # Nearly every file of an archive ends here, without a dozen patterns being tried.
    if (
        name.endswith((".md", ".markdown"))
        and name[0] not in "#.~_"
        and "_draft" not in folders.lower()
        and "conflict" not in name.lower()
        and "冲突" not in name
    ):
        return None
    pure = PurePosixPath(path)
    if pure.name in _OWN_NAMES or any(part.lower() in _DRAFT_FOLDERS for part in pure.parts[:-1]):
        return path
    for pattern in _leftovers():
        if match := pattern.fullmatch(pure.name):
            return str(pure.with_name("".join(match.groups())))
    return None


@cache
def _leftovers() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE | re.DOTALL) for pattern in _LEFTOVERS)


def is_draft(metadata: Mapping[str, object]) -> bool:
    """Return whether the front matter hides the post."""
    values = {key.lower(): str(value).strip().lower() for key, value in metadata.items()}
    return (
        any(values.get(key) in _TRUE for key in _DRAFT_KEYS)
        or values.get("published") in _FALSE
        or values.get("status") in _DRAFT_STATES
    )


class IgnoreRules:
    """The ignore files of one source folder; each applies to its own folder and those below it.

    The syntax is that of .gitignore (https://git-scm.com/docs/gitignore). Only files inside the
    source folder count: a blog may ignore its whole folder of generated digests.
    """

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        """Look for files called one of `names` in `folder`."""
        self._folder = folder
        self._names = names
        self._specs: list[tuple[str, GitIgnoreSpec]] = []

    def enter(self, inner: str, names: Iterable[str]) -> None:
        """Read the ignore files among the `names` that lie in `inner` ("" is the folder)."""
        present = set(names)
        for name in self._names:
            if name in present and (spec := _spec(self._folder / inner / name)):
                self._specs.append((f"{inner}/" if inner else "", spec))

    def ignores(self, path: str) -> bool:
        """Return whether `path` is ignored, a folder with "/" at its end; the last rule wins."""
        ignored = False
        for base, spec in self._specs:
            if path.startswith(base):
                decision = spec.check_file(path[len(base) :]).include
                ignored = ignored if decision is None else decision
        return ignored


def _spec(file: Path) -> GitIgnoreSpec | None:
    from pathspec import GitIgnoreSpec  # noqa: PLC0415 - few folders have such a file

    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()[:10_000]
    except OSError:
        return None
    valid: list[str] = []
    for line in lines:
        try:  # The library refuses the whole file for one bad line; git ignores that line.
            GitIgnoreSpec.from_lines([line])
        except ValueError:
            continue
        valid.append(line)
    return GitIgnoreSpec.from_lines(valid)
