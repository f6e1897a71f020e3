"""How Sphinx builds these pages: `./run.sh docs`."""

from __future__ import annotations

import posixpath
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_ROOT = Path(__file__).parents[1]
_PROJECT = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
_SOURCE = _PROJECT["urls"]["Source"]
_LINK = re.compile(r"\]\(((?:\.\./)+[^)#]+)")

project = "Publisher"
author = "the Publisher authors"
extensions = ["myst_parser"]
exclude_patterns = ["_build"]
nitpicky = True
smartquotes = False
myst_heading_anchors = 3

html_theme = "pydata_sphinx_theme"
html_title = "Publisher"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_sidebars = {"**": ["sidebar-nav-bs"], "index": [], "quick-start": []}
html_show_sourcelink = False
html_show_sphinx = False
html_copy_source = False
html_theme_options = {
    "icon_links": [{"name": "Source", "url": _SOURCE, "icon": "fa-brands fa-github"}],
    "navbar_align": "left",
    "show_prev_next": False,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": [],
    "footer_end": [],
}


def _link_to_source(app: Sphinx, name: str, source: list[str]) -> None:
    """Let links that leave docs/, such as ../CONTRIBUTING.md, lead to the repository."""
    folder = posixpath.dirname(name)

    def target(match: re.Match[str]) -> str:
        path = posixpath.normpath(posixpath.join("docs", folder, match[1]))
        return match[0] if path.startswith("docs/") else f"]({_SOURCE}/blob/main/{path}"

    source[0] = _LINK.sub(target, source[0])


def setup(app: Sphinx) -> None:
    """Connect the above."""
    app.connect("source-read", _link_to_source)
