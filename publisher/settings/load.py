"""Reads the settings: defaults < publisher.toml < environment < flags."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from publisher.errors import SettingsError
from publisher.settings.sections import SECTIONS, Settings
from publisher.settings.values import Secret, Words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

CONFIG_NAME = "publisher.toml"
ENV_PREFIX = "PUBLISHER_"
# A mistake, or a header in disguise, is what this is to find; the mail server has the last word.
_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]+@[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]+")
# The test suite's own variables are no settings.
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
    path = config if config is not None else Path(CONFIG_NAME)
    values: dict[tuple[str, str], tuple[str, object]] = {}  # (section, key) -> (origin, value)
    if config is not None or path.exists():
        for section, key, value in _read_toml(path):
            values[section, key] = (str(path), value)
    for section, key, origin, value in _read_environment(environment):
        values[section, key] = (origin, value)
    for section, keys in (flags or {}).items():
        for key, value in keys.items():
            values[section, key] = ("command line", value)

    sections: dict[str, dict[str, object]] = {name: {} for name in SECTIONS}
    for (section, key), (origin, value) in values.items():
        sections[section][key] = _convert(section, key, value, origin)
    if sections["source"].get("git") and "folders" not in sections["source"]:
        sections["source"]["folders"] = ()  # a repository takes the place of the default folder
    settings = Settings(
        **{name: cls(**sections[name]) for name, cls in SECTIONS.items()},  # type: ignore[arg-type]
        base=path.parent,
    )
    _check(settings, values)
    return settings


def _read_toml(path: Path) -> Iterator[tuple[str, str, object]]:
    import tomllib  # noqa: PLC0415 - a start without a file goes without it

    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: not valid TOML: {error}") from error
    except FileNotFoundError as error:
        raise SettingsError(f"{path}: no such file; `publisher init` writes one") from error
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: can't be read: {error}") from error
    for section, keys in document.items():
        if section not in SECTIONS:
            raise SettingsError(f"{path}: [{section}]: {_unknown(section, SECTIONS)}")
        if not isinstance(keys, dict):
            raise SettingsError(f"{path}: {section}: must be a section, [{section}]")
        for key, value in keys.items():
            yield section, _known_key(section, key, str(path)), value


def _read_environment(environment: Mapping[str, str]) -> Iterator[tuple[str, str, str, object]]:
    for name, text in sorted(environment.items()):
        if not name.startswith(ENV_PREFIX) or name.startswith(ENV_RESERVED):
            continue
        section, separator, key = name.removeprefix(ENV_PREFIX).lower().partition("__")
        if section not in SECTIONS or not separator:
            raise SettingsError(f"{name}: {_unknown_variable(section)}")
        value = text
        if key.endswith("_file") and key not in SECTIONS[section].__struct_fields__:
            key = key.removesuffix("_file")
            try:
                value = Path(text).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise SettingsError(f"{name}: {text} can't be read: {error}") from error
        key = _known_key(section, key, name)
        yield section, key, name, _from_text(section, key, value)


def _from_text(section: str, key: str, text: str) -> object:
    """Return `text` as the list a list setting wants: JSON, or parts between commas."""
    default = msgspec.structs.fields(SECTIONS[section])
    wants_list = any(f.name == key and isinstance(f.default, tuple) for f in default)
    if not wants_list:
        return text
    if text.lstrip().startswith("["):
        try:
            return msgspec.json.decode(text)
        except msgspec.DecodeError:
            return text
    return [part.strip() for part in text.split(",") if part.strip()]


def _known_key(section: str, key: str, origin: str) -> str:
    fields = SECTIONS[section].__struct_fields__
    if key not in fields:
        raise SettingsError(f"{origin}: {section}.{key}: {_unknown(key, fields)}")
    return key


def _unknown(name: str, known: Any) -> str:  # noqa: ANN401 - any iterable of names
    import difflib  # noqa: PLC0415 - for errors only

    near = difflib.get_close_matches(name, list(known), n=1)
    return f"unknown setting; did you mean {near[0]}?" if near else "unknown setting"


def _unknown_variable(name: str) -> str:
    section, _, key = name.partition("_")
    if section in SECTIONS and key in SECTIONS[section].__struct_fields__:
        return f"unknown setting; did you mean {ENV_PREFIX}{section.upper()}__{key.upper()}?"
    return _unknown(name, SECTIONS)


def _convert(section: str, key: str, value: object, origin: str) -> object:
    field = next(f for f in msgspec.structs.fields(SECTIONS[section]) if f.name == key)
    if isinstance(value, date):
        value = value.isoformat()
    try:
        # Only text from the environment may stand for a number; in a file the type must be right.
        return msgspec.convert(
            value, field.type, strict=not origin.startswith(ENV_PREFIX), dec_hook=_own_type
        )
    except msgspec.ValidationError as error:
        reason = str(error).split(" - at `")[0]
        raise SettingsError(f"{origin}: {section}.{key}: {reason}") from error


def _own_type(wanted: type, value: object) -> object:
    if wanted is Secret and isinstance(value, str):
        return Secret(value)
    if wanted is Words:
        return Words(msgspec.convert(value, dict[str, str]))
    raise msgspec.ValidationError(f"Expected `str`, got `{type(value).__name__}`")


def _check(settings: Settings, values: Mapping[tuple[str, str], tuple[str, object]]) -> None:
    """Raise `SettingsError` where a value has the right type and makes no sense."""

    def fail(section: str, key: str, reason: str) -> None:
        origin, _ = values.get((section, key), ("defaults", None))
        raise SettingsError(f"{origin}: {section}.{key}: {reason}")

    try:
        _ = settings.site.zone
    except (KeyError, ValueError, OSError):
        fail("site", "timezone", f"no such time zone: {settings.site.timezone!r}")
    for section, key in (
        ("site", "url"),
        ("feeds", "hub"),
        ("web", "url"),
        ("theme", "logo"),
    ):
        address = getattr(getattr(settings, section), key)
        if (address or (key == "url" and section == "site")) and not _is_web_address(address):
            fail(section, key, "must be an absolute address, e.g. https://papers.example.org/")
    for key in (
        "from_address",
        "sender_address",
        "reply_to",
        "unsubscribe_address",
        "help_address",
    ):
        value = getattr(settings.mail, key)
        if value and not _is_address(value):
            fail("mail", key, f"not an email address: {value!r}")
    for section, key in (
        ("site", "title"),
        ("newsletter", "title"),
        ("mail", "from_name"),
        ("mail", "list_id"),
        ("mail", "host"),
        ("mail", "dkim_selector"),
        ("inbox", "host"),
        ("inbox", "folder"),
        ("inbox", "handled_folder"),
    ):
        if any(unicodedata.category(c) == "Cc" for c in getattr(getattr(settings, section), key)):
            fail(section, key, "must not hold a line break or another control character")
    _check_inbox(settings, fail)
    _check_proxies(settings, fail)
    _check_subject(settings.newsletter.subject, fail)
    _check_lists(settings, fail)
    _check_saved(settings, fail)


def _check_inbox(settings: Settings, fail: Callable[[str, str, str], None]) -> None:
    inbox = settings.inbox
    if inbox.address and not _is_address(inbox.address):
        fail("inbox", "address", f"not an email address: {inbox.address!r}")
    if inbox.maildir and inbox.host:
        fail("inbox", "host", "either a Maildir or a server: inbox.maildir is set too")


def _check_proxies(settings: Settings, fail: Callable[[str, str, str], None]) -> None:
    from ipaddress import ip_network  # noqa: PLC0415 - most settings name none

    for proxy in settings.web.trusted_proxies:
        try:
            ip_network(proxy)
        except ValueError as error:
            fail("web", "trusted_proxies", f"no address or network: {error}")


def _check_subject(form: str, fail: Callable[[str, str, str], None]) -> None:
    try:
        form.format(papers="", count=0, topics="", period="", title="")
    except (KeyError, IndexError, ValueError, AttributeError) as error:
        fail("newsletter", "subject", f"nothing to fill in for {error}")


def _check_lists(settings: Settings, fail: Callable[[str, str, str], None]) -> None:
    if not settings.newsletter.frequencies:
        fail("newsletter", "frequencies", "must name at least one, e.g. weekly")
    if not settings.source.include:
        fail("source", "include", "must name at least one pattern, e.g. **/*.md")
    if not settings.source.folders and not settings.source.git:
        fail("source", "folders", "must name a folder where source.git names no repository")
    for key in settings.filters.__struct_fields__:
        if not all(map(str.strip, getattr(settings.filters, key))):
            fail("filters", key, "must not hold an empty text, which is in every paper")


def _is_web_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _check_saved(settings: Settings, fail: Callable[[str, str, str], None]) -> None:
    names = [saved.name for saved in settings.feeds.saved]
    for saved in settings.feeds.saved:
        lists = (saved.topics, saved.keywords, saved.authors, saved.exclude_keywords)
        if names.count(saved.name) > 1:
            fail("feeds", "saved", f"{saved.name!r} is there twice")
        if not any(lists):
            fail("feeds", "saved", f"{saved.name!r} names no topic, keyword or author")
        if not all(text.strip() for one in lists for text in one):
            fail("feeds", "saved", f"{saved.name!r} holds an empty text, which is in every paper")


def _is_address(value: str) -> bool:
    return _ADDRESS.fullmatch(value) is not None
