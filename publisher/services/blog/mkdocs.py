"""MkDocs: `mkdocs.yml`; it copies what is no Markdown from `docs/` as it is."""

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
    """Return the MkDocs site in `folder`, None where there is none."""
    path = first_file(folder, ("mkdocs.yml", "mkdocs.yaml"))
    if path is None:
        return None
    config = read_config(path)
    values = config.values
    docs = text_at(values, "docs_dir").strip("/") or "docs"
    name = free_name((folder / docs,))
    return Blog(
        generator="MkDocs",
        config=path,
        build="mkdocs build",
        title=text_at(values, "site_name"),
        description=text_at(values, "site_description"),
        url=address(text_at(values, "site_url")),
        author=text_at(values, "site_author"),
        language=language_tag(text_at(values, "theme", "language")),
        posts=existing(folder, (f"{docs}/blog/posts", f"{docs}/posts", docs)),
        output=f"{docs}/{name}",
        name=name,
        emptied=text_at(values, "site_dir").strip("/") or "site",
        notes=config.notes,
    )
