"""Targets of the build: files that are made together, and anew only where their input changed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

_63_BITS = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class BuildTarget:
    """Some files of the output folder.

    `fingerprint` (63 bits) differs where any of the files may differ; `paths` returns their paths
    without making them; `render` makes them. Targets of one `batch` show the same papers, so one
    process makes them all; the batches that show most papers (`shown`, a number) are begun first.
    Targets of a lower `stage` are written first, so that what links to a file is never there before
    it.

    Where others change with the files of a target, `parts` returns 63 bits for each of its paths,
    which differ where that file may, and `render_some` makes the files of some paths alone.
    """

    name: str
    fingerprint: int
    paths: Callable[[], Sequence[str]]
    render: Callable[[], Mapping[str, bytes]]
    batch: str = ""
    stage: int = 0
    shown: int = 1
    parts: Callable[[], Sequence[int]] = tuple
    render_some: Callable[[Collection[str]], Mapping[str, bytes]] | None = None


def stable_hash(*values: str | bytes | int) -> int:
    """Return 63 bits that stand for `values`, the same in every process and on every machine."""
    digest = hashlib.blake2b(digest_size=8)
    for value in values:
        data = value if isinstance(value, bytes) else str(value).encode(errors="replace")
        digest.update(len(data).to_bytes(8, "big") + data)
    return int.from_bytes(digest.digest(), "big") >> 1


def mixed(numbers: Iterable[int]) -> int:
    """Return 63 bits that stand for `numbers` in their order.

    Python hashes numbers, unlike texts, the same way in every process.
    """
    return hash(tuple(numbers)) & _63_BITS
