"""Defects that the collector reports, each with a permanent code.

`CODES` is the documented list. `finding()` makes all findings, so that every code in use is listed.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from publisher.errors import SettingsError
from publisher.models import Finding, Severity
from publisher.translation import mark

if TYPE_CHECKING:
    from publisher.settings import Settings

CODES: dict[str, tuple[Severity, str]] = {
    "D101": (Severity.ERROR, mark("the file can't be read")),
    "D102": (Severity.ERROR, mark("not valid UTF-8")),
    "D103": (Severity.ERROR, mark("no front matter")),
    "D104": (Severity.ERROR, mark("front matter is not valid")),
    "D105": (Severity.ERROR, mark("no date in front matter, heading or path")),
    "D106": (Severity.ERROR, mark("the date can't be understood")),
    "D107": (Severity.WARNING, mark("no topic in front matter")),
    "D108": (Severity.ERROR, mark("no digest format recognises the file")),
    "D109": (Severity.WARNING, mark("the file names papers that are not read")),
    "D110": (Severity.WARNING, mark("text went through a wrong decoding and was repaired")),
    "D111": (Severity.ERROR, mark("text can't be repaired and is left out")),
    "D112": (Severity.ERROR, mark("text went through a wrong decoding and is published as it is")),
    "D113": (Severity.WARNING, mark("the date can be read in two ways")),
    "D114": (Severity.WARNING, mark("the date lies in the future")),
    "D116": (Severity.WARNING, mark("no date, guessed by arXiv ids and venues")),
    "D115": (Severity.NOTE, mark("no digest, passed over")),
    "D117": (Severity.WARNING, mark("papers in a marking that is not read")),
    "D118": (Severity.ERROR, mark("records of papers that can't be read")),
    "D119": (Severity.NOTE, mark("entries of a feed that name no paper")),
    "D201": (Severity.ERROR, mark("paper without a PDF line")),
    "D202": (Severity.ERROR, mark("the PDF line names no arXiv paper")),
    "D203": (Severity.ERROR, mark("paper without authors")),
    "D204": (Severity.WARNING, mark("paper without an abstract")),
    "D205": (Severity.WARNING, mark("paper without a summary")),
    "D206": (Severity.WARNING, mark("paper without takeaways")),
    "D207": (Severity.WARNING, mark("the paper is in this digest already")),
    "D208": (Severity.ERROR, mark("paper without a title")),
    "D209": (Severity.WARNING, mark("a figure's address is not an http address")),
    "D210": (Severity.WARNING, mark("second authors or PDF line in one section")),
    "D301": (Severity.ERROR, mark("the repository can't be pulled, its last state is used")),
    "D302": (Severity.WARNING, mark("a link that leads out of the repository is not followed")),
    "D303": (Severity.ERROR, mark("the format of an installed package fails")),
    "D304": (Severity.WARNING, mark("the front matter has this key twice, the last holds")),
    "D305": (Severity.ERROR, mark("the feed can't be fetched, its last state is used")),
    "D311": (Severity.ERROR, mark("row without a date")),
    "D312": (Severity.ERROR, mark("row without a title")),
    "D313": (Severity.WARNING, mark("row that names no arXiv paper")),
    "D314": (Severity.WARNING, mark("row without authors")),
    "D321": (Severity.NOTE, mark("no date of its own, dated by git's history")),
    "D322": (Severity.WARNING, mark("git's history can't be read")),
    "D323": (Severity.WARNING, mark("the oldest versions of the list are not read")),
    "D324": (Severity.ERROR, mark("the memory of a list is damaged")),
    "D325": (Severity.ERROR, mark("the memory of a list can't be written")),
    "D401": (Severity.WARNING, mark("leaked or unplaced text dropped from the notes")),
    "D402": (Severity.WARNING, mark("courtesy text dropped")),
    "D403": (Severity.WARNING, mark("text is cut off in mid-sentence")),
    "D404": (Severity.WARNING, mark("unknown label")),
}


def finding(path: str, line: int, code: str, detail: str = "") -> Finding:
    """Return the finding `code` at `path`:`line` (1-based), its text followed by `detail`."""
    severity, text = CODES[code]
    return Finding(path, line, code, f"{text}: {detail}" if detail else text, severity)


def silenced_codes(settings: Settings) -> tuple[str, ...]:
    """Return the codes of `check.ignore`. Raises `SettingsError` where one does not exist."""
    for code in settings.check.ignore:
        if code not in CODES:
            near = " or ".join(get_close_matches(code, CODES, cutoff=0.7))
            hint = f"; did you mean {near}?" if near else ""
            raise SettingsError(
                f"{settings.file or 'settings'}: check.ignore: no finding has the code {code}{hint}"
            )
    return tuple(dict.fromkeys(settings.check.ignore))
