"""Survey of folders: how many files there are, and which formats read papers in the newest."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.errors import SourceError
from publisher.settings.sections import Source

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from publisher.collector.sources.folder_source import SourceFile

SAMPLE = 100  # files, read in about a second
# Where digests are as a rule, where no blog says it.
FOLDERS = ("digests", "posts", "_posts", "source/_posts", "content/posts", "content", "papers")
_ANY_POST = "markdown-post"
_README = "README.md"
_DATE = re.compile(r"(?:19|20)\d\d[-_/]?[01]\d(?:[-_/]?[0-3]\d)?")


@dataclass(frozen=True, slots=True)
class DigestSurvey:
    """The Markdown files of a folder or file `place`, and the papers in a `sample` of them.

    `papers` counts the papers by the name of the format that reads them, `posts` entries of posts
    that are no digests.
    """

    place: str
    files: int
    sample: int
    papers: Counter[str]
    posts: int = 0


def survey(folder: Path, places: Sequence[str], zone: ZoneInfo) -> DigestSurvey | None:
    """Return the survey of the first of `places` in `folder` that has papers.

    Without papers, that of the first one with files; None where there is none at all.
    """
    surveys = (_survey(folder, place, zone) for place in places if (folder / place).exists())
    first = None
    for each in surveys:
        if each is not None and each.papers:
            return each
        first = first or each
    return first


def survey_plain(folder: Path, zone: ZoneInfo) -> DigestSurvey | None:
    """Return the survey of a `folder` without a blog: of its usual folders, itself, or its README.

    None where nothing there has papers.
    """
    usual = survey(folder, FOLDERS, zone)
    if usual is not None and usual.papers:
        return usual
    readme = _survey(folder, _README, zone) if (folder / _README).is_file() else None
    whole = _survey(folder, ".", zone) if _may_hold_digests(folder) else None
    of_readme = readme.papers.total() if readme is not None else 0
    if whole is not None and whole.papers.total() > of_readme:
        return whole
    return readme if of_readme else usual


def _may_hold_digests(folder: Path) -> bool:
    """Return whether `folder` has Markdown other than a README, and is no one's home."""
    if folder.resolve() in (Path.home(), Path(folder.anchor)):
        return False  # of thousands of folders
    paths = chain(folder.glob("*.md"), folder.glob("*/*.md"))
    return any(path.name != _README for path in paths)


def _survey(folder: Path, place: str, zone: ZoneInfo) -> DigestSurvey | None:
    # The parsers are loaded where something is read.
    from publisher.collector.sources.folder_source import (  # noqa: PLC0415 - see above
        Folder,
        find_files,
    )

    source = Source()
    location = Folder(folder / place, ignore_files=source.ignore_files)
    try:
        files = find_files([location], source.include, source.exclude).files
    except SourceError:
        return None
    sample = sorted(files, key=_newness, reverse=True)[:SAMPLE]
    formats_of_papers: dict[str, str] = {}
    for file in sample:
        name, ids = _reading(file, zone)
        for paper_id in ids:
            formats_of_papers.setdefault(paper_id, name)
    papers = Counter(formats_of_papers.values())
    return DigestSurvey(place, len(files), len(sample), papers, papers.pop(_ANY_POST, 0))


def _newness(file: SourceFile) -> tuple[str, float]:
    """Return a key by which newer files come later: the date in the path, or else of the file."""
    date = _DATE.search(file.path)
    try:
        changed = file.location.stat().st_mtime
    except OSError:
        changed = 0.0
    return re.sub(r"\D", "", date[0]) if date else "", changed


def _reading(file: SourceFile, zone: ZoneInfo) -> tuple[str, list[str]]:
    """Return the format that reads `file`, and the ids of its papers; "" and [] for none."""
    from publisher.collector import formats  # noqa: PLC0415 - as above
    from publisher.collector.archive import parsing  # noqa: PLC0415 - as above
    from publisher.collector.frontmatter.reader import read_post  # noqa: PLC0415 - as above
    from publisher.collector.text.plain_text import without_c1  # noqa: PLC0415 - as above

    try:
        text = without_c1(parsing.text_of(file.location.read_bytes())[0])
    except OSError:
        return "", []
    digests = parsing.parse_text(file.path, text, zone).digests
    ids = [paper.id for digest in digests for paper in digest.papers]
    if not ids:
        return "", []
    return formats.parse(file.path, read_post(file.path, text), zone).name, ids
