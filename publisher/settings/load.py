"""Reads the settings: defaults < publisher.toml < kept secrets < environment < flags."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, cast

import msgspec

from publisher.errors import SettingsError
from publisher.private_folder import DATA_FOLDER
from publisher.settings.fields import ENV_PREFIX, fields_of, has_format, item_type, table_type
from publisher.settings.hints import (
    requirement,
    unknown_key,
    unknown_key_of_table,
    unknown_section,
    unknown_variable,
)
from publisher.settings.secret_files import read_secret, stored_secrets
from publisher.settings.sections import SECTIONS, Section, Settings
from publisher.settings.target_urls import is_url_variable, with_urls
from publisher.settings.values import Secret, Words
from publisher.translation import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from publisher.settings.sections import AnnounceTarget

CONFIG_NAME = "publisher.toml"
# The test suite's own variables are no settings.
FORMER_STORE = "publisher.db"
ENV_RESERVED = ("PUBLISHER_TEST_",)


def load(
    config: Path | None,
    environment: Mapping[str, str],
    flags: Mapping[str, Mapping[str, object]] | None = None,
) -> Settings:
    """Return the settings that hold.

    `config` is the file named by the user, None for ./publisher.toml where there is one;
    `environment` is os.environ or a test's; `flags` maps section to key to value.

    Raises `SettingsError`.
    """
    path = (config if config is not None else Path(CONFIG_NAME)).absolute()
    values: dict[tuple[str, str], tuple[str, object]] = {}  # (section, key) -> (origin, value)
    if config is not None or path.exists():
        for section, key, value in _read_toml(path):
            values[section, key] = (str(path), value)
    for section, key, origin, secret in stored_secrets(path.parent):
        values[section, key] = (origin, secret)
    for section, key, origin, value in _read_environment(environment):
        values[section, key] = (origin, value)
    for section, keys in (flags or {}).items():
        for key, value in keys.items():
            values[section, key] = ("command line", value)

    sections: dict[str, dict[str, object]] = {name: {} for name in SECTIONS}
    for (section, key), (origin, value) in values.items():
        sections[section][key] = _convert(SECTIONS[section], section, key, value, origin)
    elsewhere = sections["source"].get("git") or sections["source"].get("feeds")
    if elsewhere and "folders" not in sections["source"]:
        sections["source"]["folders"] = ()  # a repository takes the place of the default folder
    targets = cast("tuple[AnnounceTarget, ...]", sections["announce"].get("targets", ()))
    sections["announce"]["targets"] = with_urls(targets, path.parent, environment)
    if ("store", "url") not in values and _has_former_store(path.parent):
        sections["store"]["url"] = Secret(f"sqlite:///{FORMER_STORE}")
    settings = Settings(
        **_build(sections),  # type: ignore[arg-type]
        base=path.parent,
        file=path if path.exists() else None,
    )
    _check(settings, values)
    return settings


def _build(values: Mapping[str, dict[str, object]]) -> dict[str, Section]:
    """Return the sections by name, each with the sections that stand in it."""
    sections: dict[str, Section] = {}
    for name in reversed(SECTIONS):  # a section follows the one in which it stands
        holder, _, key = name.rpartition(".")
        section = SECTIONS[name](**values[name])
        if holder:
            values[holder][key] = section
        else:
            sections[name] = section
    return sections


def _has_former_store(base: Path) -> bool:
    """Return whether the subscribers are where an earlier version had them by default."""
    return (base / FORMER_STORE).is_file() and not (base / DATA_FOLDER / FORMER_STORE).exists()


def _read_toml(path: Path) -> Iterator[tuple[str, str, object]]:
    import tomllib  # noqa: PLC0415 - a start without a file goes without it

    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        text = _("{path}: not valid TOML: {reason}; texts stand in quotes, lists in brackets")
        raise SettingsError(text.format(path=path, reason=error)) from error
    except FileNotFoundError as error:
        text = _("{path}: no such file; `publisher init` writes one")
        raise SettingsError(text.format(path=path)) from error
    except (OSError, UnicodeDecodeError) as error:
        text = _("{path}: can't be read: {reason}")
        raise SettingsError(text.format(path=path, reason=error)) from error
    for section, keys in document.items():
        if section not in SECTIONS:
            shown = f"[{section}]" if isinstance(keys, dict) else section
            place = _place(str(path), section, "" if isinstance(keys, dict) else section)
            raise SettingsError(f"{place}: {shown}: {unknown_section(section)}")
        yield from _settings_of(section, keys, path)


def _settings_of(section: str, keys: object, path: Path) -> Iterator[tuple[str, str, object]]:
    if not isinstance(keys, dict):
        text = _("{path}: {section}: must be a section, [{section}]")
        raise SettingsError(text.format(path=path, section=section))
    for key, value in keys.items():
        if f"{section}.{key}" in SECTIONS:
            yield from _settings_of(f"{section}.{key}", value, path)
        elif key in fields_of(SECTIONS[section]):
            yield section, key, value
        else:
            place = _place(str(path), section, key)
            raise SettingsError(f"{place}: {section}.{key}: {unknown_key(section, key)}")


def _place(origin: str, section: str, key: str) -> str:
    """Return `origin`, of a file with the line of `key` in `section`: tomllib tells no lines.

    Where `key` is "", the line is that of the section.
    """
    if not origin.endswith(".toml"):
        return origin
    holder = ""
    for number, line in enumerate(Path(origin).read_text(encoding="utf-8").splitlines(), 1):
        text = line.strip()
        if text.startswith("["):
            holder = text.strip("[] ").partition("]")[0]
            if not key and holder == section:
                return f"{origin}:{number}"
        name = text.partition("=")[0].strip().strip("\"'")
        if key and "=" in text and name in (key, f"{section}.{key}") and holder in (section, ""):
            return f"{origin}:{number}"
    return origin


def _read_environment(environment: Mapping[str, str]) -> Iterator[tuple[str, str, str, object]]:
    for name, text in sorted(environment.items()):
        if not name.startswith(ENV_PREFIX) or name.startswith(ENV_RESERVED):
            continue
        if is_url_variable(name):
            continue
        section, _, key = name.removeprefix(ENV_PREFIX).lower().rpartition("__")
        section = section.replace("__", ".")
        known = fields_of(SECTIONS[section]) if section in SECTIONS else {}
        value = text
        if key not in known and key.removesuffix("_file") in known:
            key = key.removesuffix("_file")
            try:
                value = read_secret(Path(text))
            except SettingsError as error:
                raise SettingsError(f"{name}: {error}") from error
        if key not in known:
            raise SettingsError(f"{name}: {unknown_variable(name)}")
        yield section, key, name, _from_text(known[key].type, value)


def _from_text(annotation: object, text: str) -> object:
    """Return `text` as the list or table that a setting holds: JSON, or parts between commas."""
    if annotation is not Words and item_type(annotation) is None:
        return text
    if text.lstrip().startswith(("[", "{")):
        try:
            return msgspec.json.decode(text)
        except msgspec.DecodeError:
            return text
    return [part.strip() for part in text.split(",") if part.strip()]


def _convert(table: type[Section], place: str, key: str, value: object, origin: str) -> object:
    """Return `value` as the type that `key` has in `table`; `place` is the table's name."""
    kind = fields_of(table)[key].type
    entry = table_type(kind)
    if entry is not None and isinstance(value, list) and all(isinstance(v, dict) for v in value):
        tables = enumerate(value, 1)
        return tuple(_table(entry, f"{place}.{key}[{n}]", keys, origin) for n, keys in tables)
    if isinstance(value, date):
        value = value.isoformat()
    try:
        # Only text from the environment may stand for a number; in a file the type must be right.
        converted = msgspec.convert(
            value, kind, strict=not origin.startswith(ENV_PREFIX), dec_hook=_own_type
        )
        if has_format(converted, kind):
            return converted
    except msgspec.ValidationError:
        pass
    line = _place(origin, place.partition("[")[0], key)
    raise SettingsError(f"{line}: {place}.{key}: {requirement(table, key, value)}")


def _table(table: type[Section], place: str, values: dict[str, object], origin: str) -> Section:
    """Return one table of a list such as [[feeds.saved]]."""
    fields = fields_of(table)
    for key in values:
        if key not in fields:
            raise SettingsError(f"{origin}: {place}.{key}: {unknown_key_of_table(table, key)}")
    for key, field in fields.items():
        if field.required and key not in values:
            raise SettingsError(f"{origin}: {place}.{key}: " + _("is missing"))
    return table(
        **{key: _convert(table, place, key, value, origin) for key, value in values.items()}
    )


def _own_type(kind: type, value: object) -> object:
    if kind is Secret and isinstance(value, str):
        return Secret(value)
    if kind is Words:
        return Words(msgspec.convert(value, dict[str, str]))
    raise msgspec.ValidationError(f"Expected `str`, got `{type(value).__name__}`")


def _check(settings: Settings, values: Mapping[tuple[str, str], tuple[str, object]]) -> None:
    """Raise `SettingsError` where settings that are right by themselves contradict each other."""
    for section, key, reason in chain(
        _contradictions(settings), _gather_contradictions(settings), _target_clashes(settings)
    ):
        origin = values.get((section, key), ("defaults", None))[0]
        raise SettingsError(f"{_place(origin, section, key)}: {section}.{key}: {reason}")


def _contradictions(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """Yield section, key and reason of each contradiction outside of [gather]."""
    if settings.inbox.maildir and settings.inbox.host:
        yield "inbox", "host", _("either a Maildir or a server: inbox.maildir is set too")
    if not (settings.source.folders or settings.source.git or settings.source.feeds):
        yield "source", "folders", _("must name a folder where source.git names no repository")
    names = Counter(saved.name for saved in settings.feeds.saved)
    for saved in settings.feeds.saved:
        if names[saved.name] > 1:
            yield "feeds", "saved", _("{name!r} is there twice").format(name=saved.name)
        if not any((saved.topics, saved.keywords, saved.authors, saved.exclude_keywords)):
            text = _("{name!r} names no topic, keyword or author")
            yield "feeds", "saved", text.format(name=saved.name)


def _target_clashes(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """Yield section, key and reason for each name that two targets of announcements have."""
    names = Counter(target.name for target in settings.announce.targets)
    for name, count in names.items():
        if count > 1:
            yield "announce", "targets", _("{name!r} is there twice").format(name=name)


def _gather_contradictions(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """Yield section, key and reason of each contradiction in [gather]."""
    gather, model = settings.gather, settings.gather.model
    names = Counter(topic.name.casefold() for topic in gather.topics)
    for topic in gather.topics:
        if names[topic.name.casefold()] > 1:
            yield "gather", "topics", _("{name!r} is there twice").format(name=topic.name)
        if not (topic.categories or topic.sources):
            text = _("{name!r} names no category and no other source")
            yield "gather", "topics", text.format(name=topic.name)
    if gather.topics and not _is_read(settings, gather.folder):
        text = _("their digests would not be read; add {folder!r} to source.folders")
        yield "gather", "topics", text.format(folder=gather.folder)
    if model.url and not model.name:
        yield "gather.model", "url", _("needs the name of a model; set gather.model.name too")
    if model.budget_per_day and not (model.price_in or model.price_out):
        reason = _(
            "can't be kept without prices; set price_in and price_out too, or tokens_per_day"
        )
        yield "gather.model", "budget_per_day", reason


def _is_read(settings: Settings, folder: str) -> bool:
    place = settings.path(folder).absolute()
    return any(
        place.is_relative_to(settings.path(read).absolute()) for read in settings.source.folders
    )
