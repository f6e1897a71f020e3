"""`publisher subscribers import`: add people from a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from publisher.cli import letters, options, sending, show, terminal
from publisher.errors import SourceError, SubscriberError
from publisher.services.known_topics import KnownTopics
from publisher.services.store import open_store
from publisher.translation import _

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import BufferedReader
    from pathlib import Path

    from publisher.models.imports import ImportedSubscriber
    from publisher.newsletter.subscriber_csv import Remark, SubscriberTable
    from publisher.store.people.imports import ImportResult


@click.command("import")
@click.argument("file", type=options.PATH, metavar="FILE", help="CSV file; - for standard input.")
@click.option(
    "--confirmed", is_flag=True, help="All of them have already agreed; say how in --note."
)
@click.option("--invite", is_flag=True, help="Mail the pending ones a request to confirm.")
@click.option("--note", default="", help="Text for the consent log, such as how the people agreed.")
@options.as_json
@options.config
@options.verbose
def import_(
    *,
    file: Path,
    confirmed: bool,
    invite: bool,
    note: str,
    as_json: bool,
    config: Path | None,
    verbose: bool,
) -> None:
    """Add people from a CSV file with a column email.

    Optional columns are name, topics (separated by ";"), confirmed_at, language, length and
    frequency. People are active if confirmed_at says when they agreed. The others are pending, and
    get no mail unless --invite asks them to confirm.

    Exports of other systems are read too; whoever has left there, or gets no mail, is rejected.
    """
    from publisher.newsletter.import_columns import reason_of_file
    from publisher.newsletter.subscriber_csv import SubscriberTable, text_of

    settings = options.settings_of(config)
    if reason := reason_of_file(file.name):
        raise SubscriberError(
            _(
                "{path}: by its name, the people in it are not to get mail ({reason}); "
                "rename it to import them all the same"
            ).format(path=file, reason=reason)
        )
    if invite:
        letters.check(settings)
    remarks: list[Remark] = []
    with open_store(settings) as store:
        try:
            with _opened(file) as binary, text_of(binary) as stream:
                table = SubscriberTable(stream)
                topics = KnownTopics(settings if "topics" in table.columns.places else None)
                result = store.imports.import_rows(
                    _rows(table, topics, remarks, confirmed=confirmed),
                    now=sending.now(),
                    detail=note or f"import of {file.name}",
                    invite=invite,
                    on_progress=show.lines_read,
                )
        except SubscriberError as error:
            raise SubscriberError(f"{file}: {error}") from error
        except OSError as error:
            raise SourceError(
                _("{path}: can't be read: {reason}").format(path=file, reason=error)
            ) from error
    terminal.rewrite("")
    rejected = _report(file, remarks, result, as_json=as_json)
    show.unknown_topics(topics.unknown)
    if invite:
        letters.send(settings)
    elif result.pending:
        show.note(
            _(
                "who is pending gets no mail: --invite asks them to confirm, "
                "--confirmed vouches for all of them"
            )
        )
    if rejected:
        raise SystemExit(1)


def _opened(file: Path) -> BufferedReader:
    return open(0, "rb", closefd=False) if str(file) == "-" else file.open("rb")


def _rows(
    table: SubscriberTable, topics: KnownTopics, remarks: list[Remark], *, confirmed: bool
) -> Iterator[ImportedSubscriber]:
    """Yield the rows that can be taken; the others go to `remarks`."""
    from publisher.newsletter.subscriber_csv import Remark

    for row in table.rows(slugify=topics.slug, confirmed=confirmed):
        if isinstance(row, Remark):
            remarks.append(row)
        else:
            yield row


def _report(file: Path, remarks: list[Remark], result: ImportResult, *, as_json: bool) -> int:
    """Print what was done, with every line that was rejected; return how many were."""
    for remark in remarks:
        show.note(f"{file}:{remark.line}: {remark.message}")
    for number, refusal in result.refused:
        show.note(f"{file}:{number}: {refusal}")
    rejected = sum(remark.rejected for remark in remarks) + len(result.refused)
    numbers = {
        "added": result.added,
        "confirmed": result.confirmed,
        "unchanged": result.unchanged,
        "rejected": rejected,
        "active": result.active,
        "pending": result.pending,
        "unsubscribed": result.left,
    }
    if as_json:
        show.json_line(numbers)
        return rejected
    shown = {name: f"{number:,}" for name, number in numbers.items()}
    show.line(
        _(
            "{added} added, {confirmed} confirmed, {unchanged} already on the list, "
            "{rejected} rejected"
        ).format(**shown)
    )
    text = (
        _("{active} became active, {pending} pending, {unsubscribed} kept as unsubscribed")
        if result.left
        else _("{active} became active, {pending} pending")
    )
    show.line(text.format(**shown))
    return rejected
