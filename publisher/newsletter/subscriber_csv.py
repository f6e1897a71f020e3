"""Subscribers as a CSV file: every line is reported on, and no spreadsheet runs a cell of it."""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING, TextIO, TypeVar

from publisher.addresses import clean_name, normalise_email
from publisher.errors import SubscriberError
from publisher.models import Frequency, Language, Length, Preferences, SubscriberStatus
from publisher.models.imports import ImportedSubscriber
from publisher.newsletter.import_columns import (
    ACTIVE,
    PAUSED,
    REASONS,
    UNCONFIRMED,
    FileColumns,
    fold_word,
    status_words,
)
from publisher.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from io import BufferedReader

    from publisher.models import Subscriber

COLUMNS = (
    *("email", "name", "topics", "status", "created_at", "confirmed_at"),
    *("language", "length", "frequency"),
)
_Choice = TypeVar("_Choice", Language, Length, Frequency)
_SEPARATORS = (",", ";", "\t", "|")
_SEPARATOR_LINE = re.compile(r"\"?sep=(.)\"?[\r\n]*", re.IGNORECASE)
_NOT_TEXT = "the file is not UTF-8 text; save it as UTF-8"
SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
# A spreadsheet takes such a cell for a formula, so it is written with a "'" before it. A cell that
# has one already gets another, so that reading removes exactly what writing added.
_FORMULA = re.compile(r"'*\s*[=+\-@\t\r]")


@dataclass(frozen=True, slots=True)
class Remark:
    """A message about a line; `rejected` if the line can't be imported."""

    line: int
    message: str
    rejected: bool = True


class SubscriberTable:
    """A CSV file whose first line names the columns, in any order; only the address is required.

    Columns of other systems are known too, see import_columns.py. Commas, semicolons, tabs or
    vertical lines separate them.
    """

    def __init__(self, source: str | TextIO) -> None:
        """Read the first line. Raises `SubscriberError` where no column has addresses."""
        stream = io.StringIO(source, newline="") if isinstance(source, str) else source
        lines = _FileLines(stream)
        self._reader = csv.reader(lines, strict=True, delimiter=lines.separator)
        self._skipped = lines.skipped
        try:
            header = _next(self._reader) or []
        except UnicodeError as error:
            raise SubscriberError(_NOT_TEXT) from error
        self.columns = FileColumns.of(header)
        self.header = tuple(header)
        if "email" not in self.columns.places:
            raise SubscriberError(f"line {1 + self._skipped}: {_no_addresses(header)}")

    def rows(
        self, *, slugify: Callable[[str], str], confirmed: bool = False
    ) -> Iterator[ImportedSubscriber | Remark]:
        """Yield every line as a row, or as a remark with the reason why it is none.

        Topics are slugs or names, separated by ";"; `slugify` makes slugs of names. A subscriber is
        active if the file has the time of confirmation, or if `confirmed` vouches for all of them;
        else pending. Whoever has left another system, or gets no mail there, is none; of a file of
        ours the status "unsubscribed" is kept.

        Raises `SubscriberError` for bytes that are no text: lines around them would be lost.
        """
        if self.columns.unknown:
            names = ", ".join(printable(name, 40) for name in self.columns.unknown)
            message = f"columns that mean nothing here are left out: {names}"
            yield Remark(1 + self._skipped, message, rejected=False)
        while True:
            line = self._reader.line_num + 1 + self._skipped
            try:
                cells = _next(self._reader)
                if cells is None:
                    return
                if any(cell.strip() for cell in cells):
                    self._check_width(cells)
                    yield _row(line, cells, self.columns, slugify, confirmed=confirmed)
            except UnicodeError as error:
                raise SubscriberError(f"{_NOT_TEXT}; nothing is imported") from error
            except SubscriberError as error:
                yield Remark(line, str(error))

    def _check_width(self, cells: Sequence[str]) -> None:
        """Raise `SubscriberError` for values without a column: those before them may be misread."""
        if any(cell.strip() for cell in cells[len(self.header) :]):
            raise SubscriberError(
                f"{len(cells)} values for {len(self.header)} columns; not imported. A value that "
                f"contains {self._reader.dialect.delimiter!r} needs quotes around it"
            )


def text_of(stream: BufferedReader) -> TextIO:
    """Return a file as text: UTF-8, or the UTF-16 of spreadsheets; it is closed with the text."""
    beginning = stream.peek(4)[:4]
    coding = "utf-8-sig"
    if beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        coding = "utf-16"
    elif beginning[1:4:2] == b"\0\0":
        coding = "utf-16-le"
    elif beginning[0:3:2] == b"\0\0":
        coding = "utf-16-be"
    return io.TextIOWrapper(stream, coding, newline="")


def write_csv(subscribers: Iterable[Subscriber], stream: TextIO) -> int:
    """Write everyone to `stream`, which must be open with `newline=""`; return how many."""
    count = -1  # the line with the names of the columns
    for line in csv_lines(subscribers):
        stream.write(line)
        count += 1
    return count


def csv_lines(subscribers: Iterable[Subscriber]) -> Iterator[str]:
    """Yield the lines of a CSV file with everyone, the names of the columns first.

    Every cell is quoted, and one that a spreadsheet would run begins with "'".
    """
    line = io.StringIO(newline="")
    writer = csv.writer(line, quoting=csv.QUOTE_ALL)
    for cells in chain([COLUMNS], map(_cells, subscribers)):
        writer.writerow([f"'{cell}" if _FORMULA.match(cell) else cell for cell in cells])
        yield line.getvalue()
        line.seek(0)
        line.truncate()


def _cells(subscriber: Subscriber) -> tuple[str, ...]:
    return (
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


def _row(
    line: int,
    cells: Sequence[str],
    columns: FileColumns,
    slugify: Callable[[str], str],
    *,
    confirmed: bool,
) -> ImportedSubscriber:
    values = {
        name: _unmarked(cells[place])
        for name, place in columns.places.items()
        if place < len(cells)
    }
    proof = _may_be_confirmed(cells, columns)
    confirmed_at = _time("confirmed_at", values.get("confirmed_at", ""))
    full_name = values.get("name") or " ".join(
        filter(None, (values.get("first_name"), values.get("last_name")))
    )
    foreign = columns.is_foreign
    return ImportedSubscriber(
        line=line,
        email=normalise_email(values.get("email", "").strip()),
        name=clean_name(full_name),
        topics=_topics(values.get("topics", ""), slugify),
        status=status_of(
            values.get("status", ""),
            proof=proof and (confirmed_at is not None or confirmed),
            keep_left=not foreign,
        ),
        created_at=_time("created_at", values.get("created_at", ""), strict=not foreign),
        confirmed_at=confirmed_at,
        preferences=Preferences(
            language=_choice(Language, "language", values, strict=not foreign),
            length=_choice(Length, "length", values, strict=not foreign),
            frequency=_choice(Frequency, "frequency", values, strict=not foreign),
        ),
    )


def _may_be_confirmed(cells: Sequence[str], columns: FileColumns) -> bool:
    """Return whether no mark of a row says that its person has yet to confirm.

    Raises `SubscriberError` where a mark says that the person gets no mail.
    """
    may_be_confirmed = True
    for mark in columns.marks:
        value = cells[mark.index] if mark.index < len(cells) else ""
        meaning = mark.meaning(value)
        if meaning == UNCONFIRMED:
            may_be_confirmed = False
        elif meaning:
            raise _refusal(meaning, mark.name, value)
    return may_be_confirmed


def _refusal(meaning: str, column: str, value: str) -> SubscriberError:
    return SubscriberError(
        f"{REASONS[meaning]} (column {printable(column, 40)}: {printable(value.strip(), 40)!r})"
        "; not imported"
    )


def status_of(text: str, *, proof: bool, keep_left: bool = True) -> SubscriberStatus:
    """Return the status of a subscriber whose line has `text`; `proof` says that they confirmed.

    Whoever has left is UNSUBSCRIBED with `keep_left`. Raises `SubscriberError` for anybody else who
    gets no mail, and for a word that is no status.
    """
    word = fold_word(text)
    meaning = status_words().get(word, "") if word else ACTIVE
    if meaning == ACTIVE:
        return SubscriberStatus.ACTIVE if proof else SubscriberStatus.PENDING
    if meaning == PAUSED:
        return SubscriberStatus.PAUSED if proof else SubscriberStatus.PENDING
    if meaning == UNCONFIRMED:
        return SubscriberStatus.PENDING
    if keep_left and word == SubscriberStatus.UNSUBSCRIBED:
        return SubscriberStatus.UNSUBSCRIBED
    if meaning:
        raise _refusal(meaning, "status", text)
    raise SubscriberError(
        f"status {printable(text.strip(), 40)!r} is none of {', '.join(SubscriberStatus)}"
    )


def _choice(
    kind: type[_Choice], column: str, values: dict[str, str], *, strict: bool
) -> _Choice | None:
    """Return what a row chose; what another system wrote there means nothing if not `strict`."""
    word = values.get(column, "").strip().lower()
    try:
        return kind(word) if word else None
    except ValueError as error:
        if not strict:
            return None
        raise SubscriberError(
            f"{column} {printable(word, 40)!r} is none of {', '.join(kind)}"
        ) from error


def _topics(text: str, slugify: Callable[[str], str]) -> tuple[str, ...]:
    slugs = set()
    for part in text.split(";"):
        topic = part.strip()
        if topic:
            slug = slugify(topic)
            if not SLUG.fullmatch(slug):
                raise SubscriberError(f"topic {printable(topic, 40)!r} has no usable name")
            slugs.add(slug)
    return tuple(sorted(slugs))


def _time(column: str, text: str, *, strict: bool = True) -> datetime | None:
    """Return an ISO 8601 time; one without an offset is taken for UTC.

    Another text raises `SubscriberError`, or is None if not `strict`.
    """
    if not text.strip():
        return None
    try:
        moment = datetime.fromisoformat(text.strip().removesuffix(" UTC"))
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        if not strict:
            return None
        raise SubscriberError(
            f"{column} {printable(text, 40)!r} is no time, e.g. 2024-12-02T08:00:00+08:00"
        ) from error


def _unmarked(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell[1:]) else cell


class _FileLines:
    """The lines of a file from the one that names the columns, and what separates these.

    A spreadsheet may have named the separator in a line before: `sep=;`, which is `skipped`.
    """

    def __init__(self, stream: TextIO) -> None:
        self._lines = iter(stream)
        self.skipped = 0
        self.first = self._line().removeprefix("\ufeff")
        named = _SEPARATOR_LINE.fullmatch(self.first)
        if named:
            self.skipped = 1
            self.first = self._line()
        self.separator = named[1] if named else _separator_of(self.first)

    def __iter__(self) -> Iterator[str]:
        return chain([self.first] if self.first else [], self._lines)

    def _line(self) -> str:
        try:
            return next(self._lines, "")
        except UnicodeError as error:
            raise SubscriberError(_NOT_TEXT) from error


def _separator_of(line: str) -> str:
    """Return the separator with which a line names a column of addresses, and most columns."""

    def rank(separator: str) -> tuple[bool, int]:
        try:
            cells = next(csv.reader([line], delimiter=separator), [])
        except csv.Error:
            return (False, 0)
        return ("email" in FileColumns.of(cells).places, len(cells))

    return max(_SEPARATORS, key=rank)


def _no_addresses(header: Sequence[str]) -> str:
    if any("@" in cell for cell in header):
        return (
            "no column 'email', but an address; put a line with the names of the columns above it"
        )
    names = ", ".join(printable(cell.strip(), 40) for cell in header if cell.strip())
    return (
        f"no column 'email' among {names or 'no names'}; the first line names the columns: "
        f"{','.join(COLUMNS)}, with commas, semicolons, tabs or | between them"
    )


def _next(reader: Iterator[list[str]]) -> list[str] | None:
    """Return the next record, None at the end. Raises `SubscriberError` and `UnicodeError`."""
    try:
        return next(reader, None)
    except csv.Error as error:
        raise SubscriberError(f"not valid CSV: {error}") from error
