"""The venue of a paper, found in the authors' comment on arXiv.

"Accepted by CVPR 2024", "CVPR'24 (Oral)" and a bare "CVPR 2024" name a venue. "Submitted to",
"under review at" and the report of a challenge do not, nor does the venue of an earlier paper: the
venue of "journal extension of our CVPR 2023 paper, accepted by TPAMI" is TPAMI, and without the
last three words there is none. A workshop is not its conference: "CVPR Workshop".
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from publisher.collector.text.venue_names import folded, venue_names, without_hyphens
from publisher.models import Venue

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST = 1000  # characters of a comment that are searched
_MOST_NAMES = 20  # in a sentence
_FIRST_YEAR, _LAST_YEAR, _CENTURY = 1970, 2069, 70

# After the name: "2024", "'24", "-24", " 24", "24", ", 2024", "(2024)", but no number of pages.
_YEAR_AFTER = re.compile(
    r"(?:[\s,.:(]{0,3}['’‘`-]?\s?(?P<full>(?:19|20)\d\d)"
    r"|\s?['’‘`-]\s?(?P<marked>\d\d)|\s?(?P<bare>\d\d))"
    r"(?![\w%/])(?!\.\d)(?!\s?(?:pages?|figures?|tables?|pp\b))",
    re.IGNORECASE,
)
_YEARS = re.compile(r"(?<![\w./:-])((?:19|20)\d\d)(?!\.\d|[\w/])")
_URL = re.compile(r"(?:https?://|www\.)\S*|arXiv:\S*", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.;!?](?=\s|$)|[,\s](?=(?:project|code|home)\s?page\b)", re.IGNORECASE)
_ABBREVIATION = re.compile(
    r"(?:\b(?:Proc|Conf|Int|Int'l|Trans|J|Symp|Pattern|Anal|Mach|vs|al|vol|no|pp))\.$",
    re.IGNORECASE,
)

_ACCEPTED = re.compile(
    r"\bac+(?:ep|pe)+ted\b|\bacceptance\b|\bto appear|\bappear(?:s|ed|ing)? (?:in|at)\b"
    r"|\bpublished\b|\bpublication (?:in|at|by)\b|\bpresented\b|\bpresentation at\b"
    r"|\bcamera[ -]ready\b|\bproceedings of\b|\bin press\b|\bto be published\b|\bforthcoming\b",
    re.IGNORECASE,
)
# Closer before a name than a word of acceptance: not accepted there, or another paper's venue.
_REFUSING = re.compile(
    r"\bsubmi[ts]\w*|\bunder\b[^.]{0,40}\breview|\bin review\b|\brejected\b|\bwithdrawn\b"
    r"|\bdraft\b|\bintended for\b|\bnot (?:yet |been )?accepted\b|\bbeing considered\b"
    r"|\btarget(?:ing|ed)\b|\bexten(?:sion|ded|ds|ding)\b|\bexpanded\b|\bfollow-?up\b|\bbased on\b"
    r"|\bbuil(?:ds|t) (?:up)?on\b|\bprevious(?:ly)?\b|\bprior\b|\bearlier\b|\bpreliminary\b"
    r"|\bsuccessor\b|\brevised version of\b"
    r"|\boverlap|\bwinn(?:er|ing)\b|\bplace\b|\bsolutions?\b|\bchallenge\b|\breport (?:of|for|on)\b"
    r"|\bcompared? (?:to|with)\b|\bsupersede|\bproposed (?:in|at)\b|\bif accepted\b"
    r"|\bversion of our\b",
    re.IGNORECASE,
)
# Directly after the name: the paper uses something of the venue, but does not appear there.
_REFUSED = re.compile(
    r"[\s'’)\d]{0,9}(?:submission|submitted|under review|in review|[\w-]{0,12}\s?[\w-]{0,12}\s?"
    r"(?:challenge|competition|benchmark|datasets?|template|format|style|rebuttal|extension)\b)",
    re.IGNORECASE,
)
# Characters of a name's first word by which names are looked up.
_START = 3
_WORD = re.compile(rf"(?<![A-Za-z0-9])(?=([a-z0-9][^\s-]{{0,{_START - 1}}}))", re.IGNORECASE)
_WORKSHOP = re.compile(r"\bworkshops?\b", re.IGNORECASE)
# A venue that is in no table, in words that leave no doubt.
_UNKNOWN = re.compile(
    r"(?:(?:[Aa]ccepted|[Tt]o appear|[Pp]ublished|[Pp]resented)\s(?:\w{1,12}\s){0,3}"
    r"(?:by|at|to|in|for|as)\s(?:the\s)?(?:IEEE\s|ACM\s|IEEE/CVF\s)?|\bIn Proceedings (?:of )?)"
    r"(?P<name>(?!COVID|ID)[A-Z][A-Za-z]{0,6}[A-Z][A-Za-z]{0,6})(?=['’\s-]{0,2}(?:20)?\d\d(?!\w))"
)


@cache
def _by_start() -> dict[str, list[str]]:
    """Return the names by their first characters, the longest first."""
    names: dict[str, list[str]] = {}
    for name in sorted(venue_names().shown, key=len, reverse=True):
        names.setdefault(name.partition(" ")[0][:_START], []).append(name)
    return names


def find_venue(comment: str) -> Venue | None:
    """Return the venue where the paper appears according to `comment`, else None."""
    text = " ".join(_URL.sub(" ", comment[:_LONGEST]).split())
    venues = [
        (bool(_ACCEPTED.search(sentence)), named)
        for sentence in _sentences(text)
        if (named := _in_sentence(sentence))
    ]
    # A year counts more than words of acceptance, and these more than a mere name.
    best = max(venues, key=lambda pair: (pair[1].year > 0, pair[0]), default=None)
    return best[1] if best else None


def _sentences(text: str) -> list[str]:
    sentences: list[str] = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        if not _ABBREVIATION.search(text[max(start, match.end() - 12) : match.end()]):
            sentences.append(text[start : match.end()])
            start = match.end()
    return [*sentences, text[start:]]


def _in_sentence(sentence: str) -> Venue | None:
    """Return the venue that `sentence` names: of several, the first with a year beside it."""
    named: list[tuple[bool, Venue]] = []
    of_others: set[int] = set()  # years of venues where the paper does not appear
    accepting, refusing = _ends(_ACCEPTED, sentence), _ends(_REFUSING, sentence)
    workshop = bool(_WORKSHOP.search(sentence))
    names = venue_names()
    for match in islice(_find_names(sentence), _MOST_NAMES):
        after = sentence[match.end() : match.end() + 100]
        spelling = " ".join(match.group(1).split())
        year = _year_after(after)
        accepted, refused = _last(accepting, match.start()), _last(refusing, match.start())
        exact = names.ambiguous.get(folded(spelling))
        if exact and (without_hyphens(spelling) != exact or (not year and accepted < 0)):
            continue
        if refused > accepted or _REFUSED.match(after):
            of_others.add(year)
            continue
        name = names.shown[folded(spelling)]
        if (workshop or match.group("workshop")) and name not in names.journals:
            name += " Workshop"
        named.append((year > 0, Venue(name, year or _only_year(sentence, of_others))))
    if named:
        return max(named, key=lambda pair: pair[0])[1]
    return _unknown(sentence)


def _find_names(text: str) -> Iterator[re.Match[str]]:
    """Yield a match for each name in `text`: group 1 is its spelling, `workshop` a "W" after it.

    Each word is looked up by its first characters, since compiling one pattern of all names takes
    longer than parsing a digest.
    """
    end = 0
    by_start = _by_start()
    for word in _WORD.finditer(text):
        if word.start() < end:
            continue
        beginning = word.group(1).casefold()
        for length in range(_START, 0, -1):
            start = beginning[:length]
            if start in by_start and (match := _pattern(start).match(text, word.start())):
                end = match.end()
                yield match
                break


@cache
def _pattern(start: str) -> re.Pattern[str]:
    """Return the pattern of the names that begin with `start`."""
    names = "|".join(re.escape(name).replace(r"\ ", r"[\s-]{1,6}") for name in _by_start()[start])
    # "CVPR2024", "CVPRW", but not "MMLab" or "TIPS".
    return re.compile(rf"({names})(?P<workshop>W|-W|\sW)?(?=[^A-Za-z]|$)", re.IGNORECASE)


def _unknown(sentence: str) -> Venue | None:
    match = _UNKNOWN.search(sentence)
    if match is None or _REFUSED.match(sentence[match.end() :]):
        return None
    in_table = folded(match.group("name")) in venue_names().shown
    if in_table or _REFUSING.search(sentence[: match.start("name")]):
        return None
    workshop = " Workshop" if _WORKSHOP.search(sentence) else ""
    return Venue(match.group("name") + workshop, _year_after(sentence[match.end() :]))


def _ends(pattern: re.Pattern[str], text: str) -> list[int]:
    return [match.end() for match in pattern.finditer(text)]


def _last(ends: list[int], start: int) -> int:
    """Return the last of `ends` that is not after `start`, else -1."""
    at = bisect_right(ends, start)
    return ends[at - 1] if at else -1


def _year_after(text: str) -> int:
    match = _YEAR_AFTER.match(text)
    if match is None:
        return 0
    number = int(match.group("full") or match.group("marked") or match.group("bare"))
    if match.group("full"):
        return number if _FIRST_YEAR <= number <= _LAST_YEAR else 0
    return number + (2000 if number < _CENTURY else 1900)


def _only_year(sentence: str, of_others: set[int]) -> int:
    years = {int(year) for year in _YEARS.findall(sentence)} - of_others
    year = years.pop() if len(years) == 1 else 0
    return year if _FIRST_YEAR <= year <= _LAST_YEAR else 0
