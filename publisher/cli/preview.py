"""`publisher preview`: the next issue as files, sent to no one."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from publisher.cli import sending, show
from publisher.cli.options import (
    ChosenFrequency,
    ChosenLanguage,
    ChosenLength,
    Config,
    Sources,
    Verbose,
    settings_of,
)
from publisher.errors import IssueError, OutputError
from publisher.models import Choice


def preview(
    folder: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="Where to write.  [default: preview]")
    ] = Path("preview"),
    issue_id: Annotated[
        str | None, typer.Option("--issue", metavar="ID", help="e.g. 2024-W49.  [default: next]")
    ] = None,
    topics: Annotated[
        list[str] | None, typer.Option("--topic", help="Slug; may be repeated.  [default: all]")
    ] = None,
    language: ChosenLanguage = None,
    length: ChosenLength = None,
    frequency: ChosenFrequency = None,
    open_it: Annotated[bool, typer.Option("--open", help="Show it in the browser.")] = False,
    config: Config = None,
    source: Sources = None,
    verbose: Verbose = False,
) -> None:
    """Write the next issue as .html, .txt and .eml; it is sent to no one."""
    from publisher import issuing, pipeline
    from publisher.formatter.email import render_edition
    from publisher.formatter.folder import write_changed

    settings = settings_of(config, source)
    collection = pipeline.collect(settings, show.parsing)
    known = {topic.slug for topic in collection.topics}
    for slug in topics or ():
        if slug not in known:
            raise IssueError(f"--topic {slug}: no such topic; there are {', '.join(sorted(known))}")
    with pipeline.open_store(settings) as store:
        if issue_id is not None:
            issue = issuing.by_id(issue_id, collection, settings, store)
        else:
            found = issuing.upcoming(collection, settings, store, sending.now(), frequency)
            if found is None:
                raise IssueError("no paper that no issue has held yet")
            issue = found
        choice = Choice(
            topics=tuple(topics or ()),
            language=language or settings.mail_language,
            length=length or settings.newsletter.length,
        )
        edition = render_edition(issue, choice, settings)
        message, _ = issuing.test_copy(edition, issue, settings, store, settings.mail.from_address)
    files = {
        f"{issue.id}.html": edition.html.encode(),
        f"{issue.id}.txt": edition.text.encode(),
        f"{issue.id}.eml": message,
    }
    write_changed(folder, files)
    show.line(f"{edition.subject}")
    for name in files:
        show.line(str(folder / name))
    if open_it and not webbrowser.open((folder / f"{issue.id}.html").absolute().as_uri()):
        raise OutputError("no browser could be started")
