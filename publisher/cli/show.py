"""The output of commands: results on stdout, findings and notes on stderr."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from publisher.models import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from publisher.formatter.site.changes import Changes
    from publisher.models import Collection, Finding
    from publisher.settings import Settings

MOST_LINES = 40
_MANY = ("archive/", "papers/", "sitemap-")


def line(text: str) -> None:
    """Print `text` as a line of the result, on stdout."""
    sys.stdout.write(text + "\n")


def note(text: str) -> None:
    """Print `text` as a line for people, on stderr."""
    sys.stderr.write(text + "\n")


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
        collection.errors, collection.silenced, most, prefix="error: "
    ):
        note(text)
    silenced(collection)
    if collection.warning_count:
        warnings = count(collection.warning_count, "warning")
        note(f"{warnings} about the digests: `publisher check` lists them")
    return bool(collection.errors)


def silenced(collection: Collection) -> None:
    """Print the number of findings that `check.ignore` silences, if any."""
    from publisher.services import findings_report

    if text := findings_report.silenced_line(collection):
        note(text)


def warnings(texts: Iterable[str]) -> None:
    """Print problems that keep nothing from being published."""
    for text in texts:
        note(f"warning: {text}")


def changes(changed_files: Changes, *, every: bool) -> None:
    """Print the files that a build wrote and removed.

    All feeds and overviews; of the thousands of other files the first ones, or `every` one.
    """
    main = [path for path in changed_files.written if not path.startswith(_MANY)]
    rest = [path for path in changed_files.written if path.startswith(_MANY)]
    rest += [f"removed {path}" for path in changed_files.removed]
    shown = rest if every else rest[:MOST_LINES]
    for text in (*main, *shown):
        line(text)
    if len(shown) < len(rest):
        line(f"... and {count(len(rest) - len(shown), 'file')} more (--verbose lists them)")


def changed(changed_files: Changes, folder: Path) -> str:
    """Return the numbers of files that a build wrote and removed, in words."""
    removals = changed_files.removed
    removed = f", {count(len(removals), 'file')} removed" if removals else ""
    return f"{count(len(changed_files.written), 'file')} written{removed} in {folder}"


def errors(findings: Iterable[Finding]) -> int:
    """Return the number of errors among `findings`."""
    return sum(finding.severity is Severity.ERROR for finding in findings)


def parsing(done: int, total: int) -> None:
    """Show the progress of parsing, on a terminal only."""
    if sys.stderr.isatty() and (done % 25 == 0 or done == total):
        end = "\n" if done == total else ""
        sys.stderr.write(f"\rreading digests: {done:,} of {total:,}{end}")


def lines_read(number: int) -> None:
    """Show the progress of reading a file, on a terminal only."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{number:,} lines read ")


def left_out(number: int) -> None:
    """Print the number of files that were left out, if any."""
    if number:
        note(f"{count(number, 'file')} left out: drafts, editors' backups, ignored files")


def no_digests(paths: Sequence[str]) -> None:
    """Print the number of files that are no digests, if any."""
    if paths:
        noun = "no digest" if len(paths) == 1 else "no digests"
        verb = "is" if len(paths) == 1 else "are"
        note(f"{count(len(paths), 'file')} {verb} {noun}: `publisher check --verbose` lists them")


def count(number: int, singular: str, plural: str = "") -> str:
    """Return e.g. "1 paper" or "2 papers"."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def waiting() -> Callable[[str], None]:
    """Return a function that prints the first message about a wait for another build."""
    messages: list[str] = []

    def print_first(message: str) -> None:
        if not messages:
            note(message)
            messages.append(message)

    return print_first
