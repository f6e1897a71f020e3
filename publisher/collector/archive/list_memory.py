"""The memory of rolling lists: the papers that a list has had, in a private file for each list.

Where git's history does not tell what a list held yesterday, this file does. It is no cache: what
it holds is nowhere else. It is replaced at once or not at all, and one that is damaged is set aside
and not overwritten. The first line names the list; each other line is a paper, so that deleting a
line forgets a paper, and deleting the file forgets the list.

    .publisher/lists/<name of the list>-<hash of its path>.jsonl
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from publisher.collector.archive.rolling_list import Mention, RollingList
from publisher.collector.findings import finding
from publisher.collector.text.slugs import slugify
from publisher.private_folder import make_private_folder, write_private_file

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.models import Finding


class _Head(msgspec.Struct, frozen=True):
    """The first line of a file."""

    list: str
    own_date: int | None = None


_decode_head = msgspec.json.Decoder(_Head).decode
_decode = msgspec.json.Decoder(Mention).decode
_encode = msgspec.json.Encoder().encode


class Remembered(NamedTuple):
    """The file of a list: its bytes, the papers in it, and its defects."""

    content: bytes
    rolling: RollingList
    findings: tuple[Finding, ...] = ()
    is_readable: bool = True


class ListMemory:
    """The files in `folder`; `base` is the folder of the settings, to which lists are relative."""

    def __init__(self, folder: Path, base: Path) -> None:
        """Read and write the files in `folder`."""
        self._folder = folder
        self._base = base

    def has(self, name: str) -> bool:
        """Return whether there is a file of the list with the absolute path `name`."""
        return self._path(name).exists()

    def read(self, name: str) -> Remembered:
        """Return the file of the list with the absolute path `name`; it may be missing.

        A line that is damaged costs a line.
        """
        path = self._path(name)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return Remembered(b"", RollingList())
        except OSError as error:
            reason = error.strerror or str(error)
            unreadable = (finding(str(path), 0, "D324", reason),)
            return Remembered(b"", RollingList(), unreadable, is_readable=False)
        rolling, bad = RollingList(), 0
        for number, line in enumerate(content.split(b"\n"), 1):
            try:
                if number == 1:
                    rolling.own_date = _decode_head(line).own_date
                elif line:
                    mention = _decode(line)
                    rolling.mentions[mention.key] = mention
            except (msgspec.MsgspecError, UnicodeDecodeError):
                bad = bad or number
        return Remembered(content, rolling, (finding(str(path), bad, "D324"),) if bad else ())

    def write(self, name: str, before: Remembered, rolling: RollingList) -> Remembered:
        """Replace the file `before` of a list by the papers of `rolling`; return what is there."""
        head = _Head(self._shown(name), rolling.own_date)
        content = b"\n".join([*map(_encode, (head, *rolling.mentions.values())), b""])
        if content == before.content or not before.is_readable:
            return before
        path = self._path(name)
        try:
            make_private_folder(self._folder)
            if before.findings:
                self._replace(path.with_suffix(f".{_hash(before.content)}.damaged"), before.content)
            self._replace(path, content)
        except OSError as error:
            detail = error.strerror or str(error)
            findings = (*before.findings, finding(str(path), 0, "D325", detail))
            return before._replace(findings=findings)
        return Remembered(content, rolling, before.findings)

    def _replace(self, path: Path, content: bytes) -> None:
        new = path.with_name(f"{path.name}.{os.getpid()}.new")
        try:
            new.unlink(missing_ok=True)  # of a process that was killed, and had the same number
            write_private_file(new, content)
            new.replace(path)
        except OSError:
            with contextlib.suppress(OSError):
                new.unlink()
            raise

    def _path(self, name: str) -> Path:
        shown = self._shown(name)
        slug = slugify(shown.rpartition("/")[2])[:40].strip("-")
        return self._folder / f"{slug}-{_hash(shown.encode(errors='replace'))}.jsonl"

    def _shown(self, name: str) -> str:
        """Return the path of a list relative to the settings, so that both can be moved."""
        try:
            return os.path.relpath(name, self._base).replace(os.sep, "/")
        except ValueError:  # another drive of Windows
            return name


def _hash(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=4).hexdigest()
