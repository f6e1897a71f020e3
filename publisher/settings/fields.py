"""The fields of a section and their types."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin

import msgspec

from publisher.settings.sections.base import Section, TextFormat

if TYPE_CHECKING:
    from msgspec.structs import FieldInfo

ENV_PREFIX = "PUBLISHER_"


@cache
def fields_of(section: type[Section]) -> dict[str, FieldInfo]:
    """Return the fields of `section` by name, without those that are sections themselves.

    msgspec resolves their types anew each time.
    """
    return {
        field.name: field
        for field in msgspec.structs.fields(section)
        if not (isinstance(field.type, type) and issubclass(field.type, Section))
    }


def environment_name(section: str, key: str) -> str:
    """Return the environment variable of a setting, e.g. "PUBLISHER_MAIL__HOST"."""
    return f"{ENV_PREFIX}{section.replace('.', '__')}__{key}".upper()


def split_type(annotation: Any) -> tuple[Any, tuple[object, ...]]:  # noqa: ANN401 - a type
    """Return the type itself, and the constraints that `Annotated` adds."""
    if get_origin(annotation) is Annotated:
        return annotation.__origin__, annotation.__metadata__
    return annotation, ()


def item_type(annotation: Any) -> Any:  # noqa: ANN401 - a type
    """Return the type of a list's items, None for what is no list."""
    kind, _ = split_type(annotation)
    return get_args(kind)[0] if get_origin(kind) is tuple else None


def table_type(annotation: Any) -> type[Section] | None:  # noqa: ANN401 - a type
    """Return the type of the tables of which a list consists, None for anything else."""
    item = item_type(annotation)
    return item if isinstance(item, type) and issubclass(item, Section) else None


def has_format(value: object, annotation: Any) -> bool:  # noqa: ANN401 - a type
    """Return whether every text of `value` has the format that its type asks for."""
    item = item_type(annotation)
    if item is not None and isinstance(value, tuple):
        return all(has_format(text, item) for text in value)
    if not isinstance(value, str) or not value:
        return True
    _, constraints = split_type(annotation)
    return all(rule.matches(value) for rule in constraints if isinstance(rule, TextFormat))
