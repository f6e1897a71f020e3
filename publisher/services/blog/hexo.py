"""Hexo: `_config.yml` beside `source/`, whose files it renders unless `skip_render` names them."""

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
from publisher.translation import _

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

FILES = ("_config.yml", "_config.yaml", "_config.json")
_OWN_KEYS = ("source_dir", "public_dir", "skip_render", "new_post_name", "per_page", "root")
_FOLDERS = ("archive_dir", "tag_dir", "category_dir", "code_dir", "permalink", "i18n_dir")


def find(folder: Path) -> Blog | None:
    """Return the Hexo blog in `folder`, None where there is none."""
    path = first_file(folder, FILES)
    if path is None:
        return None
    config = read_config(path)
    values = config.values
    if not _is_hexo(folder, values):
        return None
    source = text_at(values, "source_dir").strip("/") or "source"
    name = free_name((folder / source,), (text_at(values, key) for key in _FOLDERS))
    skipped = f"{name}/**"
    listed = values.get("skip_render") or ()
    present = skipped in ([listed] if isinstance(listed, str) else listed)
    reason = _("so that Hexo copies the papers' site as it is")
    return Blog(
        generator="Hexo",
        config=path,
        build="npx hexo generate",
        title=text_at(values, "title"),
        description=text_at(values, "description") or text_at(values, "subtitle"),
        url=address(text_at(values, "url"), text_at(values, "root")),
        author=text_at(values, "author"),
        language=language_tag(first_text(values.get("language"))),
        timezone=time_zone(text_at(values, "timezone")),
        posts=existing(folder, (f"{source}/_posts", source)),
        output=f"{source}/{name}",
        name=name,
        addition=None if present else ListAddition(path, "skip_render", (skipped,), reason),
        is_output_safe=present,
        emptied=text_at(values, "public_dir").strip("/") or "public",
        notes=config.notes,
    )


def _is_hexo(folder: Path, values: dict[str, Any]) -> bool:
    """Return whether the settings are Hexo's, not Jekyll's, whose file has the same name."""
    package = folder / "package.json"
    if package.is_file():
        content = read_config(package).values
        if "hexo" in content or "hexo" in (content.get("dependencies") or {}):
            return True
    if (folder / "Gemfile").is_file() or (folder / "_posts").is_dir():
        return False
    return (folder / "source" / "_posts").is_dir() or sum(key in values for key in _OWN_KEYS) > 1
