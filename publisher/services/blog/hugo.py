"""Hugo: `hugo.toml` or `config.toml`, also as YAML and JSON; it copies `static/` as it is."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from publisher.services.blog.config_files import first_file, read_config
from publisher.services.blog.description import (
    Blog,
    address,
    existing,
    first_text,
    free_name,
    language_tag,
    text_at,
    time_zone,
)

if TYPE_CHECKING:
    from pathlib import Path

_ENDINGS = ("toml", "yaml", "yml", "json")
_OF_HUGO = tuple(
    f"{place}hugo.{ending}" for place, ending in product(("", "config/_default/"), _ENDINGS)
)
# Other programs have such files too.
_OF_MANY = tuple(
    f"{place}config.{ending}" for place, ending in product(("", "config/_default/"), _ENDINGS)
)
_FOLDERS = ("archetypes", "layouts", "themes", "content")


def find(folder: Path) -> Blog | None:
    """Return the Hugo blog in `folder`, None where there is none."""
    path = first_file(folder, (*_OF_HUGO, *_OF_MANY))
    if path is None:
        return None
    config = read_config(path)
    values = _lower(config.values)
    is_hugo = "baseurl" in values or any((folder / name).is_dir() for name in _FOLDERS)
    if path.stem == "config" and not is_hugo:
        return None
    content = text_at(values, "contentdir").strip("/") or "content"
    static = first_text(values.get("staticdir")).strip("/") or "static"
    permalinks = values.get("permalinks")
    in_use = _texts(permalinks) if isinstance(permalinks, dict) else []
    name = free_name((folder / static, folder / content), in_use)
    main = text_at(values, "defaultcontentlanguage") or "en"
    language = text_at(values, "languagecode") or text_at(values, "locale")
    return Blog(
        generator="Hugo",
        config=path,
        build="hugo",
        title=text_at(values, "title") or text_at(values, "languages", main, "title"),
        description=text_at(values, "params", "description")
        or text_at(values, "params", "subtitle"),
        url=address(text_at(values, "baseurl")),
        author=text_at(values, "params", "author", "name")
        or first_text((values.get("params") or {}).get("author"))
        or text_at(values, "author", "name"),
        language=language_tag(language or text_at(values, "defaultcontentlanguage")),
        timezone=time_zone(text_at(values, "timezone")),
        posts=existing(
            folder, (*(f"{content}/{each}" for each in ("posts", "post", "blog")), content)
        ),
        output=f"{static}/{name}",
        name=name,
        emptied=text_at(values, "publishdir").strip("/") or "public",
        notes=config.notes,
    )


def _lower(values: object) -> Any:  # noqa: ANN401 - what it is given, with other keys
    """Return `values` with keys in lower case, as Hugo reads them."""
    if isinstance(values, dict):
        return {str(key).lower(): _lower(value) for key, value in values.items()}
    return values


def _texts(table: dict[str, Any]) -> list[str]:
    """Return the texts of a table and of the tables in it."""
    inner = [each for value in table.values() if isinstance(value, dict) for each in _texts(value)]
    return inner + [value for value in table.values() if isinstance(value, str)]
