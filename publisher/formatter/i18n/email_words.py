"""The words of an issue's mail, as the theme changes them."""

from __future__ import annotations

from functools import lru_cache
from string import Formatter
from typing import TYPE_CHECKING

import msgspec

from publisher.errors import SettingsError
from publisher.formatter.i18n.words import EmailWords, language_for, words_in
from publisher.models import Language

if TYPE_CHECKING:
    from publisher.settings import Settings


def email_words(settings: Settings, language: Language = Language.BOTH) -> EmailWords:
    """Return the words in `language`, as `theme.texts_en` or `theme.texts_zh` changes them.

    "both" is of the papers' texts: the frame is in the site's language then.

    Raises `SettingsError` for words of the theme that are not known or can't be filled in.
    """
    both = language is Language.BOTH
    code = language_for(settings.site.language) if both else language.value
    replaced = getattr(settings.theme, f"texts_{code}", None)
    if replaced is None or not replaced.items:
        return words_in(EmailWords, code)
    return _changed(code, replaced.items, f"theme.texts_{code}")


@lru_cache(maxsize=16)
def _changed(code: str, replaced: tuple[tuple[str, str], ...], where: str) -> EmailWords:
    words = words_in(EmailWords, code)
    for name, text in replaced:
        own = getattr(words, name, None) if name in EmailWords.__struct_fields__ else None
        if name == "lang" or not isinstance(own, str):
            raise SettingsError(
                f"{where}: no such text: {name!r}; the names are those of [shared] and [email] in "
                f"publisher/formatter/i18n/{code}.toml"
            )
        unknown = _slots(text, where) - _slots(own, where)
        if unknown:
            raise SettingsError(f"{where}: {name}: nothing to fill in for {', '.join(unknown)}")
    return msgspec.structs.replace(words, **dict(replaced))


def _slots(text: str, where: str) -> set[str]:
    try:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError as error:
        raise SettingsError(f"{where}: {text!r}: {error}") from error
