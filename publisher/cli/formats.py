"""`publisher formats`: list the digest formats, and try them on files."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import click

from publisher.cli import InOrder, options, show
from publisher.formatter.i18n.text_width import shortened
from publisher.services.findings_report import PLACES, first_places
from publisher.translation import _

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.collector.archive.format_trials import FileTrial, FormatTrial

_TITLES = 3  # shown of each format
_TITLE = 90  # columns


@click.group(cls=InOrder, invoke_without_command=True)
@click.pass_context
@options.as_json_lines
@options.verbose
def formats(context: click.Context, *, as_json: bool, verbose: bool) -> None:
    """List the digest formats, in the order in which they are tried, with an example of each."""
    from publisher.collector.formats import by_precedence, plugins

    if context.invoked_subcommand:
        return
    for name, digest_format in by_precedence():
        purpose = (inspect.getdoc(digest_format) or "").partition("\n")[0]
        example = inspect.cleandoc(getattr(digest_format, "EXAMPLE", ""))
        if as_json:
            show.json_line({"name": name, "purpose": purpose, "example": example})
            continue
        show.line(f"{name}: {_(purpose) if purpose else _('no description')}")
        for line in ("", *example.splitlines()) if example else ():
            show.line(f"    {line}".rstrip())
        show.line("")
    for finding in plugins.installed()[1]:
        show.note(f"{show.error_word()} {finding}")


@formats.command("try")
@click.argument(
    "files", nargs=-1, required=True, type=options.PATH, metavar="FILE...", help="Files to try."
)
@options.as_json_lines
@options.config
@options.verbose
def try_(*, files: tuple[Path, ...], as_json: bool, config: Path | None, verbose: bool) -> None:
    """Show what each format reads of files, and why the others refuse them.

    Send the output along to report a shape that is not read.
    """
    from publisher.collector.archive.format_trials import try_formats
    from publisher.collector.archive.lazy_findings import display_path
    from publisher.errors import SourceError

    zone = options.settings_of(config).site.zone
    for file in files:
        path = display_path(str(file))
        try:
            trial = try_formats(path, file.read_bytes(), zone)
        except OSError as error:
            raise SourceError(
                _("{path}: can't be read: {reason}").format(
                    path=path, reason=error.strerror or error
                )
            ) from error
        if as_json:
            show.json_line(_values(path, trial))
        else:
            _show_trial(path, trial, verbose=verbose)


def _show_trial(path: str, trial: FileTrial, *, verbose: bool) -> None:
    ids = show.number_of(trial.ids, "1 arXiv id", "{count} arXiv ids")
    text = (
        _("{path}: {ids}, read by the format {format}")
        if trial.used
        else _("{path}: {ids}, not read")
    )
    show.line(text.format(path=path, ids=ids, format=trial.used))
    width = max(len(each.name) for each in trial.trials)
    for each in trial.trials:
        show.line(f"  {each.name:<{width}}  {_reading(each, trial.ids)}")
        for paper in each.papers[:_TITLES]:
            show.line(f'  {"":<{width}}    "{shortened(paper.title, _TITLE)}"')
    for line in first_places(trial.findings, {}, None if verbose else PLACES):
        show.line(f"  {line}")
    show.line("")


def _values(path: str, trial: FileTrial) -> dict[str, object]:
    return {
        "path": path,
        "arxiv_ids": trial.ids,
        "format": trial.used,
        "trials": [
            {
                "format": each.name,
                "papers": [paper.title for paper in each.papers],
                "arxiv_ids": each.ids,
                "confidence": each.confidence,
                "reason": each.reason,
                "line": each.line,
            }
            for each in trial.trials
        ],
    }


def _reading(trial: FormatTrial, ids: int) -> str:
    """Return what a format reads of a file with so many arXiv ids, or why it refuses it."""
    parts = [show.number_of(len(trial.papers), "1 paper", "{count} papers")]
    if ids:
        read = f"{trial.ids:,}"
        parts.append(show.number_of(ids, "{read} of 1 id", "{read} of {count} ids", read=read))
    if trial.papers:
        parts.append(_("confidence {number}").format(number=f"{trial.confidence:.2f}"))
    reading = _(", ").join(parts)
    if not trial.reason:
        return _("reads {papers}").format(papers=reading)
    text = (
        _("refuses it at line {line}: {reason}") if trial.line else _("refuses it: {reason}")
    ).format(line=trial.line, reason=trial.reason)
    if trial.papers:
        text += " " + _("(it would read {papers})").format(papers=reading)
    return text
