"""Detection of TeX: whether dollars, ties and dashes mean math or typography in plain text."""

from __future__ import annotations

import re

_BRACES = re.compile(r"\\[\s\S]|[{}]")
_DOLLARS = re.compile(r"\\[\s\S]|\$\$?")
_LONGEST_MATH = 1000  # characters
_LONGEST_BLANK_MATH = 12  # with blanks inside both dollars
_MACRO = re.compile(r"\\(?:[A-Za-z]+|[%,;:!{}|])")
# A macro with its argument.
_GOVERNED = re.compile(r"\\[A-Za-z]+(?:\s{0,3}\{[^{}]*\})?|\\.")
_TWO_WORDS = re.compile(r"(?<![A-Za-z])[a-z]{3,}[,;]?\s+[A-Za-z]{2,}(?![A-Za-z])")
_WORD_AFTER_BLANK = re.compile(r"\s[A-Za-z]{3}")
_PRICE = re.compile(r"\d[\d.,]*[kKmMbB]?(?:[\s/–-]|$)")


def matching_braces(text: str) -> dict[int, int]:
    """Return the index of the closing brace for each opening one that has a partner."""
    partners: dict[int, int] = {}
    opened: list[int] = []
    if "{" not in text:
        return partners
    for match in _BRACES.finditer(text):
        if match.group() == "{":
            opened.append(match.start())
        elif match.group() == "}" and opened:
            partners[opened.pop()] = match.start()
    return partners


def pairs_of_dollars(text: str) -> dict[int, int]:
    """Return the index of the next sign of its kind for each "$" and "$$", math or not."""
    last: dict[str, int] = {}
    partners: dict[int, int] = {}
    for match in _DOLLARS.finditer(text):
        sign = match.group()
        if sign[0] == "$":
            if sign in last:
                partners[last[sign]] = match.start()
            last[sign] = match.start()
            # "$a$$b$": the second half of a double closes, the first opens nothing.
            if sign == "$$" and "$" in last:
                partners.setdefault(last["$"], match.start())
    return partners


def looks_like_math(inside: str, after: str, *, display: bool = False) -> bool:
    """Return whether `inside`, between two dollars and before `after`, is math and not prices.

    With a macro it is math, unless it has two words outside of arguments. Otherwise Pandoc's rule
    applies, no blank directly inside the dollars and no digit after them, and it has no word and no
    open bracket, so that "$100 and $200" is money.
    """
    if not inside.strip() or len(inside) > _LONGEST_MATH or "\n\n" in inside:
        return False
    if inside in ("<", ">", "=", "+", "-", "~", "±"):
        return True
    if _MACRO.search(inside):
        free = _GOVERNED.sub(" ", inside)
        return not (_TWO_WORDS.search(free) or (_PRICE.match(inside) and after.isdigit()))
    if display:
        return not _TWO_WORDS.search(inside)
    blank_before, blank_after = inside[0].isspace(), inside[-1].isspace()
    return not (
        after.isdigit()
        or blank_before != blank_after
        or (blank_before and (len(inside) > _LONGEST_BLANK_MATH or _PRICE.match(inside.lstrip())))
        or _WORD_AFTER_BLANK.search(inside)
        or (inside[-1] in "/([{=" and len(inside) > 1)
        or any(inside.count(a) != inside.count(b) for a, b in ("()", "{}"))
        or (
            not inside.isascii() and any("\u3000" <= c <= "\u9fff" or c >= "\uff00" for c in inside)
        )
    )


def is_tie(text: str, at: int) -> bool:
    """Return whether the tilde at `at` is a tie: in "Fig.~3" and "25~m", not "5~10" or "~2 dB"."""
    before, after = text[max(0, at - 2) : at], text[at + 1 : at + 2]
    if not before or not after or not (before + after).replace("\\", "a").isascii():
        return False
    if before[-1] in ".,:;)" or before[-1:] in "}$":
        return after.isalnum() or after in "\\$(["
    if before[-1].isdigit():
        return after.isalpha() or after in "\\$("
    return before.isalpha() and len(before) > 1 and (after.isalnum() or after in "\\$([")


def dash(text: str, at: int, mark: str) -> str:
    """Return the dash for `mark` ("--" or "---") at `at`; in "--flag" it stays."""
    before, after = text[at - 1 : at], text[at + len(mark) : at + len(mark) + 1]
    if not before.strip() and not after.strip():
        # Between blanks it is a dash, alone in a field a rule.
        between = bool(before) and bool(after)
    else:
        between = before.isalnum() or before in ")]}\"'”’.,?!%$" if before.strip() else False
        between = between and (after.isalnum() or (after in " ([{\"'“‘\\$`" and bool(after)))
    if not between or "<!" in text[max(0, at - 2) : at]:
        return mark
    return "–" if mark == "--" else "—"
