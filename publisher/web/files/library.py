"""A cache of the files that were requested, checked against the disk at each request.

An ETag is a hash of the content, so that it survives restarts, rebuilds and moves.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import stat
import zlib
from collections import OrderedDict
from dataclasses import dataclass
from email.utils import formatdate
from typing import TYPE_CHECKING
from urllib.parse import quote

from publisher.web.files.headers import headers_of, is_feed
from publisher.web.files.paths import relative_path

if TYPE_CHECKING:
    from pathlib import Path

INDEX = "index.html"
# Small files are held in memory, up to a total: feeds and overviews fit, archives need not.
_SMALL = 512 * 1024
_HELD_BYTES = 32 * 1024 * 1024
_HELD_FILES = 4096
_CHUNK = 256 * 1024

Headers = list[tuple[bytes, bytes]]
# The stamp of a file's state.
Mark = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Variant:
    """A form of a file, plain or compressed; if `body` is None it is read from `target`."""

    target: str
    mark: Mark
    size: int
    etag: str
    etag_bytes: bytes
    modified: int
    body: bytes | None
    headers: Headers  # for 200
    short: Headers  # for 304, without those of the content (RFC 9110, 15.4.5)
    answer: bytes  # 200 as sent, except date, blank line and body
    unchanged: bytes  # 304 likewise


@dataclass(frozen=True, slots=True)
class LibraryFile:
    """The file at `path` in the folder; `polled` is True for a feed that people subscribe to."""

    path: str
    plain: Variant
    compressed: Variant | None
    polled: bool


class Library:
    """The files of `folder` by URL path; `prefix` is the path of the site."""

    def __init__(self, folder: Path, *, root: str, hub: str, prefix: str = "/") -> None:
        """Start with an empty cache; `root` and `hub` are for headers."""
        self._folder = os.fspath(folder)
        self._root = root
        self._hub = hub
        self._prefix = prefix.encode()
        self._known: OrderedDict[bytes, LibraryFile] = OrderedDict()
        self._held = 0
        self._dated: tuple[object, bytes] = (None, b"")

    def known(self, raw: bytes) -> LibraryFile | None:
        """Return the file at the URL path `raw` if it is cached and unchanged on the disk."""
        file = self._known.get(raw)
        if file is None:
            return None
        plain = file.plain
        try:
            if mark_of(os.stat(plain.target)) == plain.mark:  # noqa: PTH116 - quicker than pathlib
                self._known.move_to_end(raw)
                return file
        except OSError:
            pass
        self._forget(raw)
        return None

    def date_lines(self, headers: Headers) -> bytes:
        """Return the server's own `headers` as lines, with the blank line that ends the headers.

        uvicorn hands in the same list for a second.
        """
        known, lines = self._dated
        if known is not headers:
            lines = b"".join(b"%s: %s\r\n" % pair for pair in headers) + b"\r\n"
            self._dated = (headers, lines)
        return lines

    def find(self, raw: bytes) -> LibraryFile | str | None:
        """Look the file up on the disk: return it, a folder's path with "/", or None.

        Called in a thread; the event loop hands the result to `keep`.
        """
        path = relative_path(raw, self._prefix)
        if path is None:
            return None
        if not path or path.endswith("/"):
            path += INDEX
        root = os.path.realpath(self._folder)
        target = os.path.realpath(os.path.join(root, path))  # noqa: PTH118 - see above
        if not target.startswith(root + os.sep) and target != root:
            return None  # a link to the outside
        try:
            status = os.stat(target)  # noqa: PTH116 - see above
            if stat.S_ISDIR(status.st_mode):
                index = os.path.join(target, INDEX)  # noqa: PTH118 - see above
                return f"{path}/" if os.path.isfile(index) else None  # noqa: PTH113 - see above
            if not stat.S_ISREG(status.st_mode):
                return None
            return self._read(path, target)
        except OSError:
            return None

    def keep(self, raw: bytes, file: LibraryFile) -> None:
        """Cache a file, and drop the variant that was not requested for the longest time."""
        self._forget(raw)
        self._known[raw] = file
        self._held += _held(file)
        while len(self._known) > _HELD_FILES or self._held > _HELD_BYTES:
            self._forget(next(iter(self._known)))

    def not_found(self) -> bytes:
        """Return the site's 404 page, b"" where it has none."""
        file = self.find(self._prefix + b"404.html")
        return file.plain.body or b"" if isinstance(file, LibraryFile) else b""

    def address(self, path: str) -> str:
        """Return the URL path of `path`, a path in the folder."""
        return self._prefix.decode() + quote(path)

    def _forget(self, raw: bytes) -> None:
        file = self._known.pop(raw, None)
        if file is not None:
            self._held -= _held(file)

    def _read(self, path: str, target: str) -> LibraryFile:
        common = list(headers_of(path, root=self._root, hub=self._hub))
        plain, digest = _variant(target, common)
        compressed = None
        try:
            packed, _ = _variant(f"{target}.gz", [*common, ("Content-Encoding", "gzip")], plain)
            # It may be left over from an interrupted build.
            compressed = packed if _unpacked_digest(packed.target) == digest else None
        except (OSError, EOFError, zlib.error):
            pass
        return LibraryFile(path, plain, compressed, is_feed(path))


def mark_of(status: os.stat_result) -> Mark:
    """Return the stamp of a file's state."""
    return status.st_mtime_ns, status.st_size, status.st_ino


def _variant(
    target: str, common: list[tuple[str, str]], of: Variant | None = None
) -> tuple[Variant, str]:
    """Return a form of a file and the hash of its content; `of` is the plain file."""
    descriptor = os.open(target, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    with open(descriptor, "rb") as file:  # noqa: PTH123 - see above
        status = os.fstat(descriptor)
        digest = hashlib.sha256()
        content = bytearray()
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            if status.st_size <= _SMALL:
                content += chunk
    size = len(content) if status.st_size <= _SMALL else status.st_size
    etag = f'"{digest.hexdigest()[:32]}"'
    modified = of.modified if of else int(status.st_mtime)
    short = [
        ("ETag", etag),
        ("Last-Modified", formatdate(modified, usegmt=True)),
        *((name, value) for name, value in common if not name.startswith("Content-")),
        ("Vary", "Accept-Encoding"),
    ]
    whole = [
        *short,
        *((name, value) for name, value in common if name.startswith("Content-")),
        ("Content-Length", str(size)),
        ("Accept-Ranges", "bytes"),
    ]
    variant = Variant(
        target=target,
        mark=mark_of(status),
        size=size,
        etag=etag,
        etag_bytes=etag.encode(),
        modified=modified,
        body=bytes(content) if status.st_size <= _SMALL else None,
        headers=_encoded(whole),
        short=_encoded(short),
        answer=_written("200 OK", _encoded(whole)),
        unchanged=_written("304 Not Modified", _encoded(short)),
    )
    return variant, digest.hexdigest()


def _unpacked_digest(target: str) -> str:
    digest = hashlib.sha256()
    with gzip.open(target) as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _held(file: LibraryFile) -> int:
    variants = (file.plain, file.compressed)
    return sum(len(variant.body or b"") for variant in variants if variant is not None)


def _written(status: str, headers: Headers) -> bytes:
    lines = b"".join(b"%s: %s\r\n" % pair for pair in headers)
    return f"HTTP/1.1 {status}\r\n".encode() + lines


def _encoded(headers: list[tuple[str, str]]) -> Headers:
    return [(name.lower().encode("ascii"), value.encode("latin-1")) for name, value in headers]
