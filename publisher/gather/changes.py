"""The difference between two versions of a paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.models.gathering import PaperChange

if TYPE_CHECKING:
    from publisher.models.gathering import Candidate

_FIELDS = ("title", "abstract", "authors")


def change_of(before: Candidate, after: Candidate) -> PaperChange | None:
    """Return the difference, None where `after` is no newer version and was not withdrawn since.

    A field that the source left empty is not one that the authors have emptied.
    """
    withdrawn = after.withdrawn and not before.withdrawn
    if after.version <= before.version and not withdrawn:
        return None
    fields = tuple(
        name
        for name in _FIELDS
        if getattr(after, name) and getattr(after, name) != getattr(before, name)
    )
    return PaperChange(after.version, before.version, fields, after.comment, after.withdrawn)
