r"""Parser for the TeX that authors write into titles, abstracts and comments.

Not a TeX engine: arXiv's text is mostly plain, some of it only looks like TeX ("$100", `C:\new`,
"{a}"), and some TeX is not valid. So the parser mainly decides which characters are TeX, and leaves
all others as they are. It reads ranges of the text once from left to right, with a limited depth,
so that the time is proportional to the length of any text.
"""

from __future__ import annotations

import re

from publisher.collector.text.tex import detection, spacing, symbols
from publisher.collector.text.tex.cursor import Cursor, Node, Nodes
from publisher.collector.text.tex.macros import ALONE, MACROS, flat

MAX_DEPTH = 16
# What an accent has no use for is read once more, so that long or deep arguments would be slow.
_MOST_ACCENTS = 3
_LONGEST_ACCENTED = 30  # characters
_MATH_ENVIRONMENTS = frozenset(
    "equation align gather multline eqnarray displaymath math split aligned cases array".split()
)

_TOKEN = re.compile(
    r"\\[A-Za-z]++\*?"
    r"|\\[\s\S]"
    r"|\$\$?|``|'++|-++"
    r"|https?://[^\s\\${}<>\"`^]++"
    r"|(?:(?!https?://)[^\\${}^_~&`'\-])++"
    r"|[\s\S]"
)
_MATH_TOKEN = re.compile(r"\\[A-Za-z]++\*?|\\[\s\S]|'++|[^\\${}^_~&'<>=]++|[\s\S]")
# "\'s" is an escaped apostrophe, not the letter ś.
_APOSTROPHE = re.compile(r"\\'(?=(?:s|re|ve|ll|d|m|t)(?![A-Za-z]))")
_SIGNS_OF_MATH = re.compile(r"[\\^_=+<>]")
# A quote that was escaped for JSON. An accent always has a letter after it.
_ESCAPED_QUOTE = re.compile(r"\\\"(?=\s|[^A-Za-z{\\]|$)")
_SINGLE_QUOTES = re.compile(r"(?<![\w`\\])`((?:[^`'\n]|(?<=\w)'(?=\w)){1,200})'(?![\w'])")
# "{G}aussian", which protects a capital in BibTeX; an argument would follow its macro.
_CAPITALS = re.compile(r"(?<![A-Za-z}\]*$^_])\{([A-Z]{1,8})\}(?=[a-z])")
_DRIVE = re.compile(r"[A-Za-z]:(?:\\|$)|\\\\\w")
# A dotless letter under an accent, with the blank that TeX drops.
_DOTLESS = re.compile(r"\s{0,3}\\([ij])(?![A-Za-z])(?:\{\}| (?=[a-z]))?")
# Letters, after which TeX drops a blank.
_LETTERS = frozenset("ss o O l L ae oe AE OE aa AA i j dh th dj ng DH TH DJ NG".split())
_MATH_SIGNS = {"}": "", "~": " ", "&": " ", "$": "", "'": "′", "''": "″", "'''": "‴"}


def parse(text: str, *, typography: bool) -> Nodes:
    """Return the tree of `text`; without `typography` only macros and math are TeX."""
    if _ESCAPED_QUOTE.search(text):
        text = text.replace('\\"', '"')
    text = _APOSTROPHE.sub("'", text)
    if typography:
        text = _CAPITALS.sub(r"\1", _SINGLE_QUOTES.sub(r"‘\1’", text))
    return _Reader(text, typography=typography).read(0, len(text), math=False)


class _Reader:
    """The parser: reads ranges of a text into nodes; see `macros.MacroReader`."""

    def __init__(self, text: str, *, typography: bool) -> None:
        self.cursor = Cursor(text)
        self._typography = typography
        self._dollars = detection.pairs_of_dollars(text) if "$" in text else {}
        self._depth = 0
        self._accents = 0
        self._open_quotes = 0
        self._open_brackets = 0

    def read(self, start: int, end: int, *, math: bool) -> Nodes:
        """Return the nodes of the range; the cursor does not move."""
        cursor, before = self.cursor, self.cursor.pos
        if self._depth > MAX_DEPTH:
            return (cursor.text[start:end],)
        self._depth += 1
        cursor.pos = start
        read_mark = (_MATH_TOKEN if math else _TOKEN).match
        out: list[str | Node] = []
        while cursor.pos < end:
            match = read_mark(cursor.text, cursor.pos, end)
            mark = match.group() if match else cursor.text[cursor.pos]
            cursor.pos += len(mark)
            if mark[0] == "\\":
                self._macro(mark, out, end, math=math)
            elif math:
                self._in_math(mark, out, end)
            else:
                self._in_text(mark, out, end)
        self._depth -= 1
        cursor.pos = before
        return spacing.spaced(out) if math else tuple(out)

    def _in_text(self, mark: str, out: list[str | Node], end: int) -> None:
        text, at = self.cursor.text, self.cursor.pos - len(mark)
        if mark[0] == "$":
            self._dollar(mark, at, out, end)
        elif mark == "{":
            self._brace(at, out, end)
        elif not self._typography:
            out.append(mark)
        elif mark == "~":
            out.append(" " if detection.is_tie(text, at) else mark)
        elif mark in ("``", "''"):
            out.append(self._quotes(mark, at))
        elif mark in ("--", "---"):
            out.append(detection.dash(text, at, mark))
        else:
            out.append(mark)

    def _brace(self, at: int, out: list[str | Node], end: int) -> None:
        """Read a group if there is TeX inside the braces, else print the brace."""
        cursor = self.cursor
        close = cursor.closing.get(at, -1)
        if close < 0 or close >= end:
            out.append("" if cursor.next() == "\\" else "{")
        elif self._depth <= MAX_DEPTH and (
            cursor.text.find("\\", at, close) >= 0 or cursor.text.find("$", at, close) >= 0
        ):
            out.append(Node("", self.read(at + 1, close, math=False)))
            cursor.pos = close + 1
        elif close == at + 1 and out and out[-1] == "":
            cursor.pos = close + 1
        else:
            out.append("{")

    def _in_math(self, mark: str, out: list[str | Node], end: int) -> None:
        cursor, at = self.cursor, self.cursor.pos - len(mark)
        if mark in ("^", "_"):
            self._script(mark, out, end)
        elif mark == "{":
            close = min(cursor.closing.get(at, end), end)
            out.append(Node("", self.read(at + 1, close, math=True)))
            cursor.pos = min(close + 1, end)
        else:
            out.append(_MATH_SIGNS.get(mark, mark))

    def _script(self, sign: str, out: list[str | Node], end: int) -> None:
        span = self.cursor.argument(end)
        if span is None:
            out.append(sign)
            return
        inside = self.read(*span, math=True)
        text = flat(inside).strip()
        if sign == "^" and (text in ("∘", "°") or (text == "o" and spacing.last(out).isdigit())):
            out.append("°")
        elif sign == "^" and text in ("′", "″"):
            out.append(text)
        elif text:
            out.append(Node("sup" if sign == "^" else "sub", inside))

    def _dollar(self, mark: str, at: int, out: list[str | Node], end: int) -> None:
        text, width = self.cursor.text, len(mark)
        close = self._dollars.get(at, -1)
        inside = text[at + width : close] if 0 <= close < end else ""
        after = text[close + width : close + width + 1]
        if inside and detection.looks_like_math(inside, after, display=width > 1):
            nodes = self.read(at + width, close, math=True)
            out.append(Node("", spacing.stripped(nodes)))
            self.cursor.pos = close + width
        else:
            out.append("$")
            self.cursor.pos = at + 1

    def _quotes(self, mark: str, at: int) -> str:
        text, cursor = self.cursor.text, self.cursor
        before, after = text[at - 1 : at] if at else " ", cursor.next()
        if mark == "``":
            code = before == "`" or after in ("`", "") or cursor.find("''", len(text)) < 0
            self._open_quotes += not code
            return mark if code else "“"
        if self._open_quotes:
            self._open_quotes -= 1
            return "”"
        if before in " ([\n" and after.isalnum() and cursor.find("''", len(text)) > 0:
            self._open_quotes += 1
            return "“"
        return mark

    def _macro(self, mark: str, out: list[str | Node], end: int, *, math: bool) -> None:
        name = mark[1:].rstrip("*")
        if not (name.isalpha() and name.isascii()):
            self._sign(mark, out, end, math=math)
        elif not math and self._is_path(mark):
            out.append(mark)
        elif name in MACROS:
            self._macro_of_table(name, mark, out, end, math=math)
        elif name in ("begin", "end"):
            self._environment(name, out, end)
        elif name in symbols.ACCENTS and not math:
            self._accent(name, mark, out, end)
        else:
            self._symbol(name, mark, out, end, math=math)

    def _macro_of_table(
        self, name: str, mark: str, out: list[str | Node], end: int, *, math: bool
    ) -> None:
        macro, after = MACROS[name], self.cursor.next()
        if not math and after != "{" and self._is_code(mark) and macro not in ALONE:
            out.append(mark)
            return
        nodes = macro(self, name, end, math=math)
        # "as in~\cite{key}." leaves no blank before the full stop.
        is_dropped = not nodes and name in symbols.DROPPED_WITH_ARGUMENT
        if is_dropped and out and isinstance(out[-1], str) and self.cursor.next() in (*".,;:)", ""):
            out[-1] = out[-1].rstrip()
        out.extend(nodes)

    def _sign(self, mark: str, out: list[str | Node], end: int, *, math: bool) -> None:
        sign, after = mark[1:], self.cursor.next()
        if not sign:
            out.append(mark)
        elif sign in "%&#_${}":
            out.append(sign)
        elif sign == "\\":
            self._two_backslashes(out, end, math=math)
        elif sign in "([" and not math:
            self._delimited(sign, out, end)
        elif sign in symbols.ACCENTS and not math:
            self._accent(sign, mark, out, end)
        elif sign == "]" and not math and self._open_brackets:
            self._open_brackets -= 1
            out.append("]")
        elif sign in ",;: \n\t":
            out.append(" ")
        elif math:
            out.append({"|": "‖", ">": " ", "!": "", "/": "", "-": "", "@": ""}.get(sign, sign))
        elif not (sign in "/@" or (sign in "!-" and after.isalnum())):
            out.append(mark)

    def _two_backslashes(self, out: list[str | Node], end: int, *, math: bool) -> None:
        cursor, after = self.cursor, self.cursor.next()
        if cursor.option(end) is not None or math or not after.strip():
            out.append(" ")
        elif after in "%&#_$":
            cursor.pos += 1
            out.append(after)
        else:
            match = _TOKEN.match("\\" + cursor.next(20))
            name = match.group()[1:] if match else ""
            # TeX that was escaped twice: the second backslash begins a macro.
            if len(name) > 1 and (name in MACROS or symbols.symbol(name)):
                cursor.pos -= 1
            else:
                out.append("\\\\")

    def _delimited(self, sign: str, out: list[str | Node], end: int) -> None:
        close = self.cursor.find("\\)" if sign == "(" else "\\]", end)
        inside = self.cursor.text[self.cursor.pos : close] if close >= 0 else ""
        if inside and sign == "[" and not _SIGNS_OF_MATH.search(inside):
            self._open_brackets += 1
            out.append("[")  # Markdown's escaped brackets: "\[1\]"
        elif not inside:
            out.append("\\" + sign)
        else:
            out.append(Node("", spacing.stripped(self.read(self.cursor.pos, close, math=True))))
            self.cursor.pos = close + 2

    def _accent(self, name: str, mark: str, out: list[str | Node], end: int) -> None:
        cursor, start = self.cursor, self.cursor.pos
        if cursor.braced(end) is not None:
            cursor.pos = start
            inside = self._argument_of_accent(end)
        elif not name.isalpha() or (cursor.next().isspace() and self._may_govern(name, mark)):
            inside = self._argument_of_accent(end)  # \v s needs a blank, \'e does not
        else:
            inside = None
        if inside and symbols.is_letter(inside, symbols.ACCENTS[name]):
            out.append(symbols.accented(inside, symbols.ACCENTS[name]))
        elif inside == "":
            out.append(name if name in "~^" else "")  # \~{} prints the sign
        else:
            cursor.pos = start
            out.append(mark)

    def _may_govern(self, name: str, mark: str) -> bool:
        r"""Return whether the accent `mark` governs the letter after a blank: "Erd\H os".

        Not "\b word" in a pattern, nor "\t" and "\r" between words: some need a word around them.
        """
        at = self.cursor.pos - len(mark)
        before = self.cursor.text[at - 1 : at]
        in_word = before.isalpha() or before == "{"
        capital = self.cursor.next(2)[1:].isupper()
        return name not in symbols.BRACED_ACCENTS and (
            in_word or capital or name not in symbols.ACCENTS_LIKE_CODE
        )

    def _argument_of_accent(self, end: int) -> str | None:
        r"""Return the text of the next argument and move past it: "e", "\i", "{\^e}", "\^e"."""
        cursor = self.cursor
        if match := _DOTLESS.match(cursor.text, cursor.pos, end):
            cursor.pos = match.end()
            return match.group(1)
        self._accents += 1
        inside: Nodes | None = None
        start = cursor.pos
        cursor.blanks()
        match = _TOKEN.match(cursor.text, cursor.pos, end)
        if self._accents <= _MOST_ACCENTS and match and match.group()[0] == "\\":
            cursor.pos = match.end()
            nodes: list[str | Node] = []
            self._macro(match.group(), nodes, end, math=False)
            inside = tuple(nodes)
        elif self._accents <= _MOST_ACCENTS:
            cursor.pos = start
            span = cursor.argument(end)
            if span and span[1] - span[0] <= _LONGEST_ACCENTED:
                inside = self.read(*span, math=False)
        self._accents -= 1
        return None if inside is None else flat(inside).strip("{} ")

    def _environment(self, name: str, out: list[str | Node], end: int) -> None:
        cursor = self.cursor
        span = cursor.braced(end)
        kind = cursor.text[span[0] : span[1]].strip("* ") if span else ""
        close = cursor.find("\\end{", end) if name == "begin" else -1
        if kind in _MATH_ENVIRONMENTS and close >= 0:
            out.extend([" ", Node("", spacing.stripped(self.read(cursor.pos, close, math=True)))])
            cursor.pos = close
        else:
            out.append(" " if span else "\\" + name)

    def _symbol(self, name: str, mark: str, out: list[str | Node], end: int, *, math: bool) -> None:
        cursor, text = self.cursor, symbols.symbol(name)
        is_letter = name in symbols.LETTERS_IN_WORDS and self._is_in_word(mark)
        is_code = not is_letter and name in symbols.NEEDS_BOUNDARY and self._is_code(mark)
        if text is None or (not math and is_code):
            self._unknown(name, mark, out, end, math=math)
            return
        if cursor.next(2) == "{}":
            cursor.pos += 2
        elif not math and name in _LETTERS and cursor.next(2).strip(" ").islower():
            cursor.pos += cursor.next() == " "
        if math and name in symbols.OPERATORS:
            out.append(Node("operator", (text,)))
        elif math and name in symbols.FUNCTIONS:
            cursor.blanks()
            glued = cursor.next().isalnum() or cursor.next() == "\\"
            out.append((" " if spacing.last(out).isalnum() else "") + text + (" " if glued else ""))
        elif text.endswith(".") and cursor.next() == ".":
            out.append(text[:-1])  # in "\ie." the dot is already there
        else:
            out.append(text)

    def _unknown(
        self, name: str, mark: str, out: list[str | Node], end: int, *, math: bool
    ) -> None:
        """Read an author's own macro: print its argument, or its name without one."""
        cursor = self.cursor
        if cursor.next(2) == "{}":
            cursor.pos += 2
            out.append(name)
        elif cursor.next() == "{" and (span := cursor.braced(end)):
            out.append(Node("", self.read(*span, math=math)))
        else:
            is_macro = math or not (len(name) == 1 or self._is_code(mark))
            out.append(name if is_macro else mark)

    def _is_in_word(self, mark: str) -> bool:
        r"""Return whether the letter `mark`, just read, is in a word: "M\o ller", "Micha\l,"."""
        cursor, at = self.cursor, self.cursor.pos - len(mark)
        after = cursor.next(2)
        return cursor.text[at - 1 : at].isalpha() and (
            after == "{}" or after[:1] in (*"\\ ,.;:)'’-}", "")
        )

    def _is_code(self, mark: str) -> bool:
        r"""Return whether `mark`, just read, is inside a word, as in `foo\bar` or `[\d+\w]`."""
        at = self.cursor.pos - len(mark)
        before = self.cursor.text[at - 1 : at] if at else " "
        return before.isalnum() or before in "\\_[:/\"'+*"

    def _is_path(self, mark: str) -> bool:
        r"""Return whether `mark`, just read, is a folder, as in `C:\new\alpha`."""
        start = self.cursor.pos - len(mark)
        word = self.cursor.text[max(0, start - 80) : start].rsplit(" ", 1)[-1].lstrip("([\"'`‘“")
        return bool(_DRIVE.match(word)) and self.cursor.next() != "{"
