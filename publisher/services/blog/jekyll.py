"""Jekyll: `_config.yml`; it copies every file of its folder that `exclude` does not name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.services.blog.config_files import first_file, read_config
from publisher.services.blog.description import (
    Blog,
    ListAddition,
    address,
    existing,
    first_text,
    free_name,
    language_tag,
    text_at,
    time_zone,
)
from publisher.settings import CONFIG_NAME
from publisher.translation import _

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

# Jekyll 3, which GitHub Pages runs, leaves these out only where nothing else is set.
_DEFAULT_EXCLUDES = (
    *("Gemfile", "Gemfile.lock", "node_modules", "vendor/bundle/", "vendor/cache/"),
    *("vendor/gems/", "vendor/ruby/"),
)
_OWN_KEYS = frozenset(
    "baseurl collections exclude kramdown markdown permalink plugins remote_theme sass".split()
)


def find(folder: Path) -> Blog | None:
    """Return the Jekyll blog in `folder`, None where there is none."""
    path = first_file(folder, ("_config.yml", "_config.yaml", "_config.toml"))
    if path is None:
        return None
    config = read_config(path)
    values = config.values
    signs = any((folder / name).exists() for name in ("_posts", "_layouts", "Gemfile", "_drafts"))
    if not (signs or "theme" in values or _OWN_KEYS.intersection(values)):
        return None
    source = text_at(values, "source").strip("/")
    source = "" if source == "." else source
    collections = values.get("collections")
    in_use = [text_at(values, "permalink")]
    in_use += [str(name) for name in collections] if isinstance(collections, dict | list) else []
    name = free_name((folder / source,), in_use)
    inner = text_at(values, "collections_dir").strip("/")
    prefix = f"{source}/" if source else ""
    author = values.get("author")
    return Blog(
        generator="Jekyll",
        config=path,
        build="bundle exec jekyll build",
        title=text_at(values, "title") or text_at(values, "name"),
        description=text_at(values, "description"),
        url=address(text_at(values, "url"), text_at(values, "baseurl")),
        author=text_at(author, "name") if isinstance(author, dict) else first_text(author),
        language=language_tag(text_at(values, "lang") or text_at(values, "locale")),
        timezone=time_zone(text_at(values, "timezone")),
        posts=existing(folder, (f"{prefix}{inner}/_posts".replace("//", "/"), f"{prefix}_posts")),
        output=f"{prefix}{name}",
        name=name,
        addition=None if source else _exclusion(path, values),
        emptied=text_at(values, "destination").strip("/") or "_site",
        notes=config.notes,
    )


def _exclusion(path: Path, values: dict[str, Any]) -> ListAddition | None:
    """Return the exclusion of the settings file, which would be published; None if it is there."""
    listed = values.get("exclude")
    if isinstance(listed, list) and CONFIG_NAME in listed:
        return None
    items = (CONFIG_NAME,) if listed else (*_DEFAULT_EXCLUDES, CONFIG_NAME)
    reason = _("so that Jekyll does not publish {file}").format(file=CONFIG_NAME)
    return ListAddition(path, "exclude", items, reason)
