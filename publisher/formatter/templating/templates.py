"""Rendering of templates, with the filters that they may use.

A template is looked for in the user's own folder (`templates.folder`) first, then among those of
the program. Names end in the type of the result and `.j2`: `email/issue.html.j2` is escaped for
HTML, `email/issue.txt.j2` is not. A variable that does not exist is an error. Texts for operators
are translated by `_`, `ngettext` and `trans`; what is filled into them is escaped like any value.

jinja2 is imported late: most commands render nothing.
"""

from __future__ import annotations

import re
import traceback
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from publisher import translation
from publisher.errors import TemplateError
from publisher.formatter.i18n.text_width import rule, wrap
from publisher.formatter.templating.folders import template_folders
from publisher.language_detection import is_right_to_left, language
from publisher.translation import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    import jinja2
    from jinja2 import Environment
    from markupsafe import Markup

    from publisher.settings import Settings

SAFE_SCHEMES = ("http", "https", "mailto")
# Nearly all addresses; parsing the others costs ten times as much.
_PLAIN_URL = re.compile(r"https?://[A-Za-z0-9.-]+(?:/[!-~]*)?")
_UNSAFE_IN_URL = re.compile(r"[\s\x00-\x1f]")

_environments: dict[tuple[object, ...], Environment] = {}


def render(name: str, settings: Settings, **context: object) -> str:
    """Return template `name` filled in with `context`.

    Raises `TemplateError` with template and line, whatever goes wrong in the template.
    """
    return render_bytes(name, settings, **context).decode()


def render_bytes(name: str, settings: Settings, **context: object) -> bytes:
    """Return template `name` filled in with `context`, in UTF-8; see `render`."""
    import jinja2  # noqa: PLC0415 - see the module's docstring

    environment = _cached_environment(settings)
    try:
        text = environment.get_template(name).render(**context)
        # A lone surrogate can't be encoded, and lxml drops everything that follows one.
        return text.encode(errors="replace")
    except jinja2.TemplateSyntaxError as error:
        raise _syntax_error(error, name, settings) from error
    except jinja2.TemplateNotFound as error:
        missing = "" if error.name == name else f"{name}: "
        raise TemplateError(f"{missing}{error.name}: no such template") from error
    except Exception as error:  # a template can raise anything
        where = _place(error) or name
        reason = error.message if isinstance(error, jinja2.TemplateError) else repr(error)
        raise TemplateError(f"{where}: {reason}{_way_out(settings)}") from error


def load(name: str, settings: Settings) -> None:
    """Find and compile template `name` now; its errors are reported when it is rendered.

    Raises `TemplateError` if the user's folder is not a folder.
    """
    import jinja2  # noqa: PLC0415 - see the module's docstring

    environment = _cached_environment(settings)
    with suppress(jinja2.TemplateError):
        environment.get_template(name)


def compile_template(name: str, settings: Settings) -> None:
    """Compile template `name`. Raises `TemplateError` with its line where that fails."""
    import jinja2  # noqa: PLC0415 - see the module's docstring

    environment = _cached_environment(settings)
    try:
        environment.get_template(name)
    except jinja2.TemplateSyntaxError as error:
        raise _syntax_error(error, name, settings) from error
    except (jinja2.TemplateError, UnicodeDecodeError, OSError) as error:
        raise TemplateError(f"{name}: {error}") from error


def _syntax_error(
    error: jinja2.TemplateSyntaxError, name: str, settings: Settings
) -> TemplateError:
    where = error.filename or error.name or name
    return TemplateError(f"{where}:{error.lineno}: {error.message}{_way_out(settings)}")


def _way_out(settings: Settings) -> str:
    if not settings.templates.folder:
        return ""
    return _("; mend it, or remove it to have the program's own template")


def forget_templates() -> None:
    """Look for templates anew: the user may have added one since they were loaded."""
    _environments.clear()


def _cached_environment(settings: Settings) -> Environment:
    # Not the settings themselves: comparing two of them takes as long as rendering a page.
    key = (settings.templates.folder, settings.base, settings.source.cache)
    environment = _environments.get(key)
    if environment is None:
        environment = _environments[key] = _environment(settings)
    return environment


def _environment(settings: Settings) -> Environment:
    import jinja2  # noqa: PLC0415 - see the module's docstring

    class Compiled(jinja2.FileSystemBytecodeCache):
        """A cache of compiled templates: compiling takes as long as rendering a hundred pages."""

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
        # By type; only texts and style sheets, which no browser reads as mark-up, are not escaped.
        autoescape=lambda name: not (name or "").endswith((".txt.j2", ".css.j2")),  # noqa: S701 - as above
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        extensions=["jinja2.ext.i18n"],
    )
    # The extension adds the method, which jinja2's types don't know.
    environment.install_gettext_callables(translation._, translation.ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.filters.update(
        safe_url=safe_url,
        language=language,
        wrap=wrap,
        rule=rule,
        fragment=fragment,
        elements=elements,
        lang_attributes=lang_attributes,
    )
    return environment


def _place(error: BaseException) -> str | None:
    """Return `file:line` of the innermost template that `error` went through."""
    # jinja2 rewrites the traceback so that templates are in it like Python files.
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
    """Return the safe fragment `html`, or `text` escaped if it is empty.

    `html` is safe by the contract of `models`: it comes from collector/text/sanitizer.py alone.
    """
    from markupsafe import Markup, escape  # noqa: PLC0415 - see the module's docstring

    return Markup(html) if html else escape(text)  # noqa: S704 - safe, see above


@lru_cache(maxsize=64)
def lang_attributes(tag: str) -> Markup:
    """Return the attribute `lang` of a text in the language `tag`, and `dir` where it needs it."""
    from markupsafe import Markup, escape  # noqa: PLC0415 - see the module's docstring

    from_right = Markup(' dir="rtl"') if is_right_to_left(tag) else ""
    return Markup('lang="{}"{}').format(escape(tag), from_right)


def elements(texts: Sequence[str], name: str) -> Markup:
    """Return each of `texts`, escaped, in an element `name` ("li", "p").

    Long lists are quick: all texts are escaped in one call.
    """
    from markupsafe import Markup, escape  # noqa: PLC0415 - see the module's docstring

    one_line_each = escape("\n".join(text.replace("\n", " ") for text in texts))
    html = str(one_line_each).replace("\n", f"</{name}>\n<{name}>")
    return Markup(f"<{name}>{html}</{name}>" if texts else "")  # noqa: S704 - escaped
