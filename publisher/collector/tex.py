"""TeX in titles and abstracts becomes readable Unicode text.

pylatexenc knows the macros and accents. This module decides what is TeX at all (a price such as
"$100" is not), hands over only those pieces, so that the text around them stays as it is, and
turns exponents and indices into raised and lowered characters.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pylatexenc.latex2text import LatexNodes2Text

# With a macro inside, dollars are surely math. Without, Pandoc's rule: no blank just inside the
# delimiters and no digit after, and no words between, so that "$100 and $200" is money. Bounds
# keep the search linear.
_MATH_WITH_MACRO = re.compile(r"(?<!\\)\$\$?([^$\n\\]{0,200}\\[^$\n]{1,400})\$\$?")
_MATH = re.compile(
    r"(?<!\\)\$\$?(?=[^\s$])((?:(?!\s[A-Za-z]{3})[^$\n\\]){1,200}?)(?<=[^\s$])\$\$?(?!\d)"
)

_URL = re.compile(r"\\url\s{0,3}\{\s{0,3}([^{}\s]{1,2000})\s{0,3}\}")
_HREF = re.compile(r"\\href\s{0,3}\{\s{0,3}([^{}\s]{1,2000})\s{0,3}\}\s{0,3}\{([^{}]{0,500})\}")
_WITH_ARGUMENT = re.compile(r"\\([A-Za-z]{1,30})\s{0,3}\{([^{}\\$]{0,2000})\}")
_SWITCH = re.compile(r"\{\\(?:em|bf|it|sc|tt|rm|sf|sl)(?![A-Za-z])\s{0,3}([^{}]{0,2000})\}")
_ACCENT = re.compile(
    r"\\(?:[\"'`^~=.]\s{0,3}|[Hcuvdbkr](?:\s{1,3}|(?=\{)))(?:\{(?:\\[ij]|[A-Za-z])?\}|\\[ij](?![A-Za-z])|[A-Za-z])"
    r"|\{\\[ij]\}"
)
_ESCAPED = re.compile(r"\\{1,2}([%&#_${}])")
_DISCRETIONARY = re.compile(r"\\[-/]|\\\\(?=\s|$)")
_MACRO = re.compile(r"\\([A-Za-z]{1,30})(?:\s{0,3}\{\})?")
_BRACED = re.compile(r"\{([^{}]{0,400})\}")

_STYLES = frozenset(
    (
        "textbf textit textsc texttt textrm textsf textmd textup textsl emph text mbox underline "
        "uline mathbf mathrm mathit mathsf mathtt operatorname boldsymbol bm textnormal hbox "
        "textcolor overline widehat"
    ).split()
)
_SHORTHAND = {"ie": "i.e.", "eg": "e.g.", "etal": "et al.", "etc": "etc.", "deg": "°", "bf": ""}

_DEGREE = re.compile(r"\^\s{0,3}(?:\{\s{0,3}\\circ\s{0,3}\}|\\circ(?![A-Za-z]))")
_SCRIPT = re.compile(
    r"([\^_])\s{0,3}(?:\{([^{}]{0,60})\}|(\\[A-Za-z]{1,30}|[A-Za-z0-9+*-]|[^\x00-\x7f]))"
)
_RAISED = dict(
    zip(
        "0123456789+-−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWαβγδεθ*",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵅᵝᵞᵟᵋᶿ*",
        strict=True,
    )
)
_LOWERED = dict(
    zip(
        "0123456789+-−=()aehijklmnoprstuvxβγρφχ",
        "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ",
        strict=True,
    )
)


def tex_to_text(text: str) -> str:
    """Return `text` with its TeX as Unicode; what can't be converted stays readable."""
    if "$" not in text and "\\" not in text:
        return text
    text = _URL.sub(r"\1", text)
    text = _HREF.sub(r"\2 (\1)", text)
    text = _MATH_WITH_MACRO.sub(lambda match: _math(match.group(1)), text)
    text = _MATH.sub(lambda match: _math(match.group(1)), text)
    return _macros(text) if "\\" in text else text


def _math(source: str) -> str:
    """Return the inside of `$...$` as text with raised and lowered characters."""
    source = _DEGREE.sub("°", source)
    source = _SCRIPT.sub(_script, source)
    source = _macros(source)
    for _ in range(3):  # braces only group in math
        source = _BRACED.sub(r"\1", source)
    return _SCRIPT.sub(_script, source).strip()


def _script(match: re.Match[str]) -> str:
    inside = _macros(match.group(2) or match.group(3) or "").strip()
    table = _RAISED if match.group(1) == "^" else _LOWERED
    if all(c in table for c in inside):
        return "".join(table[c] for c in inside)
    return match.group(1) + (inside if len(inside) == 1 else f"({inside})")


def _macros(text: str) -> str:
    """Return `text` with styles dropped and accents, escapes and symbols as characters."""
    if "\\" not in text:
        return text
    text = _SWITCH.sub(r"\1", text)
    for _ in range(4):  # nested styles, innermost first
        replaced = _WITH_ARGUMENT.sub(_styled, text)
        if replaced == text:
            break
        text = replaced
    text = _ACCENT.sub(lambda match: _convert(match.group(0)), text)
    text = _ESCAPED.sub(r"\1", text)
    text = _DISCRETIONARY.sub("", text)
    return _MACRO.sub(_symbol, text)


def _styled(match: re.Match[str]) -> str:
    name, inside = match.groups()
    if name in _STYLES:
        return str(inside)
    if name == "footnote":
        return f" ({inside})"
    if name in ("mathcal", "mathbb", "mathfrak", "mathscr"):
        return _convert(match.group(0))
    return match.group(0)


def _symbol(match: re.Match[str]) -> str:
    name = match.group(1)
    if name in _SHORTHAND:
        return _SHORTHAND[name]
    converted = _convert("\\" + name)
    # An author's own macro (\ours) is unknown to everyone; its name is what can be read.
    return converted or ("" if name in _STYLES else name)


@lru_cache(maxsize=4096)
def _convert(source: str) -> str:
    try:
        return str(_converter().latex_to_text(source)).strip()
    except Exception:  # noqa: BLE001 - its parser fails in many ways; the source is readable too
        return source


@lru_cache(maxsize=1)
def _converter() -> LatexNodes2Text:
    # Late: most digests hold no TeX that needs it.
    from pylatexenc.latex2text import LatexNodes2Text  # noqa: PLC0415

    return LatexNodes2Text(math_mode="text", keep_comments=True)
