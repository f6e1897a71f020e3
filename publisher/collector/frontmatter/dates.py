"""Dates as people and programs write them, in front matter, headings and paths.

Forms, in the order in which they are tried:

* a year first: "2025-06-12", "2025/6/12", "2025年6月12日", also with a time ("03:04 PM",
  "15:04:05", "下午3:04") and an offset ("Z", "+08:00", "GMT+8", "EST");
* compact: "20250612", "20250612T150405Z", "202506121504";
* a month in words, in any order: "June 12, 2025", "12th of June 2025", "Thu, 12 Jun 2025 15:04:05
  +0000" (RFC 5322), "12-Aug-2026", "Thu Jun 12 15:04:05 2025", "12. Juni 2025";
* numbers with the year last: "12.06.2025" and "12-06-2025" have the day first, "06/12/2025" the
  month unless it is no month;
* a week (ISO 8601), which stands for its Monday: "2025-W24", "2025 week 24", "2025年第24周";
* a month, which stands for its first day: "2025-06", "June 2025", "2025年6月";
* seconds or milliseconds since 1970.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from typing import TYPE_CHECKING

import msgspec

from publisher.collector.data_files import WordsByLanguage, read_data_file, words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from zoneinfo import ZoneInfo

_MAX_TEXT = 200  # characters; the longest real date has 60
_YEAR = r"(?<!\d)(?P<year>(?:19|20)\d\d)"
_DAY = r"(?<![\d:])(?P<day>\d{1,2})(?:st|nd|rd|th|er|º|ª|\.)?(?![\d:])"
_WORD = r"(?P<word>[^\W\d_]{3,12})\.?"
_FILL = r"[\s,/_-]*(?:(?:of|de|del)\s+)?"
_YEAR_FIRST = re.compile(
    r"(?<!\d)(?P<year>\d{4})(?:[-/_]|[.年년]\s?)(?P<month>\d{1,2})(?:[-/_]|[.月월]\s?)"
    r"(?P<day>\d{1,2})[日일]?(?!\d)"
)
_COMPACT = re.compile(
    rf"{_YEAR}(?P<month>\d\d)(?P<day>\d\d)"
    r"(?:[Tt_-]?(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?)?(?!\d)"
)
_DAY_AND_WORD = re.compile(rf"{_DAY}{_FILL}{_WORD}{_FILL}{_YEAR}(?!\d)", re.IGNORECASE)
_WORD_AND_DAY = re.compile(rf"(?<![^\W_]){_WORD}{_FILL}{_DAY}{_FILL}{_YEAR}(?!\d)", re.IGNORECASE)
# ctime(3): the time stands between day and year.
_YEAR_AT_THE_END = re.compile(
    rf"(?<![^\W_]){_WORD}\s+(?P<day>\d{{1,2}})\s+\d{{1,2}}:\d\d(?::\d\d)?\s+"
    rf"(?:[A-Z]{{2,5}}\s+|[+-]\d{{4}}\s+)?{_YEAR}(?!\d)"
)
# RFC 5322, 4.3: the year of old mail programs, before a time.
_SHORT_YEAR = re.compile(rf"{_DAY}\s+(?P<word>[A-Z][a-z]{{2}})\s+(?P<year>\d\d)\s+\d{{1,2}}:\d\d")
_YEAR_AND_WORD = re.compile(rf"{_YEAR}{_FILL}{_WORD}{_FILL}{_DAY}", re.IGNORECASE)
_YEAR_LAST = re.compile(
    r"(?<![\d./-])(?P<first>\d{1,2})(?P<sign>[-/.])(?P<second>\d{1,2})(?P=sign)"
    r"(?P<year>(?:19|20)\d\d)(?![\d/-])"
)
_WEEK = re.compile(
    rf"{_YEAR}(?:[-_/ ]?(?:W|(?:Week|KW)[-_ ]?)|年?第)(?P<week>\d\d?)"
    r"(?:-?(?P<weekday>[1-7]))?(?!\d)",
    re.IGNORECASE,
)
_YEAR_AND_MONTH = re.compile(rf"{_YEAR}[-/.年](?P<month>\d{{1,2}})月?(?![-/.月\d])")
# In English alone: "Mission to Mars 2024" and "Data Set 2024" name no month.
_WORD_AND_YEAR = re.compile(
    r"(?<![^\W_])(?P<word>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|"
    rf"Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?[\s,-]+{_YEAR}(?!\d)"
)
_RANGE = re.compile(
    rf"(?<![^\W_]){_WORD}\s*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s*(?:[-–—~]|to)\s*"
    rf"(?:(?P<last>[^\W\d_]{{3,12}})\.?\s*)?\d{{1,2}}(?:st|nd|rd|th)?[)）]?[\s,–-]*{_YEAR}(?!\d)",
    re.IGNORECASE,
)
_DAY_OF_YEAR = re.compile(
    r"(?<![\w./-])(?P<month>\d{1,2})(?:[-/.]|月)(?P<day>\d{1,2})日?(?![\w/-]|\.\d)|"
    rf"(?<![^\W_]){_WORD}\s*(?P<day2>\d{{1,2}})(?!\d)|(?<!\d)(?P<day3>\d{{1,2}})\.?[\s-]"
    r"(?P<word3>[^\W\d_]{3,12})(?![^\W_])",
    re.IGNORECASE,
)
_UNIX = re.compile(r"\s*(\d{10}|\d{13})(?:\.\d+)?\s*")
_TIME = re.compile(
    r"(?<![\d:+-])(?P<before>上午|下午|晚上|[ap]\.?m\.?\s)?\s*"
    r"(?P<hour>\d{1,2})[:点时](?P<minute>\d{2})(?:[:分](?P<second>\d{2}))?秒?(?:[.,]\d+)?"
    r"\s*(?P<after>[ap]\.?m\b\.?)?"
    r"\s*(?P<zone>Z\b|(?:UTC|GMT)?[ ]?[+-]\d{1,2}(?::?\d{2})?(?!\d)|[A-Z]{2,4}\b)?",
    re.IGNORECASE,
)
_HOUR = re.compile(r"(?<![\d:.])(?P<hour>\d{1,2})\s*(?P<after>[ap]\.?m\b\.?)", re.IGNORECASE)
_OFFSET_ALONE = re.compile(r"\s*(Z|[+-]\d{2}:?\d{2})\b")
# RFC 5322, 4.3; other abbreviations mean different zones in different countries.
_ZONES = {"UT": 0, "UTC": 0, "GMT": 0, "Z": 0} | {
    f"{name}{kind}T": -hours + (kind == "D")
    for name, hours in (("E", 5), ("C", 6), ("M", 7), ("P", 8))
    for kind in "SD"
    if (name, kind) != ("C", "S")  # also China Standard Time
}
_NOON = 12
_HYPHENS = re.compile(r"(?<!\d)(\d{4}-\d{1,2}-\d{1,2})(?!\d)")
_NAME_IS_A_MONTH = re.compile(r"(?:19|20)\d\d[-_.]?(?:0[1-9]|1[0-2])")
_FOLDERS = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)[-_/]?(?P<month>0[1-9]|1[0-2])[-_/](?P<day>\d{2})(?!\d)|"
    r"(?<!\d)(?P<year2>(?:19|20)\d\d)/(?P<month2>\d{1,2})[-/](?P<day2>\d{1,2})(?!\d)|"
    r"(?<!\d)(?P<year3>(?:19|20)\d\d)/(?P<month3>\d{2})(?P<day3>\d{2})(?!\d)"
)


class _DateWords(msgspec.Struct, forbid_unknown_fields=True):
    months: WordsByLanguage


def parse_date(value: object, zone: ZoneInfo) -> datetime | None:
    """Return the date in `value` as an aware time, in `zone` if it names no time zone.

    None where it can't be understood, or is no date of a digest (before 1990, after 9000).
    """
    if isinstance(value, datetime):
        return _aware(value, zone)
    if isinstance(value, date):
        return _aware(datetime(value.year, value.month, value.day), zone)  # noqa: DTZ001 - _aware adds it
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = str(value)[:_MAX_TEXT]
    if _UNIX.fullmatch(text):
        number = float(text)
        return _aware(datetime.fromtimestamp(number / (1000 if number > 1e11 else 1), UTC), zone)  # noqa: PLR2004 - milliseconds
    for day, match in _days(text):
        if day is not None:
            return _with_time(day, match, text, zone)
    return None


def range_start(text: str, zone: ZoneInfo) -> datetime | None:
    """Return the first day of a range with one year: "(June 23 - June 29) - 2025"; else None."""
    for match in _RANGE.finditer(text[:_MAX_TEXT]):
        first = _month(match["word"])
        last = _month(match["last"]) if match["last"] else first
        if (
            first
            and last
            and (day := _date(int(match["year"]) - (first > last), first, int(match["day"])))
        ):
            return parse_date(day, zone)
    return None


def day_of_year(text: str) -> tuple[int, int] | None:
    """Return month and day in `text`, which has no year: "06-23", "Jun 23", "6月23日"; else None.

    Of a range it is the first day. The month of "24.05" is 24: whoever asks knows better.
    """
    for match in _DAY_OF_YEAR.finditer(text[:_MAX_TEXT]):
        month = int(match["month"] or 0) or _month(match["word"] or match["word3"])
        if month:
            return month, int(match["day"] or match["day2"] or match["day3"])
    return None


def is_ambiguous(value: object) -> bool:
    """Return whether `value` has day and month in numbers that can be read either way.

    They are read as `parse_date` says.
    """
    if not isinstance(value, str) or _YEAR_FIRST.search(value[:_MAX_TEXT]):
        return False
    match = _YEAR_LAST.search(value[:_MAX_TEXT])
    if match is None or match["sign"] == ".":
        return False
    first, second = int(match["first"]), int(match["second"])
    return first != second and 1 <= first <= _NOON and 1 <= second <= _NOON


def path_date(path: str, zone: ZoneInfo) -> datetime | None:
    """Return the date in a path: of its folders ("2025/06/12/", "202506/12") or its name.

    A date such as "2025-06-12" goes before all others. A month counts only as the whole name of a
    file.
    """
    for match in _HYPHENS.finditer(path):
        if day := parse_date(match[1], zone):
            return day
    parts = re.sub(r"\.\w{1,8}$", "", path)
    for match in reversed(list(_FOLDERS.finditer(parts))):
        numbers = [number for number in match.groups() if number]
        if day := parse_date("-".join(numbers), zone):
            return day
    for part in reversed(parts.split("/")):
        months = (_YEAR_AND_MONTH, _WORD_AND_YEAR)
        days = (day for day, match in _days(part) if day and match.re not in months)
        for named in days:
            return parse_date(named, zone)
    for week in _WEEK.finditer(parts):
        return parse_date(_week(week), zone)
    name = parts.rsplit("/", 1)[-1]
    if _NAME_IS_A_MONTH.fullmatch(name):
        return parse_date(f"{name[:4]}-{name[-2:]}", zone)
    return None


def _days(text: str) -> Iterator[tuple[date | None, re.Match[str]]]:
    """Yield the days that `text` may name, most certain first, None for one that does not exist."""
    forms: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], date | None]], ...] = (
        (_YEAR_FIRST, _numbers),
        (_COMPACT, _numbers),
        (_YEAR_AT_THE_END, _month_in_words),
        (_DAY_AND_WORD, _month_in_words),
        (_WORD_AND_DAY, _month_in_words),
        (_YEAR_AND_WORD, _month_in_words),
        (_YEAR_LAST, _year_last),
        (_SHORT_YEAR, _month_in_words),
        (_WEEK, _week),
        (_YEAR_AND_MONTH, _numbers),
        (_WORD_AND_YEAR, _month_in_words),
    )
    for pattern, read in forms:
        for match in pattern.finditer(text):
            yield read(match), match


def _numbers(match: re.Match[str]) -> date | None:
    values = match.groupdict()
    return _date(int(values["year"]), int(values["month"]), int(values.get("day") or 1))


def _month_in_words(match: re.Match[str]) -> date | None:
    values = match.groupdict()
    year = int(values["year"])
    if match.re is _SHORT_YEAR:
        year += 2000 if year < 50 else 1900  # noqa: PLR2004 - RFC 5322, 4.3
    return _date(year, _month(values["word"]), int(values.get("day") or 1))


def _year_last(match: re.Match[str]) -> date | None:
    first, second, year = int(match["first"]), int(match["second"]), int(match["year"])
    is_american = match["sign"] == "/" and first <= _NOON
    return _date(year, first, second) if is_american else _date(year, second, first)


def _week(match: re.Match[str]) -> date | None:
    try:
        return date.fromisocalendar(
            int(match["year"]), int(match["week"]), int(match["weekday"] or 1)
        )
    except ValueError:
        return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@cache
def _months() -> dict[str, int]:
    """Return the number of each name of a month."""
    names = read_data_file(__file__, _DateWords).months.values()
    return {
        name: number
        for text in names
        for number, spellings in enumerate(words_of(text), 1)
        for name in spellings.split()
    }


def _month(word: str) -> int:
    """Return the number of the month that `word` names or abbreviates, 0 for another word."""
    word = word.casefold()
    if word in _months():
        return _months()[word]
    numbers = {number for name, number in _months().items() if name.startswith(word)}
    return numbers.pop() if len(numbers) == 1 else 0


def _with_time(day: date, match: re.Match[str], text: str, zone: ZoneInfo) -> datetime | None:
    """Return `day`, which `match` found, at the time that `text` names beside it."""
    naive = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - _aware adds it
    parts = match.groupdict()
    offset = ""
    hour, minute, second = (int(parts.get(name) or 0) for name in ("hour", "minute", "second"))
    if match.re is _COMPACT and parts.get("hour"):
        rest = _OFFSET_ALONE.match(text, match.end())
        offset = rest[1] if rest else ""
    else:
        hour = minute = second = 0
        clock = _TIME.search(text) or _HOUR.search(text, match.end())
        if clock is not None:
            hour, minute, second = _clock(clock.groupdict())
            offset = clock.groupdict().get("zone") or ""
        elif rest := _OFFSET_ALONE.match(text, match.end()):
            offset = rest[1]
    try:
        naive = naive.replace(hour=hour, minute=minute, second=min(second, 59))  # a leap second
    except ValueError:
        return None
    return _aware(naive.replace(tzinfo=_time_zone(offset)) if offset else naive, zone)


def _clock(parts: dict[str, str | None]) -> tuple[int, int, int]:
    hour, minute = int(parts["hour"] or 0), int(parts.get("minute") or 0)
    half = (parts.get("before") or parts.get("after") or "").lower()
    if half.startswith(("p", "下午", "晚上")) and hour < _NOON:
        hour += _NOON
    elif half.startswith(("a", "上午")) and hour == _NOON:
        hour = 0
    return hour, minute, int(parts.get("second") or 0)


def _time_zone(text: str) -> timezone | None:
    """Return the time zone of an offset or of a name in RFC 5322, None for any other name."""
    text = text.upper()
    if text in _ZONES:
        return timezone(timedelta(hours=_ZONES[text]))
    match = re.fullmatch(r"(?:UTC|GMT)? ?([+-])(\d{1,2}):?(\d{2})?", text)
    if match is None:
        return None
    offset = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    if offset >= timedelta(hours=24):
        return None
    return timezone(-offset if match[1] == "-" else offset)


def _aware(value: datetime, zone: ZoneInfo) -> datetime | None:
    value = value.replace(microsecond=0)
    # Years 1 and 9999 overflow when the time zone changes; no digest is that old or new.
    if not 1990 <= value.year <= 9000:  # noqa: PLR2004 - see above
        return None
    return value.replace(tzinfo=zone) if value.tzinfo is None else value
