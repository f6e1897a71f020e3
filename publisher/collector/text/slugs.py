"""Slugs: names that are safe in file names and addresses, `^[a-z0-9][a-z0-9-]{0,63}$`."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_MAX = 64
_NOT_SAFE = re.compile(r"[^a-z0-9]+")
# Windows opens a device for these names in any folder.
_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", *(f"com{n}" for n in range(10)), *(f"lpt{n}" for n in range(10))]
)


def slugify(name: str) -> str:
    """Return a readable slug for `name`, transliterated to ASCII by anyascii.

    A name that leaves nothing in ASCII becomes "topic-" and 8 hex digits.
    """
    from anyascii import anyascii  # noqa: PLC0415 - imports zipfile and tempfile

    ascii_name = anyascii(unicodedata.normalize("NFKC", name)).lower()
    slug = _NOT_SAFE.sub("-", ascii_name).strip("-")[:_MAX].strip("-")
    if not slug:
        return f"topic-{_digest(name)}"
    return f"{slug}-topic" if slug in _DEVICES else slug


def assign_slugs(names: Iterable[str]) -> dict[str, str]:
    """Return a unique slug for each of `names`, which are ordered from the oldest.

    Names that differ only in case, width or blanks are one topic and share a slug. Of different
    names with equal slugs the oldest keeps it, and the others get a part of their hash appended, so
    that a new topic never changes an existing slug.
    """
    by_folded: dict[str, str] = {}
    taken: set[str] = set()
    slugs: dict[str, str] = {}
    for name in names:
        folded = fold(name)
        if folded not in by_folded:
            slug = slugify(name)
            if slug in taken:
                slug = f"{slug[: _MAX - 9].rstrip('-')}-{_digest(folded)}"
            taken.add(slug)
            by_folded[folded] = slug
        slugs[name] = by_folded[folded]
    return slugs


def fold(name: str) -> str:
    """Return `name` in the form for comparison: case, width and runs of blanks are ignored."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
