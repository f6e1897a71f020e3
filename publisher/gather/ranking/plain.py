"""Text of sources as words: accents and commands of TeX are resolved or left out."""

from __future__ import annotations

import re

# \'e, \"{o}, \c{c}, \v s: the letter alone, as comparisons ignore accents.
_ACCENT = re.compile(r"\\(?:[`'\"^~=.]|[uvHcdbkr](?=[\s{\\]))[\s{]{0,3}\\?([A-Za-z])\}?")
_COMMAND = re.compile(r"\\(?:text|math|emph|bf|it|rm|tt|sc|em)[a-z]{0,10}(?![a-z])|[\\{}$]")


def without_tex(text: str) -> str:
    r"""Return `text` as words, such as "Schrodinger's alpha" of `Schr{\"o}dinger's $\alpha$`."""
    if not any(sign in text for sign in "\\{$"):
        return text
    return " ".join(_COMMAND.sub("", _ACCENT.sub(r"\1", text)).split())
