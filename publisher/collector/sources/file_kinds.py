"""Kinds of files by their ending: Markdown, records of papers, and markings that are not read."""

from __future__ import annotations

RECORDS = (".json", ".jsonl", ".ndjson", ".csv", ".tsv")
FEEDS = (".xml", ".rss", ".atom")
OTHER_MARKINGS = {
    ".adoc": "AsciiDoc",
    ".asciidoc": "AsciiDoc",
    ".rst": "reStructuredText",
    ".org": "Org",
}
# Folders of programs, of built sites and of what they show: their JSON holds no list of papers.
_NO_RECORDS = (
    "node_modules public _site dist build static assets test tests fixtures config configs "
    "schemas vendor themes"
).split()
RECORD_PATTERNS = tuple(f"**/*{ending}" for ending in RECORDS)
NO_RECORD_PATTERNS = tuple(
    f"**/{folder}/**/*{ending}" for folder in _NO_RECORDS for ending in RECORDS
)


def ending_of_records(path: str) -> str:
    """Return the ending of `path` in small letters if it is of records or a feed, else ""."""
    return _ending(path, RECORDS + FEEDS)


def other_marking(path: str) -> str:
    """Return the name of the marking of a text that is neither Markdown nor records, else ""."""
    return OTHER_MARKINGS.get(_ending(path, tuple(OTHER_MARKINGS)), "")


def _ending(path: str, endings: tuple[str, ...]) -> str:
    # Nearly all files are Markdown.
    if path.endswith(".md") or not path.lower().endswith(endings):
        return ""
    return path[path.rindex(".") :].lower()
