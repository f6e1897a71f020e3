"""Facts about settings, for people: descriptions, types in words, values in TOML.

They are taken from the fields of the sections. The description of a field is the string below it,
where Sphinx and editors look for one too; it is read from the source, so that only commands that
show it pay for it.
"""

from __future__ import annotations

import sys
from enum import Enum
from functools import cache
from itertools import pairwise
from types import UnionType
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin

import msgspec
from msgspec import Meta

from publisher.settings.fields import item_type, split_type, table_type
from publisher.settings.sections.base import Section, TextFormat
from publisher.settings.values import Secret, Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from msgspec.structs import FieldInfo

_NOUNS = {
    str: ("text", "texts"),
    int: ("a whole number", "whole numbers"),
    float: ("a number", "numbers"),
    bool: ("true or false", ""),
    Secret: ("text", ""),
    Words: ("a table of texts", ""),
}


class Documentation(msgspec.Struct, frozen=True):
    """Description of a section, and of its fields by name."""

    section: str  # paragraphs are separated by an empty line
    fields: Mapping[str, str]


@cache
def documentation(section: type[Section]) -> Documentation:
    """Return what the source says of `section`; nothing where the source is not at hand."""
    import ast  # noqa: PLC0415 - the parser is for those that read descriptions
    import inspect  # noqa: PLC0415 - as above

    try:
        module = ast.parse(inspect.getsource(sys.modules[section.__module__]))
    except OSError:  # the program was packed into a single file
        return Documentation("", {})
    classes = (node for node in module.body if isinstance(node, ast.ClassDef))
    definition = next(node for node in classes if node.name == section.__name__)
    fields = {}
    for field, text in pairwise(definition.body):
        match field, text:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(description))),
            ):
                fields[name] = " ".join(description.split())
    return Documentation(ast.get_docstring(definition) or "", fields)


def default_of(field: FieldInfo) -> object:
    """Return the default of `field`; `msgspec.NODEFAULT` where it has to be set."""
    factory = field.default_factory
    return field.default if factory is msgspec.NODEFAULT else factory()


def in_words(annotation: Any) -> str:  # noqa: ANN401 - a type
    """Return the type of a setting as it goes after "must be": "a whole number from 1 to 9"."""
    if table_type(annotation) is not None:
        return "a list of tables"
    item = item_type(annotation)
    if item is None:
        return _noun(annotation)
    _, constraints = split_type(annotation)
    non_empty = "non-empty " if _is_required(constraints) else ""
    return f"a {non_empty}list of {_noun(item, plural=True)}"


def _is_required(constraints: Iterable[object]) -> bool:
    return any(limit.min_length for limit in constraints if isinstance(limit, Meta))


def _noun(annotation: Any, *, plural: bool = False) -> str:  # noqa: ANN401 - a type
    kind, constraints = split_type(annotation)
    if get_origin(kind) in (Union, UnionType):
        words, number = get_args(kind)
        return _or([*map(in_toml, _choices(words)), _noun(number)])
    if choices := _choices(kind):
        return _or([in_toml(choice) for choice in choices])
    for constraint in constraints:
        if isinstance(constraint, TextFormat):
            return constraint.plural if plural else constraint.name
    required = "non-empty " if _is_required(constraints) else ""
    limits = "".join(_range(limit) for limit in constraints if isinstance(limit, Meta))
    return f"{required}{_NOUNS[kind][plural]}{limits}"


def _choices(kind: Any) -> list[str]:  # noqa: ANN401 - a type
    """Return the words that `kind` may be; none where it may be anything."""
    if get_origin(kind) is Literal:
        return list(get_args(kind))
    return [member.value for member in kind] if isinstance(kind, type(Enum)) else []


def _or(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"


def _range(meta: Meta) -> str:
    if meta.gt is not None:
        return f" above {meta.gt}, up to {meta.le}"
    if meta.le is not None:
        return f" from {meta.ge} to {meta.le}"
    return f" of at least {meta.ge}" if meta.ge is not None else ""


def in_toml(value: object) -> str:
    """Return `value` as publisher.toml has it."""
    match value:
        case Secret():
            return in_toml(value.reveal())
        case Words():
            return in_toml(dict(value.items))
        case dict():
            pairs = ", ".join(f"{key} = {in_toml(item)}" for key, item in value.items())
            return f"{{ {pairs} }}" if pairs else "{}"
        case list() | tuple():
            return f"[{', '.join(map(in_toml, value))}]"
        case _:
            return msgspec.json.encode(value).decode()
