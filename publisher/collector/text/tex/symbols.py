"""Tables of TeX's macros and look-ups in them; `grammar` decides which text is TeX.

The base is pylatexenc's table of 800 symbols. The tables here have the macros that it lacks or
replaces by a placeholder ("<cit.>"). Its parser is not used: it stops at an unbalanced brace, loses
the text around a price such as "$100", and is slow on hostile input.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Macros that change the look of their argument, or of the rest of their group.
STYLES = {
    "textbf": "strong", "mathbf": "strong", "boldsymbol": "strong", "bm": "strong", "pmb": "strong",
    "emph": "em", "textit": "em", "textsl": "em", "mathit": "em",
    "texttt": "code", "mathtt": "code", "lstinline": "code",
}  # fmt: skip
SWITCHES = {
    "bf": "strong", "bfseries": "strong", "em": "em", "it": "em", "sl": "em", "itshape": "em",
    "slshape": "em", "tt": "code", "ttfamily": "code",
}  # fmt: skip
RAISING = {"textsuperscript": "sup", "textsubscript": "sub", "ensuremath": ""}

# Macros of which the (last) argument is printed.
TRANSPARENT = frozenset(
    (
        "text textrm textsf textsc textmd textup textnormal mathrm mathsf mathop mathbin mathrel "
        "mathord mathnormal operatorname mbox hbox fbox framebox makebox underline uline uwave "
        "dashuline overline widehat widetilde overbrace underbrace overrightarrow overleftarrow "
        "boxed centerline hl sout"
    ).split()
)
# Macros whose argument is text, also in math: blanks count, indices do not.
WORDS = frozenset("text textrm textsf textsc textnormal mbox hbox fbox".split())
# Numbers of arguments before the text.
SKIPPED_ARGUMENTS = {
    "textcolor": 1, "colorbox": 1, "fcolorbox": 2, "raisebox": 1, "resizebox": 2, "scalebox": 1,
    "parbox": 1, "foreignlanguage": 1, "fontsize": 2, "hyperlink": 1, "hypertarget": 1,
}  # fmt: skip
# Macros with arguments that are not text: keys of a bibliography, lengths, file names.
DROPPED_WITH_ARGUMENT = frozenset(
    (
        "cite citet citep citealp citealt citeauthor citeyear citeyearpar Citet Citep nocite "
        "parencite textcite autocite footcite ref eqref cref Cref autoref pageref nameref subref "
        "label vspace hspace includegraphics bibliographystyle bibliography color definecolor "
        "phantom hphantom vphantom thispagestyle pagestyle footnotemark setlength addtolength tag "
        "index usepackage documentclass selectfont linespread vskip hskip"
    ).split()
)
DROPPED = frozenset(
    (
        "displaystyle textstyle scriptstyle scriptscriptstyle limits nolimits nonumber notag "
        "noindent indent centering raggedright tiny scriptsize footnotesize small normalsize large "
        "Large LARGE huge Huge rm sf sc rmfamily sffamily scshape upshape mdseries normalfont "
        "left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr bigm "
        "xspace allowbreak nobreak nolinebreak linebreak relax protect unskip ignorespaces "
        "mathstrut strut null hfill vfill maketitle newpage clearpage smallskip medskip bigskip "
        "leavevmode boldmath unboldmath mathchoice string sloppy hline toprule midrule bottomrule "
        "textcompwordmark"
    ).split()
)
SPACES = frozenset(
    "quad qquad enskip enspace thinspace space newline par hfil break linefeed".split()
)
FOOTNOTES = frozenset("footnote footnotetext thanks".split())
FRACTIONS = frozenset("frac dfrac tfrac cfrac nicefrac sfrac textfrac".split())
ALPHABETS = {
    "mathcal": "SCRIPT", "mathscr": "SCRIPT", "mathbb": "DOUBLE-STRUCK", "mathds": "DOUBLE-STRUCK",
    "mathbbm": "DOUBLE-STRUCK", "mathfrak": "FRAKTUR", "Bbb": "DOUBLE-STRUCK", "cal": "SCRIPT",
}  # fmt: skip
# Written before a letter or digit with a blank between.
FUNCTIONS = frozenset(
    (
        "log ln lg exp sin cos tan cot sec csc sinh cosh tanh coth arcsin arccos arctan max min "
        "sup inf lim arg argmax argmin det dim ker gcd hom Pr mod bmod limsup liminf softmax "
        "sigmoid Var Tr tr diag rank sign sgn"
    ).split()
)
# Set with a blank on either side between two operands, without blanks beside a single one.
OPERATORS = frozenset(
    (
        "times pm mp div cdot ast star oplus ominus otimes odot circ bullet cup cap setminus wedge "
        "vee leq le geq ge lt gt ll gg neq ne approx sim simeq cong equiv propto doteq triangleq "
        "lesssim gtrsim leqslant geqslant prec succ preceq succeq in ni notin subset subseteq "
        "supset supseteq to rightarrow leftarrow leftrightarrow Rightarrow Leftarrow gets "
        "Leftrightarrow longrightarrow longleftarrow mapsto implies iff mid parallel perp models "
        "vdash land lor uparrow downarrow hookrightarrow rightleftharpoons longmapsto textgreater "
        "textless xrightarrow xleftarrow coloneqq lessgtr ltimes rtimes bowtie"
    ).split()
)
TEXT = {
    "ie": "i.e.", "eg": "e.g.", "etal": "et al.", "etc": "etc.", "cf": "cf.", "vs": "vs.",
    "wrt": "w.r.t.", "aka": "a.k.a.", "iid": "i.i.d.", "resp": "resp.", "Ie": "I.e.", "Eg": "E.g.",
    "TeX": "TeX", "LaTeX": "LaTeX", "BibTeX": "BibTeX", "item": "•", "bmod": "mod", "star": "⋆",
    "deg": "°", "degree": "°", "textdegree": "°", "celsius": "°C", "degreeCelsius": "°C",
    "percent": "%", "checkmark": "✓", "cmark": "✓", "xmark": "✗", "ne": "≠", "neg": "¬",
    "lnot": "¬", "land": "∧", "lor": "∨", "implies": "⇒", "iff": "⇔", "gets": "←", "models": "⊨",
    "colon": ":", "triangle": "△", "heartsuit": "♡", "spadesuit": "♠", "clubsuit": "♣",
    "Re": "ℜ", "Im": "ℑ", "copyright": "©", "pounds": "£", "euro": "€", "EUR": "€", "yen": "¥",
    "S": "§", "P": "¶", "micro": "µ", "ddag": "‡", "dag": "†", "ohm": "Ω", "textsim": "∼",
    "textbar": "|", "textless": "<", "textgreater": ">", "textunderscore": "_", "lt": "<",
    "gt": ">", "textasciitilde": "~", "textasciicircum": "^", "textbackslash": "\\",
    "textquotesingle": "'", "xrightarrow": "→", "xleftarrow": "←", "coloneqq": "≔",
    "prime": "′", "top": "⊤", "vert": "|", "Vert": "‖", "lvert": "|", "rvert": "|", "lVert": "‖",
    "rVert": "‖", "mid": "|", "lbrace": "{", "rbrace": "}", "lbrack": "[", "rbrack": "]",
    "dots": "…", "ldots": "…", "cdots": "⋯", "textellipsis": "…", "square": "□", "Box": "□",
    "varnothing": "∅", "emptyset": "∅", "argmax": "arg max", "argmin": "arg min", "hbar": "ℏ",
    "ell": "ℓ", "i": "ı", "j": "ȷ", "imath": "ı", "jmath": "ȷ", "setminus": "∖", "infin": "∞",
    "limsup": "lim sup", "liminf": "lim inf", "varpropto": "∝", "backslash": "\\", "slash": "/",
    "textendash": "–", "textemdash": "—", "textquoteright": "’", "textquoteleft": "‘",
    "textquotedblleft": "“", "textquotedblright": "”", "lq": "‘", "rq": "’", "R": "ℝ", "amp": "&",
    "textmu": "µ", "cdot": "·", "cdotp": "·", "bullet": "•", "textbullet": "•", "circ": "∘",
    "sim": "∼", "ast": "∗", "ohorn": "ơ", "OHORN": "Ơ", "uhorn": "ư", "UHORN": "Ư",
}  # fmt: skip
# One-letter macros, which may also be escapes of a regular expression ("\S").
NEEDS_BOUNDARY = frozenset("i j l o L O S P R".split())
# Those that are letters.
LETTERS_IN_WORDS = frozenset("i j l o L O".split())
NEGATED = {"=": "≠", "in": "∉", "subset": "⊄", "equiv": "≢", "exists": "∄", "sim": "≁",
           "approx": "≉", "subseteq": "⊈", "ni": "∌", "<": "≮", ">": "≯", "mid": "∤"}  # fmt: skip

ACCENTS = {
    '"': "\u0308", "'": "\u0301", "`": "\u0300", "^": "\u0302", "~": "\u0303", "=": "\u0304",
    ".": "\u0307", "H": "\u030b", "c": "\u0327", "u": "\u0306", "v": "\u030c", "d": "\u0323",
    "b": "\u0331", "k": "\u0328", "r": "\u030a", "t": "\u0361", "h": "\u0309",
    "textcommabelow": "\u0326", "textogonekcentered": "\u0328",
}  # fmt: skip
# Rare ones, which are accents only before braces, and those that are also escapes of a pattern.
BRACED_ACCENTS = frozenset("b t h".split())
ACCENTS_LIKE_CODE = frozenset("d r u v".split())
_TIE = ACCENTS["t"]
# Marks that belong to the letter: the tone of "ễ" stands above them, in whatever order TeX has it.
_INNER_MARKS = "\u0302\u0306\u031b"
_MOST_MARKS = 3
MATH_ACCENTS = {
    "hat": "\u0302", "tilde": "\u0303", "bar": "\u0304", "vec": "\u20d7", "dot": "\u0307",
    "ddot": "\u0308", "check": "\u030c", "breve": "\u0306", "acute": "\u0301", "grave": "\u0300",
    "mathring": "\u030a", "widehat": "\u0302", "widetilde": "\u0303", "overline": "\u0304",
}  # fmt: skip

_RAISED = dict(
    zip(
        "0123456789+-−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWαβγδεθ*′°†‡⊤,. ",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵅᵝᵞᵟᵋᶿ*′°†‡ᵀ,. ",
        strict=True,
    )
)
_LOWERED = dict(
    zip(
        "0123456789+-−=()aehijklmnoprstuvxβγρφχ,. ",
        "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ,. ",
        strict=True,
    )
)
_LETTERS = re.compile(r"[A-Za-z0-9]")
_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


def script(inside: str, *, raised: bool) -> str:
    """Return `inside` raised or lowered, "^(inside)" where Unicode lacks a character."""
    inside = inside.strip()
    table = _RAISED if raised else _LOWERED
    if inside and all(c in table for c in inside) and (len(inside) == 1 or inside.strip(",. ")):
        return "".join(table[c] for c in inside)
    if not inside:
        return ""
    sign = "^" if raised else "_"
    if not raised and inside.isalnum():  # "L_CE", as usual in plain text
        return sign + inside
    return sign + (inside if len(inside) == 1 or inside.startswith("(") else f"({inside})")


def is_letter(text: str, mark: str) -> bool:
    """Return whether `text` can have `mark`: a letter with marks or without, two under a tie."""
    if mark == _TIE and len(text) == 2:  # noqa: PLR2004 - "oo"
        return text.isalpha()
    base, *marks = list(unicodedata.normalize("NFD", text))
    return base.isalpha() and len(marks) < _MOST_MARKS and all(map(unicodedata.combining, marks))


def accented(letter: str, mark: str) -> str:
    """Return `letter`, which may be a dotless i or j, with the combining `mark`."""
    base, *others = list(unicodedata.normalize("NFD", {"ı": "i", "ȷ": "j"}.get(letter, letter)))
    if mark == _TIE:
        return base + mark + "".join(others)
    marks = sorted((*others, mark), key=lambda each: each not in _INNER_MARKS)
    return unicodedata.normalize("NFC", base + "".join(marks))


def roman(number: int) -> str:
    """Return 1 to 39 as a small Roman numeral, anything else in digits."""
    if not 0 < number < 40:  # noqa: PLR2004 - the letters of `_ROMAN` end there
        return str(number)
    text = ""
    for value, letters in _ROMAN:
        while number >= value:
            text, number = text + letters, number - value
    return text


def in_alphabet(text: str, alphabet: str) -> str:
    """Return `text` in the alphabet "SCRIPT", "DOUBLE-STRUCK" or "FRAKTUR" of Unicode."""
    return _LETTERS.sub(lambda match: _letter(match.group(), alphabet), text)


@lru_cache(maxsize=256)
def _letter(letter: str, alphabet: str) -> str:
    case = "DIGIT" if letter.isdigit() else "CAPITAL" if letter.isupper() else "SMALL"
    name = unicodedata.name(letter).rpartition(" ")[2]
    # Older characters of Unicode have other names: "BLACK-LETTER".
    older = {"FRAKTUR": "BLACK-LETTER"}.get(alphabet, alphabet)
    for candidate in (f"MATHEMATICAL {alphabet} {case} {name}", f"{older} {case} {name}"):
        try:
            return unicodedata.lookup(candidate)
        except KeyError:
            continue
    return letter


def symbol(name: str) -> str | None:
    r"""Return the symbol that the macro `\name` prints, None if it is in no table."""
    if name in TEXT:
        return TEXT[name]
    return name if name in FUNCTIONS else _symbols().get(name)


@lru_cache(maxsize=1)
def _symbols() -> dict[str, str]:
    from pylatexenc.latex2text import (  # noqa: PLC0415 - heavy, and most digests do not need it
        get_default_latex_context_db,
    )

    table: dict[str, str] = {}
    for spec in get_default_latex_context_db().iter_macro_specs():
        text, name = spec.simplify_repl, spec.macroname
        # Not templates ("%s"), placeholders ("<cit.>"), \today, or invisible characters.
        if isinstance(text, str) and text.isprintable() and not re.search(r"%\(|%s|<\w|\d", text):
            table.setdefault(name, text.strip())
    return table
