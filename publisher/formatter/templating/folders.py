"""The folders of templates."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.errors import TemplateError

if TYPE_CHECKING:
    from publisher.settings import Settings


def template_folders(settings: Settings) -> list[Path]:
    """Return the folders in which templates are looked for, in this order.

    Raises `TemplateError` if the user's own (`templates.folder`) is not a folder.
    """
    if not settings.templates.folder:
        return [_packaged()]
    own = settings.path(settings.templates.folder)
    if not own.is_dir():
        raise TemplateError(f"templates.folder: {own} is no folder")
    return [own, _packaged()]


@lru_cache(maxsize=1)
def _packaged() -> Path:
    """Return the program's own templates: in the wheel, else in the checkout.

    An editable install does not see the folders that the wheel is built with.
    """
    package = Path(__file__).resolve().parents[2]
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent / "templates"
