"""Description of a blog: what its settings say, and the place for the papers' site in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from publisher.formatter.site.manifest import MANIFEST
from publisher.printable import one_line
from publisher.settings.fields import has_format
from publisher.settings.sections.base import LanguageTag, TimeZone, WebAddress

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

# In the settings of new blogs, before their owners have set an address.
_PLACEHOLDERS = frozenset(
    "example.com www.example.com example.org yoursite.com yourdomain.com your-domain.com localhost"
    " 127.0.0.1 domain.com".split()
)
# A folder that no generator reads or empties.
OUTSIDE = "paper-site"
_NAMES = ("papers", "paper-digests", "paper-feeds", OUTSIDE)


@dataclass(frozen=True, slots=True)
class ListAddition:
    """Items that a list in the blog's settings needs; `key` is the list's, `reason` for people."""

    file: Path
    key: str
    items: tuple[str, ...]
    reason: str

    def lines(self) -> Iterator[str]:
        """Yield the lines that somebody can add by hand."""
        yield f"{self.key}:"
        yield from (f'  - "{item}"' for item in self.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class Blog:
    """A blog; folders are relative to its own, and texts are "" where its settings have none.

    `output` is the folder from which the generator copies the papers' site to `name` below the
    blog's address. The generator leaves it alone once `addition` is made; `is_output_safe` says
    whether it does so before.
    """

    generator: str
    config: Path
    build: str  # the command
    title: str = ""
    description: str = ""
    url: str = ""
    author: str = ""
    language: str = ""
    timezone: str = ""
    posts: tuple[str, ...] = ()
    output: str = OUTSIDE
    name: str = "papers"
    addition: ListAddition | None = None
    is_output_safe: bool = True
    emptied: str = ""  # the folder that the generator writes to and empties
    notes: tuple[str, ...] = ()

    @property
    def papers_url(self) -> str:
        """The address of the papers' site, "" where the blog's is not known."""
        return f"{self.url}{self.name}/" if self.url else ""


def text_at(values: Mapping[str, Any], *path: str) -> str:
    """Return the text that `values` has at `path`, as one line; "" for none."""
    value: Any = values
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return one_line(str(value)).encode(errors="replace").decode()


def first_text(value: object) -> str:
    """Return `value`, or the first of a list of them, as one line."""
    first = value[0] if isinstance(value, list) and value else value
    return text_at({"": first}, "")


def language_tag(text: str) -> str:
    """Return `text` as a language tag such as zh-CN, "" where it is none."""
    first, hyphen, region = text.replace("_", "-").partition("-")
    tag = first.lower() + hyphen + (region.upper() if region.islower() else region)
    return tag if has_format(tag, LanguageTag) else ""


def time_zone(text: str) -> str:
    """Return `text` where it is a time zone, else ""."""
    return text if has_format(text, TimeZone) else ""


def address(url: str, path: str = "") -> str:
    """Return the address of a blog with a slash at its end; "" for a placeholder.

    `path` is added where `url` has none of its own.
    """
    parts = urlsplit(url) if has_format(url, WebAddress) and url else None
    if parts is None or parts.hostname in _PLACEHOLDERS:
        return ""
    whole = url.partition("#")[0].partition("?")[0].rstrip("/") + "/"
    path = path.strip("/")
    return f"{whole}{path}/" if path and parts.path in ("", "/") else whole


def free_name(places: Iterable[Path], names_in_use: Iterable[str] = ()) -> str:
    """Return a name for the papers' folder that is not in use in any of `places`.

    `names_in_use` are patterns of addresses, such as "papers/:title/", or folders. A folder that a
    build wrote earlier is free.
    """
    places = tuple(places)
    used = {first for pattern in names_in_use if (first := _first_part(pattern))}
    for name in _NAMES:
        if name not in used and not any(_is_used(place, name) for place in places):
            return name
    return f"{OUTSIDE}-2"


def _first_part(pattern: str) -> str:
    parts = pattern.strip("/").split("/")
    return parts[0] if re.fullmatch(r"[\w-]+", parts[0]) else ""


def _is_used(place: Path, name: str) -> bool:
    try:
        entries = [entry for entry in place.iterdir() if entry.name.partition(".")[0] == name]
    except OSError:
        return False
    return any(not (entry / MANIFEST).is_file() for entry in entries)


def existing(folder: Path, names: Iterable[str]) -> tuple[str, ...]:
    """Return the first of `names` that is a folder in `folder`, as a tuple; () for none."""
    return next(((name,) for name in names if name and (folder / name).is_dir()), ())
