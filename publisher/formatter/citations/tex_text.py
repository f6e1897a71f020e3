r"""Plain text as TeX that LaTeX prints without a package, on pdfLaTeX and newer engines alike.

A letter becomes a command of LaTeX's kernel, in braces of its own: old BibTeX sorts, shortens and
lowers by bytes, and takes what begins with `{\` for one letter. What only a package's command
prints (ℝ, ą in the default font encoding) gets a definition where there is none, and a character
that TeX has no command for (Chinese, emoji) stays, with a transcription for pdfLaTeX, whose fonts
lack it. Both are in `definitions`.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# https://www.latex-project.org/help/documentation/encguide.pdf
_ACCENTS = dict(
    zip(
        "\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c"
        "\u0323\u0326\u0327\u0328\u0331",
        "` ' ^ ~ = u . \" r H v d textcommabelow c k b".split(),
        strict=True,
    )
)
_MATH_ACCENTS = dict(
    zip(
        "\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030c",
        "grave acute hat tilde bar breve dot ddot check".split(),
        strict=True,
    )
)
_ABOVE = frozenset("`'^~=u.\"rHv")
_LETTERS = {
    "ı": r"\i",
    "ȷ": r"\j",
    "ß": r"\ss",
    "ẞ": r"\SS",
    "æ": r"\ae",
    "Æ": r"\AE",
    "œ": r"\oe",
    "Œ": r"\OE",
    "ø": r"\o",
    "Ø": r"\O",
    "ł": r"\l",
    "Ł": r"\L",
    "đ": r"\dj",
    "Đ": r"\DJ",
    "ð": r"\dh",
    "Ð": r"\DH",
    "þ": r"\th",
    "Þ": r"\TH",
    "ŋ": r"\ng",
    "Ŋ": r"\NG",
    "«": r"\guillemotleft",
    "»": r"\guillemotright",
    "‹": r"\guilsinglleft",
    "›": r"\guilsinglright",
    "„": r"\quotedblbase",
    "‚": r"\quotesinglbase",
}
_SYMBOLS = {
    "\xa0": "~",
    "\xad": r"\-",
    "\u2011": "-",
    "\u2010": "-",
    "\u2212": "{$-$}",
    "\u2044": "/",
    "×": r"{$\times$}",
    "÷": r"{$\div$}",
    "¬": r"{$\neg$}",
    "µ": r"{$\mu$}",
    "←": r"{$\leftarrow$}",
    "↑": r"{$\uparrow$}",
    "→": r"{$\rightarrow$}",
    "↓": r"{$\downarrow$}",
    "′": r"{$'$}",
    "″": r"{$''$}",
    "∘": r"{$\circ$}",
    "ϕ": r"{$\phi$}",
    "φ": r"{$\varphi$}",
    "ϵ": r"{$\epsilon$}",
    "ε": r"{$\varepsilon$}",
    "ο": "{$o$}",
    "ℓ": r"{$\ell$}",
    "∅": r"{$\emptyset$}",
}
# What pylatexenc's table may use: of LaTeX's kernel, the rest needs packages.
_KERNEL = frozenset(
    "textexclamdown textcent textsterling textcurrency textyen textbrokenbar textsection"
    " textcopyright textordfeminine textregistered textdegree pm textparagraph textperiodcentered"
    " textordmasculine textonequarter textonehalf textthreequarters textquestiondown textflorin"
    " textasciitilde Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega alpha beta gamma"
    " delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi varpi rho"
    " varrho sigma varsigma tau upsilon phi varphi chi psi omega textendash textemdash Vert"
    " textquoteleft textquoteright textquotedblleft textquotedblright textdagger textdaggerdbl"
    " textbullet textellipsis textperthousand texteuro textwon texttrademark textcelsius circ hbar"
    " ell wp aleph leftrightarrow updownarrow nwarrow nearrow searrow swarrow mapsto hookleftarrow"
    " hookrightarrow Leftarrow Uparrow Rightarrow Downarrow Leftrightarrow forall partial exists"
    " nabla in notin ni prod coprod sum mp bullet sqrt propto infty angle mid parallel wedge vee"
    " cap cup int oint sim wr simeq cong approx asymp doteq neq equiv leq geq ll gg times prec succ"
    " preceq succeq subset supset subseteq supseteq uplus sqsubseteq sqsupseteq sqcap sqcup oplus"
    " ominus otimes oslash odot vdash dashv top perp bigwedge bigvee bigcap bigcup diamond cdot"
    " star bowtie vdots cdots ddots lceil rceil lfloor rfloor frown smile bigcirc flat natural"
    " sharp langle rangle longleftarrow longrightarrow Longrightarrow amalg".split()
)
_FORMULA = re.compile(r"\{\$(.*)\$\}")
_COMMAND = re.compile(r"\\([A-Za-z]+|.)")
_ALPHABETS = (
    ("DOUBLE-STRUCK", "mathbb"),
    ("FRAKTUR", "mathfrak"),
    ("BLACK-LETTER", "mathfrak"),
    ("SCRIPT", "mathcal"),
    ("MONOSPACE", "mathtt"),
    ("SANS-SERIF", "mathsf"),
    ("BOLD", "mathbf"),
)
_CAPITALS_ONLY = ("mathbb", "mathcal")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff]")
# Two characters that TeX's fonts would make into one.
_LIGATURE = re.compile(r"(?<=-)(?=-)|(?<=')(?=')|(?<=`)(?=`)|(?<=,)(?=,)|(?<=[!?])(?=`)")
_PLAIN = re.compile(r"[ !\"'()*+,./0-9:;=?@A-Z\[\]a-z-]*")
_LIGATURE_HINT = re.compile("--|''|``|,,|[!?]`")
# What `_UNITS` writes in another way: a character, or a letter with marks that NFC leaves it.
_SPECIAL = re.compile(
    r"[\x00-\x1f\x7f#$%&_{}\\~^<>|][\u0300-\u036f]*|[^\x00-\x7f][\u0300-\u036f]*|.[\u0300-\u036f]+"
)
_T1_ACCENTS = frozenset(("k",))
_T1_SYMBOLS = frozenset(
    command[1:]
    for command in _LETTERS.values()
    if command[1:]
    in "dj DJ dh DH th TH ng NG guillemotleft guillemotright guilsinglleft guilsinglright"
    " quotedblbase quotesinglbase".split()
)
_BOLD = frozenset(("mathbb", "mathfrak"))
_DEFINED = re.compile(
    r"\\(" + "|".join(sorted(_T1_ACCENTS | _T1_SYMBOLS | _BOLD)) + r")(?![A-Za-z])"
)


# Defines a command for the document, and for the next run by the .aux file. "^^40" is "@", which
# some importers take for the begin of an entry.
_DEFINE = (
    r"\providecommand\bibdefine[2]{\ifcsname#1\endcsname\else\expandafter\gdef\csname#1\endcsname"
    "{#2}\\fi\n"
    r"\immediate\write\csname ^^40auxout\endcsname{\unexpanded{\ifcsname#1\endcsname\else"
    r"\expandafter\gdef\csname#1\endcsname{#2}\fi}}}"
)
# pdfLaTeX looks for its letters under such names; a document with the CJK package has its own.
_LETTER = r"\providecommand\bibletter[2]{\ifdefined\CJK\else\bibdefine{u8:\detokenize{#1}}{#2}\fi}"


class _Units(dict[str, str]):
    """TeX by character with its combining marks; itself where there is none."""

    def __missing__(self, unit: str) -> str:
        self[unit] = tex = _tex(unit)
        return tex


_UNITS = _Units(
    {chr(code): chr(code) for code in range(0x20, 0x7F)}
    | {character: "\\" + character for character in "#$%&_"}
    | {
        "{": "{\\textbraceleft}",
        "}": "{\\textbraceright}",
        "\\": "{\\textbackslash}",
        "~": "{\\textasciitilde}",
        "^": "{\\textasciicircum}",
        "<": "{\\textless}",
        ">": "{\\textgreater}",
        "|": "{\\textbar}",
    }
    | dict.fromkeys(map(chr, (*range(0x20), *range(0x7F, 0xA0))), " ")
    | _SYMBOLS
    | {letter: f"{{{command}}}" for letter, command in _LETTERS.items()}
)


def escaped(text: str) -> str:
    r"""Return `text` as TeX that prints it: "{\'e}" for "é", with balanced braces.

    A brace in a text would end a field of BibTeX even as `\{`, so it is written as a word.
    """
    if _PLAIN.fullmatch(text) and not ("--" in text or "''" in text or ",," in text):
        return text
    if not text.isascii():
        text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    # Those of the text itself; `_UNITS` writes dashes and quotes as commands.
    pieces = _LIGATURE.split(text) if _LIGATURE_HINT.search(text) else [text]
    return "{}".join(_SPECIAL.sub(lambda match: _UNITS[match[0]], piece) for piece in pieces)


def definitions(fields: Iterable[str]) -> str:
    """Return the definitions that LaTeX needs to print `fields`, "" for none.

    They hold for a whole document, and from its second run on also before the bibliography, where
    citations name authors: LaTeX reads them from its .aux file then.
    """
    text = "".join(fields)
    if text.isascii() and "\\" not in text:
        return ""
    lines = [_definition(command) for command in sorted(set(_DEFINED.findall(text)))]
    unprintable = sorted({character for character in text if not character.isascii()})
    if unprintable:
        lines.append(_LETTER)
        lines += [rf"\bibletter{{{c}}}{{{_transcribed(c)}}}" for c in unprintable]
    return "\n".join((_DEFINE, *lines)) if lines else ""


def _tex(unit: str) -> str:
    letters = unicodedata.normalize("NFD", unit)
    base, marks = letters[0], letters[1:]
    if marks and (base.isascii() or base in _LETTERS) and base.isalpha():
        return _accented(base, marks) or unit
    if (
        len(marks) == 1
        and marks[0] in _MATH_ACCENTS
        and (letter := _FORMULA.fullmatch(_UNITS[base]))
    ):
        return f"{{$\\{_MATH_ACCENTS[marks[0]]}{{{letter[1]}}}$}}"
    if len(unit) > 1:
        return _UNITS[unit[0]] + unit[1:]
    if unit.isspace():
        return " "
    if unicodedata.category(unit) == "Cs":
        return "?"
    return _composed(unit) or _of_table(unit) or unit


def _accented(base: str, marks: str) -> str:
    r"""Return `base` below its `marks`, the innermost first: "{\'{\^e}}"; "" for unknown ones."""
    tex = _LETTERS.get(base, base)
    if any(mark not in _ACCENTS for mark in marks):
        return ""
    # Accents above stand on one letter; those below may have anything above them.
    for accent in sorted((_ACCENTS[mark] for mark in marks), key=lambda name: name not in _ABOVE):
        if tex in ("i", "j") and accent in _ABOVE:
            tex = f"\\{tex}"
        simple = not accent.isalpha() and (len(tex) == 1 or tex in (r"\i", r"\j"))
        tex = f"\\{accent}{tex}" if simple else f"\\{accent}{{{tex}}}"
    return f"{{{tex}}}"


def _composed(character: str) -> str:
    """Return the TeX of what `character` is a form of: a superscript, ligature or alphabet."""
    kind, _, _ = unicodedata.decomposition(character).partition(" ")
    plain = unicodedata.normalize("NFKC", character)
    tex = escaped(plain) if kind in ("<super>", "<sub>", "<font>", "<compat>", "<fraction>") else ""
    if not tex.isascii() or not tex.strip():
        return ""
    if kind in ("<super>", "<sub>"):
        return rf"{{\text{kind[1:-1]}script{{{tex}}}}}"
    return _of_alphabet(character, plain, tex) if kind == "<font>" else tex


def _of_alphabet(character: str, plain: str, tex: str) -> str:
    if len(plain) > 1 or not plain.isascii() or not plain.isalnum():
        return tex
    name = unicodedata.name(character)
    alphabet = next((command for word, command in _ALPHABETS if word in name), "mathit")
    if alphabet in _CAPITALS_ONLY and not plain.isupper():
        alphabet = "mathbf" if alphabet == "mathbb" else "mathit"
    return f"{{$\\{alphabet}{{{plain}}}$}}"


def _of_table(character: str) -> str:
    from pylatexenc.latexencode import (  # noqa: PLC0415 - most titles are plain ASCII
        get_builtin_uni2latex_dict,
    )

    tex = get_builtin_uni2latex_dict().get(ord(character), "")
    math = re.fullmatch(r"\\ensuremath\{(.*)\}", tex)
    content = math[1] if math else tex
    if not content or any(command not in _KERNEL for command in _COMMAND.findall(content)):
        return ""
    return f"{{${content}$}}" if math else f"{{{content}}}"


def _definition(command: str) -> str:
    if command in _BOLD:
        return rf"\bibdefine{{{command}}}{{\mathbf}}"
    use = "Accent" if command in _T1_ACCENTS else "Symbol"
    # Where LaTeX looks for a command that the document's font encoding lacks.
    return rf"\bibdefine{{?\string\{command}}}{{\UseText{use}{{T1}}{{\{command}}}}}"


def _transcribed(character: str) -> str:
    """Return ASCII for `character`: "a" for "ả", "Zhang" for "张", "" for what has none."""
    from anyascii import anyascii  # noqa: PLC0415 - its tables are read when needed

    letters = unicodedata.normalize("NFD", character)
    if letters[0].isascii() and letters[0].isalpha():
        return _accented(letters[0], "".join(mark for mark in letters[1:] if mark in _ACCENTS))
    return escaped(anyascii(character))
