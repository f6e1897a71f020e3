"""Problems as a browser shows them: what happened, in which file and line, and what to do next."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.errors import (
    NoDigests,
    OutputError,
    SettingsError,
    SourceError,
    StoreError,
    TemplateError,
)
from publisher.translation import _, mark

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LINES_AROUND = 3
_TITLES: tuple[tuple[type[Exception], str], ...] = (
    (SettingsError, mark("The settings can't be used")),
    (TemplateError, mark("A template fails")),
    (SourceError, mark("The digests can't be read")),
    (OutputError, mark("The preview can't be written")),
    (StoreError, mark("The subscribers can't be read")),
)
_FILE_AND_LINE = re.compile(r"(?P<path>.+?):(?P<line>\d+): ")
# As tomllib says it, whatever the language of the rest.
_TOML_ERROR = re.compile(r"(?P<path>.+?): .*\(at line (?P<line>\d+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class PreviewProblem:
    """Reason why something is not shown; `is_error` is False where there is nothing yet.

    `path` and `line` are where to mend it ("" and 0: nowhere in particular), `excerpt` the lines
    around it by number.
    """

    title: str
    message: str
    path: str = ""
    line: int = 0
    excerpt: tuple[tuple[int, str], ...] = ()
    advice: tuple[str, ...] = ()
    is_error: bool = True


def problem_of(error: Exception) -> PreviewProblem:
    """Return the problem that `error` tells of."""
    if isinstance(error, NoDigests):
        return no_digests(error.reason)
    message = str(error) or type(error).__name__
    titles = (title for kind, title in _TITLES if isinstance(error, kind))
    title = next(titles, mark("This can't be shown"))
    path, line = _place(message)
    excerpt: tuple[tuple[int, str], ...] = ()
    message = message.removeprefix(f"{path}:{line}: ")
    # Lines of the settings are not shown: passwords may be among them.
    if isinstance(error, TemplateError) and line:
        excerpt = tuple(_lines_around(Path(path), line))
    return PreviewProblem(_(title), message, _shown(path), line, excerpt)


def no_digests(message: str) -> PreviewProblem:
    """Return the state before the first digest."""
    return PreviewProblem(
        _("There are no digests yet"),
        message,
        advice=(
            _("`publisher init` looks for the posts of your blog and writes the settings."),
            _(
                "`publisher init --arxiv cs.CV` and then `publisher gather` write digests of new"
                " papers from arXiv."
            ),
            _("`publisher formats` shows what a digest may look like, to write one by hand."),
        ),
        is_error=False,
    )


def missing_folders(folders: Sequence[Path]) -> PreviewProblem:
    """Return the state in which folders of digests do not exist."""
    names = ", ".join(_shown(str(folder)) for folder in folders)
    return no_digests(_("{folder}: no such folder (setting source.folders)").format(folder=names))


def no_issue(*, has_papers: bool) -> PreviewProblem:
    """Return the state in which there is nothing to send."""
    if has_papers:
        return PreviewProblem(
            _("No new papers since the last issue"),
            _("The next mail is shown as soon as a digest brings some."),
            advice=(_("`publisher preview --issue ID` shows an issue that was sent."),),
            is_error=False,
        )
    return PreviewProblem(
        _("No paper was read yet"),
        _("The next mail is shown as soon as a digest has papers."),
        advice=(
            _("`publisher formats` shows what a digest may look like."),
            _("`publisher formats try FILE` tells what is read of a file, and why not more."),
        ),
        is_error=False,
    )


def building() -> PreviewProblem:
    """Return the state before the first build has ended."""
    return PreviewProblem(
        _("The site is being built"), _("It is shown in a moment."), is_error=False
    )


def _place(message: str) -> tuple[str, int]:
    """Return the path and the line that `message` names, "" and 0 where it names none."""
    for pattern in (_FILE_AND_LINE, _TOML_ERROR):
        if match := pattern.match(message):
            return match["path"], int(match["line"])
    return "", 0


def _lines_around(path: Path, line: int) -> Iterator[tuple[int, str]]:
    for number, text in enumerate(_read(path), 1):
        if abs(number - line) <= _LINES_AROUND:
            yield number, text


def _read(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _shown(path: str) -> str:
    """Return `path` relative to the working directory, if it is inside."""
    here = Path.cwd()
    return str(Path(path).relative_to(here)) if path and Path(path).is_relative_to(here) else path
