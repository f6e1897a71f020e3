"""Text from outside, made safe to print and to log."""

from __future__ import annotations


def one_line(text: str, limit: int | None = None) -> str:
    """Return `text` as one line of at most `limit` characters; None: as many as there are.

    Unprintable characters become blanks, and runs of blanks one.
    """
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split())[:limit]


def printable(text: str, limit: int = 80) -> str:
    """Return `text` with "?" for unprintable characters, cut with "…" after `limit` characters."""
    safe = "".join(c if c.isprintable() else "?" for c in text)
    return safe if len(safe) <= limit else safe[: limit - 1] + "…"
