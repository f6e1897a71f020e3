"""The output of commands: results on stdout, findings and notes on stderr."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from publisher.cli import terminal
from publisher.models import Severity
from publisher.translation import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from publisher.formatter.site.changes import Changes
    from publisher.models import Collection, Finding
    from publisher.settings import Settings

MOST_LINES = 40
_MANY = ("archive/", "figures/", "papers/", "sitemap-")


def line(text: str) -> None:
    """Print `text` as a line of the result, on stdout."""
    sys.stdout.write(text + "\n")


def note(text: str) -> None:
    """Print `text` as a line for people, on stderr."""
    sys.stderr.write(text + "\n")


def json_line(value: object) -> None:
    """Print `value` as a line of JSON, whose keys are the same in every language."""
    line(json.dumps(value, ensure_ascii=False))


def rows(cells: Sequence[Sequence[str]], heads: Sequence[str] = ()) -> None:
    """Print a table: fitted to a terminal, parted by tabs for other programs."""
    for text in terminal.table(cells, heads):
        line(text)


def unread_papers(collection: Collection, settings: Settings) -> None:
    """Print how many papers of the sources were read, where most were not."""
    from publisher.services import findings_report

    for text in findings_report.unread_papers(collection, settings):
        note(text)


def defects(collection: Collection, *, every: bool = False) -> bool:
    """Print the errors, or the first of each code, and the number of warnings.

    Returns whether there was an error.
    """
    from publisher.services import findings_report

    most = None if every else findings_report.PLACES
    for text in findings_report.first_places(
        collection.errors, collection.silenced, most, prefix=f"{error_word()} "
    ):
        note(text)
    silenced(collection)
    if collection.warning_count:
        note(
            ngettext(
                "1 warning about the digests: `publisher check` lists it",
                "{count} warnings about the digests: `publisher check` lists them",
                collection.warning_count,
            ).format(count=f"{collection.warning_count:,}")
        )
    return bool(collection.errors)


def silenced(collection: Collection) -> None:
    """Print the number of findings that `check.ignore` silences, if any."""
    from publisher.services import findings_report

    if text := findings_report.silenced_line(collection):
        note(text)


def warnings(texts: Iterable[str]) -> None:
    """Print problems that keep nothing from being published."""
    for text in texts:
        note(f"{terminal.coloured(_('warning:'), 'yellow', sys.stderr)} {text}")


def unknown_topics(slugs: Mapping[str, str]) -> None:
    """Name the topics that no digest has, by the slugs made of their names."""
    text = _("no digest has the topic {name!r} yet ({slug})")
    warnings(text.format(name=name, slug=slug) for name, slug in slugs.items())


def error_word() -> str:
    """Return the word before an error that does not end the command, in red."""
    return terminal.coloured(_("error:"), "red", sys.stderr)


def changes(changed_files: Changes, *, every: bool) -> None:
    """Print the files that a build wrote and removed.

    All feeds and overviews; of the thousands of other files the first ones, or `every` one.
    """
    main = [path for path in changed_files.written if not path.startswith(_MANY)]
    rest = [path for path in changed_files.written if path.startswith(_MANY)]
    rest += [_("removed {path}").format(path=path) for path in changed_files.removed]
    shown = rest if every else rest[:MOST_LINES]
    for text in (*main, *shown):
        line(text)
    if len(shown) < len(rest):
        more = len(rest) - len(shown)
        line(
            ngettext(
                "... and 1 more file (--verbose lists it)",
                "... and {count} more files (--verbose lists them)",
                more,
            ).format(count=f"{more:,}")
        )


def changed(changed_files: Changes, folder: Path) -> str:
    """Return the numbers of files that a build wrote and removed, in words."""
    written = number_of(len(changed_files.written), "1 file", "{count} files")
    if not changed_files.removed:
        return _("{files} written in {folder}").format(files=written, folder=folder)
    removed = number_of(len(changed_files.removed), "1 file", "{count} files")
    return _("{files} written, {removed} removed in {folder}").format(
        files=written, removed=removed, folder=folder
    )


def errors(findings: Iterable[Finding]) -> int:
    """Return the number of errors among `findings`."""
    return sum(finding.severity is Severity.ERROR for finding in findings)


def parsing(done: int, total: int) -> None:
    """Show the progress of parsing, on a terminal only."""
    if done % 25 == 0 or done == total:
        text = _("reading digests: {done} of {total}")
        terminal.rewrite(text.format(done=f"{done:,}", total=f"{total:,}") if done < total else "")


def copying(done: int, total: int) -> None:
    """Show the progress of copying figures, on a terminal only."""
    text = _("copying figures: {done} of {total}")
    terminal.rewrite(text.format(done=f"{done:,}", total=f"{total:,}") if done < total else "")


def lines_read(number: int) -> None:
    """Show the progress of reading a file, on a terminal only."""
    terminal.rewrite(
        ngettext("1 line read", "{count} lines read", number).format(count=f"{number:,}")
    )


def left_out(number: int) -> None:
    """Print the number of files that were left out, if any."""
    if number:
        note(
            ngettext(
                "1 file left out: drafts, editors' backups, ignored files",
                "{count} files left out: drafts, editors' backups, ignored files",
                number,
            ).format(count=f"{number:,}")
        )


def no_digests(paths: Sequence[str]) -> None:
    """Print the number of files that are no digests, if any."""
    if paths:
        note(
            ngettext(
                "1 file is no digest: `publisher check --verbose` lists it",
                "{count} files are no digests: `publisher check --verbose` lists them",
                len(paths),
            ).format(count=f"{len(paths):,}")
        )


def number_of(number: int, one: str, many: str, **fields: str) -> str:
    """Return a number with its noun in the operator's language, e.g. "1 paper" or "2 papers"."""
    return ngettext(one, many, number).format(count=f"{number:,}", **fields)


def waiting() -> Callable[[str], None]:
    """Return a function that prints the first message about a wait for another build."""
    messages: list[str] = []

    def print_first(message: str) -> None:
        if not messages:
            note(message)
            messages.append(message)

    return print_first
