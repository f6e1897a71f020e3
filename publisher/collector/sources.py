"""Where digests come from: folders of files, read as bytes and decoded."""

from __future__ import annotations

import codecs
import os
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from publisher.collector.findings import finding
from publisher.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from publisher.models import Finding

MAX_FILE = 20_000_000  # bytes; the largest real digest has 200,000


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A digest file: `path` is relative to its source folder, with "/" on every system."""

    path: str
    location: Path


def find_files(
    folders: Sequence[Path], include: Sequence[str], exclude: Sequence[str]
) -> list[SourceFile]:
    """Return the files of `folders` that match, sorted by path.

    A folder may be a single file, which is taken whatever its name. Hidden files and folders are
    passed over. Raises `SourceError` for a folder that is missing or unreadable, and where no
    file matches at all.
    """
    found: list[SourceFile] = []
    others: set[str] = set()
    for folder in folders:
        if folder.is_file():
            found.append(SourceFile(folder.name, folder))
            continue
        if not folder.is_dir():
            raise SourceError(f"{folder}: no such folder (setting source.folders)")
        for path in _walk(folder):
            if _matches(path, include) and not _matches(path, exclude):
                found.append(SourceFile(path, folder / path))
            else:
                others.add(PurePosixPath(path).suffix)
    if not found:
        where = ", ".join(str(folder) for folder in folders)
        seen = ", ".join(sorted(filter(None, others))[:5])
        hint = f"; there are files with the ending {seen}" if seen else ""
        raise SourceError(
            f"{where}: no digest found: no file matches source.include ({', '.join(include)}){hint}"
        )
    return sorted(found, key=lambda file: (file.path, str(file.location)))


def _walk(folder: Path) -> Iterator[str]:
    def fail(error: OSError) -> None:
        raise SourceError(f"{error.filename}: can't be read: {error.strerror}") from error

    for root, names, files in os.walk(folder, onerror=fail):
        names[:] = sorted(name for name in names if not name.startswith("."))
        for name in files:
            if not name.startswith("."):
                yield Path(root, name).relative_to(folder).as_posix()


def _matches(path: str, patterns: Sequence[str]) -> bool:
    return any(_pattern(pattern).fullmatch(path) for pattern in patterns)


@lru_cache(maxsize=256)
def _pattern(glob: str) -> re.Pattern[str]:
    """Return `glob` as a pattern: `**/` any folders, `*` and `?` within a name."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", glob.removeprefix("./"))
    meaning = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(meaning.get(part, re.escape(part)) for part in parts), re.DOTALL)


def read(file: SourceFile) -> tuple[str | None, list[Finding]]:
    """Return the text of `file` with LF line ends, and D101 or D102 where it is damaged.

    The text is None where the file can't be read. Bytes that are no UTF-8 become U+FFFD, so that
    the rest can be published.
    """
    try:
        if file.location.stat().st_size > MAX_FILE:
            return None, [finding(file.path, 0, "D101", f"larger than {MAX_FILE} bytes")]
        data = file.location.read_bytes()
    except OSError as error:
        return None, [finding(file.path, 0, "D101", error.strerror or str(error))]
    findings: list[Finding] = []
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = data.decode("utf-16", errors="replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            detail = f"byte 0x{data[error.start]:02x}"
            findings.append(finding(file.path, line, "D102", detail))
            text = data.decode("utf-8-sig", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n"), findings
