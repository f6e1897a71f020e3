"""The blog in a folder, recognised by the settings of its generator: a file and a line for each.

A generator is a module with a function `find(folder)`, which returns the `Blog` in `folder`, None
where there is none of its own. It reads settings and runs nothing of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.services.blog import hexo, hugo, jekyll, mkdocs, pelican, zola

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.services.blog.description import Blog

# In the order in which they are asked: first those whose files have a name of their own.
GENERATORS = (pelican, zola, hugo, hexo, jekyll, mkdocs)


def find_blog(folder: Path) -> Blog | None:
    """Return the blog in `folder`, None where there is none."""
    return next((blog for each in GENERATORS if (blog := each.find(folder))), None)
