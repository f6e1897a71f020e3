"""Passwords as people paste them: app passwords in groups, with blanks of any kind."""

from __future__ import annotations

import re
import unicodedata

from publisher.errors import ConfigurationFailure
from publisher.translation import _

_GROUPS = re.compile(r"[A-Za-z0-9]{4}( [A-Za-z0-9]{4}){3,7}")
_LETTERS = re.compile(r"[A-Za-z]{16}")
# They show as blanks, and Unicode has them among the letters and symbols.
_FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")


def password_forms(password: str) -> tuple[str, ...]:
    """Return what to log in with, in this order: without the blanks of pasting, and as it is.

    An app password is shown in groups of four, with blanks that are no part of it. Of any other
    password only blanks at its ends are taken for such.
    """
    spaced = "".join(" " if _is_blank(character) else character for character in password)
    groups = spaced.split()
    joined = "".join(groups)
    plain = " " in password.strip(" ")
    if _GROUPS.fullmatch(" ".join(groups)) or (_LETTERS.fullmatch(joined) and not plain):
        tidy = joined
    else:
        first = len(spaced) - len(spaced.lstrip(" "))
        tidy = password[first : len(spaced.rstrip(" "))]
    return tuple(form for form in dict.fromkeys((tidy, password)) if form)


def check_sendable(setting: str, text: str) -> None:
    """Raise `ConfigurationFailure` that names `setting` where no server can be sent `text`."""
    if "\0" in text:
        raise ConfigurationFailure(f"{setting}: holds a NUL character, which no login can have")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ConfigurationFailure(
            f"{setting}: is not UTF-8; set it again where the environment or the file is in UTF-8"
        ) from error


def password_hint(setting: str, password: str) -> str:
    """Return what is unusual about a password that was refused, "" for nothing."""
    odd = [c for c in password if _is_blank(c) and c != " "]
    if odd:
        name = unicodedata.name(odd[0], "a control character").lower()
        text = _("; {setting} holds U+{code} ({name}): is that right?")
        return text.format(setting=setting, code=f"{ord(odd[0]):04X}", name=name)
    if not password.isascii():
        text = _("; {setting} is not all ASCII and was sent in UTF-8, which not all servers take")
        return text.format(setting=setting)
    return ""


def _is_blank(character: str) -> bool:
    return (
        character.isspace()
        or character in _FILLERS
        or unicodedata.category(character) in ("Cf", "Zl", "Zp", "Zs")
    )
