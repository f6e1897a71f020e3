"""Hints of error messages: what a setting has to be, and which one was probably meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from publisher.settings.fields import environment_name, fields_of
from publisher.settings.reference import documentation, in_words
from publisher.settings.sections import SECTIONS, Section
from publisher.settings.values import Secret
from publisher.translation import _

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHOWN = 60  # characters of a wrong value


def requirement(section: type[Section], key: str, value: object) -> str:
    """Return what a setting has to be instead of `value`, and what it is for."""
    kind = fields_of(section)[key].type
    shown = kind is not Secret
    sentence = documentation(section).fields.get(key, "").partition(". ")[0]
    purpose = f". {sentence.removesuffix('.')}." if sentence else ""
    if shown:
        text = _("must be {kind}, not {value}").format(kind=in_words(kind), value=_shortened(value))
    else:
        text = _("must be {kind}").format(kind=in_words(kind))
    return f"{text}{purpose}"


def unknown_section(name: str) -> str:
    """Return what to say of a section that does not exist, or of a setting outside of one."""
    if holders := _holders(name):
        return _unknown(holders)
    near = [f"[{section}]" for section in _near(name, SECTIONS)]
    if near:
        return _("unknown section; did you mean {name}?").format(name=near[0])
    return _("unknown section; docs/reference/configuration.md has all")


def unknown_key(section: str, key: str) -> str:
    """Return what to say of a setting that `section` does not have."""
    near = _near(key, SECTIONS[section].__struct_fields__)
    return _unknown([f"{section}.{name}" for name in near] or _holders(key))


def unknown_key_of_table(table: type[Section], key: str) -> str:
    """Return what to say of a key that a table such as [[feeds.saved]] does not have."""
    return _unknown(_near(key, table.__struct_fields__))


def unknown_variable(name: str) -> str:
    """Return what to say of an environment variable that no setting has."""
    keys = [(section, key) for section, table in SECTIONS.items() for key in fields_of(table)]
    known = [environment_name(section, key) for section, key in keys]
    # The prefix makes all of them alike.
    return _unknown(_near(name.removesuffix("_FILE"), known, cutoff=0.85))


def _holders(key: str) -> list[str]:
    """Return the settings called `key` in all sections."""
    return [f"{name}.{key}" for name, table in SECTIONS.items() if key in fields_of(table)]


def _near(name: str, known: Iterable[str], cutoff: float = 0.6) -> list[str]:
    import difflib  # noqa: PLC0415 - for errors only

    return difflib.get_close_matches(name, list(known), n=1, cutoff=cutoff)


def _unknown(near: list[str]) -> str:
    if near:
        return _("unknown setting; did you mean {name}?").format(name=near[0])
    return _("unknown setting; docs/reference/configuration.md has all")


def _shortened(value: object) -> str:
    text = msgspec.json.encode(value, enc_hook=str).decode()
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
