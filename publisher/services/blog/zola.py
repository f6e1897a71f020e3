"""Zola: `zola.toml` or `config.toml` with a `base_url`; it copies `static/` as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.services.blog.config_files import first_file, read_config
from publisher.services.blog.description import (
    Blog,
    address,
    existing,
    free_name,
    language_tag,
    text_at,
)

if TYPE_CHECKING:
    from pathlib import Path


def find(folder: Path) -> Blog | None:
    """Return the Zola blog in `folder`, None where there is none."""
    path = first_file(folder, ("zola.toml", "config.toml"))
    if path is None:
        return None
    config = read_config(path)
    values = config.values
    if path.name != "zola.toml" and "base_url" not in values:
        return None
    name = free_name((folder / "static", folder / "content"))
    return Blog(
        generator="Zola",
        config=path,
        build="zola build",
        title=text_at(values, "title"),
        description=text_at(values, "description"),
        url=address(text_at(values, "base_url")),
        author=text_at(values, "author"),
        language=language_tag(text_at(values, "default_language")),
        posts=existing(folder, ("content/posts", "content/blog", "content")),
        output=f"static/{name}",
        name=name,
        emptied=text_at(values, "output_dir").strip("/") or "public",
        notes=config.notes,
    )
