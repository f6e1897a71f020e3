"""Withdrawn papers: arXiv keeps them listed, and says so in the comment or in the abstract."""

from __future__ import annotations

import re

_COMMENT = re.compile(r"\bwithdraw(?:n|al)?\b", re.IGNORECASE)
# "This paper has been withdrawn by the author due to an error in equation 3"; not an abstract
# about money that was withdrawn.
_ABSTRACT = re.compile(
    r"\W{0,5}(?:this|the|our) (?:paper|article|manuscript|submission|work|version)"
    r"\b[^.]{0,60}\bwithdrawn\b",
    re.IGNORECASE,
)


def is_withdrawn(comment: str, abstract: str) -> bool:
    """Return whether comment or abstract says that the paper was withdrawn."""
    return bool(_COMMENT.search(comment) or _ABSTRACT.match(abstract))
