"""Removal of HTML and Markdown marks from machine-written text.

Not an HTML parser, which would drop "x<y", "<mask> tokens" and "<0.01 bpp" as elements: these are
text. The result is plain text and need not be safe HTML, since whoever prints it escapes it.
"""

from __future__ import annotations

import html
import re

# Elements that models write to shape text.
_SHAPING = (
    "a abbr b big blockquote br center cite code dd del details div dl dt em figcaption figure "
    "font h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strike strong "
    "sub summary sup table tbody td tfoot th thead tr tt u ul var wbr script iframe"
)
# Names that are also words ("<video> tokens"): elements only with attributes or an end tag.
_OTHER = (
    "address applet area article aside audio base bdi bdo body button canvas caption col colgroup "
    "data datalist dfn dialog dir embed fieldset footer form frame frameset head header html "
    "input label legend link main map marquee math menu meta meter nav noscript object optgroup "
    "option output param picture progress section select source style svg template textarea time "
    "title track video"
)
# A blank, a slash or an attribute with a value may follow the name: not "<b and c>". Possessive,
# and no "<" outside quotes, so that a search that fails ends where the next tag begins.
_ATTRIBUTES = (
    r"(?:\s*+/?|[\s/](?=[^<>]{0,2000}?[\w-]\s?=\s?[^\s<>])(?:\"[^\"]{0,2000}+\"|'[^']{0,2000}+'|[^<>\"'])*+"
    r"|\s+(?:open|hidden|disabled|checked|controls|async|defer)\s*+/?)"
)
_SHAPING_TAG = re.compile(
    rf"<(?=[a-z/])(/?)({'|'.join(_SHAPING.split())})({_ATTRIBUTES})>", re.IGNORECASE
)
_OTHER_TAG = re.compile(
    rf"<(?=[a-z/])(/?)({'|'.join(_OTHER.split())})({_ATTRIBUTES})>", re.IGNORECASE
)
_BREAKING = frozenset("br p li div tr td th ol ul hr h1 h2 h3 h4 h5 h6 table dd dt details".split())
_HIDDEN = re.compile(r"<(script|style|iframe)\b[^<>]{0,500}>", re.IGNORECASE)
_SCRIPT_START = re.compile(r"<!--|<!doctype[^<>]{0,500}>|<\?[^<>]{0,500}>", re.IGNORECASE)
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^\s<>]{1,2000})>", re.IGNORECASE)
# CommonMark's rule: the semicolon is required, and numbers have at most seven digits. Otherwise
# "&copy=1" in an address would be replaced, and a number of 5,000 digits raise an exception.
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")

_RAISED = str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")
_SCRIPTS = re.compile(r"<(sub|sup)>([0-9+=()n-]{1,12})</\1>", re.IGNORECASE)

# Markdown marks on one line and of bounded length, so that no text makes them slow. Chinese has no
# blanks, so the characters around the marks matter less than in CommonMark.
_BOTH = re.compile(r"(?<![\\*])\*\*\*(?=[^\s*])([^*\n]{1,2000}?)(?<=[^\s*\\])\*\*\*(?!\*)")
_STRONG = re.compile(r"(?<!\\)\*\*(?=[^\s*])((?:[^*\n]|(?<!\*)\*(?!\*)){1,2000}?)(?<=[^\s\\])\*\*")
_EMPHASIS = re.compile(r"(?<![\w*\\])\*(?=[^\s*])([^*\n]{1,2000}?)(?<=[^\s*\\])\*(?![\w*])")
# Not "__init__", nor emoticons: "<_< >_>".
_UNDERSCORES = re.compile(
    r"(?<![\w\\])(?!__[a-z]{1,30}__)(__?)(?=[^\W_])([^_\n]{1,2000}?)(?<=[\w。，：:.!?）)])\1(?!\w)"
)
_STRUCK = re.compile(r"(?<![~\\])~~(?=[^\s~])([^~\n]{1,2000}?)(?<=[^\s~\\])~~(?!~)")
_CODE = re.compile(r"(?<![`\\])(`{1,3})(?!`)([^`\n]{1,2000}?)(?<!`)\1(?!`)")
_LINK = re.compile(
    r"!?\[([^\[\]\n]{0,500})\]\(\s{0,3}<?((?:[^\s()<>]|\([^\s()<>]{0,200}\)){0,2000})>?"
    r"(?:\s{1,3}\"[^\"\n]{0,200}\")?\s{0,3}\)"
)
_FOOTNOTE = re.compile(r"\[\^[\w-]{1,20}\](?!\()")
# Not the escapes with a meaning in TeX: "\~n", "\.z", "\{".
_ESCAPED = re.compile(r"\\(?:([*<>])|([+.!|~#-])(?=[\s，。；：、]|$)|(`)(?![A-Za-z{\\]))")


def without_html(text: str) -> str:
    """Return `text` without elements, and without the content of script and style elements."""
    if "<" in text:
        text = _without_hidden(_AUTOLINK.sub(r"\1", text))
        text = _SHAPING_TAG.sub(_space, _SCRIPTS.sub(_script, text))
        text = _without_other(text)
    return _ENTITY.sub(lambda match: html.unescape(match.group()), text) if "&" in text else text


def without_markdown(text: str) -> str:
    """Return `text` without marks of inline Markdown; links keep their text and address."""
    text = _LINK.sub(_link_text, text)
    text = _FOOTNOTE.sub("", text)
    text = _CODE.sub(r"\2", text)
    if "*" in text:
        text = _EMPHASIS.sub(r"\1", _STRONG.sub(r"\1", _BOTH.sub(r"\1", text)))
    text = _UNDERSCORES.sub(r"\2", text)
    text = _STRUCK.sub(r"\1", text)
    return _ESCAPED.sub(r"\1\2\3", text)


def _space(match: re.Match[str]) -> str:
    return " " if match.group(2).lower() in _BREAKING else ""


def _script(match: re.Match[str]) -> str:
    table = _LOWERED if match.group(1).lower() == "sub" else _RAISED
    inside = match.group(2)
    return match.group() if table is _LOWERED and "n" in inside else inside.translate(table)


def _without_hidden(text: str) -> str:
    """Return `text` without comments, scripts, styles and frames.

    Not by one regular expression, whose search for each end would take quadratic time.
    """
    parts: list[str] = []
    done, low, ends = 0, "", set[str]()
    while match := _SCRIPT_START.search(text, done):
        comment = match.group() == "<!--"
        close = text.find("-->", match.end()) if comment and "-->" not in ends else -1
        if comment and close < 0:
            ends.add("-->")
        parts.append(text[done : match.start()])
        if comment and close < 0:
            parts.append("<!--")
        done = close + 3 if close >= 0 else match.end()
    text = "".join([*parts, text[done:]])
    parts, done = [], 0
    low = text.lower()
    if len(low) != len(text):  # "İ" becomes two characters in lower case
        low = text
    while match := _HIDDEN.search(text, done):
        end = f"</{match.group(1).lower()}"
        close = low.find(end, match.end()) if end not in ends else -1
        parts.append(text[done : match.start()])
        if close < 0:
            ends.add(end)
            parts.append(match.group())  # without an end it is a tag like others
            done = match.end()
        else:
            stop = text.find(">", close)
            done = stop + 1 if stop >= 0 else len(text)
    return "".join([*parts, text[done:]])


def _without_other(text: str) -> str:
    """Return `text` without the elements whose names are also words."""
    tags = list(_OTHER_TAG.finditer(text))
    ended = {match.group(2).lower() for match in tags if match.group(1)}

    def replacement(match: re.Match[str]) -> str:
        element = match.group(3).strip(" /") or match.group(2).lower() in ended
        return " " if element else match.group()

    return _OTHER_TAG.sub(replacement, text) if tags else text


def _link_text(match: re.Match[str]) -> str:
    label, target = match.group(1).strip(), match.group(2)
    if not target.startswith(("http://", "https://")) or target == label:
        return label or ("" if match.group().startswith("!") else target)
    return f"{label} ({target})" if label else target
