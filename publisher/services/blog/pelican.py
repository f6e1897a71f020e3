"""Pelican: `pelicanconf.py`, of which the literals are read; nothing in it runs."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from publisher.services.blog.config_files import ConfigFile, read_text, unreadable
from publisher.services.blog.description import (
    OUTSIDE,
    Blog,
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


def find(folder: Path) -> Blog | None:
    """Return the Pelican blog in `folder`, None where there is none."""
    path = folder / "pelicanconf.py"
    if not path.is_file():
        return None
    config = read_literals(path)
    values = dict(config.values)
    published = folder / "publishconf.py"
    if published.is_file():
        # The address is there as a rule, and empty in the other file.
        values |= {name: value for name, value in read_literals(published).values.items() if value}
    content = text_at(values, "PATH").strip("/") or "content"
    articles = values.get("ARTICLE_PATHS")
    inner = [f"{content}/{each}".rstrip("/") for each in articles or () if isinstance(each, str)]
    emptied = text_at(values, "OUTPUT_PATH").strip("/") or "output"
    name = free_name((folder / content, folder / content / "extra"))
    return Blog(
        generator="Pelican",
        config=path,
        build=f"pelican {content}",
        title=text_at(values, "SITENAME"),
        description=text_at(values, "SITESUBTITLE") or text_at(values, "SITEDESCRIPTION"),
        url=address(text_at(values, "SITEURL")),
        author=text_at(values, "AUTHOR"),
        language=language_tag(first_text(values.get("DEFAULT_LANG"))),
        timezone=time_zone(text_at(values, "TIMEZONE")),
        posts=existing(folder, (*inner, content)),
        # Pelican takes HTML in its own folder for articles.
        output=OUTSIDE,
        name=name,
        emptied=emptied,
        notes=(
            *config.notes,
            _("After `pelican`, copy {output} to {target}.").format(
                output=OUTSIDE, target=f"{emptied}/{name}"
            ),
        ),
    )


def read_literals(path: Path) -> ConfigFile:
    """Return the names that the Python file `path` gives a literal, by ast; raises nothing."""
    values: dict[str, Any] = {}
    try:
        module = ast.parse(read_text(path))
        for statement in module.body:
            if isinstance(statement, ast.Assign):
                value = _literal(statement.value)
                values |= {t.id: value for t in statement.targets if isinstance(t, ast.Name)}
            elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                values[statement.target.id] = _literal(statement.value)
    except SyntaxError as error:
        reason = _("line {line} is not valid Python: {problem}").format(
            line=error.lineno or 1, problem=error.msg
        )
    except (OSError, ValueError, RecursionError, MemoryError) as error:
        reason = str(error) or _("it is nested too deeply")
    else:
        return ConfigFile(path, values)
    return ConfigFile(path, {}, unreadable(path, reason))


def _literal(node: ast.expr | None) -> object:
    try:
        return ast.literal_eval(node) if node is not None else None
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None  # a call or a name: it is not known without running it
