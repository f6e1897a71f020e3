"""What commands print: results on stdout, findings and notes on stderr."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from publisher.models import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from publisher.formatter.site.changes import Changes
    from publisher.models import Collection, Finding

MOST_LINES = 40
_MANY = ("archive/", "papers/", "sitemap-")


def line(text: str) -> None:
    """Print `text` as a line of the result."""
    sys.stdout.write(text + "\n")


def note(text: str) -> None:
    """Print `text` as a line for people, beside the result."""
    sys.stderr.write(text + "\n")


def defects(collection: Collection) -> bool:
    """Print every error to stderr and count the warnings; return whether there was an error."""
    for found in collection.errors:
        note(f"error: {found}")
    if collection.warning_count:
        warnings = count(collection.warning_count, "warning")
        note(f"{warnings} about the digests: `publisher check` lists them")
    return bool(collection.errors)


def warnings(texts: Iterable[str]) -> None:
    """Say what went wrong and keeps nothing from being published."""
    for text in texts:
        note(f"warning: {text}")


def changes(found: Changes, *, every: bool) -> None:
    """Print the files that a build wrote and removed.

    Feeds and overviews all, of the thousands that hang on them the first ones or `every` one.
    """
    main = [path for path in found.written if not path.startswith(_MANY)]
    rest = [path for path in found.written if path.startswith(_MANY)]
    rest += [f"removed {path}" for path in found.removed]
    shown = rest if every else rest[:MOST_LINES]
    for text in (*main, *shown):
        line(text)
    if len(shown) < len(rest):
        line(f"... and {count(len(rest) - len(shown), 'file')} more (--verbose lists them)")


def changed(found: Changes, folder: Path) -> str:
    """Return how much a build wrote and removed."""
    removed = f", {count(len(found.removed), 'file')} removed" if found.removed else ""
    return f"{count(len(found.written), 'file')} written{removed} in {folder}"


def errors(findings: Iterable[Finding]) -> int:
    """Return how many of `findings` are errors."""
    return sum(found.severity is Severity.ERROR for found in findings)


def parsing(done: int, total: int) -> None:
    """Show how many digests are parsed, on a terminal only."""
    if sys.stderr.isatty() and (done % 25 == 0 or done == total):
        end = "\n" if done == total else ""
        sys.stderr.write(f"\rreading digests: {done:,} of {total:,}{end}")


def lines_read(number: int) -> None:
    """Show how far a file is read, on a terminal only."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{number:,} lines read ")


def left_out(number: int) -> None:
    """Say how many files were left out, where there are any."""
    if number:
        note(f"{count(number, 'file')} left out: drafts, leftovers, ignored")


def count(number: int, singular: str, plural: str = "") -> str:
    """Return e.g. "1 paper" or "2 papers"."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def waiting() -> Callable[[str], None]:
    """Return what says once that another build has to end first."""
    said: list[str] = []

    def say(message: str) -> None:
        if not said:
            note(message)
            said.append(message)

    return say
