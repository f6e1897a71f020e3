"""Subscribers as a CSV file: every line is reported on, and no spreadsheet runs a cell of it."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TextIO, TypeVar

from publisher.addresses import clean_name, normalise_email
from publisher.errors import SubscriberError
from publisher.models import Frequency, Language, Length, Preferences, SubscriberStatus
from publisher.models.imports import ImportedSubscriber
from publisher.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from publisher.models import Subscriber

COLUMNS = (
    *("email", "name", "topics", "status", "created_at", "confirmed_at"),
    *("language", "length", "frequency"),
)
_Choice = TypeVar("_Choice", Language, Length, Frequency)
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
# A spreadsheet takes such a cell for a formula, so it is written with a "'" before it. A cell that
# has one already gets another, so that reading removes exactly what writing added.
_FORMULA = re.compile(r"'*\s*[=+\-@\t\r]")


@dataclass(frozen=True, slots=True)
class Remark:
    """A message about a line; `rejected` if the line can't be imported."""

    line: int
    message: str
    rejected: bool = True


def parse_csv(
    source: str | TextIO, *, slugify: Callable[[str], str], confirmed: bool = False
) -> Iterator[ImportedSubscriber | Remark]:
    """Yield every line of `source` as a row, or as a remark with the reason why it is none.

    The first line names the columns, in any order; only `email` is required. Topics are slugs or
    names, separated by ";"; `slugify` makes slugs of names. A subscriber is active if the file has
    the time of confirmation, or if `confirmed` vouches for all of them; else pending. The status
    "unsubscribed" is kept.

    Raises `SubscriberError` for a file without the column `email`.
    """
    stream = io.StringIO(source, newline="") if isinstance(source, str) else source
    reader = csv.reader(_without_byte_order_mark(stream), strict=True)
    header = [cell.strip().lower() for cell in _next(reader) or []]
    if "email" not in header:
        raise SubscriberError(
            f"line 1: no column 'email'; the first line names the columns: {','.join(COLUMNS)}"
        )
    extra = [name for name in header if name not in COLUMNS]
    if extra:
        names = ", ".join(printable(name, 40) for name in extra)
        yield Remark(1, f"columns that mean nothing here are left out: {names}", rejected=False)
    while True:
        line = reader.line_num + 1
        try:
            cells = _next(reader)
        except SubscriberError as error:
            yield Remark(line, str(error))
            continue
        if cells is None:
            return
        if not any(cell.strip() for cell in cells):
            continue
        try:
            yield _row(line, dict(zip(header, cells, strict=False)), slugify, confirmed=confirmed)
        except SubscriberError as error:
            yield Remark(line, str(error))


def write_csv(subscribers: Iterable[Subscriber], stream: TextIO) -> int:
    """Write everyone to `stream`, which must be open with `newline=""`; return how many.

    Every cell is quoted, and one that a spreadsheet would run begins with "'".
    """
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    count = 0
    for subscriber in subscribers:
        cells = (
            subscriber.email,
            subscriber.name,
            ";".join(subscriber.topics),
            subscriber.status.value,
            subscriber.created_at.isoformat(),
            subscriber.confirmed_at.isoformat() if subscriber.confirmed_at else "",
            subscriber.preferences.language or "",
            subscriber.preferences.length or "",
            subscriber.preferences.frequency or "",
        )
        writer.writerow([f"'{cell}" if _FORMULA.match(cell) else cell for cell in cells])
        count += 1
    return count


def _row(
    line: int, cells: dict[str, str], slugify: Callable[[str], str], *, confirmed: bool
) -> ImportedSubscriber:
    values = {name: _unmarked(cell) for name, cell in cells.items()}
    confirmed_at = _time("confirmed_at", values.get("confirmed_at", ""))
    return ImportedSubscriber(
        line=line,
        email=normalise_email(values.get("email", "").strip()),
        name=clean_name(values.get("name", "")),
        topics=_topics(values.get("topics", ""), slugify),
        status=status_of(values.get("status", ""), proof=confirmed_at is not None or confirmed),
        created_at=_time("created_at", values.get("created_at", "")),
        confirmed_at=confirmed_at,
        preferences=Preferences(
            language=_choice(Language, "language", values),
            length=_choice(Length, "length", values),
            frequency=_choice(Frequency, "frequency", values),
        ),
    )


def status_of(text: str, *, proof: bool) -> SubscriberStatus:
    """Return the status of a subscriber whose line has `text`; `proof` says that they confirmed.

    Raises `SubscriberError` for a word that is no status.
    """
    word = text.strip().lower()
    if word == SubscriberStatus.UNSUBSCRIBED:
        return SubscriberStatus.UNSUBSCRIBED
    if word in ("", SubscriberStatus.ACTIVE):
        return SubscriberStatus.ACTIVE if proof else SubscriberStatus.PENDING
    if word == SubscriberStatus.PAUSED:
        return SubscriberStatus.PAUSED if proof else SubscriberStatus.PENDING
    if word == SubscriberStatus.PENDING:
        return SubscriberStatus.PENDING
    raise SubscriberError(
        f"status {printable(word, 40)!r} is none of {', '.join(SubscriberStatus)}"
    )


def _choice(kind: type[_Choice], column: str, values: dict[str, str]) -> _Choice | None:
    word = values.get(column, "").strip().lower()
    try:
        return kind(word) if word else None
    except ValueError as error:
        raise SubscriberError(
            f"{column} {printable(word, 40)!r} is none of {', '.join(kind)}"
        ) from error


def _topics(text: str, slugify: Callable[[str], str]) -> tuple[str, ...]:
    slugs = set()
    for part in text.split(";"):
        topic = part.strip()
        if topic:
            slug = topic if _SLUG.fullmatch(topic) else slugify(topic)
            if not _SLUG.fullmatch(slug):
                raise SubscriberError(f"topic {printable(topic, 40)!r} has no usable name")
            slugs.add(slug)
    return tuple(sorted(slugs))


def _time(column: str, text: str) -> datetime | None:
    """Return an ISO 8601 time; one without an offset is taken for UTC."""
    if not text.strip():
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise SubscriberError(
            f"{column} {printable(text, 40)!r} is no time, e.g. 2024-12-02T08:00:00+08:00"
        ) from error


def _unmarked(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell[1:]) else cell


def _without_byte_order_mark(stream: TextIO) -> Iterator[str]:
    """Yield the stream's lines without the byte order mark that spreadsheets write."""
    for number, line in enumerate(stream):
        yield line.removeprefix("\ufeff") if number == 0 else line


def _next(reader: Iterator[list[str]]) -> list[str] | None:
    """Return the next record, None at the end. Raises `SubscriberError`."""
    try:
        return next(reader, None)
    except csv.Error as error:
        raise SubscriberError(f"not valid CSV: {error}") from error
    except UnicodeDecodeError as error:
        raise SubscriberError("the file is not UTF-8 text; save it as UTF-8") from error
