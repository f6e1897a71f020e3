"""Texts of the program for the people who run it, in their language.

The English texts stand in the code, as `_("{path} written").format(path=path)`. Catalogues in
locale/ translate them: `publisher` those of the command line and the rooms below it, `operator`
those of the operator's pages. `./run.sh messages` brings the catalogues up to date; a text that a
catalogue lacks stays English. Texts for readers (pages, feeds, mails) are in formatter/i18n/.
"""

from __future__ import annotations

import gettext as _gettext
import locale
import os
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FOLDER = Path(__file__).parent / "locale"
DOMAINS = ("publisher", "operator")
SOURCE_LANGUAGE = "en"
# In the order in which gettext asks them.
VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")

_chosen: ContextVar[str | None] = ContextVar("_chosen", default=None)


def _(text: str) -> str:
    """Return `text` in the language that holds, `text` itself where it is not translated."""
    return _catalogue(language()).gettext(text)


def ngettext(singular: str, plural: str, number: int) -> str:
    """Return the form for `number` in the language that holds; {count} is left to the caller."""
    return _catalogue(language()).ngettext(singular, plural, number)


def mark(text: str) -> str:
    """Return `text` as it is: a text that is translated later, where it is shown."""
    return text


def language() -> str:
    """Return the language that holds: that of `using`, else that of the environment."""
    return _chosen.get() or _language_of_process()


def languages() -> tuple[str, ...]:
    """Return the languages that there are: "en" and those with catalogues."""
    return (SOURCE_LANGUAGE, *sorted(path.name for path in FOLDER.iterdir() if path.is_dir()))


@contextmanager
def using(name: str) -> Iterator[None]:
    """Have texts in the language `name` within a `with` block, in this thread or task alone."""
    token = _chosen.set(name)
    try:
        yield
    finally:
        _chosen.reset(token)


def environment_language(environment: Mapping[str, str], fallback: str = "") -> str:
    """Return the language that `environment` asks for: "zh" for LANG=zh_CN.UTF-8, by default "en".

    The rules are gettext's: the first variable that is set decides, and LANGUAGE may list several.
    `fallback` is the system's locale, for Windows, which sets none of the variables.
    """
    chosen = next((environment[name] for name in VARIABLES if environment.get(name)), fallback)
    for name in chosen.split(":"):
        code = name.replace("-", "_").split(".")[0].split("_")[0].lower()
        if code in languages():
            return code
    return SOURCE_LANGUAGE


@cache
def _language_of_process() -> str:
    system = (locale.getlocale()[0] or "") if os.name == "nt" else ""
    system = "zh" if system.startswith("Chinese") else system
    return environment_language(os.environ, system)


@cache
def _catalogue(name: str) -> _gettext.NullTranslations:
    catalogue: _gettext.NullTranslations = _gettext.NullTranslations()
    if name == SOURCE_LANGUAGE:
        return catalogue
    for domain in DOMAINS:
        path = FOLDER / name / "LC_MESSAGES" / f"{domain}.mo"
        with path.open("rb") as file:
            translations = _gettext.GNUTranslations(file)
        translations.add_fallback(catalogue)
        catalogue = translations
    return catalogue
