"""Templates: where they are, how they fail, and the filters they may use.

A template is looked for in the user's own folder (`templates.folder`) first, then among the ones
that come with the program. Names end in `.j2` after the type they make: `email/issue.html.j2` is
escaped for HTML, `email/issue.txt.j2` is not. A variable that does not exist is an error.

jinja2 is imported late: most commands render nothing.
"""

from __future__ import annotations

import re
import traceback
import unicodedata
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from publisher.errors import TemplateError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jinja2 import Environment
    from markupsafe import Markup

    from publisher.settings import Settings

PLAIN_COLUMNS = 72  # RFC 3676, 4.2: lines of 78 at most, with room for two quotations
SAFE_SCHEMES = ("http", "https", "mailto")
# Where a line must not begin or end; GB/T 15834-2011 and W3C's Requirements for Chinese Layout.
NO_LINE_START = frozenset("、。，．：；！？）］｝〉》」』】〕〗’”…—·%‰℃,.:;!?)]}")
NO_LINE_END = frozenset("（［｛〈《「『【〔〖‘“([{￥$")
_WIDE = "\u3041-\u3096\u30a1-\u30fa\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_FAR = re.compile(f"[\u0370-\u1fff\uac00-\ud7a3\ufe70-\ufeff{_WIDE}]")
_CHINESE = re.compile(f"[{_WIDE}]")
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")
_UKRAINIAN = re.compile("[іїєґІЇЄҐ]")
# Kana among Chinese characters: a quotation of a name is less than this part of a text.
_KANA_SHARE = 8
# A Chinese character says as much as some Latin letters.
_WIDE_WEIGHT = 4
_ALPHABETS = {
    "ko": re.compile("[\u1100-\u11ff\uac00-\ud7a3]"),
    "ru": re.compile("[\u0400-\u052f]"),
    "el": re.compile("[\u0370-\u03ff\u1f00-\u1fff]"),
    "he": re.compile("[\u0590-\u05ff]"),
    "ar": re.compile("[\u0600-\u06ff\u0750-\u077f\ufe70-\ufeff]"),
    "hi": re.compile("[\u0900-\u097f]"),
    "th": re.compile("[\u0e00-\u0e7f]"),
}
_UNSPACED = frozenset(("zh", "ja", "th"))
# What nearly all addresses look like; taking the others apart costs ten times as much.
_PLAIN_URL = re.compile(r"https?://[A-Za-z0-9.-]+(?:/[!-~]*)?")
_UNSAFE_IN_URL = re.compile(r"[\s\x00-\x1f]")

_environments: dict[tuple[object, ...], Environment] = {}


def render(name: str, settings: Settings, **context: object) -> str:
    """Return template `name` filled in with `context`.

    Raises `TemplateError`, which names the template and line, whatever the template did.
    """
    return render_bytes(name, settings, **context).decode()


def render_bytes(name: str, settings: Settings, **context: object) -> bytes:
    """Return the same in UTF-8."""
    import jinja2  # noqa: PLC0415 - see the module's docstring

    # Not the settings themselves: to tell whether two are the same takes as long as a page.
    key = (settings.templates.folder, settings.base, settings.source.cache)
    environment = _environments.get(key)
    if environment is None:
        environment = _environments[key] = _environment(settings)
    try:
        text = environment.get_template(name).render(**context)
        # A lone surrogate can't be encoded, and lxml drops everything that follows one.
        return text.encode(errors="replace")
    except jinja2.TemplateSyntaxError as error:
        where = error.filename or error.name or name
        raise TemplateError(f"{where}:{error.lineno}: {error.message}") from error
    except jinja2.TemplateNotFound as error:
        missing = "" if error.name == name else f"{name}: "
        raise TemplateError(f"{missing}{error.name}: no such template") from error
    except Exception as error:  # a template can raise anything
        where = _place(error) or name
        reason = error.message if isinstance(error, jinja2.TemplateError) else repr(error)
        raise TemplateError(f"{where}: {reason}") from error


def template_folders(settings: Settings) -> list[Path]:
    """Return the folders in which templates are looked for, in this order.

    Raises `TemplateError` where the user's own is none.
    """
    if not settings.templates.folder:
        return [_packaged()]
    own = settings.path(settings.templates.folder)
    if not own.is_dir():
        raise TemplateError(f"templates.folder: {own} is no folder")
    return [own, _packaged()]


def forget_templates() -> None:
    """Look for templates anew: since they were found, the user may have added one."""
    _environments.clear()


def _environment(settings: Settings) -> Environment:
    import jinja2  # noqa: PLC0415 - see the module's docstring

    class Compiled(jinja2.FileSystemBytecodeCache):
        """To compile templates takes as long as to render a hundred pages."""

        def dump_bytecode(self, bucket: Any) -> None:  # noqa: ANN401 - as in jinja2
            with suppress(OSError):  # a full disk: compiled again next time
                super().dump_bytecode(bucket)

    folders = template_folders(settings)
    compiled = settings.cache_folder / "templates"
    with suppress(OSError):
        compiled.mkdir(parents=True, exist_ok=True)
    environment = jinja2.Environment(
        bytecode_cache=Compiled(str(compiled)) if compiled.is_dir() else None,
        loader=jinja2.FileSystemLoader(folders),
        # By type; only text and style sheets, which no browser reads as mark-up, go unescaped.
        autoescape=lambda name: not (name or "").endswith((".txt.j2", ".css.j2")),  # noqa: S701
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        safe_url=safe_url,
        language=language,
        wrap=wrap,
        rule=rule,
        fragment=fragment,
        elements=elements,
    )
    return environment


@lru_cache(maxsize=1)
def _packaged() -> Path:
    """Return the program's own templates: in the wheel, else in the checkout.

    An editable install does not see the folders that the wheel is built with.
    """
    package = Path(__file__).resolve().parents[1]
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent / "templates"


def _place(error: BaseException) -> str | None:
    """Return `file:line` of the innermost template that `error` went through."""
    # jinja2 rewrites the traceback so that templates stand in it like Python files.
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.endswith(".j2")]
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else None


def safe_url(url: str) -> str:
    """Return `url` where it is safe in an href (absolute http, https or mailto), else ""."""
    if _PLAIN_URL.fullmatch(url):
        return url
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme not in SAFE_SCHEMES or _UNSAFE_IN_URL.search(url):
        return ""
    return url if parts.scheme == "mailto" or parts.netloc else ""


def fragment(html: str, text: str) -> Markup:
    """Return the safe fragment `html`, and where it is empty `text` escaped.

    That `html` is safe is the promise of `models`: it comes from collector/clean.py alone.
    """
    from markupsafe import Markup, escape  # noqa: PLC0415 - see the module's docstring

    return Markup(html) if html else escape(text)  # noqa: S704


def elements(texts: Sequence[str], name: str) -> Markup:
    """Return each of `texts`, escaped, in an element `name` ("li", "p"); for lists that are long.

    All are escaped in one call, which is what makes it worth having.
    """
    from markupsafe import Markup, escape  # noqa: PLC0415 - see the module's docstring

    one_line_each = escape("\n".join(text.replace("\n", " ") for text in texts))
    html = str(one_line_each).replace("\n", f"</{name}>\n<{name}>")
    return Markup(f"<{name}>{html}</{name}>" if texts else "")  # noqa: S704


def language(text: str) -> str:
    """Return the BCP 47 tag for `text`, by the script that most of it is in: "en" for Latin.

    One Chinese name makes no Chinese abstract, and Chinese with many English terms is Chinese.
    """
    far = "" if text.isascii() else "".join(_FAR.findall(text))
    if not far:
        return "en"
    latin = len(_LATIN.findall(text))
    wide = len(_CHINESE.findall(far))
    if wide * 2 > len(far):
        if wide * _WIDE_WEIGHT < latin:
            return "en"
        return "ja" if len(_KANA.findall(far)) * _KANA_SHARE > wide else "zh"
    counts = {tag: len(letters.findall(far)) for tag, letters in _ALPHABETS.items()}
    tag = max(counts, key=lambda one: counts[one])
    if counts[tag] <= latin:
        return "en"
    return "uk" if tag == "ru" and _UKRAINIAN.search(far) else tag


def rule(character: str, columns: int = PLAIN_COLUMNS) -> str:
    """Return a line of `columns` times `character`."""
    return character * columns


def wrap(
    text: str, indent: str = "", first: str | None = None, columns: int = PLAIN_COLUMNS
) -> str:
    """Return `text` in lines of at most `columns`, where a wide character counts two.

    Lines begin with `indent`, the first with `first` where it is given. Breaks come at blanks and
    beside wide characters, but not before closing or after opening punctuation. A word that is
    longer than a line is cut; an address is not: cut, it would be dead.
    """
    lines: list[str] = []
    line = indent if first is None else first
    used = text_width(line)
    empty = True
    for blank, chunk, width in _chunks(text, columns - text_width(indent)):
        gap = 1 if blank and not empty else 0
        if not empty and used + gap + width > columns:
            lines.append(line)
            line, used, gap = indent, text_width(indent), 0
        line += " " * gap + chunk
        used += gap + width
        empty = False
    lines.append(line)
    return "\n".join(lines)


def shortened(text: str, columns: int) -> str:
    """Return `text` cut at a blank (Chinese: anywhere) to `columns`, with "…" where it was cut."""
    if 2 * len(text) <= columns or text_width(text) <= columns:
        return text
    used, end = 0, 0
    if text.isascii():
        end = columns - 1
    else:
        for end, character in enumerate(text):  # noqa: B007 - where it stopped
            used += _width(character)
            if used >= columns:
                break
    cut = text[:end]
    if language(cut) not in _UNSPACED and " " in cut:
        cut = cut.rpartition(" ")[0]
    return cut.rstrip(" ,;:，；：") + "…"


def text_width(text: str) -> int:
    """Return the columns that `text` takes on a terminal (Unicode TR 11)."""
    return len(text) if text.isascii() else sum(_width(character) for character in text)


@lru_cache(maxsize=4096)
def _width(character: str) -> int:
    # Nearly all text is of these; the table of the rest takes its time to load.
    if "\u4e00" <= character <= "\u9fff" or "\uff01" <= character <= "\uff5e":
        return 2
    if "\u0020" <= character <= "\u007e" or "\u2010" <= character <= "\u2026":
        return 1
    if "\u3001" <= character <= "\u3020":
        return 2
    from wcwidth import wcwidth  # noqa: PLC0415

    return max(0, wcwidth(character))


def _chunks(text: str, limit: int) -> Iterator[tuple[bool, str, int]]:
    """Yield (after a blank, piece that must not be broken, its width); none is over `limit`."""
    for word in text.split():
        blank = True
        for piece in _pieces(word):
            width = text_width(piece)
            if width <= limit or "://" in piece:
                yield blank, piece, width
            else:
                for part in _cut(piece, limit):
                    yield blank, part, text_width(part)
                    blank = False
            blank = False


def _pieces(word: str) -> Iterator[str]:
    if word.isascii():
        yield word
        return
    start = 0
    for index in range(1, len(word)):
        before, after = word[index - 1], word[index]
        # Also not after an opening bracket that stands at the piece's start: it holds on to what
        # follows, and what follows may be the next piece.
        beside_wide = _width(before) == 2 or _width(after) == 2  # noqa: PLR2004 - a wide one
        joined = (
            after in NO_LINE_START
            or before in NO_LINE_END
            or (_width(after) == 0 and unicodedata.category(after) in ("Mn", "Me", "Cf"))
        )
        if beside_wide and not joined:
            yield word[start:index]
            start = index
    yield word[start:]


def _cut(piece: str, limit: int) -> Iterator[str]:
    part, used = "", 0
    for character in piece:
        width = _width(character)
        if part and used + width > limit:
            yield part
            part, used = "", 0
        part += character
        used += width
    yield part
